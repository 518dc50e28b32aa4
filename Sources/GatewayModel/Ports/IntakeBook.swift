// SPDX-License-Identifier: Apache-2.0

/// A file of the queue after its rename into `taken/`.
public struct TakenFile: Hashable, Sendable {
    /// The daemon's own number for it; never reused.
    public var number: Int64
    public var producer: String
    /// Full name as the producer gave it, `batch-7.ndjson`.
    public var name: String
    /// When the producer renamed it into `incoming/`.
    public var renamedAt: Instant
    public var bytes: Int64
    public init(number: Int64, producer: String, name: String, renamedAt: Instant, bytes: Int64) {
        (self.number, self.producer, self.name, self.renamedAt, self.bytes) = (number, producer, name, renamedAt, bytes)
    }
}

/// Each line that holds a record counts once, in one of the four.
public struct IntakeTally: Hashable, Sendable {
    public var accepted: Int
    public var duplicates: Int
    public var rejected: Int
    /// Job lines taken in and ended at once by a cancel that is remembered.
    public var cancelled: Int
    public init(accepted: Int = 0, duplicates: Int = 0, rejected: Int = 0, cancelled: Int = 0) {
        (self.accepted, self.duplicates, self.rejected, self.cancelled) = (accepted, duplicates, rejected, cancelled)
    }
}

/// A job that passed the decoder, on its way into the queue.
public struct NewJob: Sendable {
    public var line: Int
    public var job: Job
    /// The record as it came: what is kept as the job's body.
    public var record: [UInt8]
    /// First 16 bytes of a SHA-256 over the record in canonical form (members sorted, no white space, `kind` left out
    /// where it is "job"): equal content, equal digest.
    public var contentDigest: [UInt8]
    public var placement: Placement
    public init(line: Int, job: Job, record: [UInt8], contentDigest: [UInt8], placement: Placement) {
        (self.line, self.job, self.record) = (line, job, record)
        (self.contentDigest, self.placement) = (contentDigest, placement)
    }
}

public struct NewCancel: Sendable {
    public var line: Int
    public var request: CancelRequest
    public var contentDigest: [UInt8]
    public init(line: Int, request: CancelRequest, contentDigest: [UInt8]) {
        (self.line, self.request, self.contentDigest) = (line, request, contentDigest)
    }
}

/// A `consent` record (CONTRACT 4). `problems`: what was wrong with an opt-out that is taken all the same, wider; they go
/// into the receipt and do not count as rejected.
public struct NewConsentRecord: Sendable {
    public var line: Int
    public var id: String
    public var consent: NewConsent
    /// More events of the same record: an opt-out that names no brand, by a producer who speaks for several. Recorded with
    /// the first or not at all; the record counts once.
    public var more: [NewConsent] = []
    public var contentDigest: [UInt8]
    public var problems: [Problem]
    public init(line: Int, id: String, consent: NewConsent, contentDigest: [UInt8], problems: [Problem]) {
        (self.line, self.id, self.consent) = (line, id, consent)
        (self.contentDigest, self.problems) = (contentDigest, problems)
    }
}

/// A `suppress` record, likewise.
public struct NewSuppressRecord: Sendable {
    public var line: Int
    public var id: String
    public var suppression: NewSuppression
    /// More events of the same record, one for each further brand of its producer.
    public var more: [NewSuppression] = []
    public var contentDigest: [UInt8]
    public var problems: [Problem]
    public init(line: Int, id: String, suppression: NewSuppression, contentDigest: [UInt8], problems: [Problem]) {
        (self.line, self.id, self.suppression) = (line, id, suppression)
        (self.contentDigest, self.problems) = (contentDigest, problems)
    }
}

public enum IntakeEntry: Sendable {
    case job(NewJob)
    case cancel(NewCancel)
    case consent(NewConsentRecord)
    case suppress(NewSuppressRecord)
    /// An opt-out that could not be taken: its target is unusable. Rejected, and journalled as damaged so that it is
    /// seen (CONTRACT 4). Its problems stand before it as entries of their own.
    case lostOptOut(line: Int, recordID: String?)
    /// A line that was rejected; counts and is kept for the receipt. A line with several problems has an entry for
    /// each, one behind the other with the same `line`: such a line counts once.
    case problem(Problem)
}

/// At most 1,000 lines of one file, in order; committed whole or not at all.
public struct IntakeChunk: Sendable {
    public var file: TakenFile
    public var entries: [IntakeEntry]
    /// Bytes and lines of the file that are done once this is committed.
    public var offset: Int64
    public var line: Int
    /// Lower-case hex over the whole file; given with the last chunk, nil before.
    public var sha256: String?
    public init(file: TakenFile, entries: [IntakeEntry], offset: Int64, line: Int, sha256: String?) {
        (self.file, self.entries, self.offset, self.line, self.sha256) = (file, entries, offset, line, sha256)
    }
}

/// How far a file has come; what its receipt is made from, however often the daemon is killed.
public struct IntakeProgress: Hashable, Sendable {
    public var file: TakenFile
    public var takenAt: Instant
    public var offset: Int64
    public var line: Int
    public var tally: IntakeTally
    public var problemCount: Int
    /// Set once the last chunk is committed: only the receipt is missing.
    public var sha256: String?
    public init(
        file: TakenFile, takenAt: Instant, offset: Int64, line: Int, tally: IntakeTally, problemCount: Int,
        sha256: String?
    ) {
        (self.file, self.takenAt, self.offset, self.line) = (file, takenAt, offset, line)
        (self.tally, self.problemCount, self.sha256) = (tally, problemCount, sha256)
    }
}

/// Where intake writes what it took in. Implemented by the store.
public protocol IntakeBook: Sendable {
    /// Files begun and not yet finished (receipt not confirmed), by number.
    func unfinishedFiles() async throws(StoreError) -> [IntakeProgress]
    /// The highest number ever given to a file, 0 where none was.
    func lastFileNumber() async throws(StoreError) -> Int64
    /// Commits one chunk: ids, jobs, cancels, problems, progress, journal. On return it is durable.
    ///
    /// Entries are applied in order: a cancel reaches the jobs before it and, by its memory, those after it.
    func take(_ chunk: IntakeChunk) async throws(StoreError) -> IntakeProgress
    /// Problems of a file in order of line, those found by the book (`id_conflict`) among them.
    func problems(of file: Int64, after index: Int, limit: Int) async throws(StoreError) -> [Problem]
    /// The receipt is written and synced, the file is gone: its row may go.
    func finish(_ file: Int64) async throws(StoreError)
    /// Jobs in the queue, for back-pressure and `status.json`.
    func queuedJobs() async throws(StoreError) -> Int
}
