// SPDX-License-Identifier: Apache-2.0
//
// Tasks that were made, for as long as somebody may still act on them: kept with the settlement that made them, and marked
// in the transaction that records who has said no. As with what is in the air, who may be meant is marked; whether it is
// meant is asked when the amendment is to go.

import GatewayModel

extension Ledger {
    /// How long a task is remembered.
    private static let taskLifetime = Duration.seconds(90 * 86_400)
    /// After the first amendment was tried.
    private static let amendmentPatience = Duration.seconds(3 * 86_400)
    private static let taskStep = 500
    /// The job up to which a pass over all tasks has come; there while one is under way.
    private static let passMark = "task_mark"

    // MARK: Kept

    /// A marketing task was made, or may have been; other jobs leave nothing here. It is asked about at once: its person may
    /// have said no while it was in the air.
    ///
    /// - Parameters:
    ///   - id: the provider's, as it gave it.
    ///   - since: when the first attempt that may have made it was let go.
    func keepTask(of job: JobRow, id: String?, since: Instant, at now: Instant) throws {
        guard ChannelKind(number: job.channel) == .crmTask, MessageClass(number: job.messageClass) == .marketing,
            let subject = try job.contactSubject
        else { return }
        let facts = try facts(job)
        let places = try places(of: job, facts)
        guard let address = places.addressee.address else { return }
        let form = suppressionBook.key(of: SuppressionForm(.address(address))).hash63
        let insert = try session.prepared(
            """
            INSERT INTO made_task (job, at, route, id, subject, form, crm, person, contact, brand, topic,
                campaign, due, tries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0)
                ON CONFLICT (job) DO UPDATE SET id = coalesce(excluded.id, id),
                    due = iif(over IS NOT NULL AND said IS NULL, NULL, coalesce(due, excluded.due)),
                    since = iif(said IS NULL, since, NULL), tried = iif(said IS NULL, tried, NULL),
                    over = iif(said IS NULL, over, NULL), said = NULL
            """)
        insert.bind(1, job.key).bind(2, since).bind(3, facts.route).bind(4, id).bind(5, subject).bind(6, form)
        insert.bind(7, job.crm).bind(8, job.person).bind(9, facts.contact.number).bind(10, job.brand)
        try insert.bind(11, job.topic).bind(12, job.campaign).bind(13, now).run()
        gathered.hasTasks = true
    }

    /// It certainly was not made.
    func dropTask(of job: JobRow) throws {
        guard ChannelKind(number: job.channel) == .crmTask else { return }
        try session.prepared("DELETE FROM made_task WHERE job = ?1 AND attempt IS NULL").bind(1, job.key).run()
    }

    func task(_ job: Int64) throws -> MadeTask? {
        try session.prepared(text: "SELECT \(MadeTask.columns) FROM made_task WHERE job = ?1").bind(1, job)
            .first { try MadeTask($0) }
    }

    /// What an amendment of it waits for: another attempt or a question may yet tell its id.
    func mayStillBeTold(_ task: MadeTask) throws -> Bool {
        guard let job = try job(task.job) else { return false }
        return try job.state != .doubt || doubt(of: job.key)?.due != nil
    }

    /// Whether any is kept: who has no tasks pays nothing.
    func hasTasks() throws -> Bool {
        if let known = gathered.hasTasks { return known }
        let has = try session.prepared("SELECT 1 FROM made_task LIMIT 1").first { _ in true } ?? false
        gathered.hasTasks = has
        return has
    }

    // MARK: Marked

    /// An opt-out of that address is on record.
    func markTasks(about subject: Int64, at now: Instant) throws {
        guard try hasTasks() else { return }
        for job in try jobs("SELECT job FROM made_task WHERE subject = ?1", subject) { try mark(job, at: now) }
    }

    /// Such a suppression is on record. What it means by more than one address or person is found by a pass over all.
    func markTasks(under form: SuppressionForm, at now: Instant) throws {
        guard try hasTasks() else { return }
        switch form.kind {
        case .email, .phone:
            let key = suppressionBook.key(of: form).hash63
            for job in try jobs("SELECT job FROM made_task WHERE form = ?1", key) { try mark(job, at: now) }
        case .crm:
            guard let subject = try subjects.known(.crm, form.text, in: session) else { return }
            for job in try jobs("SELECT job FROM made_task WHERE crm = ?1", subject) { try mark(job, at: now) }
        case .person:
            guard let subject = try subjects.known(.person, form.text, in: session) else { return }
            for job in try jobs("SELECT job FROM made_task WHERE person = ?1", subject) { try mark(job, at: now) }
        case .md5, .sha1, .sha256, .domain, .domainSuffix, .phonePrefix: try setMeta(Self.passMark, 0)
        }
    }

