// SPDX-License-Identifier: Apache-2.0
//
// What the books know of a recipient, read in the transaction that asks the gate (DESIGN D6, D7). Kinds of suppression
// that nobody has used cost nothing.

import GatewayModel

/// Where the books look for a job's recipient.
struct RecipientPlaces {
    var contact: ContactChannel
    var messageClass: MessageClass
    var addressee: Addressee
    /// Subjects: of the contact's address, and of the person.
    var address: Int64?
    var person: Int64?
    var place: PlaceEvidence
}

extension Ledger {
    func recipient(
        of job: JobRow, _ facts: JobFacts, at now: Instant, interest: PolicyInterest
    ) throws -> RecipientFacts {
        var places = try places(of: job, facts)
        places.messageClass = interest.messageClass(of: facts)
        var recipient = try recipient(at: places, now, interest: interest)
        (recipient.firstCapped, recipient.queued) = (job.firstCapped, Int(try queued()))
        return recipient
    }

    func recipient(at places: RecipientPlaces, _ now: Instant, interest: PolicyInterest) throws -> RecipientFacts {
        var facts = RecipientFacts()
        (facts.address, facts.place) = (places.addressee.address, places.place)
        facts.hasPerson = places.person != nil || places.addressee.person != nil
        let asksConsent = places.messageClass == .marketing || interest.consentOfTransactional
        if asksConsent, let subject = places.address { facts.consents = try consents(of: subject) }
        facts.suppressions = try suppressions(of: places.addressee, person: places.person)
        if interest.capHorizon > .zero, places.messageClass == .marketing || interest.countsTransactional {
            facts.sends = try capEntries(
                address: places.address, person: places.person, after: now - interest.capHorizon)
        }
        return facts
    }

    func places(of job: JobRow, _ facts: JobFacts) throws -> RecipientPlaces {
        let contact = facts.contact
        var addressee = Addressee(address: try address(of: job, contact), crm: nil, person: nil)
        if facts.channel == .crmTask { addressee.crm = job.recipient }
        var evidence = PlaceEvidence(
            timezone: try job.timezone.map { try words.word($0, in: session) },
            country: try job.country.map { try words.word($0, in: session) },
            region: try job.region.map { try words.word($0, in: session) })
        if contact.usesPhone, case .phone(let number) = addressee.address { evidence.phone = number }
        return RecipientPlaces(
            contact: contact, messageClass: facts.messageClass, addressee: addressee, address: try job.contactSubject,
            person: job.person, place: evidence)
    }

    private func address(of job: JobRow, _ contact: ContactChannel) throws -> ContactAddress? {
        switch contact {
        case .email:
            // The row holds the address as it was written; a task's is kept with the subject.
            if ChannelKind(number: job.channel) == .email { return .email(Self.normalised(email: job.recipient)) }
            return try job.email.flatMap { try subjectAddress($0) }.map { .email($0) }
        case .sms, .voice:
            if ChannelKind(number: job.channel) == .sms { return .phone(job.recipient) }
            return try job.phone.flatMap { try subjectAddress($0) }.map { .phone($0) }
        case .crmTask: return .crm(job.recipient)
        }
    }

    /// Without reading the address anew, where it is ASCII: it was read once, and its domain is in lower case.
    private static func normalised(email text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return EmailAddress(text)?.normalised ?? text
    }

    func subjectAddress(_ id: Int64) throws -> String? {
        try session.prepared("SELECT address FROM subject WHERE id = ?1").bind(1, id).first { $0.text(0) }
    }

    private func queued() throws -> Int64 {
        if let queued = gathered.queuedBefore { return queued + gathered.queued }
        let queued = try meta("queued") ?? 0
        gathered.queuedBefore = queued
        return queued + gathered.queued
    }

    // MARK: Consents

    func consents(of subject: Int64) throws -> [ConsentEvent] {
        var events: [ConsentEvent] = []
        let select = try session.prepared(
            """
            SELECT n, at, occurred, type, channel, brand, topics, basis, day, flags, corrects FROM consent
                WHERE subject = ?1 ORDER BY n
            """)
        try select.bind(1, subject).each { events.append(try consent($0)) }
        return events
    }

