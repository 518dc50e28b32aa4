// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Channels

/// Plays a conversation against a scripted server side and remembers what came of it.
struct Stage {
    var conversation: SMTPConversation
    var queue: [MailParcel] = []
    /// What was said since the last look.
    private var said = ""
    private(set) var ends: [Int] = []
    private(set) var answered: [Int] = []
    private(set) var reports: [UInt32: DeliveryResult] = [:]
    private(set) var evidence: [UInt32: DeliveryEvidence] = [:]
    private(set) var givenBack: [UInt32] = []
    private(set) var downgraded: SMTPSettings.Pipelining?
    private(set) var isDropped = false

    init(
        _ pipelining: SMTPSettings.Pipelining = .across, offers: [String] = ["PIPELINING"], maxMessages: Int = 100,
        parcels: [MailParcel] = []
    ) {
        let rules = SMTPConversation.Rules(
            pipelining: pipelining, replyTimeout: .seconds(300), endOfDataTimeout: .seconds(600),
            idleTimeout: .seconds(30), maxMessages: maxMessages)
        let ehlo = (["250-relay"] + offers.dropLast().map { "250-\($0)" } + offers.suffix(1).map { "250 \($0)" })
        conversation = SMTPConversation(
            rules, SMTPCapabilities(transcript: Array((ehlo.joined(separator: "\r\n") + "\r\n").utf8)))
        queue = parcels
        play { conversation, next, actions in conversation.work(next: next, into: &actions) }
    }

    /// The server says these lines, each in its time.
    mutating func hear(_ lines: String..., endUnsent: Bool = false) {
        for line in lines { hearAtOnce(line, endUnsent: endUnsent) }
    }

    /// The server says all of it before it has heard what the first of it causes.
    mutating func hearAtOnce(_ lines: String..., endUnsent: Bool = false) {
        var reader = SMTPReplyReader()
        var found: [SMTPReplyReader.Finding] = []
        Array((lines.joined(separator: "\r\n") + "\r\n").utf8).withUnsafeBytes { reader.read($0, into: &found) }
        play { conversation, next, actions in
            conversation.heard(found, endUnsent: endUnsent, next: next, into: &actions)
        }
    }

    mutating func lose(endUnsent: Bool = false) {
        play { conversation, _, actions in conversation.lost("gone", endUnsent: endUnsent, into: &actions) }
    }

    /// The server says all of it and is gone by the time it is looked at.
    mutating func hearLast(_ lines: String..., endUnsent: Bool = false) {
        var reader = SMTPReplyReader()
        var found: [SMTPReplyReader.Finding] = []
        Array((lines.joined(separator: "\r\n") + "\r\n").utf8).withUnsafeBytes { reader.read($0, into: &found) }
        play { conversation, next, actions in
            conversation.heardLast(found, "gone", endUnsent: endUnsent, next: next, into: &actions)
        }
    }

    mutating func timeOut() {
        play { conversation, _, actions in conversation.timedOut(endUnsent: false, into: &actions) }
    }

    mutating func retire() {
        play { conversation, _, actions in conversation.retire(into: &actions) }
    }

    mutating func offer(_ parcels: MailParcel...) {
        queue += parcels
        play { conversation, next, actions in conversation.work(next: next, into: &actions) }
    }

    /// What was said since the last look, `|` for CRLF.
    mutating func takeSaid() -> String {
        defer { said = "" }
        return said.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "|")
    }

    private mutating func play(
        _ step: (inout SMTPConversation, () -> MailParcel?, inout [SMTPConversation.Action]) -> Void
    ) {
        var actions: [SMTPConversation.Action] = []
        var waiting = queue
        step(&conversation, { waiting.isEmpty ? nil : waiting.removeFirst() }, &actions)
        queue = waiting
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: SMTPConversation.Action) {
        #expect(!isDropped, "acted behind the end")
        switch action {
        case .send(let output):
            said += String(decoding: output.bytes, as: UTF8.self)
            if let end = output.end { ends.append(end.slot.index) }
        case .noteAnswered(let slot, _): answered.append(slot.index)
        case .report(let report):
            #expect(reports[report.attempt.counter] == nil, "reported twice")
            reports[report.attempt.counter] = report.result
            evidence[report.attempt.counter] = report.evidence
        case .giveBack(let parcel, _): givenBack.append(parcel.attempt.counter)
        case .downgrade(let level, _): downgraded = level
        case .drop: isDropped = true
        }
    }
}

