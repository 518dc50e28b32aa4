// SPDX-License-Identifier: Apache-2.0
//
// The objects inside a job record: recipient, mailboxes, headers, task (CONTRACT 4).

import GatewayModel

extension Recipient {
    private enum Field: String, CaseIterable {
        case email, phone, name, person, timezone, country, region, locale
        case crmContact = "crm_contact"

        static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
    }

    init(record: JSONObject, _ findings: inout Findings) {
        self.init()
        for member in record.members {
            if let field = Field.named[member.key] {
                read(field, member.value, &findings)
            } else {
                findings.noteUnknown(member.key, in: "to.", of: "\"to\"", known: Field.allCases.map(\.rawValue))
            }
        }
    }

    private mutating func read(_ field: Field, _ value: JSONValue, _ findings: inout Findings) {
        switch field {
        case .email: email = findings.email(value, "to.email")
        case .phone: phone = findings.recipientPhone(value, "to.phone")
        case .crmContact: crmContact = findings.line(value, "to.crm_contact")
        case .name: name = findings.line(value, "to.name", limit: 512, inHeader: true)
        case .person: person = findings.line(value, "to.person")
        case .timezone: timezone = findings.line(value, "to.timezone")
        case .country:
            country = findings.shaped(value, "to.country", "is no country of ISO 3166-1 as \"FR\"") {
                Shape.isCountry($0)
            }
        case .region:
            region = findings.shaped(value, "to.region", "is no region of ISO 3166-2 as \"FR-IDF\"") {
                Shape.isRegion($0)
            }
        case .locale:
            locale = findings.shaped(value, "to.locale", "is no language tag as \"fr\" or \"fr-CA\"") {
                Shape.isLocale($0)
            }
        }
    }
}

extension Mailbox {
    /// Reads `{"email":…,"name":…}`; nil where something in it is wrong.
    init?(record: JSONValue, _ field: String, _ findings: inout Findings) {
        guard let object = findings.object(record, field) else { return nil }
        var address: EmailAddress?
        var hasAddress = false
        var name: String?
        for member in object.members {
            switch member.key {
            case "email": (address, hasAddress) = (findings.email(member.value, "\(field).email"), true)
            case "name": name = findings.line(member.value, "\(field).name", limit: 512, inHeader: true)
            default:
                findings.noteUnknown(member.key, in: "\(field).", of: "\"\(field)\"", known: ["email", "name"])
            }
        }
        if !hasAddress { findings.note(.missingField, "\(field).email", "\"\(field)\" needs an address in \"email\"") }
        guard let address else { return nil }
        self.init(address, name: name)
    }
}

extension TaskDetails {
    init(record: JSONObject, _ findings: inout Findings) {
        self.init()
        for member in record.members {
            switch member.key {
            case "due": due = findings.time(member.value, "task.due")
            case "owner": owner = findings.line(member.value, "task.owner")
            case "intended_channel":
                let words = ["email", "sms", "voice"]
                intendedChannel = findings.word(member.value, "task.intended_channel", among: words) {
                    words.contains($0) ? $0 : nil
                }
            default:
                findings.noteUnknown(
                    member.key, in: "task.", of: "\"task\"", known: ["due", "owner", "intended_channel"])
            }
        }
    }
}

extension HeaderField {
    private static let limit = 50

    /// `X-…`, `In-Reply-To` and `References`, each once, each one line.
    static func all(record: JSONValue, _ findings: inout Findings) -> [HeaderField] {
        guard let object = findings.object(record, "headers") else { return [] }
        guard object.members.count <= limit else {
            findings.note(.badValue, "headers", "holds \(object.members.count) headers; at most \(limit) are taken")
            return []
        }
        var fields: [HeaderField] = []
        var names: Set<String> = []
        for member in object.members {
            let path = "headers.\(Spelling.shown(member.key))"
            guard names.insert(member.key.lowercased()).inserted else {
                findings.note(.badValue, path, "stands twice; capital letters make no difference in header names")
                continue
            }
            if let field = one(member, path, &findings) { fields.append(field) }
        }
        return fields
    }

    private static func one(_ member: JSONObject.Member, _ path: String, _ findings: inout Findings) -> HeaderField? {
        guard let value = findings.string(member.value, path) else { return nil }
        guard LineSafety.isOneLine(member.key), LineSafety.isOneLine(value) else {
            findings.note(.headerInjection, path, "holds a line break or another control character")
            return nil
        }
        let lower = member.key.lowercased()
        let isReference = lower == "in-reply-to" || lower == "references"
        guard isReference || Shape.isExtensionHeader(member.key.utf8) else {
            findings.note(.badValue, path, "may not be set by a job; only X-…, In-Reply-To and References may")
            return nil
        }
        guard Shape.isFoldable(value.utf8), !isReference || value.utf8.allSatisfy({ $0 < 0x80 }) else {
            findings.note(.badValue, path, "cannot be written as a header: too long, or not ASCII where it must be")
            return nil
        }
        return HeaderField(member.key, value)
    }
}

/// Shapes of small texts, looked at byte by byte.
enum Shape {
    /// Two capitals (ISO 3166-1 alpha-2).
    static func isCountry(_ text: String.UTF8View) -> Bool { text.count == 2 && text.allSatisfy(isCapital) }

    /// `FR-IDF` (ISO 3166-2).
    static func isRegion(_ text: String.UTF8View) -> Bool {
        guard (4...6).contains(text.count), text.prefix(2).allSatisfy(isCapital) else { return false }
        return text.dropFirst(2).first == UInt8(ascii: "-")
            && text.dropFirst(3).allSatisfy { isCapital($0) || isDigit($0) }
    }

    /// The form of a BCP 47 tag: parts of one to eight letters and digits, the first of two or more letters.
    static func isLocale(_ text: String.UTF8View) -> Bool {
        guard text.count <= 35 else { return false }
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = parts.first, (2...8).contains(first.count), first.allSatisfy(isLetter) else { return false }
        return parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }
    }

    /// `X-` and at least one more byte of RFC 5322's field names (section 3.6.8).
    static func isExtensionHeader(_ name: String.UTF8View) -> Bool {
        guard (3...76).contains(name.count), name.starts(with: "X-".utf8) || name.starts(with: "x-".utf8) else {
            return false
        }
        return name.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    }

    /// At most 8 KiB, no run without white space over 900 bytes (RFC 5322 section 2.1.1 allows lines of 998), and more
    /// than white space.
    static func isFoldable(_ value: String.UTF8View) -> Bool {
        guard value.count <= 8192 else { return false }
        let runs = value.split { $0 == 0x20 || $0 == 0x09 }
        return !runs.isEmpty && runs.allSatisfy { $0.count <= 900 }
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool {
        isCapital(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
