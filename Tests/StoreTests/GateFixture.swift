// SPDX-License-Identifier: Apache-2.0
//
// Short words for what tests say of consents, suppressions and caps.

import Cryptography
import GatewayModel
import Synchronization

@testable import Store

let reviewer = Signature(actor: "dana", systemUser: "root", why: "a test")
let ada = ContactAddress.email("ada@example.com")

func consent(
    _ type: ConsentType, _ address: ContactAddress = ada, occurred: Instant = evening,
    _ change: (inout NewConsent) -> Void = { _ in }
) -> NewConsent {
    var new = NewConsent(
        address: address,
        event: ConsentEvent(
            number: 0, recordedAt: Instant(microseconds: .max), occurredAt: occurred, type: type),
        details: ConsentDetails())
    if !type.isOptOut { (new.event.channel, new.event.brand, new.event.topics) = (.email, "acme", ["news"]) }
    change(&new)
    return new
}

func suppression(
    _ target: SuppressionTarget = .address(ada), _ reason: SuppressionReason = .manual,
    _ scope: SuppressionScope = SuppressionScope(), expiresAt: Instant? = nil
) -> NewSuppression {
    NewSuppression(
        target: target, reason: reason, scope: scope, expiresAt: expiresAt, details: SuppressionDetails())
}

func consentEntry(_ id: String, _ new: NewConsent, problems: [Problem] = [], line: Int = 1) -> IntakeEntry {
    .consent(
        NewConsentRecord(
            line: line, id: id, consent: new, contentDigest: Array(SHA256Digest.of("\(new)").prefix(16)),
            problems: problems))
}

func suppressEntry(_ id: String, _ new: NewSuppression, problems: [Problem] = []) -> IntakeEntry {
    .suppress(
        NewSuppressRecord(
            line: 1, id: id, suppression: new, contentDigest: Array(SHA256Digest.of("\(new)").prefix(16)),
            problems: problems))
}

/// Any job, any channel.
func jobEntry(
    _ id: String, _ channel: ChannelKind = .email, _ messageClass: MessageClass = .marketing,
    _ change: (inout Job) -> Void = { _ in }
) -> IntakeEntry {
    var job = Job(id: id, channel: channel, template: "welcome", to: Recipient(), brand: "acme")
    change(&job)
    let record = Array(#"{"id":"\#(id)"}"#.utf8)
    let placement = Placement(
        lane: LaneKey(route: "relay", domain: nil, brand: "acme"), messageClass: messageClass, priority: .normal,
        notBefore: nil, expiresAt: nil)
    return .job(
        NewJob(
            line: 1, job: job, record: record, contentDigest: Array(SHA256Digest.of(record).prefix(16)),
            placement: placement))
}

/// Far back, all classes.
let wholeInterest = PolicyInterest(
    capHorizon: .seconds(31 * 86_400), countsTransactional: true, consentOfTransactional: true)

extension Store {
    /// What the gate is asked with for each job that is due, by the job's key; nothing is changed.
    func askedWith(
        at now: Instant = evening, interest: PolicyInterest = wholeInterest
    ) async throws -> [JobKey: RecipientFacts] {
        let seen = Mutex<[JobKey: RecipientFacts]>([:])
        _ = try await exchange(settled: [], candidates: allDue(at: now), at: now, interest: interest) { job, facts in
            seen.withLock { $0[job.key] = facts }
            return .leave
        }
        return seen.withLock { $0 }
    }

    /// The only job that is due.
    func askedWithOne(at now: Instant = evening, interest: PolicyInterest = wholeInterest) async throws
        -> RecipientFacts
    {
        guard let facts = try await askedWith(at: now, interest: interest).values.first else {
            throw StoreError.refused("nothing is due", exitCode: 1)
        }
        return facts
    }

    /// How many places stand under the caps of the only job that is due.
    func places(at now: Instant = evening) async throws -> Int {
        Set(try await askedWithOne(at: now).sends.map(\.job)).count
    }
}