extension AttemptID {
    var counter: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}

@Suite("An SMTP conversation")
struct SMTPConversationTests {
    static func parcel(_ number: UInt32, _ content: String = "x\r\n") -> MailParcel {
        .to("a@b.example", number: number, content: content)
    }
    static let envelope = "MAIL FROM:<news@acme.example>|RCPT TO:<a@b.example>|DATA|"

    @Test("across: the envelope in one piece, the next behind the body, never two bodies")
    func across() {
        var stage = Stage(.across, parcels: [Self.parcel(1), Self.parcel(2), Self.parcel(3)])
        #expect(stage.takeSaid() == Self.envelope)
        stage.hear("250 ok", "250 ok")
        #expect(stage.takeSaid() == "")
        stage.hear("354 go")
        #expect(stage.takeSaid() == "x|.|" + Self.envelope)
        #expect(stage.ends == [1])
        stage.hear("250 queued as Q1", "250 ok", "250 ok", "354 go")
        #expect(stage.reports == [1: .accepted])
        #expect(stage.answered == [1])
        #expect(stage.takeSaid() == "x|.|" + Self.envelope)
        stage.hear("250 ok", "250 ok", "250 ok", "354 go", "250 ok")
        #expect(stage.takeSaid() == "x|.|")
        #expect(stage.reports == [1: .accepted, 2: .accepted, 3: .accepted])
        #expect(stage.ends == [1, 2, 3] && stage.conversation.isIdle)
        #expect(stage.evidence[1]?.remoteID == "Q1")
    }

    @Test("within: nothing goes behind a body")
    func within() {
        var stage = Stage(.within, parcels: [Self.parcel(1), Self.parcel(2)])
        stage.hear("250 ok", "250 ok", "354 go")
        #expect(stage.takeSaid() == Self.envelope + "x|.|")
        stage.hear("250 ok")
        #expect(stage.takeSaid() == Self.envelope)
    }

    @Test(
        "none, and any level where PIPELINING is not offered: one command, one reply",
        arguments: [
            Stage(.none), Stage(.across, offers: ["SIZE"]),
        ])
    func stepwise(_ idle: Stage) {
        var stage = idle
        let size = stage.conversation.capabilities.size ? " SIZE=3" : ""
        stage.offer(Self.parcel(1), Self.parcel(2))
        #expect(stage.takeSaid() == "MAIL FROM:<news@acme.example>\(size)|")
        stage.hear("250 ok")
        #expect(stage.takeSaid() == "RCPT TO:<a@b.example>|")
        stage.hear("250 ok")
        #expect(stage.takeSaid() == "DATA|")
        stage.hear("354 go")
        #expect(stage.takeSaid() == "x|.|")
        stage.hear("250 ok")
        #expect(stage.takeSaid() == "MAIL FROM:<news@acme.example>\(size)|")
        stage.hear("550 5.7.1 no")
        #expect(stage.reports == [1: .accepted, 2: .refused])
        stage.offer(Self.parcel(3))
        #expect(stage.takeSaid() == "RSET|")
        stage.hear("250 ok")
        #expect(stage.takeSaid() == "MAIL FROM:<news@acme.example>\(size)|")
    }

    @Test("recipient and DATA refused: the verdict is the recipient's, RSET goes with the next envelope")
    func recipientRefused() {
        var stage = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        _ = stage.takeSaid()
        stage.hear("250 ok", "550 5.1.1 no", "503 no recipients")
        #expect(stage.reports == [1: .badAddress])
        #expect(stage.evidence[1]?.stage == "recipient")
        #expect(stage.takeSaid() == "RSET|" + Self.envelope)
        stage.hear("250 reset", "250 ok", "250 ok", "354 go", "250 ok")
        #expect(stage.reports[2] == .accepted)
    }

