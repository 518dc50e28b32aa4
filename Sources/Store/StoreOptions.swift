// SPDX-License-Identifier: Apache-2.0
//
// How a store is opened: by whom, and with what the store cannot know by itself.

import GatewayModel

/// Who opens the store.
public enum StoreRole: Hashable, Sendable {
    /// The one daemon of the state directory: writes all the time, recovers, checkpoints.
    case daemon
    /// Another process: reads, and writes in short transactions.
    case command
    /// Reads only.
    case reader
}

/// What to do with jobs that are due when the database turns out to be older than the wire log (a restored backup).
public enum AfterRestore: String, Hashable, Sendable, CaseIterable {
    /// Everything that was ready or in flight is held until an operator releases it.
    case hold
    /// Everything goes on; what was sent after the backup was made may be sent again.
    case release
}

/// How an attempt that an earlier run left in flight is judged. Pure; called while the store opens.
public struct RecoveryRules: Sendable {
    /// An answer judged: what becomes of its job, and what the outcome tells of the answer.
    public struct Judged: Sendable {
        public var fate: Settlement.Fate
        public var evidence: DeliveryEvidence
        public init(fate: Settlement.Fate, evidence: DeliveryEvidence) { (self.fate, self.evidence) = (fate, evidence) }
    }

    /// The reply's code and text as the wire log kept them: booked exactly like a live settlement.
    public var judge: @Sendable (_ code: Int, _ text: String, _ facts: JobFacts) -> Judged
    /// How an attempt without a verdict may be settled. Not asked about an inquiry: that is simply due again.
    public var doubtStep: @Sendable (_ facts: JobFacts) -> Settlement.DoubtStep

    public init(
        judge: @escaping @Sendable (_ code: Int, _ text: String, _ facts: JobFacts) -> Judged,
        doubtStep: @escaping @Sendable (_ facts: JobFacts) -> Settlement.DoubtStep
    ) {
        (self.judge, self.doubtStep) = (judge, doubtStep)
    }

    /// Parks every attempt, whatever was answered: for opening a store whose channels are not known.
    public static let parkAll = RecoveryRules(
        judge: { code, text, _ in
            let evidence = DeliveryEvidence(stage: "end_of_data", code: code, text: "\(code) \(text)")
            return Judged(fate: .unknown(.park), evidence: evidence)
        }, doubtStep: { _ in .park })
}

public struct StoreOptions: Sendable {
    public var timepiece: any Timepiece = SystemTimepiece()
    /// How long what is finished stays (CONTRACT 5, `[keep]`).
    public var keepBodies = Duration.seconds(7 * 86_400)
    public var keepDecisions = Duration.seconds(400 * 86_400)
    public var keepOutcomes = Duration.seconds(5 * 365 * 86_400)
    /// How long ids are remembered after their job's end.
    public var dedupeHorizon = Duration.seconds(90 * 86_400)
    public var recovery = RecoveryRules.parkAll
    /// Nil: a database older than the wire log refuses to open.
    public var afterRestore: AfterRestore?
    public init() {}
}
