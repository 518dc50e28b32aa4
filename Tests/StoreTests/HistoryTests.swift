// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

/// A generator with a seed: the same history every time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

@Suite("Random histories")
struct HistoryTests {
    @Test("every accepted job has exactly one end, the journal no gap, whatever happens in between", arguments: 1...8)
    func histories(_ seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let fixture = try Fixture()
        var story = try Story(fixture: fixture, store: fixture.open())
        for _ in 0..<120 { try await story.step(&random) }
        try await story.finish()
        let store = story.store
        #expect(try await store.queuedJobs() == 0)
        #expect(try await store.verifyJournal().fault == nil)
        let outcomes = try await store.outcomes(after: 0, limit: 100_000)
        let ends = Dictionary(grouping: outcomes.filter(\.event.isTerminal), by: { $0.job ?? "?" })
        #expect(Set(ends.keys) == story.accepted)
        for (job, events) in ends {
            let last = events[events.count - 1]
            // Any number of `unknown`, each but the last settled by a `postponed` or the next, then at most one other.
            let unknowns = events.filter { $0.event == .unknown }
            let others = events.filter { $0.event != .unknown }
            #expect(others.count <= 1 && (others.isEmpty || last.event != .unknown), "\(job): \(events.map(\.event))")
            let settled = outcomes.filter { $0.job == job }.compactMap(\.settles)
            #expect(settled == unknowns.map(\.seq) || settled == unknowns.dropLast().map(\.seq), "\(job)")
            #expect(others.isEmpty || settled.count == unknowns.count, "\(job)")
        }
        await store.close()
    }
}

/// One random life of a store, with what must come of it.
private struct Story {
    let fixture: Fixture
    var store: Store
    var accepted: Set<String> = []
    private var flying: [Departure] = []
    private var number = 0

    init(fixture: Fixture, store: Store) { (self.fixture, self.store) = (fixture, store) }

    mutating func step(_ random: inout Seeded) async throws {
        fixture.clock.advance(by: .seconds(Int.random(in: 0...90, using: &random)))
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: try await takeIn(&random)
        case 3...5: try await admit(&random)
        case 6...7: try await settle(&random)
        case 8: try await disturb(&random)
        default: try await crash(&random)
        }
    }

    private mutating func takeIn(_ random: inout Seeded) async throws {
        var entries: [IntakeEntry] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            number += 1
            let now = fixture.clock.now()
            let wish = Wish("j\(number)") { wish in
                wish.person = "p\(Int.random(in: 0..<4, using: &random))"
                wish.campaign = "c\(Int.random(in: 0..<3, using: &random))"
                if Bool.random(using: &random) {
                    wish.expiresAt = now + .seconds(Int.random(in: 1...900, using: &random))
                }
                if Bool.random(using: &random) {
                    wish.notBefore = now + .seconds(Int.random(in: 1...300, using: &random))
                }
            }
            accepted.insert(wish.id)
            entries.append(wish.entry)
        }
        _ = try await store.take(fixture.chunk(entries))
    }

    private mutating func admit(_ random: inout Seeded) async throws {
        let now = fixture.clock.now()
        var due = try await store.allDue(at: now)
        due.shuffle(using: &random)
        let (salt, hour) = (random.next() % 7, now + .seconds(600))
        flying += try await store.exchange(settled: [], candidates: due, at: now) { facts in
            let choice = (UInt64(facts.key.rawValue) &+ salt) % 7
            if facts.expiresAt.map({ $0 <= now }) ?? false {
                return .withhold(.expired, decision(.withhold(.expired), now, facts))
            }
            return switch choice {
            case 0: .postpone(until: hour, .quietHours, decision(.postpone(until: hour, .quietHours), now, facts))
            case 1: .withhold(.noConsent, decision(.withhold(.noConsent), now, facts))
            case 2: .hold(why: "template gone")
            case 3: .move(LaneKey(route: "second", domain: nil, brand: facts.brand))
            default: .launch(decision(.proceed, now, facts), reserves: true)
            }
        }
    }

    private mutating func settle(_ random: inout Seeded) async throws {
        let now = fixture.clock.now()
        flying += try await store.launchInquiries(store.dueInquiries(at: now, limit: 3), at: now)
        flying.shuffle(using: &random)
        let landed = Array(flying.prefix(Int.random(in: 0...flying.count, using: &random)))
        flying.removeFirst(landed.count)
        let fates: [Settlement.Fate] = [
            .sent, .sent, .failed(.badAddress), .again(at: now + .seconds(60), .retry, counts: true), .recalled,
            .again(at: now, .routeDown, counts: false), .unknown(.park), .unknown(.resend(at: now + .seconds(5))),
            .unknown(.inquire(at: now + .seconds(5))), .unknown(.inquire(at: now)), .absent, .held(why: "no brand"),
        ]
        let settled = landed.map { settlement($0, fates.randomElement(using: &random) ?? .sent) }
        _ = try await store.exchange(settled: settled + settled.prefix(1), candidates: [], at: now) { _ in .leave }
    }

    private mutating func disturb(_ random: inout Seeded) async throws {
        number += 1
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let person = "p\(Int.random(in: 0..<4, using: &random))"
            _ = try await store.take(fixture.chunk([cancelEntry("x\(number)") { $0.person = person }]))
        case 1:
            var filter = JobFilter()
            filter.campaign = "c\(Int.random(in: 0..<3, using: &random))"
            let changes: [QueueChange] = [.hold, .release, .retry, .cancel]
            _ = try await store.change(
                changes.randomElement(using: &random) ?? .hold, matching: filter, by: Signature(systemUser: "root"))
        case 2: _ = try await store.tidy(at: fixture.clock.now())
        default:
            let hold = StandingOrders.Hold(
                id: 0, campaign: "c1", brand: nil, template: nil, route: nil, messageClass: nil, why: "wait")
            let id = try await store.addHold(hold, by: Signature(systemUser: "root"))
            _ = try await store.removeHold(id, by: Signature(systemUser: "root"))
        }
    }

    private mutating func crash(_ random: inout Seeded) async throws {
        for departure in flying {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: store.notes.noteEndHandedOver(departure.slot)
            case 1: store.notes.noteAnswered(departure.slot, code: 250, text: "250 ok")
            default: break
            }
        }
        store.abandon()
        flying = []
        let resends = Bool.random(using: &random)
        let now = fixture.clock.now()
        store = try fixture.open { options in
            options.recovery = RecoveryRules(
                judge: { code, text, _ in
                    let evidence = DeliveryEvidence(stage: "end_of_data", code: code, text: text)
                    return RecoveryRules.Judged(fate: .sent, evidence: evidence)
                },
                doubtStep: { facts in
                    resends ? .resend(at: now) : facts.key.rawValue % 2 == 0 ? .inquire(at: now) : .park
                })
        }
    }

    /// Everything that still waits is sent, parked doubts run out.
    mutating func finish() async throws {
        let now = fixture.clock.now()
        try await store.settle(flying, .sent, at: now)
        _ = try await store.change(.release, matching: JobFilter(), by: Signature(systemUser: "root"))
        let later = now + .seconds(3600)
        while case let departures = try await store.launchAllDue(at: later), !departures.isEmpty {
            try await store.settle(departures, .sent, at: later)
        }
        fixture.clock.advance(by: .seconds(8 * 86_400))
        while try await store.tidy(at: fixture.clock.now()) {}
    }
}
