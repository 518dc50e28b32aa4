// SPDX-License-Identifier: Apache-2.0
//
// FlightCensus: who is in the air, looked at once a transaction. What takes permission away calls back what has not
// begun (CONTRACT 8.9): it is put to the gate again, and the gate knows the rest.

import GatewayModel

struct FlightCensus {
    private var bySubject: [Int64: [Int64]] = [:]
    private var travellers: [(job: Int64, addressee: Addressee)] = []
    private var byForm: [SuppressionKind: [String: [Int64]]] = [:]

    fileprivate mutating func add(_ job: JobRow, _ addressee: Addressee) {
        for subject in Set([job.email, job.phone, job.crm, job.person].compactMap { $0 }) {
            bySubject[subject, default: []].append(job.key)
        }
        travellers.append((job.key, addressee))
    }

    var isEmpty: Bool { travellers.isEmpty }

    /// Jobs that name the subject.
    func jobs(of subject: Int64) -> [Int64] { bySubject[subject] ?? [] }

    /// Jobs that a suppression of that form means; a person's are found by its subject.
    mutating func jobs(under form: SuppressionForm) -> [Int64] {
        if travellers.isEmpty { return [] }
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
        let jobs = census.jobs(under: form)
        gathered.census = census
        return jobs
    }

    private func askAgain(jobs: [Int64]) throws {
        for key in jobs {
            if let job = try job(key), job.state == .flying { try recall(job, .askAgain) }
        }
    }

    func census() throws -> FlightCensus {
        if let census = gathered.census { return census }
        var census = FlightCensus()
        for job in try flyingJobs() {
            census.add(job, try places(of: job, facts(job)).addressee)
        }
        gathered.census = census
        return census
    }
}