    @Test("recipient refused but DATA taken: a lone dot, its answer ignored", arguments: ["250 ok", "554 no", "451 x"])
    func loneDot(_ answer: String) {
        var stage = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        _ = stage.takeSaid()
        stage.hear("250 ok", "550 5.1.1 no", "354 go")
        #expect(stage.reports == [1: .badAddress])
        #expect(stage.takeSaid() == ".|RSET|" + Self.envelope)
        #expect(stage.ends == [])
        stage.hear(answer, "250 reset", "250 ok", "250 ok", "354 go", "250 ok")
        #expect(stage.reports == [1: .badAddress, 2: .accepted])
        #expect(stage.answered == [2])
    }

    @Test("a recipient taken without a sender gets no lone dot: that would send an empty message")
    func noDotForATakenRecipient() {
        var stage = Stage(parcels: [Self.parcel(1)])
        _ = stage.takeSaid()
        stage.hear("550 5.7.1 sender", "250 ok", "354 go")
        #expect(stage.takeSaid() == "" && stage.isDropped)
        #expect(stage.reports == [1: .refused])
        #expect(stage.downgraded == .within)
    }

    @Test("421 instead of the answer to the end of data: not sent; the envelope behind it goes back")
    func serverLeavesBehindABody() {
        var stage = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        stage.hear("250 ok", "250 ok", "354 go", "421 4.3.2 leaving")
        #expect(stage.reports == [1: .throttled(after: nil)])
        #expect(stage.answered == [1] && stage.givenBack == [2] && stage.isDropped)
    }

    @Test("421 to a fresh connection's first envelope is its verdict; later it only costs the connection")
    func serverLeavesAtAnEnvelope() {
        var fresh = Stage(parcels: [Self.parcel(1)])
        fresh.hear("421 busy")
        #expect(fresh.reports == [1: .transient] && fresh.givenBack.isEmpty && fresh.isDropped)
        var used = Stage(parcels: [Self.parcel(1)])
        used.hear("250 ok", "250 ok", "354 go", "250 ok")
        used.offer(Self.parcel(2))
        used.hear("421 idle too long")
        #expect(used.givenBack == [2] && used.reports == [1: .accepted] && used.isDropped)
        var amid = Stage(parcels: [Self.parcel(1)])
        amid.hear("250 ok", "421 4.7.0 slow down")
        #expect(amid.reports == [1: .throttled(after: nil)])
        #expect(amid.evidence[1]?.stage == "recipient")
    }

    @Test("a 421 or an end while idle is no failure")
    func endsWhileIdle() {
        var leaving = Stage()
        leaving.hear("421 idle too long")
        #expect(leaving.isDropped && leaving.downgraded == nil)
        var gone = Stage()
        gone.lose()
        #expect(gone.isDropped && gone.reports.isEmpty)
    }

    @Test("the link lost behind the end: unknown; before it: transient; an envelope: back or transient")
    func lost() {
        var behind = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        behind.hear("250 ok", "250 ok", "354 go")
        var before = behind
        behind.lose()
        #expect(behind.reports == [1: .unknown] && behind.givenBack == [2])
        #expect(behind.evidence[1]?.stage == "end_of_data")
        before.lose(endUnsent: true)
        #expect(before.reports == [1: .transient] && before.givenBack == [2])
        var envelope = Stage(parcels: [Self.parcel(1)])
        envelope.hear("250 ok")
        envelope.lose()
        #expect(envelope.reports == [1: .transient])
    }

    @Test("gone in the same look that brought the 354: certainly not sent")
    func lostBeforeTheBody() {
        var stage = Stage(parcels: [Self.parcel(1)])
        stage.hearLast("250 ok", "250 ok", "354 go")
        #expect(stage.reports == [1: .transient] && stage.evidence[1]?.stage == "data" && stage.isDropped)
    }

