// SPDX-License-Identifier: Apache-2.0
//
// Step 3, the book's side: one chunk of a file into the queue.

import GatewayModel

extension Ledger {
    /// Books a chunk in order. A chunk that is behind the file's progress was booked before a crash: nothing is done.
    func take(_ chunk: IntakeChunk, at now: Instant) throws -> IntakeProgress {
        var progress = try progress(of: chunk.file.number) ?? open(chunk.file, at: now)
        if progress.sha256 != nil || (progress.offset, progress.line) > (chunk.offset, chunk.line) { return progress }
        try cancels.load(from: session, at: now)
        var lastProblem: Problem?
        for entry in chunk.entries {
            guard case .problem(let problem) = entry else {
                try book(entry, of: chunk.file, at: now, into: &progress)
                continue
            }
            try note(problem, into: &progress)
            // All problems of a line stand behind one another; the line counts once.
            if problem.line == nil || problem.line != lastProblem?.line { progress.tally.rejected += 1 }
            lastProblem = problem
        }
        (progress.offset, progress.line, progress.sha256) = (chunk.offset, chunk.line, chunk.sha256)
        try save(progress)
        return progress
    }

    private func book(_ entry: IntakeEntry, of file: TakenFile, at now: Instant, into progress: inout IntakeProgress)
        throws
    {
        switch entry {
        case .problem: return
        case .consent(let new): try book(new, of: file, at: now, into: &progress)
        case .suppress(let new): try book(new, of: file, at: now, into: &progress)
        case .lostOptOut(let line, let id): try recordLostOptOut(line: line, id: id, of: file, at: now)
        case .job(let new):
            let digest = IDBook.digest(producer: file.producer, id: new.job.id)
            if let known = try ids.find(digest, in: session) {
                return try repeated(known, new.contentDigest, id: new.job.id, line: new.line, into: &progress)
            }
            let isQueued = try enqueue(new, digest: digest, of: file, at: now)
            if isQueued { progress.tally.accepted += 1 } else { progress.tally.cancelled += 1 }
        case .cancel(let new):
            let digest = IDBook.digest(producer: file.producer, id: new.request.id)
            if let known = try ids.find(digest, in: session) {
                return try repeated(known, new.contentDigest, id: new.request.id, line: new.line, into: &progress)
            }
            try ids.remember(digest, KnownID(content: new.contentDigest, job: nil, acceptedAt: now), in: session)
            try cancel(new.request, of: file, at: now)
            progress.tally.accepted += 1
        }
    }

    /// The id is known: the same content changes nothing, other content is a conflict.
    func repeated(
        _ known: KnownID, _ content: [UInt8], id: String, line: Int, into progress: inout IntakeProgress
    ) throws {
        guard known.content != content else { return progress.tally.duplicates += 1 }
        let message =
            "this id was accepted with other content at \(known.acceptedAt.rfc3339): give the changed record an id of its own"
        try note(Problem(line: line, id: id, .idConflict, field: "id", message), into: &progress)
        progress.tally.rejected += 1
    }

