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
        var events: [ConsentRecord] = []
        var outcomes: [Outcome] = []
        switch subject {
        case .address(let address):
            let dossier = try await store.dossier(of: address)
            noteCut(dossier)
            (events, outcomes) = (dossier.consents, dossier.outcomes)
            try await add(dossier.suppressions)
            for person in follow(Set(outcomes.compactMap(\.person)), "persons") {
                try await add(store.suppressions(matching: .person(person)))
            }
        case .person(let person):
            let dossier = try await store.dossier(ofPerson: person)
            noteCut(dossier)
            outcomes = dossier.outcomes
            try await add(dossier.suppressions)
            let addresses = Dictionary(
                outcomes.compactMap { EvidenceSubject(recipientOf: $0) }.compactMap(\.address).map {
                    ($0.description, $0)
                }, uniquingKeysWith: { first, _ in first })
            for name in follow(Set(addresses.keys), "addresses") {
                guard let address = addresses[name] else { continue }
                events += try await store.consents(of: address)
                try await add(store.suppressions(matching: .address(address)))
            }
        }
        for event in events { try await add(event) }
        let jobs = Jobs(job.map { job in outcomes.filter(job.isIts) } ?? outcomes)
        try await add(jobs, events, inFull: job != nil)
        try await addOperators(over: jobs)
        entries.sort { $0.seq < $1.seq }
    }

    /// Leaves out what was recorded before.
    mutating func cut(before since: Instant) { entries.removeAll { $0.time < since } }

    // MARK: Parts

    private mutating func noteCut(_ dossier: Dossier) {
        if dossier.isCut { cuts.append("There are more messages than are told here: the oldest are left out.") }
    }

    private mutating func follow(_ names: Set<String>, _ what: String) -> [String] {
        if names.count > Self.mostFollowed {
            cuts.append("Of \(names.count) \(what) only \(Self.mostFollowed) were looked at.")
        }
        return Array(names.sorted().prefix(Self.mostFollowed))
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

    private mutating func add(_ jobs: Jobs, _ consents: [ConsentRecord], inFull: Bool) async throws {
        let byAddress = Dictionary(grouping: consents) { $0.address?.description ?? "" }
        var marks: [String: OptOutMarks] = [:]
        for outcome in jobs.outcomes {
            let address = EvidenceSubject(recipientOf: outcome)?.address?.description ?? ""
            if marks[address] == nil {
                marks[address] = OptOutMarks((byAddress[address] ?? []).map(\.event), controllers: controllers)
            }
            if let version = outcome.decision?.object?["policy"]?.string { try await learn(version) }
            let decision = EvidenceDecision(outcome.decision, policies: policies)
            let mark = marks[address]?.mark(of: outcome, admitted: decision?.at)
            entries.append(EvidenceEntry(outcome, decision, marks: mark.map { [$0] } ?? [], inFull: inFull))
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

    /// Orders about the queue, holds and routes while these jobs lived.
    private mutating func addOperators(over jobs: Jobs) async throws {
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

/// One job among all that a recipient ever got.
struct JobIdentity: Hashable, Sendable {
    var producer: String?
    var id: String
    func isIts(_ outcome: Outcome) -> Bool { outcome.job == id && outcome.producer == producer }
}

/// The outcomes of several jobs, and each job's own.
private struct Jobs {
    let outcomes: [Outcome]
    /// In the order in which they were taken in.
    let lives: [[Outcome]]

    init(_ outcomes: [Outcome]) {
        self.outcomes = outcomes
        let byJob = Dictionary(grouping: outcomes) { JobIdentity(producer: $0.producer, id: $0.job ?? "") }
        lives = byJob.values.sorted { ($0.first?.seq ?? 0) < ($1.first?.seq ?? 0) }
    }
}

extension EvidenceSubject {
    /// Nil for a person.
    var address: ContactAddress? {
        if case .address(let address) = self { address } else { nil }
    }
}
