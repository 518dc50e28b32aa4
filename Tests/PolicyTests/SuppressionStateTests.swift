// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("What the suppression list keeps back (CONTRACT 8.5, 8.6; facts B1)")
struct SuppressionStateTests {
    static let now = GateScene.now

    static func added(
        _ number: Int64, _ reason: SuppressionReason, match: SuppressionEvent.Match = .address,
        _ scope: SuppressionScope = SuppressionScope(), until: Instant? = nil
    ) -> SuppressionEvent {
        SuppressionEvent(
            number: number, act: .added, match: match, reason: reason, scope: scope,
            recordedAt: GateScene.at("2026-01-01"), expiresAt: until, lifts: nil)
    }
    static func removed(_ number: Int64, lifts: Int64, _ reason: SuppressionReason = .manual) -> SuppressionEvent {
        SuppressionEvent(
            number: number, act: .removed, match: .address, reason: reason, scope: SuppressionScope(),
            recordedAt: GateScene.at("2026-02-01"), expiresAt: nil, lifts: lifts)
    }

    struct Reason: Sendable {
        var reason: SuppressionReason
        var blocksTransactional: Bool
        var mayExpire: Bool
    }
    static let reasons = [
        Reason(reason: .legal, blocksTransactional: true, mayExpire: false),
        Reason(reason: .deceased, blocksTransactional: true, mayExpire: false),
        Reason(reason: .litigator, blocksTransactional: true, mayExpire: false),
        Reason(reason: .complaint, blocksTransactional: true, mayExpire: false),
        Reason(reason: .hardBounce, blocksTransactional: true, mayExpire: false),
        Reason(reason: .invalid, blocksTransactional: true, mayExpire: false),
        Reason(reason: .reassigned, blocksTransactional: true, mayExpire: false),
        Reason(reason: .softBounceLimit, blocksTransactional: false, mayExpire: true),
        Reason(reason: .roleAddress, blocksTransactional: false, mayExpire: false),
        Reason(reason: .dncRegistry, blocksTransactional: false, mayExpire: true),
        Reason(reason: .manual, blocksTransactional: false, mayExpire: true),
        Reason(reason: .imported, blocksTransactional: false, mayExpire: false),
        Reason(reason: .unengaged, blocksTransactional: false, mayExpire: true),
        Reason(reason: .erasure, blocksTransactional: false, mayExpire: false),
    ]

    @Test("every reason blocks its classes, and ends by itself only where it may", arguments: reasons)
    func weighs(_ row: Reason) {
        let blocks = { (event: SuppressionEvent, messageClass: MessageClass) in
            !SuppressionState([event], at: Self.now).blocking(GateScene.job(.email, messageClass)).isEmpty
        }
        #expect(blocks(Self.added(1, row.reason), .marketing))
        #expect(blocks(Self.added(1, row.reason), .transactional) == row.blocksTransactional)
        #expect(blocks(Self.added(1, row.reason, until: Self.now), .marketing) == !row.mayExpire)
        #expect(blocks(Self.added(1, row.reason, until: Self.now + .microseconds(1)), .marketing))
    }

    @Test("no reason is forgotten")
    func isComplete() { #expect(Set(Self.reasons.map(\.reason)) == Set(SuppressionReason.allCases)) }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var events: [SuppressionEvent]
        var job = GateScene.job()
        /// Numbers of what blocks.
        var expected: [Int64]
    }

    static let table = [
        Row(testDescription: "nothing", events: [], expected: []),
        Row(testDescription: "removed by name", events: [added(1, .manual), removed(2, lifts: 1)], expected: []),
        Row(
            testDescription: "another one stands", events: [added(1, .manual), added(2, .legal), removed(3, lifts: 1)],
            expected: [2]),
        Row(
            testDescription: "added again after the removal",
            events: [added(1, .manual), removed(2, lifts: 1), added(3, .manual)], expected: [3]),
        Row(
            testDescription: "a removal lifts nothing that comes later",
            events: [removed(1, lifts: 2), added(2, .manual)], expected: [2]),
        Row(
            testDescription: "its channel", events: [added(1, .manual, SuppressionScope(channel: .email))],
            expected: [1]),
        Row(
            testDescription: "another channel", events: [added(1, .manual, SuppressionScope(channel: .sms))],
            expected: []),
        Row(
            testDescription: "a task is the contact that it is about",
            events: [added(1, .manual, SuppressionScope(channel: .voice))],
            job: GateScene.job(.crmTask, intended: .voice),
            expected: [1]),
        Row(
            testDescription: "and a task", events: [added(1, .manual, SuppressionScope(channel: .crmTask))],
            job: GateScene.job(.crmTask, intended: .voice), expected: [1]),
        Row(
            testDescription: "what goes by itself is no task",
            events: [added(1, .manual, SuppressionScope(channel: .crmTask))],
            expected: []),
        Row(testDescription: "its brand", events: [added(1, .manual, SuppressionScope(brand: "acme"))], expected: [1]),
        Row(
            testDescription: "another brand", events: [added(1, .manual, SuppressionScope(brand: "apex"))], expected: []
        ),
        Row(testDescription: "its topic", events: [added(1, .manual, SuppressionScope(topic: "news"))], expected: [1]),
        Row(
            testDescription: "a topic, and the job has none",
            events: [added(1, .legal, SuppressionScope(topic: "news"))],
            job: GateScene.job(topic: nil), expected: []),
        Row(
            testDescription: "its campaign", events: [added(1, .manual, SuppressionScope(campaign: "spring"))],
            expected: [1]),
        Row(
            testDescription: "another campaign", events: [added(1, .manual, SuppressionScope(campaign: "fall"))],
            expected: []),
        Row(
            testDescription: "its class", events: [added(1, .legal, SuppressionScope(messageClass: .marketing))],
            expected: [1]),
        Row(
            testDescription: "another class", events: [added(1, .legal, SuppressionScope(messageClass: .marketing))],
            job: GateScene.job(.email, .transactional), expected: []),
        Row(
            testDescription: "every part must hold",
            events: [added(1, .manual, SuppressionScope(brand: "acme", campaign: "fall"))], expected: []),
        Row(
            testDescription: "all that block are named",
            events: [added(3, .legal, match: .person), added(1, .manual), added(2, .hardBounce, match: .domain)],
            expected: [1, 2, 3]),
    ]

    @Test("each list has one answer", arguments: table)
    func blocks(_ row: Row) {
        #expect(SuppressionState(row.events, at: Self.now).blocking(row.job).map(\.number) == row.expected)
        #expect(SuppressionState(row.events.reversed(), at: Self.now).blocking(row.job).map(\.number) == row.expected)
    }
}
