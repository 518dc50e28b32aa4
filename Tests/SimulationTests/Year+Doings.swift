// SPDX-License-Identifier: Apache-2.0
//
// What people, producers, operators and bad luck do.

import Cryptography
import GatewayModel
import Store

extension Year {
    mutating func act(_ doing: Doing) async throws {
        isStirred = true
        switch doing {
        case .tidy: for _ in 0..<200 { if try await !store.tidy(at: now) { break } }
        case .wave(let campaign): try await wave(Campaign.all[campaign])
        case .change: try await change(somebody())
        case .crash: try await crash()
        case .setBack:
            witness.count("set back")
            clock.advance(by: .seconds(-3600))
        }
        if dice.permille(20) { _ = try await office.changeAll(.release, state: .held) }
        _ = try await pump()
    }

    /// A tenth of all have half of all that happens: histories grow long.
    private mutating func somebody() -> Int {
        dice.roll(0..<(dice.permille(500) ? max(1, people.count / 10) : people.count))
    }

    /// Between admission and settlement.
    mutating func disturb() async throws {
        let flight = dice.one(of: flights)
        isStirred = true
        witness.count("disturbed")
        switch dice.roll(0..<10) {
        case 0..<3: try await crash()
        case 3: try await cancel(witness.errand(flight.key).person)
        default: try await change(witness.errand(flight.key).person)
        }
    }

    // MARK: Files

    mutating func take(_ entries: [IntakeEntry]) async throws {
        for start in stride(from: 0, to: entries.count, by: 1000) {
            let part = Array(entries[start..<min(start + 1000, entries.count)])
            files += 1
            let file = TakenFile(number: files, producer: "engine", name: "f\(files).ndjson", renamedAt: now, bytes: 1)
            let progress = try await store.take(
                IntakeChunk(file: file, entries: part, offset: 1, line: part.count, sha256: "ab"))
            if progress.tally.rejected > 0 { witness.fault("\(progress.tally.rejected) records were rejected") }
            try await store.finish(files)
        }
    }

    private mutating func wave(_ campaign: Campaign) async throws {
        // Half of the campaigns on each day.
        let count = max(1, plan.people * plan.jobsEach * 2 / (5 * 365))
        var entries: [IntakeEntry] = []
        var crowd: [Int] = []
        for _ in 0..<count {
            // Now and then many to one, as engines that have gone wild send them.
            let person = somebody()
            crowd += [Int](repeating: person, count: dice.permille(80) ? 5 : 1)
        }
        for person in crowd {
            let isTransactional = dice.permille(120)
            guard people[person].address(campaign.contact) != nil else { continue }
            entries.append(job(person, campaign, isTransactional))
        }
        if dice.permille(300) { entries += cancelEntry(dice.roll(0..<people.count)) }
        try await take(entries)
    }

    private mutating func job(_ number: Int, _ campaign: Campaign, _ isTransactional: Bool) -> IntakeEntry {
        let person = people[number]
        var errand = Errand(
            number: witness.jobs.count + 1, person: number, namesPerson: !dice.permille(100), channel: campaign.contact,
            isTransactional: isTransactional, brand: campaign.brand, topic: campaign.topic, campaign: campaign.name)
        if dice.permille(150) { errand.notBefore = now + .seconds(dice.roll(60..<200_000)) }
        if dice.permille(500) { errand.expiresAt = now + .seconds(dice.roll(1800..<900_000)) }
        var job = Job(
            id: errand.id, channel: campaign.channel, template: isTransactional ? "receipt" : "offer", to: Recipient(),
            brand: campaign.brand)
        if campaign.channel == .email { job.to.email = person.email } else { job.to.phone = person.phone }
        if errand.namesPerson { job.to.person = person.id }
        (job.to.timezone, job.to.country, job.to.region) = (person.home.zone, person.home.country, person.home.region)
        (job.campaign, job.topic) = (campaign.name, campaign.topic)
        let record = Array(#"{"id":"\#(errand.id)"}"#.utf8)
        let placement = Placement(
            lane: LaneKey(route: campaign.channel == .email ? "relay" : "texts", domain: nil, brand: campaign.brand),
            messageClass: isTransactional ? .transactional : .marketing, priority: dice.one(of: Priority.allCases),
            notBefore: errand.notBefore, expiresAt: errand.expiresAt)
        witness.accepted(errand)
        return .job(
            NewJob(
                line: 1, job: job, record: record, contentDigest: Array(SHA256Digest.of(record).prefix(16)),
                placement: placement))
    }

    private mutating func cancelEntry(_ person: Int) -> [IntakeEntry] {
        records += 1
        var match = CancelRequest.Match()
        match.person = people[person].id
        return [
            .cancel(
                NewCancel(
                    line: 1, request: CancelRequest(id: "x\(records)", match: match, asOf: nil),
                    contentDigest: Array(SHA256Digest.of("x\(records)").prefix(16))))
        ]
    }

    private mutating func cancel(_ person: Int) async throws {
        guard dice.permille(500) else { return try await take(cancelEntry(person)) }
        var filter = JobFilter()
        filter.person = people[person].id
        _ = try await office.change(.cancel, matching: filter, by: Self.clerk)
    }

    // MARK: What people change

    private mutating func change(_ person: Int) async throws {
        if dice.permille(600) {
            try await record([consent(of: person)].compactMap { $0 })
        } else if dice.permille(650) {
            try await suppress(person)
        } else {
            try await lift(person)
        }
    }

    /// By a record of a file, or by the command line; nothing of it may make a difference.
    mutating func record(_ consents: [NewConsent]) async throws {
        guard dice.permille(500) else {
            let numbers = try await office.record(consents, by: Self.clerk).map(\.number)
            for (new, number) in zip(consents, numbers) {
                witness.recorded(new, at: now)
                if number != witness.consentCount { witness.fault("c\(number) is not c\(witness.consentCount)") }
            }
            return
        }
        try await take(
            consents.map { new in
                records += 1
                return .consent(
                    NewConsentRecord(
                        line: 1, id: "c\(records)", consent: new,
                        contentDigest: Array(SHA256Digest.of("c\(records)").prefix(16)),
                        problems: []))
            })
        for new in consents { witness.recorded(new, at: now) }
    }

    private mutating func suppress(_ number: Int) async throws {
        let (mark, new) = suppression(number)
        if dice.permille(500) {
            let numbers = try await office.suppress([new], by: Self.clerk)
            witness.suppressed(mark, new)
            if numbers != [witness.suppressionCount] { witness.fault("\(numbers) is not s\(witness.suppressionCount)") }
        } else {
            records += 1
            try await take([
                .suppress(
                    NewSuppressRecord(
                        line: 1, id: "s\(records)", suppression: new,
                        contentDigest: Array(SHA256Digest.of("s\(records)").prefix(16)), problems: []))
            ])
            witness.suppressed(mark, new)
        }
    }

    private mutating func lift(_ number: Int) async throws {
        let (mark, target) = target(number)
        let expected = witness.lifted(mark, at: now)
        let numbers = try await office.lift(target, by: Self.clerk)
        if numbers != expected { witness.fault("lifted \(numbers), not \(expected): \(target)") }
    }
}
