// SPDX-License-Identifier: Apache-2.0
//
// Reads what only an SMTP route says.

import StrictTOML

enum SMTPReader {
    static let keys = [
        "url", "tls", "username", "password", "auth", "ca_file", "client_cert", "client_key", "proxy", "pipelining",
        "helo_name", "connect_timeout",
        "reply_timeout",
        "end_of_data_timeout", "idle_timeout", "max_age", "max_messages",
    ]

    /// Nil where the relay's address could not be read.
    static func read(_ table: inout StrictTable, _ secrets: inout [SecretMention]) -> SMTPSettings? {
        let address = TOMLShape<String>.line.refined("an address as \"smtp://127.0.0.1:2525\"") {
            (text, _) throws(TOMLComplaint) in
            try RelayURL(text)
        }
        let url = table.required("url", address)
        var smtp = SMTPSettings(
            host: url?.host ?? "localhost", port: url?.port ?? 25, implicitTLS: url?.implicitTLS ?? false)
        readTLS(&table, &smtp)
        smtp.proxy = table.optional("proxy", .proxy)
        readLogin(&table, &smtp, &secrets)
        table.set(&smtp.pipelining, "pipelining", TOMLShape<SMTPSettings.Pipelining>.word)
        smtp.heloName = table.optional("helo_name", .domain)
        readTimes(&table, &smtp)
        return url == nil ? nil : smtp
    }

    /// Counts the keys as known, for a route whose type is not.
    static func ignore(_ table: inout StrictTable) {
        for key in keys { _ = table.raw(key) }
    }

    private static func readTLS(_ table: inout StrictTable, _ smtp: inout SMTPSettings) {
        table.set(&smtp.tls, "tls", TOMLShape<SMTPSettings.TLS>.word)
        if smtp.implicitTLS, smtp.tls != .required {
            table.complain("contradicts smtps://, which is TLS from the first byte; leave it out", about: "tls")
        }
        smtp.caFile = table.readableFile("ca_file")
        (smtp.clientCertificate, smtp.clientKey) = table.clientIdentity()
    }

    private static func readLogin(
        _ table: inout StrictTable, _ smtp: inout SMTPSettings, _ secrets: inout [SecretMention]
    ) {
        smtp.username = table.optional("username", .line)
        smtp.password = table.optional("password", .secret)
        smtp.mechanism = table.optional("auth", TOMLShape<SMTPSettings.Mechanism>.word)
        if let password = smtp.password {
            secrets.append(SecretMention(reference: password, table: table, key: "password"))
        }
        if table.has("username"), !table.has("password") {
            table.complain("needs a \"password\" with it", about: "username")
        }
        for key in ["password", "auth"] where table.has(key) && !table.has("username") {
            table.complain("needs a \"username\" with it", about: key)
        }
        if table.has("username"), smtp.tls != .required, !Loopback.isLoopback(smtp.host) {
            table.complain(
                "must be \"required\" where there is a username: the password would travel in the clear", about: "tls")
        }
    }

    private static func readTimes(_ table: inout StrictTable, _ smtp: inout SMTPSettings) {
        let reply = Duration.seconds(1)...Duration.hours(1)
        table.set(&smtp.connectTimeout, "connect_timeout", .duration(in: .milliseconds(100)...(.minutes(10))))
        table.set(&smtp.replyTimeout, "reply_timeout", .duration(in: reply))
        table.set(&smtp.endOfDataTimeout, "end_of_data_timeout", .duration(in: reply))
        table.set(&smtp.idleTimeout, "idle_timeout", .duration(in: reply))
        table.set(&smtp.maxAge, "max_age", .duration(in: .seconds(1)...(.days(1))))
        table.set(&smtp.maxMessages, "max_messages", .integer(in: 1...1_000_000))
    }
}
