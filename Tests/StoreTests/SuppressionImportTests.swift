// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Store

@Suite("Long lists", .serialized)
struct SuppressionImportTests {
    private func list(_ count: Int) -> [NewSuppression] {
        (0..<count).map { suppression(.address(.email("p\($0)@example.com")), .imported) }
    }

    private func bring(_ list: [NewSuppression], into store: Store) async throws -> ImportedSuppressions {
        let long = try SuppressionImport(into: store, batch: "b1", by: reviewer)
        for start in stride(from: 0, to: list.count, by: 1000) {
            try await long.add(Array(list[start..<min(start + 1000, list.count)]))
        }
        return try await long.finish()
    }

    @Test("every row of it is found afterwards, by the gate and by people, long or short", arguments: [40, 5000])
    func found(_ count: Int) async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        // So many stand already that the short one goes by the young trees.
        try await store.suppress((0..<100).map { suppression(.person("\($0)")) }, by: reviewer)
        #expect(try await bring(list(count), into: store) == ImportedSuppressions(added: count, unchanged: 0))
        for number in [0, 17, count - 1] {
            let found = try await store.suppressions(matching: .address(.email("p\(number)@example.com")))
            #expect(found.map(\.batch) == ["b1"])
        }
        #expect(try await store.suppressions(matching: .address(.email("p\(count)@example.com"))).isEmpty)
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("what stands is passed over, what was lifted or differs is not; a row twice counts once")
    func again() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        #expect(try await bring(list(300), into: store) == ImportedSuppressions(added: 300, unchanged: 0))
        #expect(try await bring(list(302), into: store) == ImportedSuppressions(added: 2, unchanged: 300))
        _ = try await store.lift(.address(.email("p7@example.com")), by: reviewer)
        let other = suppression(.address(.email("p8@example.com")), .legal)
        #expect(
            try await bring(list(302) + [other, other], into: store) == ImportedSuppressions(added: 2, unchanged: 302))
        #expect(try await store.suppressionHistory(of: .address(.email("p7@example.com"))).count == 3)
        let told = try await store.outcomes(after: 0, limit: 1000).filter { $0.event == .suppressed }
        #expect(told.count == 304 && told.allSatisfy { $0.cause == "b1" })
        #expect(
            try await store.operatorActions(after: 0).map(\.action).filter { $0 == "suppression_import" }.count == 6)
        await store.close()
    }

    @Test("scopes, times and words come through; every kind of target is found")
    func details() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        let scope = SuppressionScope(channel: .email, brand: "acme")
        var one = suppression(.domain("example.org"), .manual, scope, expiresAt: evening + .seconds(5))
        (one.details.note, one.details.source) = ("550 5.1.1", "import:b1")
        one.details.evidence = JSONObject([("code", .string("550"))])
        let rest: [SuppressionTarget] = [
            .person("p"), .phonePrefix("+33"), .domainSuffix("example.net"),
            .hash(.md5, Array(repeating: 7, count: 16)),
            .address(.crm("003")),
        ]
        #expect(try await bring([one] + rest.map { suppression($0) }, into: store).added == 6)
        let record = try #require(try await store.suppressions(matching: .domain("example.org")).first)
        #expect(record.event.scope == scope && record.event.expiresAt == evening + .seconds(5))
        #expect(record.details == one.details && record.target == .domain("example.org"))
        for target in rest { #expect(try await store.suppressions(matching: target).map(\.target) == [target]) }
        #expect(try await store.suppressions(matching: .address(.phone("+33612345678"))).count == 1)
        await store.close()
    }

    @Test("it calls back what is in the air")
    func callsBack() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a") { $0.email = "p3@example.com" }.entry, Wish("b").entry]))
        let departures = try await store.launchAllDue(at: evening)
        let command = try fixture.open(.command)
        _ = try await bring(list(9), into: command)
        #expect(try await store.attemptsToRecall() == [departures[0].attempt])
        await command.close()
        await store.close()
    }

    @Test("added is nothing before the end: given up, it leaves no trace")
    func givenUp() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        do {
            let long = try SuppressionImport(into: store, batch: "b1", by: reviewer)
            try await long.add(list(100))
        }
        #expect(try await store.lastSeq() == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.path)
        #expect(!left.contains { $0.contains("import") || $0.hasPrefix("#") })
        await store.close()
    }
}
