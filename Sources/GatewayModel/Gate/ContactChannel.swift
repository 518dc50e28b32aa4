// SPDX-License-Identifier: Apache-2.0

/// The way in which a person is contacted: what consents, suppressions and hours speak of.
///
/// A CRM task is no message itself; it asks somebody to contact a person by its `intended_channel`.
public enum ContactChannel: String, Hashable, Sendable, CaseIterable {
    case email, sms, voice
    /// A task that says no intended channel (transactional ones only), and in scopes: every task.
    case crmTask = "crm_task"

    /// How a job reaches its person.
    public init(_ channel: ChannelKind, intended: ContactChannel?) {
        switch channel {
        case .email: self = .email
        case .sms: self = .sms
        case .crmTask: self = intended ?? .crmTask
        }
    }
    /// Whether the contact goes to a telephone number.
    public var usesPhone: Bool { self == .sms || self == .voice }
}

/// What a consent, a suppression or a look-up is about: one address in its normalised form.
public enum ContactAddress: Hashable, Sendable, CustomStringConvertible {
    /// `EmailAddress.normalised`.
    case email(String)
    /// E.164.
    case phone(String)
    case crm(String)

    /// An e-mail address or an E.164 number; nil for anything else.
    public init?(_ text: String) {
        if let email = EmailAddress(text) {
            self = .email(email.normalised)
        } else if let phone = PhoneNumber(text) {
            self = .phone(phone.description)
        } else {
            return nil
        }
    }
    public var description: String {
        switch self {
        case .email(let text), .phone(let text), .crm(let text): text
        }
    }
}
