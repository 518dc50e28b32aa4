// SPDX-License-Identifier: Apache-2.0
//
// A route's part of the listing.

import StrictTOML

extension SettingsListing {
    static func route(_ route: RouteSettings) -> Section {
        let domains = route.domainRate.sorted { $0.key < $1.key }
        var entries = [
            Entry(key: "channel", value: route.channel.rawValue),
            Entry(key: "connections", value: "\(route.connections)"),
            Entry(key: "rate", value: rates(route.rate)),
        ]
        entries += domains.map { Entry(key: "domain_rate \($0)", value: rates($1)) }
        entries += [
            Entry(key: "match brands", value: words(route.match.brands)),
            Entry(key: "match classes", value: words(route.match.classes?.map(\.rawValue))),
            Entry(key: "match countries", value: words(route.match.countries)),
            Entry(key: "failover", value: route.failover.isEmpty ? "none" : route.failover.joined(separator: ", ")),
            Entry(key: "in_doubt", value: route.inDoubt?.rawValue ?? "by class"),
        ]
        switch route.transport {
        case .smtp(let smtp): entries += Self.entries(smtp)
        case .http(let http): entries += Self.entries(http)
        }
        return Section(name: "route \(route.name)", entries: entries)
    }

    private static func entries(_ smtp: SMTPSettings) -> [Entry] {
        [
            Entry(key: "type", value: "smtp"), Entry(key: "url", value: url(smtp)),
            Entry(key: "tls", value: smtp.tls.rawValue),
            Entry(key: "ca_file", value: smtp.caFile ?? "the system's"),
            Entry(key: "client_cert", value: smtp.clientCertificate ?? "none"),
            Entry(key: "client_key", value: smtp.clientKey ?? "none"),
            Entry(key: "proxy", value: smtp.proxy ?? "none"),
            Entry(key: "username", value: smtp.username ?? "none", isPrivate: true),
            Entry(key: "password", value: smtp.password?.text ?? "none"),
            Entry(key: "auth", value: smtp.mechanism?.rawValue ?? "the strongest offered"),
            Entry(key: "pipelining", value: smtp.pipelining.rawValue),
            Entry(key: "helo_name", value: smtp.heloName ?? "this host's"),
            Entry(key: "connect_timeout", value: DurationText.print(smtp.connectTimeout)),
            Entry(key: "reply_timeout", value: DurationText.print(smtp.replyTimeout)),
            Entry(key: "end_of_data_timeout", value: DurationText.print(smtp.endOfDataTimeout)),
            Entry(key: "idle_timeout", value: DurationText.print(smtp.idleTimeout)),
            Entry(key: "max_age", value: DurationText.print(smtp.maxAge)),
            Entry(key: "max_messages", value: "\(smtp.maxMessages)"),
        ]
    }

    /// What stands in `settings` names accounts, and is told by its key alone; a secret, by its place.
    private static func entries(_ http: HTTPSettings) -> [Entry] {
        let settings = http.settings.sorted { $0.key < $1.key }
        let secrets = http.secrets.sorted { $0.key < $1.key }
        return [
            Entry(key: "type", value: "http"), Entry(key: "provider", value: http.provider),
            Entry(key: "base_url", value: http.baseURL ?? "the provider's"),
            Entry(key: "allow_private_network", value: http.allowsPrivateNetwork ? "yes" : "no"),
        ] + settings.map { Entry(key: "settings \($0)", value: $1.text, isPrivate: true) }
            + secrets.map { Entry(key: "secrets \($0)", value: $1.text) } + [
                Entry(key: "proxy", value: http.proxy ?? "none"),
                Entry(key: "ca_file", value: http.caFile ?? "the system's"),
                Entry(key: "client_cert", value: http.clientCertificate ?? "none"),
                Entry(key: "client_key", value: http.clientKey ?? "none"),
                Entry(key: "http_version", value: http.version.rawValue),
                Entry(key: "callback_url", value: http.callbackURL ?? "none", isPrivate: true),
                Entry(key: "connect_timeout", value: DurationText.print(http.connectTimeout)),
                Entry(key: "answer_timeout", value: DurationText.print(http.answerTimeout)),
                Entry(key: "transliterate", value: http.transliterates ? "yes" : "no"),
            ]
    }

    private static func url(_ smtp: SMTPSettings) -> String {
        let host = smtp.host.contains(":") ? "[\(smtp.host)]" : smtp.host
        return "\(smtp.implicitTLS ? "smtps" : "smtp")://\(host):\(smtp.port)"
    }

    private static func rates(_ limits: [RateLimit]) -> String {
        limits.isEmpty ? "unlimited" : limits.map(\.text).joined(separator: ", ")
    }
}

extension SettingValue {
    /// For comparing; two different values have different texts.
    var text: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .integer(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .list(let words): "\(words)"
        }
    }
}

extension SecretReference {
    /// Where it is kept, in words.
    public var text: String {
        switch self {
        case .file(let path): "file \(path)"
        case .env(let name): "environment \(name)"
        case .credential(let name): "credential \(name)"
        }
    }
}
