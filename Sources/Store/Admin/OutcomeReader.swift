// SPDX-License-Identifier: Apache-2.0
//
// Outcomes put together from the journal and its side rows. What was erased is nil.

import GatewayModel

struct OutcomeReader {
    let session: Session
    var withDecisions = false
    /// The words of jobs met last: events of one job stand close together.
    private var recent: [Int64: FieldReader] = [:]
    private static let mostRecent = 4096
    /// For the words of consents and suppressions; looks no address up.
    let books: Ledger

    init(_ session: Session, withDecisions: Bool = false) {
        (self.session, self.withDecisions) = (session, withDecisions)
        books = Ledger(session: session, subjectKey: [], slots: nil)
    }

    /// A row of `seq, at, event, job, row`. Nil where it is no outcome.
    mutating func outcome(seq: Int64, at: Instant, event: Int64, job: Int64?, row: [UInt8]) throws -> Outcome? {
        guard let event = Event(number: event), let fields = JournalFields(row) else { return nil }
        var outcome = Outcome(seq: seq, time: at, event: event)
        (outcome.reason, outcome.route, outcome.settles) = (
            fields.text("reason"), fields.text("route"), fields.number("settles")
        )
        outcome.until = fields.number("until").map(Instant.init(microseconds:))
        outcome.attempt = fields.number("attempt").map(Int.init)
        if let job, let words = try words(of: job) { Self.fill(&outcome, from: words) }
        if let number = fields.number("book") { try fill(&outcome, fromBook: number) }
        if event != .accepted, fields.hex("words") != nil || withDecisions { try addSideRow(&outcome) }
        return outcome
    }

    private mutating func words(of job: Int64) throws -> FieldReader? {
        if let words = recent[job] { return words }
        let select = try session.prepared("SELECT words FROM job_words WHERE key = ?1").bind(1, job)
        guard let words = try select.first({ FieldReader($0.blob(0)) }) else { return nil }
        if recent.count >= Self.mostRecent { recent.removeAll(keepingCapacity: true) }
        recent[job] = words
        return words
    }

    private static func fill(_ outcome: inout Outcome, from words: FieldReader) {
        (outcome.producer, outcome.job, outcome.recipient) = (words[.producer], words[.id], words[.recipient])
        outcome.channel = words[.channel].flatMap(ChannelKind.init(rawValue:))
        (outcome.person, outcome.template, outcome.brand) = (words[.person], words[.template], words[.brand])
        outcome.messageClass = words[.messageClass].flatMap(MessageClass.init(rawValue:))
        (outcome.topic, outcome.campaign) = (words[.topic], words[.campaign])
        outcome.reference = words.bytes(.reference).flatMap { try? JSONValue.parse($0) }
    }

    private func addSideRow(_ outcome: inout Outcome) throws {
        let select = try session.prepared("SELECT words, decision FROM event_words WHERE seq = ?1").bind(1, outcome.seq)
        guard let side = try select.first({ (FieldReader($0.blob(0)), $0.blobOrNil(1)) }) else { return }
        let words = side.0
        (outcome.detail, outcome.messageID) = (words[.detail], words[.messageID])
        (outcome.contentSHA256, outcome.templateDigest) = (words[.contentSHA256], words[.templateDigest])
        (outcome.cause, outcome.segments) = (words[.cause], words[.segments].flatMap { Int($0) })
        let (id, code, enhanced) = (words[.providerID], words[.providerCode], words[.providerEnhanced])
        if id != nil || code != nil || enhanced != nil {
            outcome.provider = Outcome.Provider(id: id, code: code, enhanced: enhanced)
        }
        if withDecisions { outcome.decision = side.1.flatMap(DecisionText.json) }
    }
}
