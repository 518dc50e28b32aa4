// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Testing
import Transport

@testable import Channels

@Suite("Judging one request")
struct HTTPJudgementTests {
    /// Two minutes and a half before midnight UTC.
    static let now = Instant(seconds: 1_800_057_450)

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let evidence: HTTPEvidence
        let expected: DeliveryResult
        let stage: HTTPStage

        init(
            _ sentence: String, _ sight: HTTPEvidence.Sight, _ purpose: RequestLoad.Purpose = .create,
            is expected: DeliveryResult, at stage: HTTPStage
        ) {
            (testDescription, self.expected, self.stage) = (sentence, expected, stage)
            evidence = HTTPEvidence(purpose: purpose, sight: sight)
        }
        init(_ result: AnswerResult, is expected: DeliveryResult, at stage: HTTPStage = .answer) {
            let verdict = StoredVerdict(AnswerVerdict(result), at: HTTPJudgementTests.now)
            self.init("\(result)", .verdict(verdict, status: 400), is: expected, at: stage)
        }
        init(
            _ kind: HTTPFailure.Kind, _ sent: HTTPFailure.Sent, is expected: DeliveryResult, at stage: HTTPStage
        ) {
            self.init(
                "\(kind), \(sent) of the body sent", .failed(HTTPFailure(kind, bodySent: sent, "why")), is: expected,
                at: stage)
        }
    }

    static let words = [
        Row(.accepted, is: .accepted),
        Row(.badAddress, is: .badAddress),
        Row(.optedOut, is: .optedOut),
        Row(.content, is: .content),
        Row(.refused, is: .refused),
        Row(.configuration, is: .configuration),
        Row(.credentials, is: .configuration, at: .authenticating),
        Row(.throttled(after: nil), is: .throttled(after: .seconds(1))),
        Row(.throttled(after: .seconds(30)), is: .throttled(after: .seconds(30))),
        Row(.throttled(after: .milliseconds(1500)), is: .throttled(after: .seconds(2))),
        Row(.throttled(after: .seconds(-5)), is: .throttled(after: .zero)),
        Row(.throttled(after: .seconds(1 << 40)), is: .throttled(after: .seconds(86_400))),
        Row(.transient, is: .transient),
        Row(.unavailable, is: .unreachable),
        Row(.quota(after: nil), is: .throttled(after: .seconds(150))),
        Row(.quota(after: .seconds(600)), is: .throttled(after: .seconds(600))),
        Row(.unknown, is: .unknown),
    ]

    static let failures = [
        Row(.unreachable, .none, is: .unreachable, at: .connecting),
        Row(.untrusted, .none, is: .configuration, at: .encrypting),
        Row(.forbiddenAddress, .none, is: .configuration, at: .connecting),
        Row(.setup, .none, is: .configuration, at: .connecting),
        Row(.timedOut, .none, is: .unreachable, at: .request),
        Row(.brokeOff, .none, is: .unreachable, at: .request),
    ]
    /// However it came about: a part is not sent, the whole is in doubt.
    static let onTheWay = [
        HTTPFailure.Kind.unreachable, .untrusted, .forbiddenAddress, .setup, .timedOut, .brokeOff,
    ].flatMap { [Row($0, .part, is: .transient, at: .request), Row($0, .whole, is: .unknown, at: .answer)] }

    static let credentials = [
        Row("a token refused", .noToken(.refused("no")), is: .configuration, at: .authenticating),
        Row("no token for now", .noToken(.notNow("busy")), is: .unreachable, at: .authenticating),
        Row(
            "the token's server is gone behind its request",
            .noToken(.failed(HTTPFailure(.brokeOff, bodySent: .whole, "why"))), is: .unreachable, at: .authenticating),
        Row(
            "the token's server is not to be trusted",
            .noToken(.failed(HTTPFailure(.untrusted, bodySent: .none, "why"))), is: .configuration, at: .encrypting),
        Row(
            "the token's server lies inside",
            .noToken(.failed(HTTPFailure(.forbiddenAddress, bodySent: .none, "why"))), is: .configuration,
            at: .connecting),
        Row("no secret", .unsigned("no secret"), is: .configuration, at: .authenticating),
    ]

    static let inquiries = [
        Row("found", .inquiry(.found(id: "m1"), status: 200), .inquire, is: .accepted, at: .answer),
        Row("absent", .inquiry(.absent, status: 200), .inquire, is: .absent, at: .answer),
        Row("no answer", .inquiry(.noAnswer("busy"), status: 503), .inquire, is: .unknown, at: .answer),
        Row(
            "asked, and nothing came", .failed(HTTPFailure(.timedOut, bodySent: .whole, "why")), .inquire, is: .unknown,
            at: .answer),
        Row(
            "not asked: nobody there", .failed(HTTPFailure(.unreachable, bodySent: .none, "why")), .inquire,
            is: .unreachable, at: .connecting),
        Row(
            "not asked: not to be trusted", .failed(HTTPFailure(.untrusted, bodySent: .none, "why")), .inquire,
            is: .configuration, at: .encrypting),
        Row("not asked: no token", .noToken(.refused("no")), .inquire, is: .configuration, at: .authenticating),
        Row("not asked: no token now", .noToken(.notNow("busy")), .inquire, is: .unreachable, at: .authenticating),
        Row("not asked: no secret", .unsigned("no"), .inquire, is: .configuration, at: .authenticating),
    ]

    @Test(arguments: words + failures + onTheWay + credentials + inquiries)
    func judges(_ row: Row) {
        let report = row.evidence.report(of: AttemptID(run: 1, counter: 1))
        #expect(report.result == row.expected)
        #expect(report.evidence.stage == row.stage.rawValue)
    }

    @Test("every result word has its row")
    func complete() {
        var missing = Set(ResultWord.allCases)
        for row in Self.words {
            if case .verdict(let verdict, _) = row.evidence.sight { missing.remove(verdict.result.word) }
        }
        #expect(missing.isEmpty)
    }

    @Test("what tells of the account closes the door, what tells of the message does not", arguments: words + failures)
    func doors(_ row: Row) {
        let report = row.evidence.report(of: AttemptID(run: 1, counter: 1))
        let isAboutUs =
            switch row.expected {
            case .unreachable, .throttled: true
            case .configuration: row.stage != .answer
            default: false
            }
        #expect(HTTPJudgement.closesTheDoor(report) == isAboutUs)
    }

    @Test("the evidence: status, code, words, id")
    func evidence() {
        let verdict = AnswerVerdict(.badAddress, code: "21211", id: "SM1", text: "no valid\r\nnumber")
        let kept = HTTPEvidence(
            purpose: .create, sight: .verdict(StoredVerdict(verdict, at: Self.now), status: 400)
        ).kept
        #expect(kept.code == 400 && kept.enhanced == "21211" && kept.remoteID == "SM1")
        #expect(kept.text == "400 21211: no valid  number" || kept.text == "400 21211: no valid number")
        let bare = HTTPEvidence.kept(StoredVerdict(AnswerVerdict(.accepted), at: Self.now), status: 204)
        #expect(bare.text == "204" && bare.enhanced == nil && bare.remoteID == nil)
        let found = HTTPEvidence(purpose: .inquire, sight: .inquiry(.found(id: "SM2"), status: 200)).kept
        #expect(found.remoteID == "SM2" && found.text == "200: asked: it is there")
    }
}

