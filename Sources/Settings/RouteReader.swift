// SPDX-License-Identifier: Apache-2.0
//
// Reads one route. What other parts of the configuration have to say about it is ConsistencyCheck's.

import GatewayModel
import StrictTOML

enum RouteReader {
    private enum Kind: String, CaseIterable { case smtp, http }

    static func read(_ table: inout StrictTable, _ secrets: inout [SecretMention]) -> RouteSettings? {
        let name = table.required("name", .identifier)
        let channel = table.required("channel", TOMLShape<ChannelKind>.word)
        let kind = table.required("type", TOMLShape<Kind>.word)
        let common = readCommon(&table)
        let transport: RouteTransport?
        switch kind {
        case .smtp:
            transport = SMTPReader.read(&table, &secrets).map { .smtp($0) }
            if let channel, channel != .email {
                table.complain("type = \"smtp\" carries channel = \"email\" only", about: "channel")
            }
        case .http:
            transport = HTTPReader.read(&table, channel, &secrets).map { .http($0) }
            if channel == .email {
                table.complain("type = \"http\" carries channel = \"sms\" or \"crm_task\" only", about: "channel")
            }
            if table.has("domain_rate") {
                table.complain("is for e-mail: phones and contacts have no domain", about: "domain_rate")
            }
        case nil:
            // Without its type nobody knows which keys are right.
            SMTPReader.ignore(&table)
            HTTPReader.ignore(&table)
            transport = nil
        }
        guard let name, let channel, let transport else { return nil }
        var route = RouteSettings(name: name, channel: channel, transport: transport)
        (route.connections, route.rate, route.domainRate) = (common.connections, common.rate, common.domainRate)
        (route.match, route.failover, route.inDoubt) = (common.match, common.failover, common.inDoubt)
        return route
    }

    private struct Common {
        var connections = 20
        var rate: [RateLimit] = []
        var domainRate: [String: [RateLimit]] = [:]
        var match = RouteMatch()
        var failover: [String] = []
        var inDoubt: InDoubt?
    }

    private static func readCommon(_ table: inout StrictTable) -> Common {
        var common = Common()
        table.set(&common.connections, "connections", .integer(in: 1...1000))
        table.set(&common.rate, "rate", .rates)
        table.set(&common.domainRate, "domain_rate", .domainRates)
        table.table("match") { common.match = match(&$0) }
        table.set(&common.failover, "failover", TOMLShape<[String]>.list(of: .identifier, "a list of routes"))
        common.inDoubt = table.optional("in_doubt", TOMLShape<InDoubt>.word)
        return common
    }

    private static func match(_ table: inout StrictTable) -> RouteMatch {
        let brands = table.optional("brands", TOMLShape<[String]>.list(of: .identifier, "a list of brands"))
        let classes = table.optional("classes", TOMLShape<[MessageClass]>.list(of: .word, "a list of classes"))
        let countries = table.optional("countries", TOMLShape<[String]>.list(of: .country, "a list of countries"))
        for (key, isEmpty) in [
            ("brands", brands?.isEmpty), ("classes", classes?.isEmpty), ("countries", countries?.isEmpty),
        ] where isEmpty == true {
            table.complain("matches nothing; leave it out to match any", about: key)
        }
        return RouteMatch(
            brands: brands.map { Set($0) }, classes: classes.map { Set($0) }, countries: countries.map { Set($0) })
    }
}
