// SPDX-License-Identifier: Apache-2.0
//
// What the tests of an HTTP channel stand on: a provider whose answers say in words what they are, and a channel to a
// scripted peer on this machine.

import GatewayModel
import Logging
import Providers
import Settings
import TestSupport
import Transport

@testable import Channels

/// A provider that answers `{"code": "throttled"}` where it means that.
enum PlainProvider {
    enum Auth: String {
        case bearer = #"""
            type = "bearer"
            token = "$secrets.key"
            """#
        case oauth = #"""
            type = "oauth2"
            grant = "client_credentials"
            token_url = "https://api.acme.example/token"
            client_id = "gatepost"
            client_secret = "$secrets.key"
            client_auth = "form"
            """#
        case webhooks = #"""
            type = "standard_webhooks"
            secret = "$secrets.key"
            """#
    }

    struct Unreadable: Error { let problems: [String] }

    static func bound(to baseURL: String, _ auth: Auth) throws -> Provider {
        let (description, problems) = ProviderCatalog.read(text(auth), name: "plain")
        guard let description, problems.isEmpty else { throw Unreadable(problems: problems.map { "\($0)" }) }
        return try Provider(
            description, settings: [:], secretNames: ["key"], baseURL: baseURL, callbackURL: nil)
    }

    private static func text(_ auth: Auth) -> String {
        let rules = ResultWord.allCases.filter { $0 != .accepted }.map {
            """
            [[answer.rule]]
            code = ["\($0.rawValue)"]
            is = "\($0.rawValue)"
            """
        }
        return """
            schema = 1
            title = "Plain words"
            channel = "sms"
            as_of = "2026-11-21"
            sources = ["https://api.acme.example/docs"]
            base_url = "https://api.acme.example"
            [secrets.key]
            required = true
            about = "the key"
            [auth]
            \(auth.rawValue)
            [request]
            method = "POST"
            path = "/messages"
            body = "json"
            [request.fields]
            text = "$text.body"
            [inquiry]
            method = "GET"
            path = "/messages"
            after = "60s"
            tries = 3
            absent = "not_sent"
            [inquiry.query]
            to = "$text.to"
            [inquiry.found]
            in = "messages"
            where = { reference = "$job.token" }
            id = "id"
            [answer]
            body = "json"
            id = ["id"]
            code = ["code"]
            text = ["message"]
            [[answer.rule]]
            status = ["2xx"]
            has = ["id"]
            is = "accepted"
            \(rules.joined(separator: "\n"))
            [[example]]
            name = "taken"
            status = 201
            body = '{"id":"m1"}'
            is = "accepted"
            """
    }
}

struct HTTPBench {
    let reactor: Reactor
    let channel: HTTPChannel
    let collector = ReportCollector()
    let notes: NoteKeeper
    let timepiece = ManualTimepiece()

    struct NoSecret: Error {}

    /// - Parameter key: nil: it cannot be read.
    init(
        _ baseURL: String, _ auth: PlainProvider.Auth = .bearer, connections: Int = 20, key: String? = "k3y",
        notes: NoteKeeper = NoteKeeper(), on reactor: Reactor? = nil,
        _ adjust: (inout HTTPSettings) -> Void = { _ in }
    ) throws {
        var settings = HTTPSettings(provider: "plain")
        (settings.baseURL, settings.allowsPrivateNetwork) = (baseURL, true)
        (settings.version, settings.secrets) = (.http11, ["key": .env("KEY")])
        adjust(&settings)
        var route = RouteSettings(name: "texts", channel: .sms, transport: .http(settings))
        route.connections = connections
        self.notes = notes
        self.reactor = try reactor ?? Reactor()
        channel = HTTPChannel(
            route: route, provider: try PlainProvider.bound(to: baseURL, auth), reactor: self.reactor, notes: notes,
            receiver: collector,
            secrets: { _ in
                guard let key else { throw NoSecret() }
                return key
            }, timepiece: timepiece)
    }

    /// Sends so many texts and returns their reports in order.
    func send(_ numbers: ClosedRange<UInt32> = 1...1, _ purpose: RequestLoad.Purpose = .create) async
        -> [AttemptReport]
    {
        let before = collector.reportsSoFar.count
        channel.send(numbers.map { .request(number: $0, purpose) })
        let all = await collector.reports(before + numbers.count)
        return all.dropFirst(before).sorted { $0.attempt < $1.attempt }
    }

    func end() async {
        await channel.close()
        await reactor.stop()
    }
}

extension Parcel {
    /// A text as a request, or the question after it; its slot is its number.
    static func request(
        number: UInt32 = 1, _ purpose: RequestLoad.Purpose = .create, body: String = #"{"text":"Hello."}"#
    ) -> Parcel {
        var load = RequestLoad(
            purpose: purpose, method: purpose == .inquire ? "GET" : "POST",
            target: purpose == .inquire ? "/messages?to=%2B33612345678" : "/messages", reference: "ref\(number)")
        if purpose == .inquire {
            load.match = ["reference": "ref\(number)"]
        } else {
            (load.contentType, load.body) = ("application/json", Array(body.utf8))
        }
        return Parcel(
            attempt: AttemptID(run: 1, counter: number), slot: WireSlot(index: Int(number)), load: .request(load))
    }
}
