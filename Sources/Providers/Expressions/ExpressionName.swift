// SPDX-License-Identifier: Apache-2.0
//
// What an expression may begin with (docs/providers.md lists them).

public enum ExpressionName: Hashable, Sendable {
    case text(TextName)
    case task(TaskName)
    case job(JobName)
    case setting(String)
    case secret(String)
    case callbackURL
    case now
    /// When the attempt that is asked about left.
    case attemptSince

    public enum TextName: String, Hashable, Sendable, CaseIterable {
        case to, body, encoding, segments, validity
        case validUntil = "valid_until"
    }

    public enum TaskName: String, Hashable, Sendable, CaseIterable {
        case title, body, due, owner, priority, contact, id, note
        case intendedChannel = "intended_channel"
    }

    public enum JobName: String, Hashable, Sendable, CaseIterable {
        case token, uuid, brand, campaign, topic
        case messageClass = "class"
    }

    /// Whether every message has it. A secret counts: without it nothing is sent at all.
    public var isAlwaysThere: Bool {
        switch self {
        case .text(let name):
            switch name {
            case .to, .body, .encoding, .segments: true
            case .validity, .validUntil: false
            }
        case .task(let name):
            switch name {
            case .title, .body, .priority, .id: true
            case .due, .owner, .contact, .intendedChannel, .note: false
            }
        case .job(let name):
            switch name {
            case .token, .uuid, .messageClass: true
            case .brand, .campaign, .topic: false
            }
        case .secret, .now, .attemptSince: true
        case .setting, .callbackURL: false
        }
    }
}
