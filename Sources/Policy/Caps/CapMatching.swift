// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension CapRule {
    /// Whether it speaks of the job, places aside. Transactional messages are exempt from caps that do not name their
    /// class (DESIGN D5).
    func applies(to job: JobFacts) -> Bool {
        holds(channel: job.contact, job.messageClass, brand: job.brand, topic: job.topic, campaign: job.campaign)
    }

    /// When each distinct job that counts against `job` was admitted. The job itself never counts.
    func sends(among entries: [CapEntry], against job: JobFacts, hasPerson: Bool) -> [Instant] {
        var latest: [JobKey: Instant] = [:]
        for entry in entries where entry.job != job.key && counts(entry, against: job, hasPerson: hasPerson) {
            latest[entry.job] = max(latest[entry.job] ?? entry.at, entry.at)
        }
        return Array(latest.values)
    }

    private func counts(_ entry: CapEntry, against job: JobFacts, hasPerson: Bool) -> Bool {
        guard
            holds(
                channel: entry.channel, entry.messageClass, brand: entry.brand, topic: entry.topic,
                campaign: entry.campaign), !perCampaign || entry.campaign == job.campaign
        else { return false }
        switch entry.by {
        case .person: return perPerson
        // A rule by person still holds for who has none: never uncapped.
        case .address: return perAddress || !perPerson || !hasPerson
        }
    }

    private func holds(
        channel: ContactChannel, _ messageClass: MessageClass, brand: String, topic: String?, campaign: String?
    ) -> Bool {
        covers(channel) && (self.messageClass ?? .marketing) == messageClass && (self.brand ?? brand) == brand
            && (self.topic ?? topic) == topic && (self.campaign ?? campaign) == campaign
    }
}
