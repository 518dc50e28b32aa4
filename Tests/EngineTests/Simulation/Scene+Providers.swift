// SPDX-License-Identifier: Apache-2.0
//
// Texts and tasks for a scene: routes to a provider that is made up, and jobs over them.

import GatewayModel
import Policy
import Providers
import Settings

@testable import Engine

extension Scene {
    /// What a made-up provider can do about a doubt.
    enum Offer: String, Sendable, CaseIterable {
        case nothing
        case inquiry
        case key
        case upsert
        /// Tasks can be closed.
        case amendment
    }

    /// Texts by routes to such providers, one after the other.
    convenience init(
        texts routes: [RouteSettings], offering offer: Offer = .nothing, marketing: Set<String> = [],
        presets: [Preset] = [], _ change: (inout GatewaySettings) -> Void = { _ in }
    ) throws {
        let settings = Scene.settings(routes: routes, change)
        try self.init(
            settings,
            snapshot: Scene.snapshot(
                settings, marketing: marketing, providers: Scene.providers(of: routes, offering: offer),
                presets: presets))
    }

    static func providers(of routes: [RouteSettings], offering offer: Offer = .nothing) throws -> [String: Provider] {
        var providers: [String: Provider] = [:]
        for route in routes {
            let text = description(of: route.channel, offer)
            let (found, problems) = ProviderCatalog.read(text, name: "made-up")
            guard let found else { preconditionFailure("\(problems)") }
            providers[route.name] = try Provider(
                found, settings: [:], secretNames: [], baseURL: nil, callbackURL: nil)
        }
        return providers
    }

    static func httpRoute(
        _ name: String, _ channel: ChannelKind = .sms, failover: [String] = [],
        _ change: (inout RouteSettings) -> Void = { _ in }
    ) -> RouteSettings {
        var route = RouteSettings(name: name, channel: channel, transport: .http(HTTPSettings(provider: "made-up")))
        (route.connections, route.failover) = (8, failover)
        change(&route)
        return route
    }

    private static func description(of channel: ChannelKind, _ offer: Offer) -> String {
        let fields =
            channel == .sms
            ? """
            to = "$text.to"
            words = "$text.body"
            parts = "$text.segments"
            validity = "$text.validity"
            """
            : """
            to = "$task.contact"
            words = "$task.title"
            note = "$task.body"
            due = "$task.due | iso8601"
            priority = "$task.priority"
            """
        let inquiry = """
            [inquiry]
            method = "GET"
            path = "/things"
            after = "60s"
            tries = 3
            [inquiry.query]
            ref = "$job.token"
            [inquiry.found]
            in = "things"
            where = { ref = "$job.token" }
            id = "id"
            """
        let amendment = """
            [amend]
            method = "PATCH"
            path = "/things/{task.id}"
            body = "json"
            [amend.fields]
            words = "ok"
            note = "$task.note | line task.body"
            """
        let repeating = "[repeat]\nby = \"\(offer.rawValue)\"\n"
        return """
            schema = 1
            title = "Made up"
            channel = "\(channel.rawValue)"
            as_of = "2026-11-21"
            sources = ["https://provider.example/docs"]
            base_url = "https://provider.example"
            quota = ["1000/s"]
            [auth]
            type = "none"
            [request]
            method = "\(offer == .upsert ? "PUT" : "POST")"
            path = "\(offer == .upsert ? "/things/{job.token}" : "/things")"
            body = "json"
            [request.fields]
            \(fields)
            ref = "$job.token"
            \(offer == .inquiry ? inquiry : "")
            \(offer == .key ? repeating + "header = \"Idempotency-Key\"\nwindow = \"24h\"" : "")
            \(offer == .upsert ? repeating : "")
            \(offer == .amendment ? amendment : "")
            [answer]
            body = "json"
            id = ["id"]
            [[answer.rule]]
            status = ["2xx"]
            is = "accepted"
            """
    }

    /// Its first word says what becomes of it (`Yard`).
    func text(
        _ words: String, route: String = "texts", to number: String = "+33612345678",
        _ change: (inout JobFacts) -> Void = { _ in }
    ) -> MemoryBook.Entry {
        entry(.sms, words, to: number, route: route, template: "text", change)
    }

    func task(
        _ words: String, route: String = "crm", contact: String = "0035g00000XyZ",
        _ change: (inout JobFacts) -> Void = { _ in }
    ) -> MemoryBook.Entry {
        entry(.crmTask, words, to: contact, route: route, template: "task", change)
    }

    /// A task's record with a due date of its own.
    func record(of words: String, due: String, contact: String = "0035g00000XyZ") -> [UInt8] {
        JSONObject([
            ("to", .string(contact)), ("template", .string("task")), ("name", .string(words)), ("due", .string(due)),
        ]).encoded
    }

    func texts(_ count: Int, _ word: String = "ok", route: String = "texts") -> [MemoryBook.Entry] {
        (0..<count).map { text("\(word)-\($0)", route: route) }
    }

    private func entry(
        _ channel: ChannelKind, _ words: String, to: String, route: String, template: String,
        _ change: (inout JobFacts) -> Void
    ) -> MemoryBook.Entry {
        let accepted = HandClock.start - .seconds(10)
        var facts = JobFacts(
            key: JobKey(0), producer: "test", channel: channel, messageClass: .transactional, template: template,
            brand: "acme", topic: nil, campaign: nil, lane: LaneID(0), route: route, domain: nil, recipientDomain: nil,
            priority: .normal, acceptedAt: accepted, notBefore: nil, expiresAt: nil, attempts: 0, firstAttemptAt: nil,
            postponed: nil)
        change(&facts)
        let record = JSONObject([("to", .string(to)), ("template", .string(template)), ("name", .string(words))])
        return MemoryBook.Entry(facts: facts, record: record.encoded, state: .ready(accepted))
    }
}

extension MemoryBook.Pages {
    /// What was told of each job, in order of key: `unknown in_doubt, sent`.
    var stories: [String] {
        jobs.keys.sorted().map { key in
            jobs[key]!.events.map { $0.event.rawValue + ($0.reason.map { " \($0)" } ?? "") }.joined(separator: ", ")
        }
    }
}
