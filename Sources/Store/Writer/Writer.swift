// SPDX-License-Identifier: Apache-2.0
//
// The database writer: one thread of our own that puts many callers' work into one transaction (DESIGN D10, D11).
//
// Callers are answered only after the commit, so that what they are told is durable. A failure of the disk is final:
// from then on everybody is answered with it, and the listener is told once (DESIGN D3).
// Owner thread: "writer", for all but `put`, `close` and `abandon`.

import Foundation
import GRDB
import GatewayModel

/// `@unchecked`: what is not constant belongs to the writer's thread; the inbox has a lock of its own.
final class Writer: @unchecked Sendable {
    private let inbox: Inbox
    private let ledger: Ledger
    private let checkpointer: Checkpointer
    private let reserve: Reserve
    private let log: WireLog
    private let timepiece: any Timepiece
    private let ear: Ear
    private var failure: StoreError?
    private var hasSweeps = true
    private var nextReserveTry = Instant(microseconds: 0)
    /// Each waits the busy time-out: another process that writes for so long is stuck.
    private static let mostBusyTries = 5
    private let ended = DispatchSemaphore(value: 0)

    init(
        ledger: Ledger, checkpointer: Checkpointer, reserve: Reserve, log: WireLog, timepiece: any Timepiece, ear: Ear
    ) {
        (self.ledger, self.checkpointer, self.reserve) = (ledger, checkpointer, reserve)
        (self.log, self.timepiece, self.ear) = (log, timepiece, ear)
        inbox = Inbox(sinceBoot: { timepiece.sinceBoot() })
    }

    // MARK: For any thread

    func put(_ errand: Errand) {
        switch inbox.put(errand) {
        case nil: break
        case .closed: errand.answer(.closed)
        case .full: errand.answer(.refused("the store has too much to do: try again", exitCode: 75))
        }
    }

    /// Returns once what was put before is done and the thread has ended; with what made the record fail, if anything.
    func close() -> StoreError? {
        inbox.close()
        ended.wait()
        defer { ended.signal() }
        return failure
    }

    /// Ends without finishing anything, as a killed process would.
    func abandon() {
        for errand in inbox.abandon() { errand.answer(.closed) }
        ended.wait()
        ended.signal()
    }

    func start(in pool: DatabasePool) {
        let thread = Thread { [self] in
            // The connection is this thread's from here to the end.
            pool.writeWithoutTransaction { _ in run() }
            ended.signal()
        }
        thread.name = "writer"
        thread.stackSize = 4 << 20
        thread.start()
    }

    // MARK: The loop

    private func run() {
        while let batch = inbox.take(hasIdleWork: hasSweeps && failure == nil) {
            if let failure {
                batch.forEach { $0.answer(failure) }
            } else {
                perform(batch)
            }
        }
        if failure == nil && !inbox.isAbandoned {
            do { try checkpointer.finish() } catch { failure = StoreError(error) }
        }
        checkpointer.detach()
        ledger.session.finalizeStatements()
    }

    /// One transaction, answered. With no room left, what takes in new work is turned away first, then all.
    private func perform(_ batch: [Errand]) {
        var batch = refuseIntakeWithoutReserve(batch)
        var busyTries = 0
        while true {
            do {
                let begun = timepiece.sinceBoot()
                return answer(batch, try transact(batch), begun: begun)
            } catch let error as SQLFailure where error.isBusy && busyTries < Self.mostBusyTries {
                busyTries += 1
            } catch {
                let failure = StoreError(error)
                guard case .full = failure, let rest = makeRoom(batch, failure) else {
                    return fail(batch, with: failure)
                }
                batch = rest
            }
        }
    }

    /// Does every errand's part, then all last parts, then commits. The errors are those of single errands.
    private func transact(_ batch: [Errand]) throws -> (Gathered, [Int: StoreError]) {
        var errors: [Int: StoreError] = [:]
        do {
            checkpointer.letOthersFinish()
            try ledger.begin()
            for (index, errand) in batch.enumerated() {
                let begun = timepiece.sinceBoot()
                try attempt(errand.work, index, &errors)
                if errand.rank == .intake { ledger.gathered.traffic.tookIn += timepiece.sinceBoot() - begun }
            }
            if batch.contains(where: { $0.rank == .intake }) { hasSweeps = true }
            try sweepStep()
            for (index, errand) in batch.enumerated() where errors[index] == nil {
                if let work = errand.lastWork { try attempt(work, index, &errors) }
            }
            return (try ledger.commit(), errors)
        } catch {
            try ledger.rollback()
            throw error
        }
    }

    /// An error that is the errand's own leaves the transaction as it was before it.
    private func attempt(
        _ work: (Ledger) throws -> Void, _ index: Int, _ errors: inout [Int: StoreError]
    ) throws {
        do {
            try ledger.group(work)
        } catch let error as StoreError {
            if case .fatal = error { throw error }
            errors[index] = error
        }
    }

    private func sweepStep() throws {
        guard hasSweeps else { return }
        hasSweeps = try ledger.sweepCancels(at: timepiece.now())
    }

    private func answer(
        _ batch: [Errand], _ outcome: (gathered: Gathered, errors: [Int: StoreError]), begun: Duration
    ) {
        log.note(committed: outcome.gathered.lastSeq)
        inbox.ended(outcome.gathered.traffic, begun: begun)
        for (index, errand) in batch.enumerated() { errand.answer(outcome.errors[index]) }
        tell(outcome.gathered)
        do {
            try checkpointer.afterCommit()
        } catch { stop(StoreError(error)) }
    }

    private func tell(_ gathered: Gathered) {
        guard let listener = ear.listener else { return }
        if gathered.journalled > 0 { listener.journalGrew(to: gathered.lastSeq) }
        if !gathered.arrivals.isEmpty {
            let arrivals = gathered.arrivals.compactMap { id, due in
                (try? ledger.laneBook.key(of: id, in: ledger.session)).map {
                    LaneArrival(lane: Lane(id: id, key: $0), earliest: due)
                }
            }
            listener.jobsArrived(arrivals)
        }
        if gathered.ordersChanged { listener.ordersChanged() }
    }

    // MARK: When the disk is full, or fails

    private func refuseIntakeWithoutReserve(_ batch: [Errand]) -> [Errand] {
        guard batch.contains(where: { $0.rank == .intake }), !reserve.isThere else { return batch }
        let now = timepiece.now()
        if now >= nextReserveTry || now < nextReserveTry - .seconds(2) {
            nextReserveTry = now + .seconds(1)
            if reserve.restore(slack: reserve.bytes) { return batch }
        }
        return turnAway(batch, .full("the disk is full: nothing new is taken in until 128 MiB are free"))
    }

    /// Gives the reserve up and turns intake away; nil: there is nothing left to give.
    private func makeRoom(_ batch: [Errand], _ failure: StoreError) -> [Errand]? {
        let rest = turnAway(batch, failure)
        return reserve.giveUp() || rest.count < batch.count ? rest : nil
    }

    private func turnAway(_ batch: [Errand], _ failure: StoreError) -> [Errand] {
        for errand in batch where errand.rank == .intake { errand.answer(failure) }
        return batch.filter { $0.rank != .intake }
    }

    private func fail(_ batch: [Errand], with error: StoreError) {
        batch.forEach { $0.answer(error) }
        switch error {
        case .fatal: stop(error)
        case .full, .refused, .closed: break
        }
    }

    private func stop(_ error: StoreError) {
        guard failure == nil else { return }
        failure = error
        ear.listener?.storeFailed(error)
    }
}
