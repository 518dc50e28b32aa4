// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("Texts and tasks: kept requests, restraints, homes")
struct RequestTests {
    private static let load: RequestLoad = {
        var load = RequestLoad(purpose: .create, method: "POST", target: "/v1/messages?x=%20", reference: "abc")
        load.headers = [HeaderField("Idempotency-Key", "k: 1"), HeaderField("Accept", ""), HeaderField("Accept", "b")]
        (load.contentType, load.body) = ("application/json", [0, 255, 13, 10] + Array("{\"body\":\"é\"}".utf8))
        load.match = ["body": "x", "a.b": ""]
        return load
    }()

    private func text(_ id: String, phone: String = "+33612345678") -> IntakeEntry {
        jobEntry(id, .sms) { $0.to.phone = PhoneNumber(phone) }
    }

    @Test("bytes come back as they were kept, whatever stands in them")
    func bytes() {
        var bare = RequestLoad(purpose: .inquire, method: "GET", target: "/", reference: "")
        #expect(RequestBytes.decode(RequestBytes.encode(bare)) == bare)
        bare.purpose = .amend
        #expect(RequestBytes.decode(RequestBytes.encode(bare)) == bare)
        let whole = RequestBytes.encode(Self.load)
        #expect(RequestBytes.decode(whole) == Self.load)
        #expect(RequestBytes.encode(Self.load) == whole)
        #expect(RequestBytes.decode(Array(whole.prefix(20))) == nil)
    }

    @Test("a request goes again byte for byte, on its own route only, until its job has ended")
    func kept() async throws {
        let fixture = try Fixture()
        var store = try fixture.open()
        _ = try await store.take(fixture.chunk([text("a")]))
        let first = try await store.launchAllDue(at: evening)
        #expect(first.map(\.kept) == [nil])
        let kept = KeptRequest(job: JobKey(1), route: "relay", load: Self.load)
        var other = kept
        other.load.body = []
        try await store.keep([kept, KeptRequest(job: JobKey(7), route: "relay", load: Self.load)])
        try await store.keep([other])
        store.abandon()
        store = try fixture.open { $0.recovery.doubtStep = { _ in .resend(at: evening) } }
        let second = try await store.launchAllDue(at: evening)
        #expect(second.map(\.kept) == [kept])
        try await store.settle(second, .again(at: evening, .throttled, counts: true), at: evening)
        try await store.move(to: "second", at: evening)
        let third = try await store.launchAllDue(at: evening)
        #expect(third.map(\.kept) == [nil] && third.map(\.facts.route) == ["second"])
        #expect(try await store.rows(in: "request") == 1)
        try await store.settle(third, .sent, at: evening)
        #expect(try await store.rows(in: "request") == 0)
        await store.close()
    }

    @Test("a doubt that runs out takes its request and its body with it")
    func runsOut() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([text("a")]))
        let departures = try await store.launchAllDue(at: evening)
        try await store.keep([KeptRequest(job: JobKey(1), route: "relay", load: Self.load)])
        try await store.settle(departures, .unknown(.park), at: evening)
        _ = try await store.tidy(at: evening + .seconds(7 * 86_400))
        for table in ["request", "doubt", "body", "job"] { #expect(try await store.rows(in: table) == 0, "\(table)") }
        await store.close()
    }

    @Test("home is the route that it left first, until it is back there; lanes of one route are no other home")
    func home() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([text("a")]))
        let steps: [(LaneKey, home: String?)] = [
            (LaneKey(route: "relay", domain: "example.com", brand: "acme"), nil),
            (LaneKey(route: "second", domain: nil, brand: "acme"), "relay"),
            (LaneKey(route: "third", domain: nil, brand: "acme"), "relay"),
            (LaneKey(route: "relay", domain: nil, brand: "acme"), nil),
            (LaneKey(route: "third", domain: nil, brand: "acme"), "relay"),
        ]
        for (lane, home) in steps {
            _ = try await store.exchange(settled: [], candidates: [JobKey(1)], at: evening) { _ in .move(lane) }
            let facts = try #require(try await store.queue(matching: JobFilter()).first).facts
            #expect(facts.home == home && facts.route == lane.route && facts.domain == lane.domain)
        }
        // It is part of what an attempt leaves behind.
        try await store.settle(
            store.launchAllDue(at: evening), .again(at: evening, .retry, counts: true), at: evening)
        let departures = try await store.launchAllDue(at: evening)
        #expect(departures.map(\.facts.home) == ["relay"])
        try await store.settle(departures, .sent, at: evening)
        #expect(try await store.outcomes(after: 0, limit: 9).last?.route == "third")
        await store.close()
    }

    @Test("nothing is moved onto a route that an operator has paused")
    func paused() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([text("a")]))
        try await store.pauseRoute("second", by: Signature(systemUser: "root"))
        try await store.move(to: "second", at: evening)
        #expect(try await store.queue(matching: JobFilter()).first?.facts.route == "relay")
        try await store.resumeRoute("second", by: Signature(systemUser: "root"))
        try await store.move(to: "second", at: evening)
        #expect(try await store.queue(matching: JobFilter()).first?.facts.route == "second")
        await store.close()
    }

    @Test("a restraint leaves with its task; parts of a text stand in its outcome")
    func restraintAndSegments() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([jobEntry("a", .crmTask) { $0.to.crmContact = "0035" }]))
        let restraint = Restraint(until: evening + .seconds(60), reason: .quietHours, words: "not before 8")
        let departures = try await store.exchange(settled: [], candidates: [JobKey(1)], at: evening) {
            .launch(decision(.proceed, evening, $0), reserves: true, restraint: restraint)
        }
        #expect(departures.map(\.restraint) == [restraint] && departures.map(\.errand) == [.send])
        var settled = settlement(departures[0], .sent)
        settled.segments = 3
        _ = try await store.exchange(settled: [settled], candidates: [], at: evening) { _ in .leave }
        #expect(try await store.outcomes(after: 0, limit: 9).last?.segments == 3)
        await store.close()
    }
}

extension Store {
    /// Moves all that is due to another route.
    fileprivate func move(to route: String, at now: Instant) async throws(StoreError) {
        _ = try await exchange(settled: [], candidates: allDue(at: now), at: now) {
            .move(LaneKey(route: route, domain: $0.domain, brand: $0.brand))
        }
    }

    func rows(in table: String) async throws(StoreError) -> Int64 {
        try await read { try $0.prepared(text: "SELECT count(*) FROM \(table)").first { $0.int(0) } ?? -1 }
    }
}
