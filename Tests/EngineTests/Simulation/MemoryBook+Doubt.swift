// SPDX-License-Identifier: Apache-2.0
//
// What a memory book knows of doubts, questions, and requests that may have to go again.

import GatewayModel

@testable import Engine

extension MemoryBook {
    func dueInquiries(at now: Instant, limit: Int) -> [JobKey] {
        look { pages in
            let due = pages.asks.filter { $0.value <= now }.map { DueCursor(due: $0.value, key: $0.key) }
            return due.sorted().prefix(limit).map(\.key)
        }
    }

    func launchInquiries(_ jobs: [JobKey], at now: Instant) -> [Departure] {
        write { pages, _ in jobs.compactMap { pages.ask(about: $0, at: now) } }
    }

    func keep(_ requests: [KeptRequest]) async throws(StoreError) {
        let isFull = write { pages, _ in
            if pages.keepingFails > 0 {
                pages.keepingFails -= 1
                return true
            }
            for request in requests where pages.jobs[request.job]!.kept?.route != request.route {
                pages.jobs[request.job]!.kept = request
            }
            return false
        }
        if isFull { throw .full("no room") }
    }
}

extension MemoryBook.Pages {
    func departure(of job: MemoryBook.Entry, _ attempt: AttemptID) -> Departure {
        var departure = Departure(
            facts: job.facts, attempt: attempt, slot: WireSlot(index: Int(attempt.counterForTests)),
            record: job.record, messageToken: Self.token(of: job.facts.key))
        departure.kept = job.kept
        return departure
    }

    static func token(of key: JobKey) -> String {
        var (left, text) = (key.rawValue, "")
        for _ in 0..<26 {
            text.append(Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(left % 26))))
            left /= 26
        }
        return text
    }

    mutating func ask(about key: JobKey, at now: Instant) -> Departure? {
        guard let job = jobs[key], job.state == .doubt, asks[key]! <= now else { return nil }
        asks[key] = nil
        attempts += 1
        let attempt = AttemptID(run: 1, counter: attempts)
        (flying[attempt], jobs[key]!.state) = (key, .flying(attempt))
        asking.insert(attempt)
        jobs[key]!.asked.append(now)
        var departure = departure(of: job, attempt)
        departure.errand = .inquire(since: job.launches.last!)
        return departure
    }

    mutating func move(_ key: JobKey, to lane: LaneKey) {
        if jobs[key]!.facts.isInDoubt { wrongs.append("a job in doubt was moved") }
        let home = jobs[key]!.facts.home ?? jobs[key]!.facts.route
        jobs[key]!.facts.home = home == lane.route ? nil : home
        jobs[key]!.facts.route = lane.route
        (jobs[key]!.facts.lane, jobs[key]!.facts.domain) = (self.lane(lane), lane.domain)
    }

    mutating func settleInquiry(_ settlement: Settlement, at now: Instant, _ arrivals: inout [LaneArrival]) {
        let key = settlement.job
        switch settlement.fate {
        case .sent: end(key, .sent, nil)
        case .absent:
            (jobs[key]!.facts.isInDoubt, jobs[key]!.facts.inquiries) = (false, 0)
            jobs[key]!.events.append(.init(event: .postponed, reason: "retry"))
            makeReady(key, due: now, &arrivals)
        case .unknown(let step):
            jobs[key]!.facts.inquiries += 1
            stayInDoubt(key, step, &arrivals)
        case .recalled: (jobs[key]!.state, asks[key]) = (.doubt, now)
        case .again(let ask, _, false):
            jobs[key]!.putOff += 1
            (jobs[key]!.state, asks[key]) = (.doubt, ask)
        case .failed, .again, .held: wrongs.append("a question was settled as \(settlement.fate)")
        }
    }

    mutating func doubt(_ key: JobKey, _ step: Settlement.DoubtStep, _ arrivals: inout [LaneArrival]) {
        jobs[key]!.events.append(.init(event: .unknown, reason: "in_doubt"))
        jobs[key]!.facts.isInDoubt = true
        stayInDoubt(key, step, &arrivals)
    }

    private mutating func stayInDoubt(
        _ key: JobKey, _ step: Settlement.DoubtStep, _ arrivals: inout [LaneArrival]
    ) {
        switch step {
        case .park: end(key, .unknown, "in_doubt")
        case .resend(let due): makeReady(key, due: due, &arrivals)
        case .inquire(let ask): (jobs[key]!.state, asks[key]) = (.doubt, ask)
        }
    }
}

extension AttemptID {
    fileprivate var counterForTests: UInt64 { rawValue & 0xFFFF_FFFF }
}