    func note(_ problem: Problem, into progress: inout IntakeProgress) throws {
        progress.problemCount += 1
        let insert = try session.prepared(
            "INSERT INTO intake_problem (file, n, line, id, code, field, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        insert.bind(1, progress.file.number).bind(2, progress.problemCount).bind(3, problem.line.map(Int64.init))
        insert.bind(4, problem.id).bind(5, problem.code.description)
        try insert.bind(6, problem.field).bind(7, problem.message).run()
    }

    // MARK: A job

    /// Due at once, whatever its schedule: that is the gate's to judge, with its reasons on record.
    ///
    /// False where a remembered cancel ended it at once.
    private func enqueue(_ new: NewJob, digest: [UInt8], of file: TakenFile, at now: Instant) throws -> Bool {
        let (row, token) = try row(for: new, of: file, at: now)
        try ids.remember(digest, KnownID(content: new.contentDigest, job: row.key, acceptedAt: now), in: session)
        try recordAcceptance(of: new.job, row, token: token, producer: file.producer, at: now)
        if let cancel = cancels.match(row, digest: digest, at: now) {
            try recordCancelled(row, by: cancel, at: now)
            return false
        }
        try insert(row)
        try session.prepared("INSERT INTO body (key, record) VALUES (?1, ?2)").bind(1, row.key).bind(2, new.record)
            .run()
        gathered.queued += 1
        gathered.arrived(row.lane, due: row.due ?? now)
        return true
    }

    private func row(for new: NewJob, of file: TakenFile, at now: Instant) throws -> (JobRow, token: [UInt8]?) {
        let (job, placement) = (new.job, new.placement)
        var row = JobRow(
            key: try nextJobKey(), lane: try laneBook.id(of: placement.lane, in: session), placement: placement,
            created: job.createdAt ?? file.renamedAt, accepted: now,
            due: soonest(now),
            channel: job.channel, producer: try words.number(of: file.producer, in: session),
            template: try words.number(of: job.template, in: session),
            brand: try words.number(of: job.brand, in: session),
            topic: try words.number(of: job.topic, in: session),
            campaign: try words.number(of: job.campaign, in: session),
            recipient: job.address ?? "")
        let email = try job.to.email.map { try subjects.subject(.email, $0.normalised, in: session) }
        let phone = try job.to.phone.map { try subjects.subject(.phone, $0.description, in: session) }
        let crm = try job.to.crmContact.map { try subjects.subject(.crm, $0, in: session) }
        row.person = try job.to.person.map { try subjects.subject(.person, $0, in: session).id }
        (row.email, row.phone, row.crm) = (email?.id, phone?.id, crm?.id)
        row.intended = job.task?.intendedChannel.flatMap(ContactChannel.init(rawValue:))?.number
        row.timezone = try words.number(of: job.to.timezone, in: session)
        row.country = try words.number(of: job.to.country, in: session)
        row.region = try words.number(of: job.to.region, in: session)
        switch job.channel {
        case .email: return (row, email?.token)
        case .sms: return (row, phone?.token)
        case .crmTask: return (row, crm?.token)
        }
    }

    /// A wall clock that has jumped ahead of the gate's time by more than the engine believes must not put off what
    /// is taken in meanwhile until it has caught up.
    private func soonest(_ now: Instant) -> Instant {
        guard let gateTime, now - gateTime > Self.believedLead else { return now }
        return gateTime
    }
    private static let believedLead = Duration.seconds(300)

    /// Keys stand in the journal: never used again, so counted apart from the rows.
    private func nextJobKey() throws -> Int64 {
        if gathered.lastJobKey == nil { gathered.lastJobKey = try meta("job_key") ?? 0 }
        gathered.lastJobKey! += 1
        return gathered.lastJobKey!
    }

    /// The `accepted` row, and beside it, once for the job's whole life, what it was.
    private func recordAcceptance(of job: Job, _ row: JobRow, token: [UInt8]?, producer: String, at now: Instant) throws
    {
        var fields = FieldWriter()
        fields.put(.producer, producer)
        fields.put(.id, job.id)
        fields.put(.channel, job.channel.rawValue)
        fields.put(.recipient, row.recipient)
        fields.put(.person, job.to.person)
        fields.put(.template, job.template)
        fields.put(.messageClass, MessageClass(number: row.messageClass).rawValue)
        fields.put(.brand, job.brand)
        fields.put(.topic, job.topic)
        fields.put(.campaign, job.campaign)
        fields.put(.reference, job.reference?.encoded)
        fields.put(.intended, job.task?.intendedChannel)
        let about = try row.contactSubject.flatMap { $0 == row.contact ? nil : $0 }
        fields.put(.contactSubject, about.map { String($0) })
        let salt = subjects.salt()
        let insert = try session.prepared(
            "INSERT INTO job_words (key, accepted, subject, salt, words, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        insert.bind(1, row.key).bind(2, gathered.lastSeq + 1).bind(3, row.contact)
        try insert.bind(4, salt).bind(5, fields.bytes).bind(6, row.person).run()
        // A task is also of whom it is about: who asks for that address finds it.
        if let about {
            try session.prepared("INSERT OR IGNORE INTO contact (subject, key) VALUES (?1, ?2)")
                .bind(1, about).bind(2, row.key).run()
        }
        var entry = JournalEntry(.accepted, at: now, job: row.key)
        (entry.subject, entry.words) = (token, SideDigest.of(fields.bytes, salt: salt))
        entry.route = try laneBook.key(of: row.lane, in: session).route
        try count(.accepted, nil, row, at: now)
        try journal(entry)
    }

    private func insert(_ job: JobRow) throws {
        let insert = try session.prepared(
            """
            INSERT INTO job (key, state, lane, priority, due, expires, created, accepted, notbefore, class, channel, producer,
                template, brand, topic, campaign, recipient, email, phone, crm, person, preason, puntil, attempts, crashes,
                intended, timezone, country, region)
            VALUES (?1, 2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                0, 0, ?23, ?24, ?25, ?26)
            """)
        insert.bind(1, job.key).bind(2, job.lane.rawValue).bind(3, job.priority.rawValue).bind(4, job.due)
        insert.bind(5, job.expires).bind(6, job.created).bind(7, job.accepted).bind(8, job.notBefore)
        insert.bind(9, job.messageClass).bind(10, job.channel).bind(11, job.producer).bind(12, job.template)
        insert.bind(13, job.brand).bind(14, job.topic).bind(15, job.campaign).bind(16, job.recipient)
        insert.bind(17, job.email).bind(18, job.phone).bind(19, job.crm).bind(20, job.person)
        insert.bind(21, job.postponed?.reason.number).bind(22, job.postponed?.until).bind(23, job.intended)
        try insert.bind(24, job.timezone).bind(25, job.country).bind(26, job.region).run()
    }
}

extension JobRow {
    /// The subject its channel's address belongs to.
    var contact: Int64? {
        switch ChannelKind(number: channel) {
        case .email: email
        case .sms: phone
        case .crmTask: crm
        }
    }
}
