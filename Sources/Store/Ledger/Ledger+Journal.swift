// SPDX-License-Identifier: Apache-2.0
//
// Writing the journal and its side rows (DESIGN D4).

import Cryptography
import GatewayModel

/// The words beside an event: what may be erased.
struct EventWords {
    var detail: String?
    var messageID: String?
    var contentSHA256: String?
    var templateDigest: String?
    var provider: Outcome.Provider?
    var cause: String?
    /// Parts of a text message.
    var segments: Int?
    var decision: [UInt8]?

    init() {}

    /// What was sent, from the words beside its `unknown`, where it is not said here.
    mutating func adopt(_ unknown: FieldReader) {
        messageID = messageID ?? unknown[.messageID]
        contentSHA256 = contentSHA256 ?? unknown[.contentSHA256]
        templateDigest = templateDigest ?? unknown[.templateDigest]
        segments = segments ?? unknown[.segments].flatMap { Int($0) }
    }

    fileprivate var encoded: [UInt8]? {
        var fields = FieldWriter()
        fields.put(.detail, detail)
        fields.put(.messageID, messageID)
        fields.put(.contentSHA256, contentSHA256)
        fields.put(.templateDigest, templateDigest)
        fields.put(.providerID, provider?.id)
        fields.put(.providerCode, provider?.code)
        fields.put(.providerEnhanced, provider?.enhanced)
        fields.put(.cause, cause)
        fields.put(.segments, segments.map(String.init))
        return fields.bytes.isEmpty ? nil : fields.bytes
    }
}

/// How side rows are bound to their journal rows.
enum SideDigest {
    static func of(_ bytes: [UInt8], salt: [UInt8]) -> [UInt8] { SHA256Digest.of(salt + bytes) }
}

extension Ledger {
    /// Appends a row. Its `seq` is the one behind the last.
    @discardableResult
    func journal(_ entry: JournalEntry) throws -> Int64 {
        let seq = gathered.lastSeq + 1
        let insert = try session.prepared("INSERT INTO journal (seq, at, event, job, row) VALUES (?1, ?2, ?3, ?4, ?5)")
        insert.bind(1, seq).bind(2, entry.at).bind(3, entry.event).bind(4, entry.job)
        try insert.bind(5, entry.encoded(seq: seq)).run()
        gathered.lastSeq = seq
        gathered.journalled += 1
        return seq
    }

    /// Appends a row with its side row.
    @discardableResult
    func journal(_ entry: JournalEntry, with words: EventWords) throws -> Int64 {
        let encoded = words.encoded
        guard encoded != nil || words.decision != nil else { return try journal(entry) }
        return try journal(entry, words: encoded, decision: words.decision)
    }

    func journal(_ entry: JournalEntry, words: [UInt8]?, decision: [UInt8]?) throws -> Int64 {
        var entry = entry
        let salt = subjects.salt()
        entry.words = words.map { SideDigest.of($0, salt: salt) }
        entry.decision = decision.map { SideDigest.of($0, salt: salt) }
        let seq = try journal(entry)
        let insert = try session.prepared(
            "INSERT INTO event_words (seq, salt, words, decision) VALUES (?1, ?2, ?3, ?4)")
        try insert.bind(1, seq).bind(2, salt).bind(3, words).bind(4, decision).run()
        return seq
    }

    /// Journals an event in a job's life and counts it.
    @discardableResult
    func record(
        _ event: Event, _ reason: String? = nil, of job: JobRow, at now: Instant, until: Instant? = nil,
        attempt: Int? = nil, settles: Int64? = nil, words: EventWords = EventWords()
    ) throws -> Int64 {
        var entry = JournalEntry(event, at: now, job: job.key)
        (entry.reason, entry.until, entry.attempt, entry.settles) = (reason, until, attempt, settles)
        entry.route = try laneBook.key(of: job.lane, in: session).route
        // However often it is in doubt, it is one job.
        if event != .unknown || settles == nil { try count(event, reason, job, at: now) }
        return try journal(entry, with: words)
    }

    /// What stands beside a job's `accepted`; nil once its time is over.
    func jobWords(of key: Int64) throws -> FieldReader? {
        try session.prepared("SELECT words FROM job_words WHERE key = ?1").bind(1, key).first {
            FieldReader($0.blob(0))
        }
    }

    /// Journals an operator's action. What it was about, who did it and why stand beside the row, not in it.
    func record(_ action: String, by signature: Signature, about: String?, at now: Instant) throws {
        var fields = FieldWriter()
        fields.put(.action, action)
        fields.put(.actor, signature.actor)
        fields.put(.systemUser, signature.systemUser)
        fields.put(.why, signature.why)
        fields.put(.about, about)
        _ = try journal(JournalEntry(operatorAction: action, at: now), words: fields.bytes, decision: nil)
    }
}
