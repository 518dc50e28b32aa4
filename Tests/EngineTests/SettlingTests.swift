// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Settings
import Testing

@testable import Engine

@Suite("What a report means for its job")
struct SettlingTests {
    static let now = Instant(seconds: 1_800_000_000)

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var result: DeliveryResult
        var stage = "answer"
        var code: Int? = 400
        var isRedirected = false
        var isInDoubt = false
        var isInquiry = false
        var repeats: RepeatRule?
        var fate: Settlement.Fate
    }

    static let key = RepeatRule.key(header: "Idempotency-Key", window: .hours(24))

    static let rows = [
        Row(testDescription: "no such number", result: .badAddress, fate: .failed(.badAddress)),
        Row(testDescription: "opted out", result: .optedOut, fate: .failed(.optedOut)),
        Row(
            testDescription: "no such number, but the sandbox's: nobody is suppressed", result: .badAddress,
            isRedirected: true, fate: .failed(.refused)),
        Row(
            testDescription: "opted out, but the sandbox's: nobody is withdrawn", result: .optedOut, isRedirected: true,
            fate: .failed(.refused)),
        Row(testDescription: "refused", result: .refused, fate: .failed(.refused)),
        Row(
            testDescription: "a second request refused says nothing of the first", result: .refused, isInDoubt: true,
            fate: .unknown(.park)),
        Row(
            testDescription: "nor of its content", result: .content, isInDoubt: true, fate: .unknown(.park)),
        Row(
            testDescription: "nor of our set-up", result: .configuration, isInDoubt: true, fate: .unknown(.park)),
        Row(
            testDescription: "a key in use is refused, too", result: .refused, isInDoubt: true, repeats: key,
            fate: .unknown(.park)),
        Row(
            testDescription: "under the same own id it speaks of both", result: .refused, isInDoubt: true,
            repeats: .upsert, fate: .failed(.refused)),
        Row(
            testDescription: "not let in for want of a token: nothing to do with the job", result: .configuration,
            stage: "authenticating", code: 401, fate: .again(at: now + .seconds(1), .routeDown, counts: false)),
        Row(
            testDescription: "not let in with this message: another job probes", result: .configuration,
            stage: "authenticating", code: 403, fate: .again(at: now + .seconds(60), .routeDown, counts: true)),
        Row(
            testDescription: "no way there", result: .unreachable, stage: "connecting", code: nil,
            fate: .again(at: now + .seconds(1), .routeDown, counts: false)),
        Row(
            testDescription: "a question that did not leave is no try", result: .unreachable, stage: "connecting",
            code: nil, isInDoubt: true, isInquiry: true,
            fate: .again(at: now + .seconds(10), .routeDown, counts: false)),
        Row(
            testDescription: "nor one that was throttled", result: .throttled(after: .seconds(30)), code: 429,
            isInDoubt: true, isInquiry: true, fate: .again(at: now + .seconds(30), .throttled, counts: false)),
        Row(
            testDescription: "one that was answered with nothing of use is", result: .unknown, isInDoubt: true,
            isInquiry: true, fate: .unknown(.park)),
        Row(testDescription: "found", result: .accepted, isInDoubt: true, isInquiry: true, fate: .sent),
        Row(testDescription: "absent", result: .absent, isInDoubt: true, isInquiry: true, fate: .absent),
    ]

    @Test("each report has one meaning", arguments: rows)
    func meaning(_ row: Row) throws {
        var facts = try Scene(texts: [Scene.httpRoute("texts")]).text("ok-1").facts
        (facts.isInDoubt, facts.messageClass) = (row.isInDoubt, .marketing)
        var flight = Flight(
            facts: facts, slot: WireSlot(index: 0), launchedAt: Self.now,
            errand: row.isInquiry ? .inquire(since: Self.now) : .send)
        flight.isRedirected = row.isRedirected
        let rules = Settling(
            DoubtRule(
                ways: DoubtWays(repeats: row.repeats), backoff: Backoff(settings: RetrySettings()), now: Self.now))
        let report = AttemptReport(
            attempt: AttemptID(rawValue: 1), result: row.result,
            evidence: DeliveryEvidence(stage: row.stage, code: row.code))
        #expect(rules.settlement(of: report, for: flight, chance: 0.5).fate == row.fate)
    }

    @Test(
        "recovery does not know whom a sandbox wrote to: nobody is suppressed or withdrawn", arguments: [true, false])
    func recovered(_ hasSandbox: Bool) throws {
        let routes = [Scene.httpRoute("texts")]
        var settings = Scene.settings(routes: routes)
        if hasSandbox { settings.sandbox = SandboxSettings(redirect: [.sms: "+15550199"], allow: []) }
        let facts = try Scene(texts: routes).text("ok-1").facts
        let fate = Settling.recovered(
            .optedOut, DeliveryEvidence(stage: "answer", code: 400), of: facts, settings: settings, providers: [:],
            at: Self.now)
        #expect(fate == .failed(hasSandbox ? .refused : .optedOut))
    }
}
