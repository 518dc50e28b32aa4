// SPDX-License-Identifier: Apache-2.0
//
// Recording suppressions and their lifting (CONTRACT 8.5, 8.6): appended, journalled, and what is in the air is asked
// again. Nothing is ever taken off the list; a lifting names what it lifts.

import GatewayModel

extension Ledger {
    /// Appends one event; gives its number. What is in the air to whom it may mean is asked again, or, where `subject` is
    /// given, what is in the air to exactly that one.
    @discardableResult
    func suppress(
        _ new: NewSuppression, batch: String? = nil, askingAbout subject: Int64? = nil, by signature: Signature?,
        at now: Instant
    ) throws -> Int64 {
        let form = SuppressionForm(new.target)
        var row = SuppressionRow(
            n: try nextNumber(in: "suppression"), key: suppressionBook.key(of: form), kind: form.kind,
            reason: new.reason, scope: try numbers(of: new.scope), at: now,
            // One that may not lapse does not, whatever was written.
            expires: new.reason.mayExpire ? new.expiresAt : nil)
        row.batch = try words.number(of: batch, in: session)
        if new.details.damage != nil { row.flags.insert(.damaged) }
        let side = new.details.encoded(target: new.target, batch: batch, by: signature)
        try append(row, side: side, at: now)
        try SuppressionBook.index.add(row.key.hash63, row: row.n, in: session)
        try count(form.counter, 1)
        if let subject { try askAgain(about: subject) } else { try askAgain(about: form) }
        try markTasks(under: form, at: now)
        if let damage = new.details.damage {
            try recordDamage("s\(row.n), taken as wide as it may be meant: \(damage)", new.details.producer, at: now)
        }
        return row.n
    }

    /// The row, its words and its place in the journal; not the index.
    func append(_ row: SuppressionRow, side: [UInt8], at now: Instant) throws {
        let salt = subjects.salt()
        var entry = JournalEntry(.suppressed, at: now, book: row.n)
        (entry.reason, entry.row) = (row.reason.rawValue, row.digest)
        entry.words = SideDigest.of(side, salt: salt)
        try insert(row, seq: try journal(entry))
        try session.prepared("INSERT INTO suppression_words (n, salt, words) VALUES (?1, ?2, ?3)")
            .bind(1, row.n).bind(2, salt).bind(3, side).run()
    }

    private func insert(_ row: SuppressionRow, seq: Int64) throws {
        let insert = try session.prepared(
            """
            INSERT INTO suppression (n, key, kind, act, reason, channel, brand, topic, campaign, class, at, expires, lifts,
                batch, flags, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """)
        insert.bind(1, row.n).bind(2, row.key).bind(3, row.kind.rawValue).bind(4, row.act.number)
        insert.bind(5, row.reason.number).bind(6, row.scope.channel).bind(7, row.scope.brand)
        insert.bind(8, row.scope.topic).bind(9, row.scope.campaign).bind(10, row.scope.messageClass)
        insert.bind(11, row.at).bind(12, row.expires).bind(13, row.lifts).bind(14, row.batch)
        try insert.bind(15, row.flags.rawValue).bind(16, seq).run()
    }

    func numbers(of scope: SuppressionScope) throws -> SuppressionRow.Scope {
        SuppressionRow.Scope(
            channel: scope.channel?.number, brand: try words.number(of: scope.brand, in: session),
            topic: try words.number(of: scope.topic, in: session),
            campaign: try words.number(of: scope.campaign, in: session), messageClass: scope.messageClass?.number)
    }

    /// Rows more under a counter: what tells the gate that a kind is worth looking for.
    func count(_ counter: Int64, _ more: Int) throws {
        try session.prepared(
            "INSERT INTO suppression_kind (kind, count) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET count = count + ?2"
        ).bind(1, counter).bind(2, more).run()
        gathered.suppressionKinds = nil
    }

    // MARK: Lifting

    /// Lifts what stands against exactly that target: in that scope, or in every scope. Gives the numbers lifted.
    func lift(
        _ target: SuppressionTarget, scope: SuppressionScope?, by signature: Signature, at now: Instant
    ) throws -> [Int64] {
        let form = SuppressionForm(target)
        let events = try suppressions(under: form).sorted { $0.number < $1.number }
        let lifted = Set(events.compactMap(\.lifts))
        let standing = events.filter { event in
            event.act == .added && !lifted.contains(event.number) && (event.expiresAt.map { $0 > now } ?? true)
                && (scope == nil || scope == event.scope)
        }
        for event in standing { try lift(event, form, target, by: signature, at: now) }
        return standing.map(\.number)
    }

    private func lift(
        _ event: SuppressionEvent, _ form: SuppressionForm, _ target: SuppressionTarget, by signature: Signature,
        at now: Instant
    ) throws {
        var row = SuppressionRow(
            n: try nextNumber(in: "suppression"), key: suppressionBook.key(of: form), kind: form.kind,
            reason: event.reason, scope: try numbers(of: event.scope), at: now, expires: nil)
        (row.act, row.lifts) = (.removed, event.number)
        // An operator's action, not an outcome: who hears `suppressed` must not take it for another one.
        var entry = JournalEntry(operatorAction: "suppression_lift", at: now)
        (entry.book, entry.row) = (row.n, row.digest)
        var fields = FieldWriter()
        fields.put(.action, "suppression_lift")
        fields.put(signature)
        fields.put(.about, "\(event.id) \(event.reason.rawValue): \(target)")
        fields.put(.address, target.description)
        if case .address(.crm) = target { fields.put(.kind, SuppressionKind.crm.word) }
        try insert(row, seq: try journal(entry, words: fields.bytes, decision: nil))
        try SuppressionBook.index.add(row.key.hash63, row: row.n, in: session)
        try count(form.counter, 1)
    }
}
