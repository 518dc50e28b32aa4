// SPDX-License-Identifier: Apache-2.0
//
// Inbox: where the reactor's and the writer's threads leave word for the dispatcher. Takes arrays, rings once.

import GatewayModel
import Synchronization

/// What has come in since the last look.
struct Tidings: Sendable {
    var reports: [(route: String, reports: [AttemptReport])] = []
    var arrivals: [LaneArrival] = []
    var ordersChanged = false
    var failure: StoreError?
    var snapshot: GatewaySnapshot?
    var drainRequested = false
}

/// Told by any thread; never blocks longer than an append. Given to channels and to the store.
public final class Inbox: QueueListener, ReportReceiver {
    private let tidings = Mutex(Tidings())
    let bell = Bell()
    private let onGrowth: @Sendable (Int64) -> Void

    /// - Parameter onGrowth: called with the journal's newest `seq`, on the writer's thread; must return at once.
    public init(onGrowth: @escaping @Sendable (Int64) -> Void = { _ in }) { self.onGrowth = onGrowth }

    public func receive(_ reports: [AttemptReport], from route: String) { add { $0.reports.append((route, reports)) } }
    public func jobsArrived(_ arrivals: [LaneArrival]) { add { $0.arrivals.append(contentsOf: arrivals) } }
    public func ordersChanged() { add { $0.ordersChanged = true } }
    public func storeFailed(_ error: StoreError) { add { $0.failure = error } }
    public func journalGrew(to seq: Int64) { onGrowth(seq) }

    /// A configuration read anew takes effect at the next turn.
    public func adopt(_ snapshot: GatewaySnapshot) { add { $0.snapshot = snapshot } }
    /// No new work from now on; the dispatcher ends when what is in the air has landed.
    public func drain() { add { $0.drainRequested = true } }

    func take() -> Tidings {
        tidings.withLock { held in
            defer { held = Tidings() }
            return held
        }
    }

    private func add(_ change: (inout sending Tidings) -> Void) {
        tidings.withLock { change(&$0) }
        bell.ring()
    }
}
