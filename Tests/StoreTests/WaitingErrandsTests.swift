// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("What goes into the next transaction")
struct WaitingErrandsTests {
    private static func waiting(exchanges: Int = 0, chunks: Int = 0, chores: Int = 0) -> WaitingErrands {
        var waiting = WaitingErrands()
        for (rank, count) in [(Errand.Rank.exchange, exchanges), (.intake, chunks), (.housekeeping, chores)] {
            for _ in 0..<count { add(rank, to: &waiting) }
        }
        return waiting
    }

    private static func add(_ rank: Errand.Rank, to waiting: inout WaitingErrands) {
        let isTaken = waiting.add(Errand(rank: rank, work: { _ in }, answer: { _ in }))
        #expect(isTaken)
    }

    private static func delivery(runsShort: Bool = false) -> Traffic {
        var traffic = Traffic()
        traffic.exchanged(runsShort: runsShort)
        return traffic
    }

    private static func intake(_ milliseconds: Int) -> Traffic {
        var traffic = Traffic()
        traffic.tookIn = .milliseconds(milliseconds)
        return traffic
    }

    @Test("nobody delivers: four chunks at once, and the next at once")
    func idle() {
        var waiting = Self.waiting(chunks: 6, chores: 2)
        let first = waiting.nextBatch(at: .seconds(1)).map(\.rank)
        #expect(first == [.intake, .intake, .intake, .intake, .housekeeping])
        waiting.ended(Self.intake(10), after: .milliseconds(11), at: .seconds(1))
        #expect(waiting.remaining(at: .seconds(1)) == .zero)
        let second = waiting.nextBatch(at: .seconds(1)).map(\.rank)
        #expect(second == [.intake, .intake, .housekeeping])
        #expect(waiting.remaining(at: .seconds(1)) == nil)
    }

    /// A chunk of 10 ms is in at 1,000 ms, among deliveries; another waits.
    private static func afterOne(exchanges: Int = 0) -> WaitingErrands {
        var waiting = waiting(exchanges: exchanges, chunks: 1)
        var both = delivery()
        both.tookIn = .milliseconds(10)
        waiting.ended(both, after: .milliseconds(15), at: .milliseconds(1000))
        return waiting
    }

    @Test("while routes have jobs enough and the writer is busy, a chunk waits four times as long as the last one took")
    func fifth() {
        var waiting = Self.afterOne(exchanges: 1)
        #expect(waiting.remaining(at: .milliseconds(1001)) == .zero)
        let first = waiting.nextBatch(at: .milliseconds(1001)).map(\.rank)
        #expect(first == [.exchange])
        waiting.ended(Self.delivery(), after: .milliseconds(38), at: .milliseconds(1039))
        #expect(waiting.remaining(at: .milliseconds(1039)) == .milliseconds(1))
        Self.add(.exchange, to: &waiting)
        let second = waiting.nextBatch(at: .milliseconds(1040)).map(\.rank)
        #expect(second == [.exchange, .intake])
    }

    @Test("it does not wait where the writer has been idle for as long, or nothing is delivered for a while")
    func lull() {
        var waiting = Self.afterOne()
        #expect(waiting.remaining(at: .milliseconds(1001)) == .milliseconds(4))
        for moment in [1004, 1008] {
            waiting.ended(Self.delivery(), after: .milliseconds(1), at: .milliseconds(moment))
        }
        #expect(waiting.remaining(at: .milliseconds(1008)) == .milliseconds(4))
        waiting.ended(Self.delivery(), after: .milliseconds(1), at: .milliseconds(1012))
        #expect(waiting.remaining(at: .milliseconds(1012)) == .milliseconds(1))
        #expect(waiting.remaining(at: .milliseconds(1013)) == .zero)
    }

    @Test("it does not wait where a route runs out of jobs")
    func short() {
        var waiting = Self.afterOne(exchanges: 1)
        waiting.ended(Self.delivery(runsShort: true), after: .milliseconds(1), at: .milliseconds(1001))
        let batch = waiting.nextBatch(at: .milliseconds(1001)).map(\.rank)
        #expect(batch == [.exchange, .intake])
    }
}
