// SPDX-License-Identifier: Apache-2.0
//
// What the values in a configuration look like.

import Foundation
import GatewayModel
import StrictTOML

extension TOMLShape where Value == String {
    /// Names of routes, brands, producers, topics: they become file names, labels and words in logs.
    static var identifier: TOMLShape {
        let name = "1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)"
        return string.refined(name) { text, _ in
            let fits = (1...64).contains(text.utf8.count) && text.first != "."
            return fits && text.utf8.allSatisfy(Self.isNameByte) ? text : nil
        }
    }

    /// Part of directory and file names in the spool, which have room for this much.
    static var producerName: TOMLShape {
        string.refined("1 to 32 of A-Z a-z 0-9 _ -") { text, _ in
            (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: ".") }
                ? text : nil
        }
    }

    static var line: TOMLShape {
        text.refined("one line of text") { text, _ in LineSafety.isOneLine(text) ? text : nil }
    }

    /// Lines of text, without other controls.
    static var paragraph: TOMLShape {
        text.refined("text without control characters") { text, _ in
            text.split(separator: "\n").allSatisfy(LineSafety.isOneLine) ? text : nil
        }
    }

    /// Gives lower-case A-labels.
    static var domain: TOMLShape {
        text.refined("a domain as \"acme.example\"") { text, _ in DomainName.ascii(text) }
    }

    static var country: TOMLShape {
        text.refined("a country code as \"FR\" (ISO 3166-1, two capital letters)") { text, _ in
            text.utf8.count == 2 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
                ? text : nil
        }
    }

    /// Absolute, whatever directory the file was named from.
    static var absolutePath: TOMLShape {
        path.refined("a path") { path, _ in
            path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        }
    }

    /// Base of links in messages: https, or http on this machine; without a slash at its end.
    static var linkBase: TOMLShape {
        line.refined("a link as \"https://mail.acme.example\"") { (text, _) throws(TOMLComplaint) in
            guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
                url.password == nil, url.query == nil, url.fragment == nil
            else { return nil }
            guard url.scheme == "https" || (url.scheme == "http" && Loopback.isLoopback(host)) else {
                throw TOMLComplaint("must begin with https:// (RFC 8058 section 3.1)")
            }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension TOMLShape where Value == Mailbox {
    static var mailbox: TOMLShape {
        TOMLShape<String>.line.refined("an address as \"Acme <news@acme.example>\"") { text, _ in Mailbox(text: text) }
    }
}

extension TOMLShape where Value == IntakeSettings.FreeSpace {
    static var freeSpace: TOMLShape {
        TOMLShape<String>.string.refined("a share as \"5%\" or a size as \"10GiB\"") { text, _ in
            IntakeSettings.FreeSpace(text)
        }
    }
}

extension TOMLShape where Value == [RateLimit] {
    /// One rate or a list of them.
    static var rates: TOMLShape {
        let name = "a rate as \"500/s\", or a list of them (/s, /min, /h or /d; at least 1)"
        let one = TOMLShape<String>.string.refined(name) { text, _ in RateLimit(text) }
        let many = TOMLShape<[RateLimit]>.list(of: one, name)
        return TOMLShape(name) { item, complaints in
            if case .array(let items) = item.content, !items.isEmpty { return many.readElement(item, &complaints) }
            return one.readElement(item, &complaints).map { [$0] }
        }
    }
}

extension TOMLShape where Value == [String: [RateLimit]] {
    /// Rates by domain; the domains come out as lower-case A-labels, each once.
    static var domainRates: TOMLShape {
        TOMLShape("a table of rates by domain, as { \"gmail.com\" = \"50/s\" }") { item, complaints in
            guard case .table = item.content else {
                complaints.append(TOMLComplaint("must be a table of rates by domain, as { \"gmail.com\" = \"50/s\" }"))
                return nil
            }
            var rates: [String: [RateLimit]] = [:]
            for (key, member) in item.members {
                guard let limits = TOMLShape<[RateLimit]>.rates.readElement(member, &complaints) else { continue }
                guard let domain = DomainName.ascii(key) else {
                    complaints.append(TOMLComplaint("the key must be a domain as \"gmail.com\"", at: member))
                    continue
                }
                if rates.updateValue(limits, forKey: domain) != nil {
                    complaints.append(TOMLComplaint("the domain \(domain) is here twice", at: member))
                }
            }
            return rates
        }
    }
}

extension TOMLShape where Value == SecretReference {
    /// A place, never the secret: what stands inline has been in a file that people copy around.
    static var secret: TOMLShape {
        let name = "{ file = \"…\" }, { env = \"…\" } or { credential = \"…\" }"
        return TOMLShape(name) { item, complaints in
            guard case .table(let members) = item.content else {
                complaints.append(
                    TOMLComplaint("secrets never stand in the configuration; say where it is kept: \(name)"))
                return nil
            }
            guard members.count == 1, let (kind, place) = members.first else {
                complaints.append(TOMLComplaint("must be exactly one of \(name)"))
                return nil
            }
            return reference(kind, place, name, &complaints)
        }
    }

    private static func reference(
        _ kind: String, _ place: TOMLItem, _ name: String, _ complaints: inout [TOMLComplaint]
    ) -> SecretReference? {
        switch kind {
        case "file": return TOMLShape<String>.absolutePath.readElement(place, &complaints).map { .file($0) }
        case "env": return TOMLShape<String>.line.readElement(place, &complaints).map { .env($0) }
        case "credential": return TOMLShape<String>.identifier.readElement(place, &complaints).map { .credential($0) }
        default:
            complaints.append(TOMLComplaint("unknown key; a secret is \(name)", at: place))
            return nil
        }
    }
}
