// SPDX-License-Identifier: Apache-2.0

/// The way a message takes to a person (CONTRACT 1).
public enum ChannelKind: String, Hashable, Sendable, CaseIterable {
    case email, sms
    case crmTask = "crm_task"
}

/// Declared by the template, never chosen by a job (DESIGN D5).
public enum MessageClass: String, Hashable, Sendable, CaseIterable { case marketing, transactional }

/// Turns are given 16 : 4 : 1 (DESIGN D13).
public enum Priority: Int, Hashable, Sendable, CaseIterable, Comparable {
    case high = 0, normal, low

    public init?(word: String) {
        switch word {
        case "high": self = .high
        case "normal": self = .normal
        case "low": self = .low
        default: return nil
        }
    }
    public var word: String {
        switch self {
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }
    /// The more urgent is the smaller.
    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}
