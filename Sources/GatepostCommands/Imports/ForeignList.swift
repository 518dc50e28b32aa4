// SPDX-License-Identifier: Apache-2.0
//
// ForeignList: which list it is, and what an entry of it means here (facts B3).
//
// A person's own opt-out becomes a consent event, everything else a suppression. What speaks of a message and not of an
// address is passed over, and that is said.

import ArgumentParser
import GatewayModel

/// Whose list it is: `--from`.
enum ListOrigin: String, ExpressibleByArgument, CaseIterable, Sendable {
    case generic, mailgun, sendgrid, ses, postmark, telnyx

    /// Columns without which it is another list.
    var required: [ListColumn] {
        switch self {
        case .generic: []
        case .mailgun, .sendgrid: [.email]
        case .ses, .postmark, .telnyx: [.email, .reason]
        }
    }
    /// As its own export has them.
    var example: String {
        switch self {
        case .generic: "one column of addresses, or a header with email, address, phone, msisdn, md5, sha1 or sha256"
        case .mailgun: "address,code,error,created_at or address,tags,created_at or address,created_at"
        case .sendgrid: "email,created and, by list, reason, status, ip, group_id, group_name"
        case .ses: "EmailAddress,Reason, or lines as ada@example.com,BOUNCE"
        case .postmark: "EmailAddress,SuppressionReason,Origin,CreatedAt"
        case .telnyx: "id,to,from,reason,source,scope,status,domain_id,created_at,updated_at,expires_at,group_id"
        }
    }
    /// May come without a header: then the columns are these.
    var headerless: [ListColumn]? {
        switch self {
        case .ses: [.email, .reason]
        case .generic, .mailgun, .sendgrid, .postmark, .telnyx: nil
        }
    }
}

/// Which of an origin's lists: `--list`. Columns alone do not always tell.
enum ListKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case bounces, blocks, complaints, unsubscribes
    case invalidEmails = "invalid_emails"
    case spamReports = "spam_reports"
    case groupUnsubscribes = "group_unsubscribes"

    /// What the columns tell; nil where they do not, or where each entry says it for itself.
    static func told(by row: Set<ListColumn>, from origin: ListOrigin) -> ListKind? {
        switch origin {
        case .mailgun:
            if row.contains(.code) || row.contains(.error) { return .bounces }
            return row.contains(.tags) ? .unsubscribes : nil
        case .sendgrid:
            if row.contains(.group) { return .groupUnsubscribes }
            if row.contains(.ip) { return .spamReports }
            return nil
        case .generic, .ses, .postmark, .telnyx: return nil
        }
    }

    /// Which lists an origin has.
    static func of(_ origin: ListOrigin) -> [ListKind] {
        switch origin {
        case .mailgun: [.bounces, .unsubscribes, .complaints]
        case .sendgrid: [.bounces, .blocks, .invalidEmails, .spamReports, .unsubscribes, .groupUnsubscribes]
        case .generic, .ses, .postmark, .telnyx: []
        }
    }
}

/// What an entry says of its address.
enum ListMeaning: Hashable, Sendable {
    case suppress(SuppressionReason)
    /// The person's own opt-out.
    case withdrawn
    /// Nothing about the address; why, in words that are counted.
    case passedOver(String)

    var word: String {
        switch self {
        case .suppress(let reason): reason.rawValue
        case .withdrawn: "withdrawn"
        case .passedOver(let why): "passed over: \(why)"
        }
    }

    /// - Parameter standing: of a generic list's entries that give no reason.
    static func of(
        _ row: ListRow, from origin: ListOrigin, _ kind: ListKind?, standing: SuppressionReason?
    ) -> ListMeaning {
        switch origin {
        case .mailgun, .sendgrid: return of(kind, status: row[.status])
        case .ses, .generic:
            return row[.reason].map(ForeignReason.meaning) ?? .suppress(standing ?? .imported)
        case .postmark:
            let meaning = row[.reason].map(ForeignReason.meaning) ?? .suppress(.imported)
            // Postmark's word for "manual" covers both: the recipient's own link, and an operator's list.
            guard meaning == .suppress(.manual) else { return meaning }
            return row[.origin]?.lowercased() == "recipient" ? .withdrawn : meaning
        case .telnyx:
            if let status = row[.status]?.lowercased(), ["expired", "removed", "inactive", "deleted"].contains(status) {
                return .passedOver("no longer active")
            }
            return row[.reason].map(ForeignReason.meaning) ?? .suppress(.imported)
        }
    }

    private static func of(_ kind: ListKind?, status: String?) -> ListMeaning {
        switch kind {
        case .bounces:
            isAboutMessage(status)
                ? .passedOver("a bounce of the message, not of the address") : .suppress(.hardBounce)
        case .blocks: .passedOver("blocks are refusals of a message; they are no bad addresses")
        case .invalidEmails: .suppress(.invalid)
        case .complaints, .spamReports: .suppress(.complaint)
        case .unsubscribes, .groupUnsubscribes: .withdrawn
        case nil: .suppress(.imported)
        }
    }

    /// Codes of RFC 3463 that must not suppress a person (DESIGN D8): transient ones, policy, content, size.
    private static func isAboutMessage(_ status: String?) -> Bool {
        guard let status else { return false }
        return ["4.", "5.7.", "5.6.", "5.3.4"].contains { status.hasPrefix($0) }
    }
}

/// Reasons in other people's words. What is not known here blocks as `imported`.
enum ForeignReason {
    static func meaning(of word: String) -> ListMeaning {
        switch word.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "bounce", "bounced", "hardbounce", "hardbounced", "permanent", "permanentbounce": .suppress(.hardBounce)
        case "complaint", "complained", "spam", "spamcomplaint", "spamreport", "abuse", "junk": .suppress(.complaint)
        case "invalid", "invalidemail", "bademail", "bademailaddress", "invalidaddress", "invalidnumber":
            .suppress(.invalid)
        case "unsubscribe", "unsubscribed", "optout", "optedout", "stop", "revoked", "withdrawn", "unsub":
            .withdrawn
        case "manual", "manualblock", "manualsuppression", "admin": .suppress(.manual)
        case "softbounce", "softbounced", "mailboxfull": .suppress(.softBounceLimit)
        case "dnc", "donotcall", "donotcontact": .suppress(.dncRegistry)
        default: .suppress(SuppressionReason(word: word) ?? .imported)
        }
    }
}
