// SPDX-License-Identifier: Apache-2.0
//
// EvidenceEntry: one line of the timeline, as people read it and as programs get it.

import GatewayModel

struct EvidenceEntry: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable { case consent, suppression, message, `operator` }

    /// Something known under a name: `method`, `wording`.
    struct Note: Hashable, Sendable {
        var label: String
        var text: String
    }

    /// Its row in the journal.
    var seq: Int64
    /// When it was recorded.
    var time: Instant
    var kind: Kind
    /// `granted`, `added`, `sent`, `queue_cancel`, …
    var what: String
    /// `c12`, `s3`, or the producer's id of a job.
    var id: String?
    /// One sentence.
    var summary: String
    var marks: [EvidenceMark] = []
    var notes: [Note] = []
    /// Everything, for programs.
    var detail: JSONObject

    /// Adds what is known under a name; nothing where it is not.
    mutating func note(_ label: String, _ text: String?) {
        guard let text, !text.isEmpty else { return }
        notes.append(Note(label: label, text: text))
    }

    var json: JSONObject {
        JSONObject([
            ("seq", .integer(seq)), ("time", .time(time)), ("kind", .string(kind.rawValue)), ("what", .string(what)),
            ("id", .text(id)), ("summary", .string(summary)), ("marks", .array(marks.map { .object($0.json) })),
            (kind.rawValue, .object(detail)),
        ])
    }
}

/// What a reviewer must not miss about a message.
struct EvidenceMark: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable {
        /// Kept back after somebody had said no.
        case withheldAfterOptOut = "withheld_after_opt_out"
        /// It went after the opt-out took effect, which was not known yet.
        case sentBeforeOptOutKnown = "sent_before_opt_out_known"
        /// Let go before the opt-out was recorded, accepted by the relay after.
        case sentAsOptOutCame = "sent_as_opt_out_came"
        /// Let go after the opt-out was recorded, and no later grant is on record.
        case sentAfterOptOut = "sent_after_opt_out"
    }
    var kind: Kind
    /// `c12`
    var optOut: String
    var occurredAt: Instant
    var recordedAt: Instant

    init(_ kind: Kind, _ event: ConsentEvent) {
        (self.kind, optOut, occurredAt, recordedAt) = (kind, event.id, event.occurredAt, event.recordedAt)
    }

    var sentence: String {
        switch kind {
        case .withheldAfterOptOut: "Withheld after the opt-out \(optOut)."
        case .sentBeforeOptOutKnown:
            """
            Went after the opt-out \(optOut) of \(TimeText.short(occurredAt)), which was recorded only at \
            \(TimeText.short(recordedAt)).
            """
        case .sentAsOptOutCame:
            """
            Let go before the opt-out \(optOut) was recorded at \(TimeText.short(recordedAt)), accepted after it.
            """
        case .sentAfterOptOut: "Went after the opt-out \(optOut), and no later grant is on record that covers it."
        }
    }

    var json: JSONObject {
        JSONObject([
            ("mark", .string(kind.rawValue)), ("opt_out", .string(optOut)), ("occurred_at", .time(occurredAt)),
            ("recorded_at", .time(recordedAt)),
        ])
    }
}