    @Test("parting words in answer to the end of data: unknown, and no reason to pipeline less")
    func partsBehindTheBody() {
        var stage = Stage(parcels: [Self.parcel(1)])
        stage.hear("250 ok", "250 ok", "354 go", "221 2.0.0 bye")
        #expect(stage.reports == [1: .unknown] && stage.answered.isEmpty)
        #expect(stage.isDropped && stage.downgraded == nil)
    }

    @Test("no answer to the end of data in time: unknown, and the patience for it is the long one")
    func timesOut() {
        var stage = Stage(parcels: [Self.parcel(1)])
        #expect(stage.conversation.patience == .seconds(300))
        stage.hear("250 ok", "250 ok", "354 go")
        #expect(stage.conversation.patience == .seconds(600))
        stage.timeOut()
        #expect(stage.reports == [1: .unknown] && stage.isDropped)
        var early = Stage(parcels: [Self.parcel(1)])
        early.timeOut()
        #expect(early.reports == [1: .transient] && early.isDropped)
    }

    @Test("no answer to an envelope pipelined behind a body: the route pipelines less, the message goes back")
    func swallowedEnvelope() {
        var stage = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        stage.hear("250 ok", "250 ok", "354 go", "250 ok")
        stage.timeOut()
        #expect(stage.reports == [1: .accepted] && stage.givenBack == [2] && stage.downgraded == .within)
    }

    struct Odd: Sendable {
        let line: String
        let level: SMTPSettings.Pipelining
        let downgraded: SMTPSettings.Pipelining?
    }

    @Test(
        "an answer that is none never accepts: behind the end it leaves doubt",
        arguments: [
            Odd(line: "hello", level: .across, downgraded: .within),
            Odd(line: "354 go", level: .within, downgraded: SMTPSettings.Pipelining.none),
            Odd(line: "250-x\r\n550 y", level: .none, downgraded: nil),
        ])
    func oddAnswerToTheEnd(_ odd: Odd) {
        var stage = Stage(odd.level, parcels: [Self.parcel(1)])
        for reply in ["250 ok", "250 ok", "354 go"] { stage.hear(reply) }
        stage.hear(odd.line)
        #expect(stage.reports == [1: .unknown] && stage.isDropped)
        #expect(stage.downgraded == odd.downgraded)
    }

    @Test(
        "out of step amid an envelope: dropped, given back, one level less",
        arguments: [
            ["354 go"], ["250 ok", "250 ok", "250 ok"], ["250 ok", "354 go"],
            ["503 no pipelining here", "503 no", "503 no"],
            ["250 ok", "gibberish"],
        ])
    func outOfStep(_ lines: [String]) {
        var stage = Stage(parcels: [Self.parcel(1)])
        for line in lines { stage.hear(line) }
        #expect(stage.isDropped && stage.downgraded == .within)
        #expect(stage.givenBack == [1] && stage.reports.isEmpty)
    }

    @Test("one reply too many is noticed, and does not accept the next message")
    func tooManyReplies() {
        var stage = Stage(.within, parcels: [Self.parcel(1)])
        stage.hear("250 ok", "250 ok", "354 go", "250 ok", "250 what?")
        #expect(stage.reports == [1: .accepted] && stage.isDropped)
        #expect(stage.downgraded == SMTPSettings.Pipelining.none)
    }

    @Test("an answer that came before the end was sent is none, however it reads", arguments: ["250 ok", "?"])
    func answeredTooEarly(_ answer: String) {
        var stage = Stage(parcels: [Self.parcel(1)])
        stage.hearAtOnce("250 ok", "250 ok", "354 go", answer)
        #expect(stage.reports == [1: .transient] && stage.isDropped && stage.answered.isEmpty)
    }

