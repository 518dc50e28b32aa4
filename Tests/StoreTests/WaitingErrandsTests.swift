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

    private static func delivery(settled: Int = 100, offered: Int = 100) -> Traffic {
        var traffic = Traffic()
        traffic.exchanged(settled: settled, offered: offered)
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
        waiting.ended(Self.intake(10), at: .seconds(1))
        #expect(waiting.remaining(at: .seconds(1)) == .zero)
        let second = waiting.nextBatch(at: .seconds(1)).map(\.rank)
        #expect(second == [.intake, .intake, .housekeeping])
        #expect(waiting.remaining(at: .seconds(1)) == nil)
    }

    @Test("while routes have jobs enough, a chunk waits four times as long as the last one took")
    func fifth() {
        var waiting = Self.waiting(exchanges: 1, chunks: 3)
        waiting.ended(Self.delivery(), at: .milliseconds(1000))
        let first = waiting.nextBatch(at: .milliseconds(1000)).map(\.rank)
        #expect(first == [.exchange, .intake])
        var both = Self.delivery()
        both.tookIn = .milliseconds(10)
        waiting.ended(both, at: .milliseconds(1015))
        for _ in 0..<2 { Self.add(.exchange, to: &waiting) }
        #expect(waiting.remaining(at: .milliseconds(1016)) == .zero)
        let second = waiting.nextBatch(at: .milliseconds(1016)).map(\.rank)
        #expect(second == [.exchange, .exchange])
        waiting.ended(Self.delivery(), at: .milliseconds(1054))
        #expect(waiting.remaining(at: .milliseconds(1054)) == .milliseconds(1))
        let third = waiting.nextBatch(at: .milliseconds(1055)).map(\.rank)
        #expect(third == [.intake])
    }

    @Test(
        "it does not wait where nothing is delivered for a while, or a route runs out of jobs",
        arguments: [(Traffic(), 1025), (delivery(settled: 100, offered: 74), 1021)])
    func open(_ last: Traffic, _ now: Int) {
        var waiting = Self.waiting(chunks: 1)
        waiting.ended(Self.delivery(), at: .milliseconds(1000))
        waiting.ended(Self.intake(10), at: .milliseconds(1010))
        waiting.ended(Self.delivery(), at: .milliseconds(1020))
        #expect(waiting.remaining(at: .milliseconds(1020)) == .milliseconds(5))
        waiting.ended(last, at: .milliseconds(1021))
        #expect(waiting.remaining(at: .milliseconds(now)) == .zero)
        let count = waiting.nextBatch(at: .milliseconds(now)).count
        #expect(count == 1)
    }
}
