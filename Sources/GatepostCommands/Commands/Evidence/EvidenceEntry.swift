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

/// What a reviewer must not miss.
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
        /// The person said no after the task was made, and it stands at its provider still.
        case taskNotClosed = "task_not_closed"
    }
    let kind: Kind
    let sentence: String
    /// The opt-out in whose spite it went, or on whose account it did not; nil where none is named.
    let optOut: ConsentEvent?

    /// A task that somebody has to close.
    static let taskNotClosed = EvidenceMark(
        kind: .taskNotClosed, sentence: "The task could not be closed at its provider: somebody has to.", optOut: nil)

    static func withheld(after event: ConsentEvent) -> EvidenceMark {
        EvidenceMark(kind: .withheldAfterOptOut, sentence: "Withheld after the opt-out \(event.id).", optOut: event)
    }

    static func sent(beforeKnown event: ConsentEvent) -> EvidenceMark {
        let sentence = """
            Went after the opt-out \(event.id) of \(TimeText.short(event.occurredAt)), which was recorded only at \
            \(TimeText.short(event.recordedAt)).
            """
        return EvidenceMark(kind: .sentBeforeOptOutKnown, sentence: sentence, optOut: event)
    }

    static func sent(asCame event: ConsentEvent) -> EvidenceMark {
        let sentence = """
            Let go before the opt-out \(event.id) was recorded at \(TimeText.short(event.recordedAt)), accepted after it.
            """
        return EvidenceMark(kind: .sentAsOptOutCame, sentence: sentence, optOut: event)
    }

    static func sent(after event: ConsentEvent) -> EvidenceMark {
        EvidenceMark(
            kind: .sentAfterOptOut,
            sentence: "Went after the opt-out \(event.id), and no later grant is on record that covers it.",
            optOut: event)
    }

    var json: JSONObject {
        JSONObject([
            ("mark", .string(kind.rawValue)), ("opt_out", .text(optOut?.id)),
            ("occurred_at", .time(optOut?.occurredAt)),
            ("recorded_at", .time(optOut?.recordedAt)),
        ])
    }
}
