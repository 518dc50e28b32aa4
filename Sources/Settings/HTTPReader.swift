// SPDX-License-Identifier: Apache-2.0
//
// Reads what only an HTTP route says. Whether the provider knows these settings and secrets is checked where its
// description is known.

import Foundation
import GatewayModel
import StrictTOML

enum HTTPReader {
    static let keys = [
        "provider", "base_url", "allow_private_network", "settings", "secrets", "proxy", "ca_file", "client_cert",
        "client_key", "http_version", "callback_url", "connect_timeout", "answer_timeout", "transliterate",
    ]

    /// Nil where the provider's name could not be read.
    static func read(_ table: inout StrictTable, _ channel: ChannelKind?, _ secrets: inout [SecretMention])
        -> HTTPSettings?
    {
        let provider = table.required("provider", .providerName)
        var http = HTTPSettings(provider: provider ?? "")
        table.set(&http.allowsPrivateNetwork, "allow_private_network", .boolean)
        http.baseURL = table.optional("base_url", .baseURL(allowsPlain: http.allowsPrivateNetwork))
        table.set(&http.settings, "settings", .settingValues)
        http.secrets = readSecrets(&table, &secrets)
        readConnection(&table, &http)
        http.callbackURL = table.optional("callback_url", .callbackURL)
        table.set(&http.transliterates, "transliterate", .boolean)
        if table.has("transliterate"), let channel, channel != .sms {
            table.complain("is for channel = \"sms\"", about: "transliterate")
        }
        return provider == nil ? nil : http
    }

    /// Counts the keys as known, for a route whose type is not.
    static func ignore(_ table: inout StrictTable) {
        for key in keys { _ = table.raw(key) }
    }

    private static func readSecrets(_ table: inout StrictTable, _ secrets: inout [SecretMention])
        -> [String: SecretReference]
    {
        var (read, mentions) = ([String: SecretReference](), [SecretMention]())
        table.table("secrets") { part in
            for (key, _) in part.item.members {
                guard let reference = part.optional(key, .secret) else { continue }
                read[key] = reference
                mentions.append(SecretMention(reference: reference, table: part, key: key, mayBePEM: true))
            }
        }
        secrets += mentions
        return read
    }

    private static func readConnection(_ table: inout StrictTable, _ http: inout HTTPSettings) {
        http.proxy = table.optional("proxy", .proxy)
        http.caFile = table.readableFile("ca_file")
        (http.clientCertificate, http.clientKey) = table.clientIdentity()
        table.set(&http.version, "http_version", TOMLShape<HTTPSettings.Version>.word)
        table.set(&http.connectTimeout, "connect_timeout", .duration(in: .milliseconds(100)...(.minutes(10))))
        table.set(&http.answerTimeout, "answer_timeout", .duration(in: .seconds(1)...(.minutes(10))))
    }
}

extension TOMLShape where Value == String {
    /// A description's file name without its ending.
    fileprivate static var providerName: TOMLShape {
        string.refined("a provider's name: 1 to 64 of a-z 0-9 _ -") { text, _ in
            let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
            let fits = text.utf8.allSatisfy { byte in
                letters.contains(byte) || WholeNumber.isDigit(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_")
            }
            return fits && (1...64).contains(text.utf8.count) ? text : nil
        }
    }

    /// Without a slash at its end. Never quotes the text: someone may have put a password there.
    fileprivate static func baseURL(allowsPlain: Bool) -> TOMLShape {
        line.refined("a link as \"https://api.provider.example\"") { (text, _) throws(TOMLComplaint) in
            let parts = try URLParts(text)
            guard parts.isSecure || allowsPlain else {
                throw TOMLComplaint("must begin with https://, or the route needs allow_private_network = true")
            }
            guard !parts.hasQuery else { throw TOMLComplaint("must not hold a query (\"?\")") }
            var base = text[...]
            while base.hasSuffix("/") { base.removeLast() }
            return String(base)
        }
    }

    /// Where others reach us: https, or http on this machine.
    fileprivate static var callbackURL: TOMLShape {
        line.refined("a link as \"https://hooks.acme.example/sms\"") { (text, _) throws(TOMLComplaint) in
            let parts = try URLParts(text)
            guard parts.isSecure || Loopback.isLoopback(parts.host) else {
                throw TOMLComplaint("must begin with https://")
            }
            return text
        }
    }
}

/// What of a link matters here.
private struct URLParts {
    var isSecure: Bool
    var host: String
    var hasQuery: Bool

    init(_ text: String) throws(TOMLComplaint) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let url = URLComponents(string: text),
            let scheme = url.scheme, ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty
        else { throw TOMLComplaint("must begin with https:// and name a host; ASCII only, as it goes over the wire") }
        guard url.user == nil, url.password == nil else {
            throw TOMLComplaint("must not hold user or password; what is secret belongs in \"secrets\"")
        }
        guard url.fragment == nil else { throw TOMLComplaint("must not hold a fragment (\"#\")") }
        (isSecure, hasQuery) = (scheme == "https", url.query != nil)
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }
}

extension TOMLShape where Value == [String: SettingValue] {
    fileprivate static var settingValues: TOMLShape {
        .dictionary(of: .settingValue, "a table, as { from = \"+15550100\" }")
    }
}

extension TOMLShape where Value == SettingValue {
    fileprivate static var settingValue: TOMLShape {
        let name = "a string, an integer, true or false, or a list of strings"
        let words = TOMLShape<[String]>.list(of: .line, "a list of strings")
        return TOMLShape(name) { item, complaints in
            switch item.content {
            case .string: return TOMLShape<String>.line.readElement(item, &complaints).map { .text($0) }
            case .integer(let number): return .integer(number)
            case .boolean(let flag): return .boolean(flag)
            case .array: return words.readElement(item, &complaints).map { .list($0) }
            case .table(let members) where members.contains { ["file", "env", "credential"].contains($0.key) }:
                complaints.append(TOMLComplaint("is where a secret is kept: give it under \"secrets\"", at: item))
                return nil
            case .float, .dateTime, .table:
                complaints.append(TOMLComplaint("must be \(name), not \(item.content.kind)", at: item))
                return nil
            }
        }
    }
}
