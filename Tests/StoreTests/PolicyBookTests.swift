// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Store

@Suite("Policies and what reviewers read", .serialized)
struct PolicyBookTests {
    private func bundle(_ text: String) -> PolicyBundle {
        PolicyBundle(sha256: SHA256Digest.of(text).hex, bytes: Array(text.utf8))
    }

    @Test("a policy is kept once and journalled where it changed")
    func versions() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let (one, two) = (bundle("one"), bundle("two"))
        for (policy, later) in [(one, 0), (one, 1), (two, 2), (one, 3)] as [(PolicyBundle, Int)] {
            try await store.enforce(policy, at: evening + .seconds(later))
        }
        let versions = try await store.policyVersions()
        #expect(versions.map(\.sha256) == [one.sha256, two.sha256, one.sha256])
        #expect(versions.map(\.before) == [nil, one.sha256, two.sha256])
        #expect(try await store.policyInForce() == versions[2])
        #expect(try await store.policyBundle(two.version) == two)
        #expect(try await store.policyBundle("ffff") == nil)
        #expect(try await store.operatorActions(after: 0).map(\.action) == ["policy", "policy", "policy"])
        #expect(try await store.operatorActions(after: 0, since: evening + .seconds(2)).count == 2)
        await store.close()
    }

    @Test("a change sets due what the gate has put off, and nothing else; the same policy does not")
    func asksAgain() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.enforce(bundle("one"), at: evening)
        let reasons: [PostponeReason?] = [.quietHours, .frequencyCap, .unknownZone, .retry, .notBefore, nil]
        let wishes = reasons.indices.map { Wish("j\($0)").entry }
        _ = try await store.take(fixture.chunk(wishes))
        _ = try await store.exchange(settled: [], candidates: store.allDue(at: evening), at: evening) { job in
            guard let reason = reasons[Int(job.key.rawValue) - 1] else { return .leave }
            let until = reason == .unknownZone ? nil : evening + .seconds(3600)
            return .postpone(until: until, reason, decision(.postpone(until: until, reason), evening, job))
        }
        let soon = evening + .seconds(5)
        try await store.enforce(bundle("one"), at: soon)
        while try await store.tidy(at: soon) {}
        #expect(try await store.allDue(at: soon) == [JobKey(6)])
        try await store.enforce(bundle("two"), at: soon)
        while try await store.tidy(at: soon) {}
        #expect(Set(try await store.allDue(at: soon).map(\.rawValue)) == [1, 2, 3, 6])
        // Asked anew with the same answer, nothing is journalled again.
        let count = try await store.lastSeq()
        _ = try await store.exchange(settled: [], candidates: [JobKey(1)], at: soon) { job in
            let until = evening + .seconds(3600)
            return .postpone(until: until, .quietHours, decision(.postpone(until: until, .quietHours), soon, job))
        }
        #expect(try await store.lastSeq() == count)
        await store.close()
    }

    @Test("the pass over the queue goes on after a crash")
    func passSurvives() async throws {
        let fixture = try Fixture()
        var store = try fixture.open()
        _ = try await store.take(fixture.chunk((0..<900).map { Wish("j\($0)").entry }))
        let until = evening + .seconds(86_400)
        while true {
            let due = try await store.allDue(at: evening)
            if due.isEmpty { break }
            _ = try await store.exchange(settled: [], candidates: due, at: evening) {
                .postpone(until: until, .quietHours, decision(.postpone(until: until, .quietHours), evening, $0))
            }
        }
        try await store.enforce(bundle("one"), at: evening)
        _ = try await store.tidy(at: evening)
        store.abandon()
        store = try fixture.open()
        while try await store.tidy(at: evening) {}
        let waiting = try await store.queue(matching: JobFilter(), limit: 1000).filter { $0.due != evening }
        #expect(waiting.isEmpty)
        await store.close()
    }

    @Test("a queued job's facts by its id; a file's by its recipient")
    func gateFacts() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.suppress([suppression()], by: reviewer)
        _ = try await store.take(fixture.chunk([Wish("a").entry], producer: "one"))
        let reader = try fixture.open(.reader)
        let found = try await reader.gateFacts(jobID: "a", interest: wholeInterest)
        #expect(found.map(\.job.producer) == ["one"] && found[0].recipient.suppressions.count == 1)
        #expect(try await reader.gateFacts(jobID: "a", producer: "two", interest: wholeInterest).isEmpty)
        var job = Job(id: "x", channel: .sms, template: "welcome", to: Recipient(), brand: "acme")
        (job.to.phone, job.to.timezone) = (PhoneNumber("+33612345678"), "Europe/Paris")
        let facts = try await reader.recipientFacts(
            for: GateSubject(job, messageClass: .marketing), at: evening, interest: wholeInterest)
        #expect(facts.address == .phone("+33612345678") && facts.place.phone == "+33612345678")
        #expect(facts.place.timezone == "Europe/Paris" && facts.suppressions.isEmpty)
        await reader.close()
        await store.close()
    }

    @Test("a month's review: grants without proof, forms of templates, transactional volume")
    func review() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let proven = consent(.granted) { $0.details.wording = "yes" }
        try await store.record([consent(.granted), proven, consent(.withdrawn), consent(.requested)], by: reviewer)
        let later = evening + .seconds(3600)
        #expect(try await store.consentsWithoutProof(from: evening, to: later).rows.map(\.event.number) == [1])
        #expect(try await store.consentsWithoutProof(from: later, to: later + .seconds(1)).rows.isEmpty)
        _ = try await store.take(
            fixture.chunk([
                jobEntry("r", .email, .transactional) { $0.to.email = EmailAddress("ada@example.com") },
                Wish("m").entry,
            ]))
        try await store.settle(store.launchAllDue(at: evening), .sent, at: evening)
        #expect(try await store.templateVersions(from: evening, to: later).map(\.digest) == ["t0"])
        let volume = try await store.transactionalVolume(from: evening, to: later)
        #expect(volume.map(\.template) == ["welcome"] && volume.map(\.sent) == [1])
        await store.close()
    }

    @Test("a dossier holds an address's consents, suppressions and messages with their decisions; a person's likewise")
    func dossiers() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.granted)], by: reviewer)
        try await store.suppress([suppression(.domain("example.com")), suppression(.person("p"))], by: reviewer)
        _ = try await store.take(
            fixture.chunk([Wish("a") { $0.person = "p" }.entry, Wish("b") { $0.email = "bo@example.org" }.entry]))
        try await store.settle(store.launchAllDue(at: evening), .sent, at: evening)
        let byAddress = try await store.dossier(of: ada)
        #expect(byAddress.consents.count == 1 && byAddress.suppressions.map(\.event.match) == [.domain])
        #expect(byAddress.outcomes.map(\.event) == [.accepted, .sent] && byAddress.outcomes[1].decision != nil)
        let byPerson = try await store.dossier(ofPerson: "p")
        #expect(byPerson.outcomes.map(\.job) == ["a", "a"] && byPerson.suppressions.map(\.event.match) == [.person])
        #expect(try await store.dossier(of: .email("zoe@example.com")).outcomes.isEmpty)
        var query = OutcomeQuery()
        query.recipient = "ADA@example.com"
        #expect(try await store.outcomes(query).outcomes.map(\.event) == [.consentChanged, .accepted, .sent])
        await store.close()
    }
}
