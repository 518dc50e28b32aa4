// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization

/// Stands for the moment of a crash: counts steps, and from the chosen one on nothing has any effect.
public final class CrashPoint: Sendable {
    private let left: Atomic<Int>

    /// - Parameter step: the step that does not happen any more, from 1; nil never crashes.
    public init(at step: Int? = nil) { left = Atomic(step ?? Int.max) }

    /// Steps made so far of one that was to come at `step`.
    public func count(from step: Int) -> Int { step - left.load(ordering: .relaxed) }

    /// Whether the crash has come.
    public var hasCome: Bool { left.load(ordering: .relaxed) <= 0 }

    /// Call before each step.
    public func step() throws(StoreError) {
        let (before, _) = left.subtract(1, ordering: .relaxed)
        if before - 1 <= 0 { throw .closed }
    }
}

/// An intake book in memory, with ids, tallies and problems as the port promises them.
public final class MemoryIntakeBook: IntakeBook {
    public struct State: Sendable {
        public var rows: [Int64: IntakeProgress] = [:]
        public var problems: [Int64: [Problem]] = [:]
        /// Content digests by producer and id.
        public var ids: [String: [UInt8]] = [:]
        public var jobs: [NewJob] = []
        public var cancels: [NewCancel] = []
        public var consents: [NewConsentRecord] = []
        public var suppressions: [NewSuppressRecord] = []
        /// Lines of opt-outs that could not be taken.
        public var lostOptOuts: [Int] = []
        public var finished: [IntakeProgress] = []
        public var lastNumber: Int64 = 0
        public var queued = 0
        /// The next calls to `take` fail with it.
        public var failure: StoreError?
        public var takes = 0
    }

    public let state = Mutex(State())
    private let crash: Mutex<CrashPoint>
    private let now: Instant

    public init(crash: CrashPoint = CrashPoint(), now: Instant = Instant(seconds: 1_800_000_000)) {
        self.crash = Mutex(crash)
        self.now = now
    }

    /// After a restart: the same book, alive again.
    public func revive(_ point: CrashPoint = CrashPoint()) { crash.withLock { $0 = point } }

    public func unfinishedFiles() async throws(StoreError) -> [IntakeProgress] {
        try step()
        return state.withLock { $0.rows.values.sorted { $0.file.number < $1.file.number } }
    }

    public func lastFileNumber() async throws(StoreError) -> Int64 {
        try step()
        return state.withLock(\.lastNumber)
    }

    public func take(_ chunk: IntakeChunk) async throws(StoreError) -> IntakeProgress {
        try step()
        let failure = state.withLock { state in
            state.takes += 1
            return state.failure
        }
        if let failure { throw failure }
        return state.withLock { $0.take(chunk, at: now) }
    }

    public func problems(of file: Int64, after index: Int, limit: Int) async throws(StoreError) -> [Problem] {
        try step()
        return state.withLock { Array(($0.problems[file] ?? []).dropFirst(index).prefix(limit)) }
    }

    public func finish(_ file: Int64) async throws(StoreError) {
        try step()
        state.withLock { state in
            if let row = state.rows.removeValue(forKey: file) { state.finished.append(row) }
        }
    }

    public func queuedJobs() async throws(StoreError) -> Int {
        try step()
        return state.withLock(\.queued)
    }

    private func step() throws(StoreError) {
        let point = crash.withLock { $0 }
        try point.step()
    }
}

extension MemoryIntakeBook.State {
    fileprivate mutating func take(_ chunk: IntakeChunk, at now: Instant) -> IntakeProgress {
        let number = chunk.file.number
        lastNumber = max(lastNumber, number)
        var row =
            rows[number]
            ?? IntakeProgress(
                file: chunk.file, takenAt: now, offset: 0, line: 0, tally: IntakeTally(), problemCount: 0, sha256: nil)
        var rejectedLine: Int?
        for entry in chunk.entries {
            switch entry {
            case .job(let job):
                if isNew(job.job.id, job.contentDigest, job.line, &row, chunk.file) {
                    row.tally.accepted += 1
                    jobs.append(job)
                }
            case .cancel(let cancel):
                if isNew(cancel.request.id, cancel.contentDigest, cancel.line, &row, chunk.file) {
                    row.tally.accepted += 1
                    cancels.append(cancel)
                }
            case .consent(let new):
                if isNew(new.id, new.contentDigest, new.line, &row, chunk.file) {
                    row.tally.accepted += 1
                    problems[number, default: []].append(contentsOf: new.problems)
                    consents.append(new)
                }
            case .suppress(let new):
                if isNew(new.id, new.contentDigest, new.line, &row, chunk.file) {
                    row.tally.accepted += 1
                    problems[number, default: []].append(contentsOf: new.problems)
                    suppressions.append(new)
                }
            case .lostOptOut(let line, _): lostOptOuts.append(line)
            case .problem(let problem):
                if problem.line == nil || problem.line != rejectedLine { row.tally.rejected += 1 }
                rejectedLine = problem.line
                problems[number, default: []].append(problem)
            }
        }
        (row.offset, row.line, row.sha256) = (chunk.offset, chunk.line, chunk.sha256)
        row.problemCount = problems[number]?.count ?? 0
        rows[number] = row
        return row
    }

    private mutating func isNew(
        _ id: String, _ digest: [UInt8], _ line: Int, _ row: inout IntakeProgress, _ file: TakenFile
    ) -> Bool {
        let key = "\(file.producer)/\(id)"
        guard let known = ids[key] else {
            ids[key] = digest
            return true
        }
        if known == digest {
            row.tally.duplicates += 1
        } else {
            row.tally.rejected += 1
            problems[file.number, default: []].append(
                Problem(line: line, id: id, .idConflict, field: "id", "used before"))
        }
        return false
    }
}
