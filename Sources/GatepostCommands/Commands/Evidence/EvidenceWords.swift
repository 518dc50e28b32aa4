// SPDX-License-Identifier: Apache-2.0
//
// Consents, suppressions and operators' actions as entries of the timeline. Messages have a file of their own.

import GatewayModel
import Store

extension EvidenceEntry {
    /// - Parameters:
    ///   - wording: the text in full, where it is on record.
    ///   - attachments: name and size of each file kept with it, by digest.
    init(
        _ record: ConsentRecord, at time: Instant, wording: String?, attachments: [String: (name: String, bytes: Int)]
    ) {
        let (event, details) = (record.event, record.details)
        self.init(
            seq: record.seq, time: time, kind: .consent, what: event.type.rawValue, id: event.id,
            summary: record.sentence, detail: record.json(wording: wording, attachments: attachments))
        note("address", record.address?.description ?? "erased")
        note("method", details.method)
        note("wording", wording)
        if wording == nil, details.wordingSHA256 != nil {
            note("wording", "the text is not on record, only its digest")
        }
        note("language", details.language)
        note("wording sha256", details.wordingSHA256)
        note("basis", details.basisFacts?.text)
        note("disclosures", details.disclosures?.text)
        note("evidence", details.evidence?.text)
        for digest in details.attachments {
            let file = attachments[digest].map { " (\($0.name), \(counted($0.bytes, "byte")))" } ?? " (not on record)"
            note("attachment", "sha256 \(digest)\(file)")
        }
        if event.type.isOptIn, !event.hasWording, !event.hasEvidence {
            note("proof", "none: neither wording nor evidence is on record")
        }
        note("actor", details.actor)
        noteDoor(record.signature, details.producer, details.recordID, details.batch)
        note("came in damaged", details.damage)
    }

    init(_ record: SuppressionRecord, at time: Instant) {
        let details = record.details
        self.init(
            seq: record.seq, time: time, kind: .suppression, what: record.event.act.rawValue, id: record.event.id,
            summary: record.sentence, detail: record.json)
        note("target", record.target?.description ?? "erased")
        note("note", details.note)
        note("source", details.source)
        note("evidence", details.evidence?.text)
        note("actor", details.actor)
        noteDoor(record.signature, details.producer, details.recordID, record.batch)
        note("came in damaged", details.damage)
    }

    /// - Parameter jobs: ids of the messages it may have concerned.
    init(_ action: OperatorAction, jobs: [String]) {
        let amendment = TaskAmendment(action)
        self.init(
            seq: action.seq, time: action.at, kind: .operator, what: action.action, id: amendment?.job.id,
            summary: amendment?.sentence ?? Self.summary(of: action, jobs),
            marks: action.action == TaskAmendment.notClosed ? [.taskNotClosed] : [],
            detail: JSONObject(
                action.json.members.map { ($0.key, $0.value) } + [("jobs", .array(jobs.map(JSONValue.string)))]))
        note("about", action.about)
        note("by", action.who)
        note("why", action.why)
    }

    private static func summary(of action: OperatorAction, _ jobs: [String]) -> String {
        let named = jobs.prefix(mostNamed).joined(separator: ", ")
        let more = jobs.count > mostNamed ? " and \(jobs.count - mostNamed) more" : ""
        return "An operator's \(action.action), which may have concerned \(named)\(more)."
    }

    private static let mostNamed = 5

    private mutating func noteDoor(_ signature: Signature?, _ producer: String?, _ record: String?, _ batch: String?) {
        if let signature {
            note("recorded by", [signature.actor, "system user \(signature.systemUser)"].joined)
            note("why", signature.why)
        }
        if let producer { note("record", "\(record ?? "without an id") of producer \(producer)") }
        note("import", batch)
    }
}

extension OperatorAction {
    /// `ada, system user root`
    var who: String? { [actor, systemUser.map { "system user \($0)" }].joined }

    var json: JSONObject {
        JSONObject([
            ("seq", .integer(seq)), ("time", .time(at)), ("action", .string(action)), ("actor", .text(actor)),
            ("system_user", .text(systemUser)), ("why", .text(why)), ("about", .text(about)),
        ])
    }
}

extension [String?] {
    /// What there is of it, with commas; nil where there is nothing.
    var joined: String? {
        let known = compactMap { $0 }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }
}
