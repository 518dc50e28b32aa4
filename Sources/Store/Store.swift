// SPDX-License-Identifier: Apache-2.0

import GatewayModel

public final class Store: Sendable {
    /// Makes keys, database, wire log and reserve; leaves what is there as it is.
    public static func initialise(stateDir: String) throws(StoreError) { fatalError("not yet") }
    /// Opens; for the daemon also recovers. Blocks.
    public static func open(stateDir: String, role: StoreRole, options: StoreOptions = StoreOptions()) throws(StoreError) -> Store { fatalError("not yet") }
    /// Told from now on; nil: nobody.
    public func setListener(_ listener: (any QueueListener)?) { fatalError("not yet") }
    /// Finishes what was handed in, checkpoints, and gives the locks back.
    public func close() async { fatalError("not yet") }
    public var journalID: String { fatalError("not yet") }
    /// The wire log as channels see it (daemon only).
    public var notes: any AttemptNotes { fatalError("not yet") }
}

extension Store: IntakeBook {
    public func unfinishedFiles() async throws(StoreError) -> [IntakeProgress] { fatalError("not yet") }
    public func lastFileNumber() async throws(StoreError) -> Int64 { fatalError("not yet") }
    public func take(_ chunk: IntakeChunk) async throws(StoreError) -> IntakeProgress { fatalError("not yet") }
    public func problems(of file: Int64, after index: Int, limit: Int) async throws(StoreError) -> [Problem] { fatalError("not yet") }
    public func finish(_ file: Int64) async throws(StoreError) { fatalError("not yet") }
    public func queuedJobs() async throws(StoreError) -> Int { fatalError("not yet") }
}
extension Store: DeliveryBook {
    public func lanes() async throws(StoreError) -> [Lane] { fatalError("not yet") }
    public func due(_ wants: [LaneWant], at now: Instant) async throws(StoreError) -> [LaneSupply] { fatalError("not yet") }
    public func exchange(settled: [Settlement], candidates: [JobKey], at now: Instant, decide: @escaping @Sendable (JobFacts) -> AdmissionDecision) async throws(StoreError) -> [Departure] { fatalError("not yet") }
    public func standingOrders() async throws(StoreError) -> StandingOrders { fatalError("not yet") }
    public func attemptsToRecall() async throws(StoreError) -> [AttemptID] { fatalError("not yet") }
    public func tallies(since: Instant) async throws(StoreError) -> [LaneTally] { fatalError("not yet") }
    public func tidy(at now: Instant) async throws(StoreError) -> Bool { fatalError("not yet") }
}
extension Store: JournalReader {
    public func outcomes(after seq: Int64, limit: Int) async throws(StoreError) -> [Outcome] { fatalError("not yet") }
    public func lastSeq() async throws(StoreError) -> Int64 { fatalError("not yet") }
}
extension Store {
    public func queue(matching filter: JobFilter, after: JobKey?, limit: Int) async throws(StoreError) -> [QueuedJob] { fatalError("not yet") }
    /// Every producer's job of that id where `producer` is nil.
    public func job(producer: String?, id: String) async throws(StoreError) -> [JobRecord] { fatalError("not yet") }
    public func depths() async throws(StoreError) -> [QueueDepth] { fatalError("not yet") }
    /// One step of at most 500 jobs.
    public func change(_ change: QueueChange, matching filter: JobFilter, after: JobKey?, by: Signature) async throws(StoreError) -> QueueStep { fatalError("not yet") }
    /// The hold's `id` is ignored; its number is returned. Matching attempts not begun are recalled.
    public func addHold(_ hold: StandingOrders.Hold, by: Signature) async throws(StoreError) -> Int64 { fatalError("not yet") }
    /// Releases what it held and no other hold matches. Nil: there is no such hold. Returns how many jobs were released.
    public func removeHold(_ id: Int64, by: Signature) async throws(StoreError) -> Int? { fatalError("not yet") }
    public func pauseRoute(_ name: String, by: Signature) async throws(StoreError) { fatalError("not yet") }
    public func resumeRoute(_ name: String, by: Signature) async throws(StoreError) { fatalError("not yet") }
    public func acceptClock(by: Signature) async throws(StoreError) { fatalError("not yet") }
    /// Matching attempts in flight now, for `--wait`.
    public func inFlight(matching filter: JobFilter) async throws(StoreError) -> Int { fatalError("not yet") }
    public func outcomes(_ query: OutcomeQuery) async throws(StoreError) -> OutcomePage { fatalError("not yet") }
    public func report(by dimensions: [ReportDimension], since: Instant?) async throws(StoreError) -> [ReportRow] { fatalError("not yet") }
    /// Walks the whole journal in pages; `progress` is told the seq reached.
    public func verifyJournal(progress: @Sendable (Int64) -> Void) async throws(StoreError) -> JournalCheck { fatalError("not yet") }
    public func exportJournal(after seq: Int64, limit: Int) async throws(StoreError) -> [JournalRow] { fatalError("not yet") }
}
