// SPDX-License-Identifier: Apache-2.0
//
// What is due is put to the gate, what may go flies, what flew lands: the engine's part, by dice.

import GatewayModel
import Policy
import Store
import Synchronization

/// A message in the air, or a question about one.
struct Flight {
    enum Ending {
        case accepted, badAddress, refused, later, unreachable, silence(isGone: Bool, then: Rule), held
        case answer(Settlement.Fate)
    }
    /// What becomes of a doubt by rule.
    enum Rule: CaseIterable { case park, resend, inquire }
    var departure: Departure
    var admittedAt: Instant
    var begins: Instant
    var lands: Instant
    var ending: Ending
    var hasBegun = false
    var isRecalled = false
    var key: JobKey { departure.facts.key }
    var isInquiry: Bool { departure.errand != .send }
}

/// What a flight came to.
struct Landing {
    var settlement: Settlement
    var isInquiry: Bool
}

/// What the gate was asked within one exchange, in order; asked twice, the last answer holds.
final class Notebook: Sendable {
    private let pages = Mutex<[(JobKey, Verdict)]>([])
    func note(_ key: JobKey, _ verdict: Verdict) { pages.withLock { $0.append((key, verdict)) } }
    func read() -> [(JobKey, Verdict)] { pages.withLock { $0 } }
}

extension Year {
    static let clerk = Signature(actor: "clerk", systemUser: "root", why: "the year")

    /// All that can happen now happens. Gives when to look again; nil: nothing waits.
    mutating func pump() async throws -> Instant? {
        witness.count("stop")
        for _ in 0..<50 {
            try await inquire()
            try await beginFlights()
            if flights.contains(where: \.hasBegun), dice.permille(40) { try await crash() }
            let settled = landings()
            let (due, next) = try await dueNow()
            if settled.isEmpty && due.isEmpty {
                if flights.isEmpty { isStirred = false }
                return soonest(next)
            }
            try await exchange(settled, due)
            if !flights.isEmpty, dice.permille(60) { try await disturb() }
        }
        witness.fault("the queue spins at \(now.rfc3339)")
        return now + .seconds(60)
    }

    private func soonest(_ next: Instant?) -> Instant? {
        let flying = flights.map { $0.hasBegun ? $0.lands : $0.begins }.min()
        guard let next else { return flying }
        let grain = plan.grainSeconds
        let coarse = Instant(seconds: (next.seconds / grain + 1) * grain)
        return min(coarse, flying ?? coarse)
    }

    private mutating func dueNow() async throws -> (due: [JobKey], next: Instant?) {
        var wants: [LaneWant] = []
        // Four in all by the campaigns; fewer before the first files.
        if lanes.count < 4 { lanes = try await store.lanes() }
        for lane in lanes {
            for priority in Priority.allCases {
                wants.append(LaneWant(lane: lane.id, priority: priority, after: nil, limit: 300))
            }
        }
        let supplies = try await store.due(wants, at: now)
        return (supplies.flatMap { $0.due.map(\.key) }, supplies.compactMap(\.nextDue).min())
    }

    private mutating func exchange(_ landings: [Landing], _ due: [JobKey]) async throws {
        let (notebook, gate, now) = (Notebook(), gate, now)
        let interest = gate.policy.interest
        let departures = try await store.exchange(
            settled: landings.map(\.settlement), candidates: due, runsShort: false, at: now, interest: interest
        ) { facts, recipient in
            let decision = gate.decide(facts, recipient, at: now)
            notebook.note(facts.key, decision.verdict)
            switch decision.verdict {
            case .proceed:
                let counts = facts.messageClass == .marketing || interest.countsTransactional
                return .launch(decision, reserves: counts)
            case .postpone(let until, let reason): return .postpone(until: until, reason, decision)
            case .withhold(let reason): return .withhold(reason, decision)
            }
        }
        for landing in landings {
            if landing.isInquiry { answered(landing.settlement) } else { booked(landing.settlement) }
        }
        let left = Dictionary(uniqueKeysWithValues: departures.map { ($0.facts.key, $0) })
        for (key, verdict) in notebook.read() {
            witness.asked(key, verdict, at: now)
            guard verdict == .proceed else { continue }
            guard let departure = left[key] else { witness.fault("\(key) was let go and did not leave"); continue }
            witness.admitted(departure, at: now)
            launch(departure)
        }
    }

    private mutating func booked(_ settlement: Settlement) {
        switch settlement.fate {
        case .unknown(.resend): witness.landed(settlement.job, mayHaveGone: true, isResent: true)
        case .sent, .unknown: witness.landed(settlement.job, mayHaveGone: true)
        case .failed(.badAddress):
            witness.landed(settlement.job, mayHaveGone: false)
            witness.bounced(settlement.job)
            isStirred = true
        case .failed, .again, .recalled, .absent, .held: witness.landed(settlement.job, mayHaveGone: false)
        }
    }

    private func answered(_ settlement: Settlement) {
        witness.count("answered")
        switch settlement.fate {
        case .absent: witness.absent(settlement.job)
        case .unknown(.resend): witness.resends(settlement.job)
        case .sent, .failed, .again, .recalled, .unknown, .held: break
        }
    }

    // MARK: In the air

    /// Asks about doubts that are due; providers answer what is true, or nothing.
    private mutating func inquire() async throws {
        let due = try await store.dueInquiries(at: now, limit: 20)
        for departure in try await store.launchInquiries(due, at: now) {
            let isThere = witness.delivered[Int(departure.facts.key.rawValue)] != nil
            let fate: Settlement.Fate
            switch dice.roll(0..<20) {
            case 0..<2: fate = .unknown(.inquire(at: now + .seconds(1800)))
            case 2: fate = .unknown(.park)
            case 3: fate = .unknown(.resend(at: now + .seconds(900)))
            default: fate = isThere ? .sent : .absent
            }
            let lands = dice.permille(250) ? now + .seconds(60) : now
            flights.append(
                Flight(departure: departure, admittedAt: now, begins: now, lands: lands, ending: .answer(fate)))
        }
    }

