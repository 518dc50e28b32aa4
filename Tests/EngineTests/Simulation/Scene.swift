// SPDX-License-Identifier: Apache-2.0
//
// Scene: a dispatcher with a book, a yard of channels and a clock in hand.

import Cryptography
import Foundation
import GatewayModel
import Logging
import Policy
import Providers
import Settings
import Templates

@testable import Engine

final class Scene: Sendable {
    let inbox = Inbox()
    let book: MemoryBook
    let yard: Yard
    let clock = HandClock()
    let dispatcher: Dispatcher
    let snapshot: GatewaySnapshot

    init(
        _ settings: GatewaySettings = Scene.settings(), seed: UInt64 = 1, timepiece: (any Timepiece)? = nil,
        journalEnd: Instant? = nil, snapshot given: GatewaySnapshot? = nil
    ) throws {
        book = MemoryBook(listener: inbox)
        yard = Yard(inbox: inbox, seed: seed)
        snapshot = try given ?? Self.snapshot(settings)
        let renderer = Renderer(workers: 2, secrets: { _ in "secret" }) { record, brand in Self.job(record, brand) }
        dispatcher = Dispatcher(
            book: book, maker: yard, renderer: renderer, snapshot: snapshot, inbox: inbox,
            timepiece: timepiece ?? clock,
            lastJournalTime: journalEnd, log: Logger(label: "scene") { _ in SwiftLogNoOpLogHandler() }, chance: { 0.5 })
    }

