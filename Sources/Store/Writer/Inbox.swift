// SPDX-License-Identifier: Apache-2.0
//
// The writer's inbox: bounded, and drained in the order of ranks.

import Foundation

/// What a transaction did, as far as it tells what the next one should do.
struct Traffic: Hashable, Sendable {
    /// Whether it held an exchange.
    private(set) var isDelivery = false
    /// Whether some route has no more jobs to send.
    private(set) var runsShort = false
    /// How much of it went into taking in.
    var tookIn = Duration.zero

    mutating func exchanged(runsShort: Bool) { (isDelivery, self.runsShort) = (true, runsShort) }
}

/// What waits, as a value: which of it goes into the next transaction.
///
/// Deliveries come before new work. While each route has jobs enough, a chunk of intake waits until deliveries have had
/// four times as long as the last one took, or the writer has been idle for as long: a file of a hundred thousand lines
/// would otherwise have two thirds of its time, and every route would pay for it.
struct WaitingErrands {
    static let capacity = 4096
    /// Deliveries are under way for so long after their last exchange: as long as one is waited for (`Pace`).
    private static let lull = Duration.milliseconds(5)
    private static let deliveriesShare = 4

    private var queues: [[Errand]] = Errand.Rank.allCases.map { _ in [] }
    private(set) var count = 0
    private var lastExchange: Duration?
    private var runsShort = false
    /// When the last chunk was in, and how long it took.
    private var lastIntake: (ended: Duration, took: Duration) = (.zero, .zero)
    /// What transactions have taken since then.
    private var worked = Duration.zero

    /// False: full, the errand was not taken.
    mutating func add(_ errand: Errand) -> Bool {
        guard count < Self.capacity else { return false }
        queues[errand.rank.rawValue].append(errand)
        count += 1
        return true
    }

    /// How long until there is something to do; nil: nothing waits.
    func remaining(at now: Duration) -> Duration? {
        if count == 0 { return nil }
        return count > self[.intake].count ? .zero : max(.zero, intakeWaits(at: now))
    }

    /// The next transaction's errands: all exchanges and changes; intake chunks, one only while deliveries are under way,
    /// so that they wait no longer than for one; housekeeping one by one. Whoever does not wait for `remaining` gets what
    /// there is.
    ///
    /// - Parameter now: since boot.
    mutating func nextBatch(at now: Duration) -> [Errand] {
        let waits = intakeWaits(at: now) > .zero && count > self[.intake].count
        let chunks = waits ? 0 : areDeliveriesUnderWay(at: now) ? 1 : 4
        let most: [Int] = [256, 64, chunks, 1]
        var batch: [Errand] = []
        for rank in queues.indices {
            let share = queues[rank].prefix(most[rank])
            batch += share
            queues[rank].removeFirst(share.count)
        }
        count -= batch.count
        return batch
    }

    /// A transaction that took so long has ended now, since boot.
    mutating func ended(_ traffic: Traffic, after span: Duration, at now: Duration) {
        if traffic.isDelivery { (lastExchange, runsShort) = (now, traffic.runsShort) }
        worked += span
        if traffic.tookIn > .zero { (lastIntake, worked) = ((now, traffic.tookIn), .zero) }
    }

    private func intakeWaits(at now: Duration) -> Duration {
        guard areDeliveriesUnderWay(at: now), !runsShort else { return .zero }
        let share = lastIntake.ended + lastIntake.took * Self.deliveriesShare - now
        let idle = lastIntake.ended + worked + lastIntake.took - now
        guard self[.exchange].isEmpty else { return share }
        return min(share, idle, (lastExchange ?? now) + Self.lull - now)
    }

    private func areDeliveriesUnderWay(at now: Duration) -> Bool {
        !self[.exchange].isEmpty || lastExchange.map { now - $0 < Self.lull } ?? false
    }

    private subscript(rank: Errand.Rank) -> [Errand] { queues[rank.rawValue] }

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
    private let sinceBoot: @Sendable () -> Duration
    private var waiting = WaitingErrands()
    private var isClosed = false
    private var wasAbandoned = false

    enum Refusal { case full, closed }

    init(sinceBoot: @escaping @Sendable () -> Duration) { self.sinceBoot = sinceBoot }

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
        while !hasIdleWork {
            switch waiting.remaining(at: sinceBoot()) {
            case let remaining? where remaining > .zero && !isClosed:
                // Should the wall clock be set back meanwhile, the next errand ends the wait.
                _ = condition.wait(until: Date(timeIntervalSinceNow: remaining / .seconds(1)))
                continue
            case nil where !isClosed:
                condition.wait()
                continue
            default: break
            }
            break
        }
        if waiting.count == 0 { return isClosed ? nil : [] }
        return waiting.nextBatch(at: sinceBoot())
    }

    /// See `WaitingErrands`.
    func ended(_ traffic: Traffic, begun: Duration) {
        condition.lock()
        defer { condition.unlock() }
        let now = sinceBoot()
        waiting.ended(traffic, after: now - begun, at: now)
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
