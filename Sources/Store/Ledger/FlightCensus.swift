// SPDX-License-Identifier: Apache-2.0
//
// FlightCensus: who is in the air, looked at once a transaction. What takes permission away calls back what has not
// begun (CONTRACT 8.9): it is put to the gate again, and the gate knows the rest.
//
// Whose subject is asked about is found from narrow rows alone: refusals that suppress an address come by the hundred a
// minute. Only what a suppression's form may mean asks for the addresses themselves.

import GatewayModel

struct FlightCensus {
    private var bySubject: [Int64: [Int64]] = [:]
    private var byForm: [SuppressionKind: [String: [Int64]]] = [:]
    /// With whom each job is for; nil until a form is asked about.
    fileprivate var travellers: [(job: Int64, addressee: Addressee)]?
    fileprivate(set) var jobs: [Int64] = []

    /// - Parameter subjects: that the job names.
    fileprivate mutating func add(_ job: Int64, _ subjects: [Int64]) {
        jobs.append(job)
        for subject in Set(subjects) { bySubject[subject, default: []].append(job) }
    }

    var isEmpty: Bool { jobs.isEmpty }

    /// Jobs that name the subject.
    func jobs(of subject: Int64) -> [Int64] { bySubject[subject] ?? [] }

    /// Jobs that a suppression of that form means; a person's are found by its subject.
    fileprivate mutating func jobs(
        under form: SuppressionForm, among travellers: [(job: Int64, addressee: Addressee)]
    ) -> [Int64] {
        if byForm[form.kind] == nil {
            var jobs: [String: [Int64]] = [:]
            for (job, addressee) in travellers {
                for form in addressee.forms(of: form.kind) { jobs[form.text, default: []].append(job) }
            }
            byForm[form.kind] = jobs
        }
        return byForm[form.kind]?[form.text] ?? []
    }
}

extension Ledger {
    /// Has attempts to that subject asked again.
    func askAgain(about subject: Int64) throws {
        try askAgain(jobs: census().jobs(of: subject))
    }

    /// Has attempts that such a suppression means asked again.
    func askAgain(about form: SuppressionForm) throws {
        try askAgain(jobs: flying(under: form))
    }

    /// Jobs in the air that a suppression of that form means.
    func flying(under form: SuppressionForm) throws -> [Int64] {
        var census = try census()
        if form.kind == .person {
            return try subjects.known(.person, form.text, in: session).map { census.jobs(of: $0) } ?? []
        }
        if census.isEmpty { return [] }
        let travellers = try census.travellers ?? travellers(among: census.jobs)
        census.travellers = travellers
        let jobs = census.jobs(under: form, among: travellers)
        gathered.census = census
        return jobs
    }

    private func travellers(among jobs: [Int64]) throws -> [(job: Int64, addressee: Addressee)] {
        try jobs.compactMap { try job($0) }.map { ($0.key, try places(of: $0, facts($0)).addressee) }
    }

    private func askAgain(jobs: [Int64]) throws {
        for key in jobs {
            if let job = try job(key), job.state == .flying { try recall(job, .askAgain) }
        }
    }

    func census() throws -> FlightCensus {
        if let census = gathered.census { return census }
        var census = FlightCensus()
        try session.prepared(
            """
            SELECT flight.job, email, phone, crm, person FROM flight CROSS JOIN job ON job.key = flight.job
            """
        ).each { row in census.add(row.int(0), (1...4).compactMap { row.intOrNil(Int32($0)) }) }
        gathered.census = census
        return census
    }
}
