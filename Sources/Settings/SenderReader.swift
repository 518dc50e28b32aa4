// SPDX-License-Identifier: Apache-2.0
//
// Reads producers, topics and brands, each on its own.

import GatewayModel
import StrictTOML

extension TOMLShape where Value == String {
    /// Any string, without a complaint where it is none: somebody else has complained.
    static var any: TOMLShape {
        TOMLShape("a string") { item, _ in if case .string(let text) = item.content { text } else { nil } }
    }
}

enum ProducerReader {
    static func read(_ table: inout StrictTable) -> ProducerSettings? {
        let name = table.required("name", .producerName)
        let kinds = TOMLShape<[RecordKind]>.list(of: TOMLShape<RecordKind>.word, "a list of kinds of record")
        let may = table.optional("may", kinds) ?? RecordKind.allCases
        let brands = table.optional("brands", TOMLShape<[String]>.list(of: .identifier, "a list of brands"))
        if may.isEmpty {
            table.complain("must name at least one kind of record; without it, all are allowed", about: "may")
        }
        if brands?.isEmpty == true {
            table.complain("must name at least one brand; without it, all are allowed", about: "brands")
        }
        return name.map { ProducerSettings(name: $0, may: Set(may), brands: brands.map { Set($0) }) }
    }
}

enum TopicReader {
    static func read(_ table: inout StrictTable) -> TopicSettings? {
        let id = table.required("id", .identifier)
        let brand = table.optional("brand", .identifier)
        let titles = TOMLShape<[String: String]>.dictionary(
            of: .line, "a table of titles by language, as { en = \"Our newsletter\" }")
        let title = table.required("title", titles)
        if title?.isEmpty == true {
            table.complain("must hold at least one language, as { en = \"Our newsletter\" }", about: "title")
        }
        for language in title?.keys.sorted() ?? [] where !isLanguageTag(language) {
            table.complain("\"\(language)\" is no language tag as \"en\" or \"fr-CA\"", about: "title")
        }
        guard let id, let title else { return nil }
        return TopicSettings(id: id, brand: brand, title: title)
    }

    /// The form of BCP 47, not its registry.
    private static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let language = parts.first, (2...3).contains(language.count) else { return false }
        return parts.allSatisfy { part in
            (1...8).contains(part.count)
                && part.allSatisfy {
                    WholeNumber.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                }
        }
    }
}

enum BrandReader {
    static func read(_ table: inout StrictTable) -> BrandSettings? {
        let id = table.required("id", .identifier)
        let controller = table.required("controller", .line)
        let from = table.required("from", .mailbox)
        let replyTo = table.optional("reply_to", .mailbox)
        let fromDomains = fromDomains(&table, from)
        let postalAddress = table.optional("postal_address", .paragraph)
        let unsubscribeBase = table.optional("unsubscribe_base", .linkBase)
        let returnPathDomain = table.optional("return_path_domain", .domain)
        if !table.has("postal_address") {
            table.warn("has no \"postal_address\": marketing mail must show one in many countries")
        }
        UnavailableParts.readDKIM(&table)
        guard let id, let controller, let from else { return nil }
        var brand = BrandSettings(id: id, controller: controller, from: from)
        if let fromDomains { brand.fromDomains = fromDomains }
        (brand.replyTo, brand.postalAddress) = (replyTo, postalAddress ?? "")
        (brand.unsubscribeBase, brand.returnPathDomain) = (unsubscribeBase, returnPathDomain)
        return brand
    }

    private static func fromDomains(_ table: inout StrictTable, _ from: Mailbox?) -> [String]? {
        let domains = table.optional("from_domains", TOMLShape<[String]>.list(of: .domain, "a list of domains"))
        if let domains, let own = from?.address.domain, !domains.contains(own) {
            table.complain("must hold \(own), the domain of \"from\"", about: "from_domains")
        }
        return domains
    }
}

enum SandboxReader {
    static func read(_ table: inout StrictTable) -> SandboxSettings {
        var redirect: [ChannelKind: String] = [:]
        let isThere = table.has("redirect")
        table.table("redirect") { to in
            let email = TOMLShape<String>.line.refined("an e-mail address") { text, _ in EmailAddress(text)?.description
            }
            let phone = TOMLShape<String>.line.refined("a phone number as \"+33612345678\" (E.164)") { text, _ in
                PhoneNumber(text)?.description
            }
            redirect[.email] = to.optional(ChannelKind.email.rawValue, email)
            redirect[.sms] = to.optional(ChannelKind.sms.rawValue, phone)
            redirect[.crmTask] = to.optional(ChannelKind.crmTask.rawValue, .line)
            if !ChannelKind.allCases.contains(where: { to.has($0.rawValue) }) {
                to.complain("must name an address, as { email = \"qa@acme.example\" }")
            }
        }
        if !isThere {
            table.complain(
                "\"redirect\" is missing; it says where messages go instead, as { email = \"qa@acme.example\" }")
        }
        let patterns = TOMLShape<[String]>.list(of: pattern, "a list of addresses or patterns")
        return SandboxSettings(redirect: redirect, allow: table.optional("allow", patterns) ?? [])
    }

    private static var pattern: TOMLShape<String> {
        let name = "an address or a pattern as \"*@acme.example\" or \"+3361*\""
        return TOMLShape<String>.line.refined(name) { text, _ in normalised(text) }
    }

    /// Domains as lower-case A-labels; nil for what is no pattern.
    private static func normalised(_ text: String) -> String? {
        if text.hasPrefix("*@") { return DomainName.ascii(String(text.dropFirst(2))).map { "*@\($0)" } }
        if let address = EmailAddress(text) { return text.contains("*") ? nil : address.description }
        if text.hasPrefix("+"), text.hasSuffix("*") {
            let digits = text.dropFirst().dropLast()
            return (1...15).contains(digits.utf8.count) && digits.utf8.allSatisfy(WholeNumber.isDigit) ? text : nil
        }
        return PhoneNumber(text)?.description
    }
}
