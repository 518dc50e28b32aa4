// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// One job among all that a recipient ever got.
struct JobIdentity: Hashable, Sendable {
    var producer: String?
    var id: String

    init(producer: String?, id: String) { (self.producer, self.id) = (producer, id) }
    /// The one that an event belongs to; all that were erased are one.
    init(_ outcome: Outcome) { self.init(producer: outcome.producer, id: outcome.job ?? "") }

    func isIts(_ outcome: Outcome) -> Bool { outcome.job == id && outcome.producer == producer }
}

/// The outcomes of several jobs, and each job's own.
struct EvidenceJobs {
    let outcomes: [Outcome]
    /// In the order in which they were taken in.
    let lives: [[Outcome]]
    /// Whom they went to.
    var addresses: Set<ContactAddress> {
        Set(outcomes.compactMap { EvidenceSubject(recipientOf: $0)?.address })
    }

    init(_ outcomes: [Outcome]) {
        self.outcomes = outcomes
        let byJob = Dictionary(grouping: outcomes, by: JobIdentity.init)
        lives = byJob.values.sorted { ($0.first?.seq ?? 0) < ($1.first?.seq ?? 0) }
    }
}