    private mutating func launch(_ departure: Departure) {
        let ending: Flight.Ending
        switch dice.roll(0..<100) {
        case 0..<83: ending = .accepted
        case 83: ending = .badAddress
        case 84..<86: ending = .refused
        case 86..<92: ending = .later
        case 92..<94: ending = .unreachable
        case 94..<99: ending = .silence(isGone: dice.permille(500), then: dice.one(of: Flight.Rule.allCases))
        default: ending = .held
        }
        let isSlow = dice.permille(250)
        flights.append(
            Flight(
                departure: departure, admittedAt: now, begins: isSlow ? now + .seconds(60) : now,
                lands: isSlow ? now + .seconds(120) : now, ending: ending))
    }

    /// As the engine does: what was called back before its first byte left never begins.
    private mutating func beginFlights() async throws {
        guard flights.contains(where: { !$0.hasBegun && $0.begins <= now }) else { return }
        let recalled = isStirred ? Set(try await store.attemptsToRecall()) : []
        for index in flights.indices where !flights[index].hasBegun && flights[index].begins <= now {
            let flight = flights[index]
            if recalled.contains(flight.departure.attempt) {
                witness.count("recalled")
                flights[index].isRecalled = true
                flights[index].lands = now
            } else if !flight.isInquiry {
                witness.begun(flight.key, admittedAt: flight.admittedAt, at: now)
                begin(flight)
            }
            flights[index].hasBegun = true
        }
    }

    private func begin(_ flight: Flight) {
        switch flight.ending {
        case .accepted:
            store.notes.noteEndHandedOver(flight.departure.slot)
            witness.deliveredInTruth(flight.key)
        case .silence(let isGone, _):
            store.notes.noteEndHandedOver(flight.departure.slot)
            if isGone { witness.deliveredInTruth(flight.key) }
        case .badAddress, .refused, .later, .unreachable, .held, .answer: break
        }
    }

    private mutating func landings() -> [Landing] {
        let now = now
        let landed = flights.filter { $0.hasBegun && $0.lands <= now }
        flights.removeAll { $0.hasBegun && $0.lands <= now }
        return landed.map { flight in
            let evidence = DeliveryEvidence(stage: "end_of_data", code: 250, text: "250 ok")
            var settlement = Settlement(
                attempt: flight.departure.attempt, job: flight.key, slot: flight.departure.slot, fate: fate(of: flight),
                evidence: flight.isRecalled ? nil : evidence)
            settlement.messageID = "<\(flight.key.rawValue)@year>"
            return Landing(settlement: settlement, isInquiry: flight.isInquiry)
        }
    }

    private func fate(of flight: Flight) -> Settlement.Fate {
        if flight.isRecalled { return .recalled }
        switch flight.ending {
        case .accepted: return .sent
        case .badAddress: return .failed(.badAddress)
        case .refused: return .failed(.refused)
        case .later: return .again(at: now + .seconds(2400), .throttled, counts: true)
        case .unreachable: return .again(at: now + .seconds(600), .routeDown, counts: false)
        case .silence(_, .park): return .unknown(.park)
        case .silence(_, .resend): return .unknown(.resend(at: now + .seconds(900)))
        case .silence(_, .inquire): return .unknown(.inquire(at: now + .seconds(300)))
        case .answer(let fate): return fate
        case .held: return .held(why: "its template was gone")
        }
    }

    // MARK: The daemon is killed

    mutating func crash() async throws {
        witness.count("crash")
        for flight in flights.sorted(by: { $0.key < $1.key }) where !flight.isInquiry {
            witness.landed(flight.key, mayHaveGone: try abandon(flight), isResent: resends(flight))
            if case .badAddress = flight.ending, flight.hasBegun, !flight.isRecalled { witness.bounced(flight.key) }
        }
        flights = []
        store.abandon()
        store = try Self.open(path, .daemon, clock)
    }

    /// What the wire log knows of it; whether it may have gone.
    private func abandon(_ flight: Flight) throws -> Bool {
        guard flight.hasBegun, !flight.isRecalled else { return false }
        switch flight.ending {
        case .accepted:
            // Some were answered, and the answer was not booked.
            if flight.key.rawValue % 2 == 0 {
                store.notes.noteAnswered(flight.departure.slot, code: 250, text: "250 ok")
            }
            return true
        case .silence: return true
        case .badAddress:
            store.notes.noteEndHandedOver(flight.departure.slot)
            store.notes.noteAnswered(flight.departure.slot, code: 550, text: "550 no")
            return false
        case .refused, .later, .unreachable, .held, .answer: return false
        }
    }

    private func resends(_ flight: Flight) -> Bool { flight.key.rawValue % 3 == 0 }

    static func open(_ path: String, _ role: StoreRole, _ clock: any Timepiece & Sendable) throws -> Store {
        var options = StoreOptions()
        options.timepiece = clock
        let now = clock.now()
        options.recovery = RecoveryRules(
            judge: { code, text, _ in
                RecoveryRules.Judged(
                    fate: code == 250 ? .sent : .failed(.badAddress),
                    evidence: DeliveryEvidence(stage: "end_of_data", code: code, text: text))
            },
            doubtStep: { facts in
                switch facts.key.rawValue % 3 {
                case 0: .resend(at: now + .seconds(600))
                case 1: .inquire(at: now + .seconds(600))
                default: .park
                }
            })
        return try Store.open(stateDir: path, role: role, options: options)
    }
}