    /// A row of `n, at, occurred, type, channel, brand, topics, basis, day, flags, corrects`.
    func consent(_ row: Statement) throws -> ConsentEvent {
        var event = ConsentEvent(
            number: row.int(0), recordedAt: row.instant(1), occurredAt: row.instant(2),
            type: try ConsentType(stored: row.int(3)))
        event.channel = try row.intOrNil(4).map(ContactChannel.init(stored:))
        event.brand = try row.intOrNil(5).map { try words.word($0, in: session) }
        event.topics = try row.textOrNil(6).map { list in
            try list.utf8.split(separator: UInt8(ascii: ",")).compactMap { Int64(Substring($0)) }
                .map { try words.word($0, in: session) }
        }
        event.basis = try row.intOrNil(7).map(ConsentBasis.init(stored:))
        event.basisDay = row.textOrNil(8).flatMap(CalendarDay.init)
        let flags = BookFlags(rawValue: row.int(9))
        (event.hasWording, event.hasEvidence) = (flags.contains(.wording), flags.contains(.evidence))
        (event.isImport, event.corrects) = (flags.contains(.isImport), row.intOrNil(10))
        return event
    }

    // MARK: Suppressions

    /// How many rows there are of each kind.
    func suppressionKinds() throws -> [Int64: Int64] {
        if let kinds = gathered.suppressionKinds { return kinds }
        var kinds: [Int64: Int64] = [:]
        try session.prepared("SELECT kind, count FROM suppression_kind").each { kinds[$0.int(0)] = $0.int(1) }
        gathered.suppressionKinds = kinds
        return kinds
    }

    /// Every event that may mean the recipient, in order. `person`: the subject of the person, where its name is not
    /// at hand.
    func suppressions(of addressee: Addressee, person: Int64?) throws -> [SuppressionEvent] {
        let used = try suppressionKinds()
        guard !used.isEmpty else { return [] }
        var addressee = addressee
        if addressee.person == nil, let person, used[SuppressionKind.person.rawValue] != nil {
            addressee.person = try subjectAddress(person)
        }
        var events: [Int64: SuppressionEvent] = [:]
        for kind in SuppressionKind.allCases where kind == .phonePrefix || used[kind.rawValue] != nil {
            for form in addressee.forms(of: kind, isUsed: { used[$0] != nil }) {
                for event in try suppressions(under: form) { events[event.number] = event }
            }
        }
        return events.isEmpty ? [] : events.values.sorted { $0.number < $1.number }
    }

    func suppressions(under form: SuppressionForm) throws -> [SuppressionEvent] {
        let key = suppressionBook.key(of: form)
        return try suppressionBook.rows(under: key, in: session).compactMap { row in
            let select = try session.prepared(
                """
                SELECT n, kind, act, reason, channel, brand, topic, campaign, class, at, expires, lifts, key
                    FROM suppression WHERE n = ?1
                """)
            return try select.bind(1, row).first { row in
                row.blob(12, equals: key) && row.int(1) == form.kind.rawValue ? try suppression(row) : nil
            } ?? nil
        }
    }

    /// A row of `n, kind, act, reason, channel, brand, topic, campaign, class, at, expires, lifts`.
    func suppression(_ row: Statement) throws -> SuppressionEvent {
        guard let kind = SuppressionKind(rawValue: row.int(1)) else {
            throw StoreError.fatal("the database is damaged: suppression \(row.int(0)) is of no known kind")
        }
        let scope = SuppressionScope(
            channel: try row.intOrNil(4).map(ContactChannel.init(stored:)),
            brand: try row.intOrNil(5).map { try words.word($0, in: session) },
            topic: try row.intOrNil(6).map { try words.word($0, in: session) },
            campaign: try row.intOrNil(7).map { try words.word($0, in: session) },
            messageClass: row.intOrNil(8).map(MessageClass.init(number:)))
        return SuppressionEvent(
            number: row.int(0), act: try SuppressionEvent.Act(stored: row.int(2)), match: kind.match,
            reason: try SuppressionReason(stored: row.int(3)), scope: scope, recordedAt: row.instant(9),
            expiresAt: row.instantOrNil(10), lifts: row.intOrNil(11))
    }
}
