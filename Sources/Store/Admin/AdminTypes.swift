// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks the store and what it is told: plain values.

import GatewayModel

/// Who changed something, as the journal keeps it: the actor named on the command line, the system's user, and why.
public struct Signature: Hashable, Sendable {
    public var actor: String?
    public var systemUser: String
    public var why: String?
    public init(actor: String? = nil, systemUser: String, why: String? = nil) {
        (self.actor, self.systemUser, self.why) = (actor, systemUser, why)
    }
}

/// Where a job stands (DESIGN 3). The words are what `queue list --state` takes.
public enum JobState: String, Hashable, Sendable, CaseIterable {
    case ready, flying, held
    /// An attempt left and got no verdict; parked.
    case doubt
}

/// Which queued jobs are meant; every part given must hold. Empty: all.
public struct JobFilter: Hashable, Sendable {
    public var producer: String?
    /// The producer's id; every producer's where `producer` is nil.
    public var id: String?
    public var campaign: String?
    public var route: String?
    public var brand: String?
    public var template: String?
    public var messageClass: MessageClass?
    public var state: JobState?
    public var person: String?
    /// An e-mail address in any spelling, an E.164 number, or a CRM contact.
    public var recipient: String?
    public init() {}
}

/// A job in the queue as `queue list` shows it.
public struct QueuedJob: Hashable, Sendable {
    public var facts: JobFacts
    public var state: JobState
    /// The producer's id for it; nil once erased.
    public var id: String?
    public var recipient: String?
    public var person: String?
    /// Nil: not due until somebody releases it.
    public var due: Instant?
    /// Why it is held, where it is.
    public var why: String?
    /// In doubt, and its provider is asked about it then.
    public var inquiry: Instant?
    /// In doubt: ours, as its request carried it to the provider.
    public var reference: String?
}

/// All there is to know of one job, queued or ended.
public struct JobRecord: Sendable {
    public var id: String
    public var producer: String
    public var acceptedAt: Instant
    /// Nil once ended.
    public var queued: QueuedJob?
    /// The record as it came in; nil once `[keep] bodies` let it go.
    public var record: [UInt8]?
    /// Its events in order, with decisions.
    public var outcomes: [Outcome]
    /// A marketing task that was made, or may have been, and is still remembered.
    public var task: MadeTaskRecord?
}

/// How many jobs of one lane are in one state.
public struct QueueDepth: Hashable, Sendable {
    public var lane: LaneKey
    public var state: JobState
    public var count: Int
    /// Earliest due time among them; nil where none has one.
    public var oldestDue: Instant?
}

/// What an operator does to queued jobs.
public enum QueueChange: String, Hashable, Sendable {
    /// Ready jobs are held.
    case hold
    /// Held jobs go back, due as before; ready ones without a due time are due now.
    case release
    /// Ready, held and parked jobs are due now. A parked one is sent again: the operator says so.
    case retry
    /// Queued jobs end as `cancelled`; those in flight are taken back if not begun.
    case cancel
}

/// One bounded step of a change. Call again with `next` until it is nil.
public struct QueueStep: Hashable, Sendable {
    public var changed: Int
    public var next: JobKey?
}

/// Which outcomes are asked for; every part given must hold.
public struct OutcomeQuery: Hashable, Sendable {
    public var after: Int64 = 0
    public var producer: String?
    /// The producer's id of a job.
    public var job: String?
    /// An address in any spelling.
    public var recipient: String?
    public var since: Instant?
    public var event: Event?
    public var limit = 1000
    public var withDecisions = false
    public init() {}
}

/// A page of outcomes, and from where to go on.
public struct OutcomePage: Sendable {
    public var outcomes: [Outcome]
    /// Give as `after` for the next page; nil: the journal's end was reached.
    public var next: Int64?
}

/// What a report can be broken down by.
public enum ReportDimension: String, Hashable, Sendable, CaseIterable {
    case campaign, channel
    case messageClass = "class"
    case brand, template, route, producer
}

/// Events of one kind, reason and set of dimensions.
public struct ReportRow: Hashable, Sendable {
    public var by: [ReportDimension: String?]
    public var event: Event
    public var reason: String?
    public var count: Int
    /// From acceptance to `sent`; nil for other events.
    public var meanDelay: Duration?
    public var maxDelay: Duration?
}

/// What walking the whole journal found.
public struct JournalCheck: Hashable, Sendable {
    public var rows: Int
    public var firstSeq: Int64?
    public var lastSeq: Int64?
    /// Side rows that were looked at; the others are erased or past their time.
    public var sideRows: Int
    /// The first row that is wrong, and how; nil where all is well.
    public var fault: Fault?
    public struct Fault: Hashable, Sendable {
        public var seq: Int64
        public var what: String
    }
}

/// One row of the journal, byte for byte.
public struct JournalRow: Hashable, Sendable {
    public var seq: Int64
    public var bytes: [UInt8]
}
