// SPDX-License-Identifier: Apache-2.0
//
// IntakeCondition: whether files are taken in at present, and if not, why. Written by `Intake`, read by anyone.

import GatewayModel
import Synchronization

public final class IntakeCondition: Sendable {
    public struct Snapshot: Hashable, Sendable {
        /// Nil: open.
        public var closure: IntakeClosure?
        /// Jobs in the queue.
        public var queued = 0
        /// When the oldest file that waits in an `incoming/` was renamed in.
        public var oldest: Instant?

        public init() {}
    }

    private struct State {
        var gate: IntakeGate
        var snapshot = Snapshot()
        var askedAt: Duration?
        var isDiskFull = false
    }

    private let book: any IntakeBook
    private let room: @Sendable () -> DiskRoom?
    private let timepiece: any Timepiece
    private let state: Mutex<State>

    /// - Parameter room: asked once a second; nil where it cannot be known, which closes nothing.
    public init(
        gate: IntakeGate, book: any IntakeBook, timepiece: any Timepiece, room: @escaping @Sendable () -> DiskRoom?
    ) {
        (self.book, self.timepiece, self.room) = (book, timepiece, room)
        state = Mutex(State(gate: gate))
    }

    /// Other limits from now on.
    public func adopt(_ gate: IntakeGate) {
        state.withLock { state in (state.gate, state.askedAt) = (gate, nil) }
    }

    public var snapshot: Snapshot { state.withLock(\.snapshot) }

    /// Looks at queue and disk again where the last look is a second old.
    func refresh() async throws(StoreError) -> IntakeClosure? {
        let time = timepiece.sinceBoot()
        let (isRecent, known, gate) = state.withLock { state in
            (state.askedAt.map { time - $0 < .seconds(1) } ?? false, state.snapshot.closure, state.gate)
        }
        if isRecent { return known }
        let queued = try await book.queuedJobs()
        let closure = room().flatMap { gate.closure(queued: queued, room: $0) }
        return state.withLock { state in
            state.askedAt = time
            state.snapshot.queued = queued
            if !state.isDiskFull { state.snapshot.closure = closure }
            return state.snapshot.closure
        }
    }

    /// A turn went well: whatever was full has room again.
    func turned(oldest: Instant?) {
        state.withLock { state in
            state.snapshot.oldest = oldest
            guard state.isDiskFull else { return }
            (state.isDiskFull, state.snapshot.closure, state.askedAt) = (false, nil, nil)
        }
    }

    func close(_ closure: IntakeClosure) {
        state.withLock { state in
            state.snapshot.closure = closure
            if case .diskFull = closure { state.isDiskFull = true }
        }
    }
}