    /// Runs the dispatcher beside `act`, then drains it.
    func play(_ act: @Sendable @escaping (Scene) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.yard.serve() }
            group.addTask {
                do {
                    try await self.dispatcher.run()
                    self.yard.finish()
                    self.book.giveUp(Ended())
                } catch {
                    self.yard.finish()
                    self.book.giveUp(error)
                    throw error
                }
            }
            group.addTask {
                try await act(self)
                self.inbox.drain()
            }
            try await group.waitForAll()
        }
    }

    struct Ended: Error {}

    /// Nothing is in the air: only time brings anything, so it passes.
    func letTimePass(by least: Duration = .seconds(1)) {
        book.onTurn.withLock { hook in
            hook = { [book, clock, inbox] in
                guard book.look({ $0.flying.isEmpty && $0.isUnfinished }) else { return }
                let ahead = book.look(\.nextDue).map { $0 - clock.now() } ?? .zero
                clock.advance(max(least, ahead))
                inbox.bell.ring()
            }
        }
    }

    /// The same where the dispatcher may be asleep already.
    func letTimePassFromNow() {
        letTimePass()
        advance(.seconds(2))
    }

    /// Waits until that many parcels are with a route's channels.
    func carried(_ count: Int, over route: String) async throws {
        while yard.book.withLock({ $0.underWay[route]?.count != count }) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    func advance(_ duration: Duration) {
        clock.advance(duration)
        inbox.bell.ring()
    }

    // MARK: Making things up

    static func settings(
        routes: [RouteSettings] = [route("relay")], brands: [String] = ["acme"],
        _ change: (inout GatewaySettings) -> Void = { _ in }
    ) -> GatewaySettings {
        var settings = GatewaySettings(file: "scene")
        settings.routes = routes
        settings.brands = brands.map { id in
            BrandSettings(id: id, controller: id, from: Mailbox(EmailAddress("news@\(id).example")!))
        }
        change(&settings)
        return settings
    }

    static func route(_ name: String, connections: Int = 8, _ change: (inout RouteSettings) -> Void = { _ in })
        -> RouteSettings
    {
        var route = RouteSettings(
            name: name, channel: .email, transport: .smtp(SMTPSettings(host: "relay.example", port: 25)))
        (route.connections, route.inDoubt) = (connections, .park)
        change(&route)
        return route
    }

    static func snapshot(
        _ settings: GatewaySettings, without gone: Set<String> = [], marketing: Set<String> = [],
        providers: [String: Provider] = [:], presets: [Preset] = []
    ) throws -> GatewaySnapshot {
        let directory = FileManager.default.temporaryDirectory.appending(path: "scene-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let mail = [("subject.txt", "Hello {{name}}"), ("body.txt", "Dear {{name}}\n")]
        let task = [("task.title.txt", "{{name}}"), ("task.body.txt", "Say hello.\n")]
        for (name, parts) in ["hello": mail, "other": mail, "text": [("sms.txt", "{{name}}")], "task": task]
        where !gone.contains(name) {
            let folder = directory.appending(path: name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let kind =
                marketing.contains(name) ? "class = \"marketing\"" : "class = \"transactional\"\npurpose = \"receipt\""
            let manifest = """
                \(kind)
                \(name == "text" ? "max_segments = 2" : "")
                [data]
                name = { type = "string", required = true }
                """
            for (file, text) in [("template.toml", manifest)] + parts {
                try Data(text.utf8).write(to: folder.appending(path: file))
            }
        }
        let catalog = TemplateCatalog.load(directory: directory.path, brands: settings.brands.map(\.id))
        precondition(catalog.problems.isEmpty, "\(catalog.problems)")
        let bytes = SettingsListing(settings).canonicalBytes + Array(marketing.sorted().joined().utf8)
        let bundle = PolicyBundle(sha256: SHA256Digest.of(bytes).hex, bytes: bytes)
        let policy = GatePolicy(
            rules: settings.policy, presets: PresetLibrary(presets), zones: CountryZones(zones: [:]),
            table: presets.isEmpty ? nil : try ZoneTable(), version: bundle.version)
        return GatewaySnapshot(
            settings: settings, templates: catalog, gate: Gate(policy: policy), policy: bundle, providers: providers)
    }

    /// A job as the book keeps it. `name` with a line break makes its subject fail to render.
    func job(
        _ address: String, route: String = "relay", brand: String = "acme", template: String = "hello",
        priority: Priority = .normal, due: Instant? = nil, campaign: String? = nil, name: String = "Ada",
        _ change: (inout JobFacts) -> Void = { _ in }
    ) -> MemoryBook.Entry {
        let to = EmailAddress(address)!
        let lane = RouteTable.lane(on: snapshot.settings.route(route)!, domain: to.domain, brand: brand)
        let accepted = HandClock.start - .seconds(10)
        var facts = JobFacts(
            key: JobKey(0), producer: "test", channel: .email, messageClass: .transactional, template: template,
            brand: brand,
            topic: nil, campaign: campaign, lane: LaneID(0), route: route, domain: lane.domain,
            recipientDomain: to.domain,
            priority: priority, acceptedAt: accepted, notBefore: nil, expiresAt: nil, attempts: 0, firstAttemptAt: nil,
            postponed: nil)
        change(&facts)
        let record = JSONObject([("to", .string(address)), ("template", .string(template)), ("name", .string(name))])
        return MemoryBook.Entry(facts: facts, record: record.encoded, state: .ready(due ?? accepted))
    }

    func jobs(
        _ count: Int, _ word: String = "ok", at domain: String = "example.org", route: String = "relay",
        brand: String = "acme",
        template: String = "hello", campaign: String? = nil, name: String = "Ada"
    ) -> [MemoryBook.Entry] {
        (0..<count).map {
            job(
                "\(word)-\($0)@\(domain)", route: route, brand: brand, template: template, campaign: campaign,
                name: name)
        }
    }

    private static func job(_ record: [UInt8], _ brand: String) -> Job? {
        guard let fields = try? JSONValue.parse(record).object, let to = fields["to"]?.string else { return nil }
        var recipient = Recipient()
        (recipient.email, recipient.phone) = (EmailAddress(to), PhoneNumber(to))
        let channel: ChannelKind = recipient.email != nil ? .email : recipient.phone != nil ? .sms : .crmTask
        if channel == .crmTask { recipient.crmContact = to }
        var job = Job(id: to, channel: channel, template: fields["template"]?.string ?? "", to: recipient, brand: brand)
        job.data = JSONObject([("name", fields["name"] ?? .null)])
        if channel == .crmTask { job.task = TaskDetails(due: fields["due"]?.string.flatMap { Instant(rfc3339: $0) }) }
        return job
    }
}

extension MemoryBook.Pages {
    /// How many jobs have each last event.
    var outcomes: [String: Int] {
        jobs.values.reduce(into: [:]) { counts, job in
            guard job.state == .ended, let last = job.events.last else { return }
            counts[last.event.rawValue + (last.reason.map { " \($0)" } ?? ""), default: 0] += 1
        }
    }

    func ended(on route: String) -> Int { jobs.values.count { $0.facts.route == route && $0.state == .ended } }

    var reasonsToHold: Set<String> {
        Set(jobs.values.compactMap { if case .held(let why) = $0.state { why } else { nil } })
    }
}