    @Test("refused while the body still goes: the verdict stands, the end is not sent")
    func refusedEarly() {
        var stage = Stage(parcels: [Self.parcel(1), Self.parcel(2)])
        stage.hear("250 ok", "250 ok", "354 go")
        stage.hear("552 5.3.4 too big", endUnsent: true)
        #expect(stage.reports == [1: .content] && stage.givenBack == [2] && stage.isDropped && stage.answered.isEmpty)
        var accepted = Stage(parcels: [Self.parcel(1)])
        accepted.hear("250 ok", "250 ok", "354 go")
        accepted.hear("250 done?", endUnsent: true)
        #expect(accepted.reports == [1: .transient] && accepted.isDropped)
    }

    @Test("what the server cannot carry is not begun")
    func cannotCarry() {
        let wide = Self.parcel(1, String(repeating: "x", count: 200) + "\r\n")
        let umlaut = MailParcel.to("m\u{FC}ller@b.example", number: 2)
        let eightBit = Self.parcel(3, "caf\u{E9}\r\n")
        var stage = Stage(offers: ["PIPELINING", "SIZE 100"], parcels: [wide, umlaut, eightBit, Self.parcel(4)])
        #expect(stage.reports == [1: .content, 2: .badAddress, 3: .content])
        #expect(stage.evidence[1]?.enhanced == "5.3.4" && stage.evidence[2]?.enhanced == "5.6.7")
        #expect(stage.evidence[2]?.stage == "envelope")
        #expect(stage.takeSaid() == "MAIL FROM:<news@acme.example> SIZE=3|RCPT TO:<a@b.example>|DATA|")
    }

    @Test("8BITMIME and SMTPUTF8 are said where they are needed, and only there")
    func parameters() {
        let offers = ["PIPELINING", "8BITMIME", "SMTPUTF8"]
        var eightBit = Stage(offers: offers, parcels: [Self.parcel(1, "caf\u{E9}\r\n")])
        #expect(eightBit.takeSaid().hasPrefix("MAIL FROM:<news@acme.example> BODY=8BITMIME|"))
        var utf8 = Stage(offers: offers, parcels: [.to("m\u{FC}ller@b.example", number: 2)])
        #expect(utf8.takeSaid().hasPrefix("MAIL FROM:<news@acme.example> SMTPUTF8|RCPT TO:<m\u{FC}ller@b.example>|"))
        var plain = Stage(offers: offers, parcels: [Self.parcel(3)])
        #expect(plain.takeSaid().hasPrefix("MAIL FROM:<news@acme.example>|"))
        var null = Self.parcel(4)
        null.load.sender = nil
        var bounce = Stage(offers: offers, parcels: [null])
        #expect(bounce.takeSaid().hasPrefix("MAIL FROM:<>|"))
    }

    @Test("QUIT when retired, after the last message a connection may carry, and after idling")
    func quits() {
        var retired = Stage(parcels: [Self.parcel(1)])
        retired.retire()
        retired.hear("250 ok", "250 ok", "354 go")
        _ = retired.takeSaid()
        retired.hear("250 ok")
        #expect(retired.takeSaid() == "QUIT|" && !retired.isDropped)
        retired.hear("221 bye")
        #expect(retired.isDropped)
        var full = Stage(maxMessages: 1, parcels: [Self.parcel(1), Self.parcel(2)])
        full.hear("250 ok", "250 ok", "354 go", "250 ok")
        #expect(full.takeSaid() == Self.envelope + "x|.|QUIT|" && full.queue.count == 1)
        var idle = Stage()
        #expect(idle.conversation.patience == .seconds(30))
        idle.timeOut()
        #expect(idle.takeSaid() == "QUIT|")
        idle.timeOut()
        #expect(idle.isDropped)
    }

    @Test("a big body goes as a piece of its own before its final dot")
    func bigBody() {
        var stage = Stage(parcels: [Self.parcel(1, String(repeating: "x", count: 70_000) + "\r\n")])
        stage.hear("250 ok", "250 ok", "354 go")
        #expect(stage.ends == [1])
        #expect(stage.takeSaid().hasSuffix("xx|.|"))
    }
}
