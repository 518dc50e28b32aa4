// SPDX-License-Identifier: Apache-2.0
//
// The writer's inbox: bounded, and drained in the order of ranks.

import Foundation

/// What waits, as a value: which of it goes into the next transaction.
struct WaitingErrands {
    static let capacity = 4096
    private var queues: [[Errand]] = Errand.Rank.allCases.map { _ in [] }
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// False: full, the errand was not taken.
    mutating func add(_ errand: Errand) -> Bool {
        guard count < Self.capacity else { return false }
        queues[errand.rank.rawValue].append(errand)
        count += 1
        return true
    }

    /// The next transaction's errands: all exchanges and changes; intake chunks, one only while exchanges wait, so that
    /// they wait no longer than for one; housekeeping one by one.
    mutating func nextBatch() -> [Errand] {
        let isBusy = !queues[Errand.Rank.exchange.rawValue].isEmpty
        let most: [Int] = [256, 64, isBusy ? 1 : 4, 1]
        var batch: [Errand] = []
        for rank in queues.indices {
            let share = queues[rank].prefix(most[rank])
            batch += share
            queues[rank].removeFirst(share.count)
        }
        count -= batch.count
        return batch
    }

    mutating func removeAll() -> [Errand] {
        defer {
            queues = queues.map { _ in [] }
            count = 0
        }
        return queues.flatMap { $0 }
    }
}

/// `@unchecked`: an own lock guards the value; a condition is needed to wait on, which `Mutex` has not.
final class Inbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting = WaitingErrands()
    private var isClosed = false
    private var wasAbandoned = false

    enum Refusal { case full, closed }

    /// Nil: taken.
    func put(_ errand: Errand) -> Refusal? {
        condition.lock()
        defer { condition.unlock() }
        if isClosed { return .closed }
        guard waiting.add(errand) else { return .full }
        condition.signal()
        return nil
    }

    /// Waits for work. An empty batch: nothing waits, but idle work was announced. Nil: closed and empty.
    func take(hasIdleWork: Bool) -> [Errand]? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty && !isClosed && !hasIdleWork { condition.wait() }
        if waiting.isEmpty { return isClosed ? nil : [] }
        return waiting.nextBatch()
    }

    /// No more is taken; what waits is still done.
    func close() {
        condition.lock()
        isClosed = true
        condition.signal()
        condition.unlock()
    }

    var isAbandoned: Bool {
        condition.lock()
        defer { condition.unlock() }
        return wasAbandoned
    }

    /// Closes and hands back all that waits.
    func abandon() -> [Errand] {
        condition.lock()
        defer { condition.unlock() }
        (isClosed, wasAbandoned) = (true, true)
        condition.signal()
        return waiting.removeAll()
    }
}
