// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A file of a template that is rendered by itself (CONTRACT 6).
public enum TemplatePart: String, Hashable, Sendable, CaseIterable {
    case subject, html, text, sms, taskTitle, taskBody

    public var fileName: String {
        switch self {
        case .subject: "subject.txt"
        case .html: "body.html"
        case .text: "body.txt"
        case .sms: "sms.txt"
        case .taskTitle: "task.title.txt"
        case .taskBody: "task.body.txt"
        }
    }

    public var channel: ChannelKind {
        switch self {
        case .subject, .html, .text: .email
        case .sms: .sms
        case .taskTitle, .taskBody: .crmTask
        }
    }

    /// The most bytes that may come out.
    public var limit: Int {
        switch self {
        case .subject, .taskTitle: 1024
        case .html, .text: 1 << 20
        case .sms: 4096
        case .taskBody: 64 << 10
        }
    }

    var rules: LinkRules {
        switch self {
        case .subject, .taskTitle: .line
        case .html: .html
        case .text: .text
        case .sms, .taskBody: .message
        }
    }

    /// Whether it is one line, cut of the blanks around it.
    var isOneLine: Bool {
        switch self {
        case .subject, .taskTitle: true
        case .html, .text, .sms, .taskBody: false
        }
    }
}
