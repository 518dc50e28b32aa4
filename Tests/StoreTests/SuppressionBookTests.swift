// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Store

@Suite("The list of suppressions", .serialized)
struct SuppressionBookTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var target: SuppressionTarget
        var reaches: Set<String>
        var match: SuppressionEvent.Match
    }

    static let table = [
        Row(
            testDescription: "an address, in any case", target: .address(ada), reaches: ["ada", "task"], match: .address
        ),
        Row(
            testDescription: "a tag and dots of Google's", target: .address(.email("a.d.a+x@googlemail.com")),
            reaches: ["gmail"], match: .address),
        Row(
            testDescription: "a number by its older spelling", target: .address(.phone("+525512345678")),
            reaches: ["mexico"], match: .address),
        Row(testDescription: "a contact", target: .address(.crm("003")), reaches: ["task"], match: .address),
        Row(
            testDescription: "MD5", target: .hash(.md5, Digest.md5.of("ada@example.com")), reaches: ["ada", "task"],
            match: .md5),
        Row(
            testDescription: "SHA-1", target: .hash(.sha1, Digest.sha1.of("ada@gmail.com")), reaches: ["gmail"],
            match: .sha1),
        Row(
            testDescription: "SHA-256", target: .hash(.sha256, Digest.sha256.of("+5215512345678")), reaches: ["mexico"],
            match: .sha256),
        Row(testDescription: "a domain", target: .domain("example.com"), reaches: ["ada", "task"], match: .domain),
        Row(
            testDescription: "no domain below it", target: .domain("mail.example.org"), reaches: ["below"],
            match: .domain),
        Row(
            testDescription: "what is below a domain", target: .domainSuffix("example.org"), reaches: ["below"],
            match: .domainSuffix),
        Row(
            testDescription: "a suffix is not below itself", target: .domainSuffix("example.com"), reaches: [],
            match: .domainSuffix),
        Row(
            testDescription: "a phone prefix", target: .phonePrefix("+52155"), reaches: ["mexico"], match: .phonePrefix),
        Row(
            testDescription: "a prefix of the canonical number", target: .phonePrefix("+5255"), reaches: ["mexico"],
            match: .phonePrefix),
        Row(testDescription: "another prefix", target: .phonePrefix("+5256"), reaches: [], match: .phonePrefix),
        Row(testDescription: "a person", target: .person("lead-7"), reaches: ["below"], match: .person),
        Row(testDescription: "nobody", target: .address(.email("zoe@example.com")), reaches: [], match: .address),
    ]

    static let jobs = [
        jobEntry("ada") { $0.to.email = EmailAddress("ADA@example.com") },
        jobEntry("gmail") { $0.to.email = EmailAddress("ada+offers@gmail.com") },
        jobEntry("below") { ($0.to.email, $0.to.person) = (EmailAddress("bo@mail.example.org"), "lead-7") },
        jobEntry("mexico", .sms) { $0.to.phone = PhoneNumber("+5215512345678") },
        jobEntry("task", .crmTask) { job in
            (job.to.crmContact, job.to.email) = ("003", EmailAddress("Ada@Example.com"))
            job.task = TaskDetails(intendedChannel: "email")
        },
    ]

    @Test("reaches exactly whom it means, at the gate and in the air", arguments: table)
    func matching(_ row: Row) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk(Self.jobs))
        let departures = try await store.launchAllDue(at: evening)
        let ids = ["ada", "gmail", "below", "mexico", "task"]
        let numbers = try await store.suppress([suppression(row.target)], by: reviewer)
        let recalled = Set(try await store.attemptsToRecall())
        let hit = departures.filter { recalled.contains($0.attempt) }.map { ids[Int($0.facts.key.rawValue) - 1] }
        #expect(Set(hit) == row.reaches)
        #expect(try await store.inFlight(under: row.target) == row.reaches.count)
        try await store.settle(departures, .recalled, at: evening)
        #expect(try await store.inFlight(under: row.target) == 0)
        let asked = try await store.askedWith()
        let seen = Set(asked.filter { !$0.value.suppressions.isEmpty }.keys.map { ids[Int($0.rawValue) - 1] })
        #expect(seen == row.reaches)
        for facts in asked.values where !facts.suppressions.isEmpty {
            #expect(facts.suppressions.map(\.number) == numbers && facts.suppressions.map(\.match) == [row.match])
        }
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("an event comes back as it was given; what may not lapse does not")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let scope = SuppressionScope(
            channel: .sms, brand: "acme", topic: "news", campaign: "spring", messageClass: .marketing)
        var one = suppression(.person("lead-7"), .unengaged, scope, expiresAt: evening + .seconds(9))
        (one.details.note, one.details.actor, one.details.source) = ("asleep", "dana", "command")
        let list = [one, suppression(.address(ada), .legal, expiresAt: evening + .seconds(9))]
        #expect(try await store.suppress(list, by: reviewer) == [1, 2])
        let records = try await store.suppressionPage(after: 0)
        #expect(records.map(\.target) == list.map(\.target) && records.map(\.details) == list.map(\.details))
        #expect(records[0].event.scope == scope && records[0].event.reason == .unengaged)
        #expect(records.map(\.event.expiresAt) == [evening + .seconds(9), nil])
        #expect(records.map { $0.isStanding(at: evening + .seconds(9)) } == [false, true])
        #expect(records[0].signature == reviewer)
        #expect(try await store.suppressions(matching: .person("lead-7")) == [records[0]])
        let told = try await store.outcomes(after: 0, limit: 9)
        #expect(
            told.map(\.event) == [.suppressed, .suppressed] && told.allSatisfy { $0.job == nil && $0.producer == nil })
        #expect(told[0].person == "lead-7" && told[0].brand == "acme" && told[1].recipient == "ada@example.com")
        #expect(try await store.operatorActions(after: 0).map(\.action) == ["suppression_add"])
        await store.close()
    }

    @Test("a lifting names what it lifts: in its scope, or all that stands; engines are told nothing")
    func lifting() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let sms = SuppressionScope(channel: .sms)
        let list = [
            suppression(), suppression(.address(ada), .manual, sms), suppression(.address(.email("bo@example.com"))),
        ]
        try await store.suppress(list, by: reviewer)
        #expect(try await store.lift(.address(ada), scope: sms, by: reviewer) == [2])
        #expect(try await store.lift(.address(ada), by: reviewer) == [1])
        #expect(try await store.lift(.address(ada), by: reviewer).isEmpty)
        let history = try await store.suppressionHistory(of: .address(ada))
        #expect(history.map(\.event.lifts) == [nil, nil, 2, 1] && history.map(\.liftedBy) == [5, 4, nil, nil])
        #expect(history[3].target == .address(ada) && history[3].signature == reviewer)
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        #expect(try await store.askedWithOne().suppressions.map(\.act) == [.added, .added, .removed, .removed])
        let lifted = try await store.suppressionsLifted(from: evening, to: evening + .seconds(1)).rows
        #expect(lifted.map(\.event.number) == [4, 5])
        #expect(try await store.outcomes(after: 0, limit: 99).filter { $0.event == .suppressed }.count == 3)
        #expect(
            try await store.operatorActions(after: 0).map(\.action) == [
                "suppression_add", "suppression_lift", "suppression_lift",
            ])
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("records: an id counts once, in order with the jobs of their file")
    func records() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let entry = suppressEntry("s", suppression())
        #expect(try await store.take(fixture.chunk([Wish("a").entry, entry])).tally == IntakeTally(accepted: 2))
        #expect(try await store.take(fixture.chunk([entry])).tally == IntakeTally(duplicates: 1))
        #expect(try await store.outcomes(after: 1, limit: 9).map(\.cause) == ["s"])
        let record = try #require(try await store.suppressions(matching: .address(ada)).first)
        #expect(record.details.recordID == "s" && record.details.producer == "default" && record.signature == nil)
        await store.close()
    }

    @Test("a command's word reaches the daemon's next admission, and calls back what is in the air")
    func fromAnotherProcess() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let departures = try await store.launchAllDue(at: evening)
        let command = try fixture.open(.command)
        try await command.record([consent(.withdrawn)], by: reviewer)
        #expect(try await command.inFlight(to: ada) == 1)
        #expect(try await store.attemptsToRecall() == departures.map(\.attempt))
        try await store.settle(departures, .recalled, at: evening)
        #expect(try await command.inFlight(to: ada) == 0)
        #expect(try await store.askedWithOne().consents.map(\.type) == [.withdrawn])
        await command.close()
        await store.close()
    }

    @Test("a question does not weaken a cancel or a hold, and both outweigh it", arguments: [true, false])
    func recallOrder(_ askFirst: Bool) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let departures = try await store.launchAllDue(at: evening)
        let ask = { _ = try await store.suppress([suppression()], by: reviewer) }
        if askFirst { try await ask() }
        _ = try await store.change(.cancel, matching: JobFilter(), by: reviewer)
        if !askFirst { try await ask() }
        try await store.settle(departures, .recalled, at: evening)
        #expect(try await store.histories()["a"] == ["accepted", "cancelled operator"])
        await store.close()
    }
}