    /// The same of one row of a long list.
    func markTasks(under new: ImportRow, at now: Instant) throws {
        switch SuppressionKind(rawValue: new.kind) {
        case .email, .phone:
            for job in try jobs("SELECT job FROM made_task WHERE form = ?1", new.order) { try mark(job, at: now) }
        case .crm, .person:
            guard let target = FieldReader(new.side).suppressionTarget else { return }
            try markTasks(under: SuppressionForm(target), at: now)
        case .md5, .sha1, .sha256, .domain, .domainSuffix, .phonePrefix, nil:
            if try meta(Self.passMark) != 0 { try setMeta(Self.passMark, 0) }
        }
    }

    private func jobs(_ select: String, _ value: Int64) throws -> [Int64] {
        var jobs: [Int64] = []
        try session.prepared(text: select).bind(1, value).each { jobs.append($0.int(0)) }
        return jobs
    }

    private func mark(_ job: Int64, at now: Instant) throws {
        let update = try session.prepared(
            """
            UPDATE made_task SET due = coalesce(due, ?2), since = iif(said IS NULL, coalesce(since, ?2), ?2),
                tried = iif(said IS NULL, tried, NULL), over = NULL, said = NULL
                WHERE job = ?1 AND (over IS NULL OR said IS NOT NULL)
            """)
        try update.bind(1, job).bind(2, now).run()
    }

    /// One step of a pass for suppressions that mean many. Returns whether there is more.
    func markTasksPassedBy(at now: Instant) throws -> Bool {
        guard let reached = try meta(Self.passMark) else { return false }
        let tasks = try jobs("SELECT job FROM made_task WHERE job > ?1 ORDER BY job LIMIT \(Self.taskStep)", reached)
        for task in tasks { try mark(task, at: now) }
        if tasks.count == Self.taskStep, let last = tasks.last {
            try setMeta(Self.passMark, last)
            return true
        }
        try session.prepared("DELETE FROM meta WHERE key = ?1").bind(1, Self.passMark).run()
        return false
    }

    // MARK: Asked

    /// What the gate is to know of the task's person now. Where they are is not kept: only what they have said
    /// themselves counts of the answer.
    func recipient(of task: MadeTask, at now: Instant, interest: PolicyInterest) throws -> RecipientFacts {
        let crm = try task.crm.flatMap { try subjectAddress($0) }
        let text = try subjectAddress(task.subject)
        let address: ContactAddress? =
            switch task.contact {
            case .email: text.map { .email($0) }
            case .sms, .voice: text.map { .phone($0) }
            case .crmTask: crm.map { .crm($0) }
            }
        let places = RecipientPlaces(
            contact: task.contact, messageClass: .marketing,
            addressee: Addressee(address: address, crm: crm, person: nil), address: task.subject, person: task.person,
            place: PlaceEvidence(timezone: nil, country: nil, region: nil))
        return try recipient(at: places, now, interest: interest)
    }

    /// As far as they are still known.
    func facts(of task: MadeTask, _ words: FieldReader?) throws -> JobFacts {
        let brand = try self.words.word(task.brand, in: session)
        var facts = JobFacts(
            key: JobKey(task.job), producer: words?[.producer] ?? "", channel: .crmTask, messageClass: .marketing,
            template: words?[.template] ?? "", brand: brand,
            topic: try task.topic.map { try self.words.word($0, in: session) },
            campaign: try task.campaign.map { try self.words.word($0, in: session) },
            lane: try laneBook.id(of: LaneKey(route: task.route, domain: nil, brand: brand), in: session),
            route: task.route, domain: nil, recipientDomain: nil, priority: .normal, acceptedAt: task.at,
            notBefore: nil, expiresAt: nil, attempts: task.tries, firstAttemptAt: task.since, postponed: nil)
        facts.intended = task.contact == .crmTask ? nil : task.contact
        return facts
    }

    // MARK: Let go

    /// Tasks that are past their time, and amendments that nobody could make in theirs. Returns whether there is more.
    func dropTasks(at now: Instant) throws -> Bool {
        var late: [MadeTask] = []
        try session.prepared(
            text: """
                SELECT \(MadeTask.columns) FROM made_task WHERE due IS NOT NULL AND attempt IS NULL
                    AND (tried < ?1 OR (since IS NOT NULL AND at < ?2)) LIMIT ?3
                """
        ).bind(1, now - Self.amendmentPatience).bind(2, now - Self.taskLifetime).bind(3, Self.taskStep)
            .each { late.append(try MadeTask($0)) }
        for task in late { try giveUpAmending(task, at: now) }
        try session.prepared(
            """
            DELETE FROM made_task WHERE job IN (SELECT job FROM made_task WHERE at < ?1 AND attempt IS NULL
                AND (due IS NULL OR since IS NULL) ORDER BY at LIMIT ?2)
            """
        ).bind(1, now - Self.taskLifetime).bind(2, Self.taskStep).run()
        return late.count == Self.taskStep || session.changes == Self.taskStep
    }
}
