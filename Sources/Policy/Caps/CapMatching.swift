// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension CapRule {
    /// Whether it speaks of the job, places aside. Transactional messages are exempt from caps that do not name their
    /// class (DESIGN D5).
    func applies(to job: JobFacts) -> Bool {
        holds(channel: job.contact, job.messageClass, brand: job.brand, topic: job.topic, campaign: job.campaign)
    }

    /// When each distinct job that counts against `job` was admitted. The job itself never counts.
    func sends(among entries: [CapEntry], against job: JobFacts) -> [Instant] {
        var latest: [JobKey: Instant] = [:]
        for entry in entries where entry.job != job.key && counts(entry, against: job) {
            latest[entry.job] = max(latest[entry.job] ?? entry.at, entry.at)
        }
        return Array(latest.values)
    }

    private func counts(_ entry: CapEntry, against job: JobFacts) -> Bool {
        guard
            holds(
                channel: entry.channel, entry.messageClass, brand: entry.brand, topic: entry.topic,
                campaign: entry.campaign), !perCampaign || entry.campaign == job.campaign
        else { return false }
        switch entry.by {
        case .person: return perPerson
        // A rule by person counts what went to this address under no name or another, too: it is one mailbox, and
        // whoever leaves the person out must not get round the cap (CONTRACT 8.7: by person or by address).
        case .address: return true
        }
    }

    private func holds(
        channel: ContactChannel, _ messageClass: MessageClass, brand: String, topic: String?, campaign: String?
    ) -> Bool {
        covers(channel) && (self.messageClass ?? .marketing) == messageClass && (self.brand ?? brand) == brand
            && (self.topic ?? topic) == topic && (self.campaign ?? campaign) == campaign
    }
}