@Suite("A verdict in the wire log")
struct HTTPStoredVerdictTests {
    static let all =
        ResultWord.allCases.map { AnswerResult($0) }
        + [.throttled(after: .milliseconds(2500)), .quota(after: .seconds(3))]

    @Test("read back, it is judged as it was live, with the same evidence", arguments: all)
    func roundTrip(_ result: AnswerResult) {
        for verdict in [
            AnswerVerdict(result),
            AnswerVerdict(result, code: "21610", id: "SM0123", text: "told\tso, 100 % \u{2028} sure; \u{E9}"),
            AnswerVerdict(
                result, code: String(repeating: "9", count: 900), id: String(repeating: "x", count: 200),
                text: String(repeating: "\u{E9}", count: 900)),
        ] {
            let stored = StoredVerdict(verdict, at: HTTPJudgementTests.now)
            let live = HTTPEvidence(purpose: .create, sight: .verdict(stored, status: 429)).report(
                of: AttemptID(run: 1, counter: 1))
            #expect(stored.line.utf8.count <= 480)
            #expect(!stored.line.utf8.contains { $0 < 0x20 && $0 != 0x09 })
            #expect(StoredVerdict(line: stored.line) == stored)
            #expect(HTTPJudgement.judgeStored(code: 429, text: stored.line) == live.result)
            #expect(HTTPJudgement.evidenceStored(code: 429, text: stored.line) == live.evidence)
        }
    }

    @Test("half an id is none")
    func longID() {
        let verdict = AnswerVerdict(.accepted, id: String(repeating: "x", count: 201))
        #expect(StoredVerdict(verdict, at: HTTPJudgementTests.now).id == nil)
    }

    @Test(
        "a line that cannot be read leaves the doubt",
        arguments: [
            "", "accepted", "2.0.0 queued as Q1", "accepted\t\t", "sent\t\t\t", "throttled\t\t\t", "throttled x\t\t\t",
            "throttled -1\t\t\t", "throttled 99999999999999999999\t\t\t", "accepted 5\t\t\t", " accepted\t\t\t",
        ])
    func unreadable(_ line: String) {
        #expect(HTTPJudgement.judgeStored(code: 200, text: line) == .unknown)
    }
}
