// SPDX-License-Identifier: Apache-2.0
//
// EvidenceTimeline: everything on record of somebody, in the order in which it was recorded. Reads only, page by page.

import GatewayModel
import Policy
import Store

struct EvidenceTimeline {
    private(set) var entries: [EvidenceEntry] = []
    /// Something was left out: what, for people.
    private(set) var cuts: [String] = []
    /// Policies that decisions name, by version.
    private var policies: [String: PolicyThen] = [:]

    private let store: Store
    private let controllers: [String: String]
    private var wordings: [String: String] = [:]
    private var seen: Set<Int64> = []

    /// Addresses or persons that one timeline follows.
    private static let mostFollowed = 100

    /// - Parameter controllers: brand to its controller: whom an objection reaches.
    init(_ store: Store, controllers: [String: String]) { (self.store, self.controllers) = (store, controllers) }

    /// Everything about the subject. With `job`, of messages only that one, and its decisions in full.
    mutating func gather(_ subject: EvidenceSubject, job: JobIdentity? = nil) async throws {
        let dossier = try await dossier(of: subject)
        if dossier.isCut { cuts.append("There are more messages than are told here: the oldest are left out.") }
        try await add(dossier.suppressions)
        if subject.address != nil { try await addPersons(of: dossier.outcomes) }
        let jobs = EvidenceJobs(job.map { job in dossier.outcomes.filter(job.isIts) } ?? dossier.outcomes)
        let aims = try await aims(of: jobs, foundBy: subject)
        var events = dossier.consents
        for address in follow(jobs.addresses.union(aims.values.map(\.address)), "addresses")
        where address != subject.address {
            events += try await store.consents(of: address)
            try await add(store.suppressions(matching: .address(address)))
        }
        for event in events { try await add(event) }
        try await add(jobs, aims, events, inFull: job != nil)
        try await addOperators(over: jobs)
        entries.sort { $0.seq < $1.seq }
    }

    /// Leaves out what was recorded before.
    mutating func cut(before since: Instant) { entries.removeAll { $0.time < since } }

    // MARK: Parts

    private func dossier(of subject: EvidenceSubject) async throws -> Dossier {
        switch subject {
        case .address(let address): try await store.dossier(of: address)
        case .person(let person): try await store.dossier(ofPerson: person)
        }
    }

    private mutating func follow<Name: CustomStringConvertible>(_ names: Set<Name>, _ what: String) -> [Name] {
        if names.count > Self.mostFollowed {
            cuts.append("Of \(names.count) \(what) only \(Self.mostFollowed) were looked at.")
        }
        return Array(names.sorted { $0.description < $1.description }.prefix(Self.mostFollowed))
    }

    private mutating func addPersons(of outcomes: [Outcome]) async throws {
        for person in follow(Set(outcomes.compactMap(\.person)), "persons") {
            try await add(store.suppressions(matching: .person(person)))
        }
    }

    /// Whom the tasks among them are about, as far as that is known.
    private mutating func aims(
        of jobs: EvidenceJobs, foundBy subject: EvidenceSubject
    ) async throws -> [JobIdentity: TaskAim] {
        let tasks = jobs.lives.filter { $0.first?.channel == .crmTask }
        if tasks.count > Self.mostFollowed {
            cuts.append("Of \(tasks.count) tasks only the newest \(Self.mostFollowed) were asked whom they are about.")
        }
        var aims: [JobIdentity: TaskAim] = [:]
        for life in tasks.suffix(Self.mostFollowed) {
            guard let job = life.first.map(JobIdentity.init) else { continue }
            aims[job] = try await aim(of: life, job)
        }
        // Under a number or mail address stand only tasks about it.
        switch subject {
        case .person, .address(.crm): break
        case .address(let address):
            for job in tasks.compactMap({ $0.first.map(JobIdentity.init) }) where aims[job] == nil {
                aims[job] = TaskAim(of: address)
            }
        }
        return aims
    }

    /// By its record while that is kept, then by a consent that a decision names.
    private func aim(of life: [Outcome], _ job: JobIdentity) async throws -> TaskAim? {
        for found in try await store.job(producer: job.producer, id: job.id) {
            if let aim = found.record.flatMap(TaskAim.init(record:)) { return aim }
        }
        for number in life.flatMap(\.consentsSeen) {
            if let aim = try await store.consent(number: number).flatMap(TaskAim.init) { return aim }
        }
        return nil
    }

    private mutating func add(_ suppressions: [SuppressionRecord]) async throws {
        for record in suppressions where seen.insert(record.seq).inserted {
            entries.append(EvidenceEntry(record, at: record.event.recordedAt))
        }
    }

    private mutating func add(_ record: ConsentRecord) async throws {
        guard seen.insert(record.seq).inserted else { return }
        var wording: String?
        if let digest = record.details.wordingSHA256 {
            if wordings[digest] == nil { wordings[digest] = try await store.wording(sha256: digest) }
            wording = wordings[digest]
        }
        var files: [String: (name: String, bytes: Int)] = [:]
        for digest in record.details.attachments {
            files[digest] = try await store.attachment(sha256: digest).map { ($0.name, $0.bytes.count) }
        }
        entries.append(EvidenceEntry(record, at: record.event.recordedAt, wording: wording, attachments: files))
    }

    private mutating func add(
        _ jobs: EvidenceJobs, _ aims: [JobIdentity: TaskAim], _ consents: [ConsentRecord], inFull: Bool
    ) async throws {
        let byAddress = Dictionary(grouping: consents, by: \.address)
        var marks: [ContactAddress?: OptOutMarks] = [:]
        for outcome in jobs.outcomes {
            let aim = aims[JobIdentity(outcome)]
            let address = aim?.address ?? EvidenceSubject(recipientOf: outcome)?.address
            if marks[address] == nil {
                marks[address] = OptOutMarks((byAddress[address] ?? []).map(\.event), controllers: controllers)
            }
            if let version = outcome.decision?.object?["policy"]?.string { try await learn(version) }
            let decision = EvidenceDecision(outcome.decision, policies: policies)
            let mark = marks[address]?.mark(of: outcome, admitted: decision?.at, aim: aim)
            entries.append(EvidenceEntry(outcome, decision, aim: aim, marks: mark.map { [$0] } ?? [], inFull: inFull))
        }
    }

    private mutating func learn(_ version: String) async throws {
        guard policies[version] == nil else { return }
        guard let bundle = try await store.policyBundle(version) else {
            policies[version] = .unknown(version)
            return
        }
        let since = try await store.policyVersions().last { $0.sha256 == bundle.sha256 }?.since
        policies[version] = PolicyThen(
            version: version, sha256: bundle.sha256, since: since, explaining: PolicyText(bundle).explaining)
    }

    /// Orders about the queue, holds and routes while these jobs lived, and what became of tasks that were to be closed.
    private mutating func addOperators(over jobs: EvidenceJobs) async throws {
        guard let first = jobs.outcomes.map(\.time).min() else { return }
        var after: Int64 = 0
        while true {
            let page = try await store.operatorActions(after: after, since: first)
            for action in page {
                guard let reach = OperatorReach(action) else { continue }
                let concerned = jobs.lives.filter { reach.mayConcern($0, at: action.at) }
                if !concerned.isEmpty {
                    entries.append(EvidenceEntry(action, jobs: concerned.compactMap { $0.first?.job }))
                }
            }
            guard let last = page.last?.seq else { return }
            after = last
        }
    }
}

extension EvidenceSubject {
    /// Nil for a person.
    var address: ContactAddress? {
        if case .address(let address) = self { address } else { nil }
    }
}
