// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayModel
import Testing

@testable import Store

@Suite("The book of consents", .serialized)
struct ConsentBookTests {
    @Test("an event comes back as it was given, with its words, by address and by number")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let given = consent(.granted, occurred: evening - .seconds(60)) { new in
            (new.event.topics, new.event.basis) = (["news", "offers"], .impliedPurchase)
            new.event.basisDay = CalendarDay("2026-11-01")
            (new.details.method, new.details.wording, new.details.language) = ("web-form", "Yes, write to me", "en")
            new.details.evidence = JSONObject([("session", .string("s-1"))])
            new.details.attachments = ["a0"]
            (new.details.occurredText, new.details.actor) = ("2026-11-21", "ada")
        }
        let number = try #require(try await store.record([given], by: reviewer).first?.number)
        let record = try #require(try await store.consents(of: ada).first)
        #expect(record.event.number == number && record.event.id == "c1")
        #expect(
            record.event.topics == ["news", "offers"] && record.event.brand == "acme" && record.event.channel == .email)
        #expect(record.event.basis == .impliedPurchase && record.event.basisDay == CalendarDay("2026-11-01"))
        #expect(record.event.occurredAt == evening - .seconds(60) && record.event.recordedAt == evening)
        #expect(record.event.hasWording && record.event.hasEvidence && !record.event.isImport)
        #expect(record.address == ada && record.signature == reviewer && record.details.actor == "ada")
        #expect(record.details.method == "web-form" && record.details.attachments == ["a0"])
        #expect(record.details.evidence?["session"]?.string == "s-1")
        let digest = try #require(record.details.wordingSHA256)
        #expect(try await store.wording(sha256: digest) == "Yes, write to me")
        #expect(try await store.consentPage(after: 0) == [record])
        #expect(try await store.consentPage(after: number).isEmpty)
        #expect(try await store.consents(of: .email("bo@example.com")).isEmpty)
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("the gate sees the events of exactly the contact's address, for marketing alone unless a rule asks")
    func gateSees() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record(
            [
                consent(.granted), consent(.granted, .email("ada+x@example.com")),
                consent(.withdrawn, .phone("+33612345678")),
            ], by: reviewer)
        let toAda = { (job: inout Job) in
            job.to.email = EmailAddress("ADA@Example.com")
            job.to.phone = PhoneNumber("+33612345678")
        }
        _ = try await store.take(fixture.chunk([jobEntry("a", .email, .marketing, toAda)]))
        #expect(try await store.askedWithOne().consents.map(\.id) == ["c1"])
        _ = try await store.launchAllDue(at: evening)
        _ = try await store.take(fixture.chunk([jobEntry("b", .sms, .marketing, toAda)]))
        #expect(try await store.askedWithOne().consents.map(\.type) == [.withdrawn])
        _ = try await store.launchAllDue(at: evening)
        _ = try await store.take(fixture.chunk([jobEntry("c", .email, .transactional, toAda)]))
        #expect(try await store.askedWithOne(interest: PolicyInterest()).consents.isEmpty)
        #expect(try await store.askedWithOne().consents.count == 1)
        // Its template has become marketing meanwhile: so has it.
        var interest = PolicyInterest(capHorizon: .seconds(86_400))
        interest.marketing = [TemplateUse(template: "welcome", brand: "acme")]
        let asked = try await store.askedWithOne(interest: interest)
        #expect(asked.consents.count == 1 && asked.sends.count == 1)
        await store.close()
    }

    @Test("a task goes by its intended channel's address, and phones tell a place only where they are contacted")
    func tasks() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.withdrawn, .phone("+33612345678"))], by: reviewer)
        let task = { (intended: String?) in
            jobEntry("t-\(intended ?? "none")", .crmTask) { job in
                (job.to.crmContact, job.to.phone) = ("003", PhoneNumber("+33612345678"))
                (job.to.email, job.task) = (EmailAddress("Ada@example.com"), TaskDetails(intendedChannel: intended))
                (job.to.timezone, job.to.country, job.to.region) = ("Europe/Paris", "FR", "FR-IDF")
            }
        }
        let table: [(String?, ContactAddress, String?, Int)] = [
            ("voice", .phone("+33612345678"), "+33612345678", 1), ("email", ada, nil, 0), (nil, .crm("003"), nil, 0),
        ]
        for (intended, address, phone, consents) in table {
            _ = try await store.take(fixture.chunk([task(intended)]))
            let facts = try await store.askedWithOne()
            #expect(facts.address == address && facts.consents.count == consents)
            let place = PlaceEvidence(timezone: "Europe/Paris", country: "FR", region: "FR-IDF", phone: phone)
            #expect(facts.place == place)
            let departure = try #require(try await store.launchAllDue(at: evening).first)
            #expect(departure.facts.intended == intended.flatMap(ContactChannel.init(rawValue:)))
        }
        await store.close()
    }

    @Test("an opt-out dated ahead counts from now; a grant dated ahead is refused, five minutes are forgiven")
    func datedAhead() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.withdrawn, occurred: evening + .seconds(86_400))], by: reviewer)
        try await store.record([consent(.granted, occurred: evening + .seconds(299))], by: reviewer)
        #expect(try await store.consents(of: ada).map(\.event.occurredAt) == [evening, evening])
        await #expect(throws: StoreError.self) {
            try await store.record([consent(.granted, occurred: evening + .seconds(301))], by: reviewer)
        }
        let late = consentEntry("late", consent(.granted, occurred: evening + .seconds(301)))
        let progress = try await store.take(fixture.chunk([late]))
        #expect(progress.tally == IntakeTally(rejected: 1))
        #expect(try await store.problems(of: 1, after: 0, limit: 9).map(\.code) == [.badTime])
        // A rejected line uses up no id.
        #expect(try await store.take(fixture.chunk([consentEntry("late", consent(.granted))])).tally.accepted == 1)
        await store.close()
    }

    @Test("a correction names an event of the same address")
    func corrections() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.granted), consent(.granted, .email("bo@example.com"))], by: reviewer)
        for wrong in [nil, 2, 9] as [Int64?] {
            await #expect(throws: StoreError.self) {
                try await store.record([consent(.corrected) { $0.event.corrects = wrong }], by: reviewer)
            }
        }
        try await store.record([consent(.corrected) { $0.event.corrects = 1 }], by: reviewer)
        #expect(try await store.consents(of: ada).map(\.event.corrects) == [nil, 1])
        await store.close()
    }

    @Test("a clock that was set back does not let a grant outrank the opt-out that came after it")
    func clockSetBack() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.granted)], by: reviewer)
        let earlier = evening - .seconds(3600)
        fixture.clock.advance(by: .seconds(-3600))
        try await store.record([consent(.withdrawn, occurred: earlier) { $0.event.recordedAt = earlier }], by: reviewer)
        #expect(try await store.consents(of: ada).map(\.event.occurredAt) == [evening, evening])
        // One that says when it was, and is only heard of late, stays where it was.
        try await store.record(
            [consent(.withdrawn, occurred: earlier - .seconds(60)) { $0.event.recordedAt = earlier }], by: reviewer)
        #expect(try await store.consents(of: ada).last?.event.occurredAt == earlier - .seconds(60))
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("who speaks for some brands makes none of another brand's events void, nor one of all brands")
    func correctionsOfOthers() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record(
            [consent(.withdrawn) { $0.event.brand = "zeta" }, consent(.withdrawn), consent(.granted)], by: reviewer)
        let correction = { (number: Int64) in
            consentEntry("c\(number)", consent(.corrected) { ($0.event.corrects, $0.brands) = (number, ["acme"]) })
        }
        let progress = try await store.take(fixture.chunk([correction(1), correction(2), correction(3)]))
        #expect(progress.tally == IntakeTally(accepted: 1, rejected: 2))
        #expect(try await store.problems(of: 1, after: 0, limit: 9).map(\.code) == [.notPermitted, .notPermitted])
        #expect(try await store.consents(of: ada).last?.event.corrects == 3)
        await store.close()
    }

    @Test("records come in order with the jobs around them; an id counts once; what was wrong stands in the receipt")
    func records() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let widened = Problem(line: 2, id: "w", .badValue, field: "topics[0]", "is no topic: every topic is meant")
        let out = consentEntry("w", consent(.withdrawn) { $0.details.damage = "topics[0]" }, problems: [widened])
        let lost = Problem(line: 3, id: "x", .badAddress, field: "address", "is no address")
        let chunk = fixture.chunk([Wish("a").entry, out, .problem(lost), .lostOptOut(line: 3, recordID: "x")])
        let progress = try await store.take(chunk)
        #expect(progress.tally == IntakeTally(accepted: 2, rejected: 1) && progress.problemCount == 2)
        #expect(try await store.problems(of: 1, after: 0, limit: 9) == [widened, lost])
        #expect(try await store.take(fixture.chunk([out])).tally == IntakeTally(duplicates: 1))
        // An id used twice costs a grant, never an opt-out.
        let grant = consentEntry("w", consent(.granted))
        #expect(try await store.take(fixture.chunk([grant])).tally == IntakeTally(rejected: 1))
        let other = consentEntry("w", consent(.objected))
        #expect(try await store.take(fixture.chunk([other])).tally == IntakeTally(accepted: 1))
        #expect(try await store.take(fixture.chunk([other])).tally == IntakeTally(duplicates: 1))
        #expect(try await store.problems(of: 4, after: 0, limit: 9).map(\.code) == [.idConflict])
        let events = try await store.outcomes(after: 0, limit: 10)
        #expect(events.map(\.event) == [.accepted, .consentChanged, .consentChanged])
        #expect(events[1].job == nil && events[1].producer == nil && events[1].cause == "w")
        #expect(events[1].reason == "withdrawn" && events[1].recipient == "ada@example.com")
        let noted = try await store.operatorActions(after: 0)
        #expect(noted.map(\.action) == ["optout_damaged", "optout_damaged"] && noted[0].actor == "default")
        #expect(noted[1].about?.contains("line 3") == true)
        #expect(try await store.damagedOptOuts(from: evening, to: evening + .seconds(1)).count == 2)
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test(
        "nothing on record is ever changed or deleted",
        arguments: [
            "UPDATE consent SET type = 1", "DELETE FROM consent", "UPDATE suppression SET reason = 1",
            "DELETE FROM suppression", "UPDATE journal SET at = 1", "DELETE FROM journal",
        ])
    func appendOnly(_ sql: String) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.granted)], by: reviewer)
        try await store.suppress([suppression()], by: reviewer)
        #expect(throws: DatabaseError.self) { try fixture.execute(sql) }
        await store.close()
    }

    @Test(
        "the audit sees a consent or a suppression that is not the one journalled; erased words are no fault",
        arguments: [
            ("DROP TRIGGER consent_no_update; UPDATE consent SET type = 2", "consent c1"),
            ("DROP TRIGGER consent_no_delete; DELETE FROM consent", "consent c1"),
            ("DROP TRIGGER suppression_no_update; UPDATE suppression SET expires = 5 WHERE n = 1", "suppression s1"),
            ("DROP TRIGGER suppression_no_update; UPDATE suppression SET lifts = 9 WHERE n = 2", "suppression s2"),
            ("UPDATE consent_words SET words = x'00'", "its words"),
            ("UPDATE suppression_words SET words = x'00'", "its words"),
            ("DELETE FROM consent_words; DELETE FROM suppression_words", ""),
        ])
    func audit(_ sql: String, _ fault: String) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        try await store.record([consent(.granted)], by: reviewer)
        try await store.suppress([suppression()], by: reviewer)
        _ = try await store.lift(.address(ada), by: reviewer)
        #expect(try await store.verifyJournal().fault == nil)
        try fixture.execute(sql)
        let found = try await store.verifyJournal().fault?.what
        #expect(fault.isEmpty ? found == nil : found?.contains(fault) == true)
        await store.close()
    }

    @Test("an opt-out that was late says what went in between")
    func late() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(
            fixture.chunk([Wish("a") { $0.topic = "news" }.entry, Wish("b") { $0.topic = "offers" }.entry]))
        try await store.settle(store.launchAllDue(at: evening), .sent, at: evening + .seconds(5))
        fixture.clock.advance(by: .seconds(60))
        let early = consent(.withdrawn, occurred: evening - .seconds(1)) { $0.event.topics = ["news"] }
        let after = consent(.withdrawn, occurred: evening + .seconds(6))
        let recorded = try await store.record([early, after], by: reviewer)
        #expect(recorded[0].sentBetween.map(\.job) == ["a"] && recorded[1].sentBetween.isEmpty)
        #expect(recorded[0].sentBetween.first?.admittedAt == evening)
        let month = try await store.sentDespite(from: evening, to: evening + .seconds(3600))
        #expect(month.rows.map(\.consent.event.number) == [1] && month.next == nil)
        await store.close()
    }
}
