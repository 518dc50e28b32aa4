// SPDX-License-Identifier: Apache-2.0
//
// SMTPRoute: one relay's queue in memory and its pool of connections. Lives on the thread "reactor".
//
// Connections fetch; nothing is pushed. An idle one may always fetch. One that only wants an envelope to pipeline
// behind a body may fetch what neither an idle nor a coming connection could carry at once: else a slow answer to one
// message would hold up another that has a free connection.
//
// A parcel has begun with the first byte of its envelope (CONTRACT 1). Only what has not begun is recalled: DATA is
// pipelined with the envelope, and taking that back would mean an empty message or a dropped link.

import GatewayModel
import Logging
import Settings
import Transport

final class SMTPRoute: ReactorTenant {
    /// After a failure to connect while others are connected (the server may limit us), no new try for so long.
    private static let pauseAfterFailure = Duration.seconds(5)

    let name: String
    let settings: SMTPSettings
    let notes: any AttemptNotes
    private let limit: Int
    private let loop: ReactorLoop
    private let receiver: any ReportReceiver
    private let secrets: SecretSource
    private let statusBoard: StatusBoard<ChannelStatus>
    private let logger: Logger

    private var waiting = ParcelQueue<MailLoad>()
    private var connections: [SMTPConnection] = []
    /// Parcels that came back once from a link that broke; a second time they get a verdict.
    private var givenBack: Set<AttemptID> = []
    private var underWay = 0
    private var reports: [AttemptReport] = []
    private var pipelining: SMTPSettings.Pipelining
    /// No connection could be had so far, or the last time: one try at a time, so that a wrong password is not said
    /// twenty times at once.
    private var isDoubtful = true
    private var connectNotBefore: LoopTime?
    private var afterPause: LoopTimer?
    private var closing: [() -> Void]?

    init(
        name: String, settings: SMTPSettings, connections: Int, loop: ReactorLoop, notes: any AttemptNotes,
        receiver: any ReportReceiver, secrets: @escaping SecretSource, statusBoard: StatusBoard<ChannelStatus>,
        logger: Logger
    ) {
        (self.name, self.settings, limit, self.loop) = (name, settings, max(1, connections), loop)
        (self.notes, self.receiver, self.secrets) = (notes, receiver, secrets)
        (self.statusBoard, self.logger, pipelining) = (statusBoard, logger, settings.pipelining)
        afterPause = loop.timer { [unowned self] in connectNotBefore = nil }
    }

    var rules: SMTPConversation.Rules {
        SMTPConversation.Rules(
            pipelining: pipelining, replyTimeout: settings.replyTimeout, endOfDataTimeout: settings.endOfDataTimeout,
            idleTimeout: settings.idleTimeout, maxMessages: max(1, settings.maxMessages))
    }

    // MARK: From the channel

    /// What is no mail was rendered before the route became one for mail: back to the queue, to be rendered anew.
    func take(_ parcels: [Parcel]) {
        underWay += parcels.count
        for parcel in parcels {
            guard closing == nil, let mail = parcel.asMail else { report(.recalled(parcel.attempt)); continue }
            waiting.append(mail)
        }
    }

    func recall(_ attempts: [AttemptID]) {
        for attempt in waiting.remove(Set(attempts)) { report(.recalled(attempt)) }
    }

    func close(_ closed: @escaping () -> Void) {
        closing = (closing ?? []) + [closed]
        for parcel in waiting.removeAll() { report(.recalled(parcel.attempt)) }
        for connection in connections { connection.retire() }
    }

    // MARK: From the connections

    /// The next parcel for a connection, if it should have one.
    func next(forIdle isIdle: Bool) -> MailParcel? {
        guard isIdle || waiting.count > count(.connecting) + count(.idle) else { return nil }
        return waiting.next()
    }

    /// Whether the server, as it describes itself, may be used.
    func opened(_ connection: SMTPConnection, _ capabilities: SMTPCapabilities) -> Bool {
        guard settings.username == nil || capabilities.authentication else {
            let why = "the relay offers no AUTH, but a username is configured"
            refused(LinkFailure(.loginRefused, why), nil)
            return false
        }
        isDoubtful = false
        return true
    }

    func failedToOpen(_ connection: SMTPConnection, _ failure: LinkFailure, _ lastReply: SMTPReply?) {
        connections.removeAll { $0 === connection }
        if isServed {
            logger.debug("\(name): no further connection for now: \(failure.message)")
            connectNotBefore = loop.now + Self.pauseAfterFailure
            afterPause?.set(connectNotBefore)
        } else {
            refused(failure, lastReply)
        }
    }

    /// There is no way out at the moment: what waits gets that for its verdict.
    private func refused(_ failure: LinkFailure, _ lastReply: SMTPReply?) {
        isDoubtful = true
        logger.notice("\(name): no connection: \(failure.message)")
        giveUpWaiting(because: SMTPEvidence(failure, lastReply))
    }

    func closed(_ connection: SMTPConnection) { connections.removeAll { $0 === connection } }

    func report(_ report: AttemptReport) {
        underWay -= 1
        if !givenBack.isEmpty { givenBack.remove(report.attempt) }
        reports.append(report)
    }

    func noteAnswered(_ slot: WireSlot, _ reply: SMTPReply) {
        notes.noteAnswered(slot, code: reply.code, text: reply.wireText)
    }

    func takeBack(_ parcel: MailParcel, _ evidence: SMTPEvidence) {
        if closing != nil {
            report(.recalled(parcel.attempt))
        } else if givenBack.insert(parcel.attempt).inserted {
            waiting.putBack(parcel)
        } else {
            let (result, kept) = evidence.report
            report(AttemptReport(attempt: parcel.attempt, result: result, evidence: kept))
        }
    }

    func downgrade(to level: SMTPSettings.Pipelining, because why: String) {
        let lower = pipelining.atMost(level)
        guard lower != pipelining else { return }
        pipelining = lower
        logger.warning("\(name): the relay does not keep step (\(why)); pipelining is now \(lower.rawValue)")
    }

    // MARK: Turns

    func turnEnded() {
        if waiting.count > 0 { feed() }
        if !reports.isEmpty {
            receiver.receive(reports, from: name)
            reports.removeAll(keepingCapacity: true)
        }
        statusBoard.show(status)
        if let told = closing, underWay == 0, connections.isEmpty {
            closing = []
            told.forEach { $0() }
        }
    }

    /// Gives what waits to idle connections, then opens new ones for the rest, as many as may be.
    private func feed() {
        for connection in connections where connection.standing == .idle {
            connection.work()
            if waiting.count == 0 { return }
        }
        guard closing == nil, connectNotBefore == nil || !isServed else { return }
        let room = (isDoubtful ? 1 : limit) - connections.count + count(.leaving)
        let wanted = min(room, waiting.count - count(.connecting))
        guard wanted > 0 else { return }
        do {
            let target = try LinkTarget(settings, secrets)
            for _ in 0..<wanted { connections.append(SMTPConnection(self, loop, to: target)) }
        } catch {
            refused(LinkFailure(.setup, "\(error)"), nil)
        }
    }

    private func giveUpWaiting(because evidence: SMTPEvidence) {
        let (result, kept) = evidence.report
        for parcel in waiting.removeAll() {
            report(AttemptReport(attempt: parcel.attempt, result: result, evidence: kept))
        }
    }

    private func count(_ standing: SMTPConnection.Standing) -> Int { connections.count { $0.standing == standing } }
    /// Whether there is a connection that takes messages, or will.
    private var isServed: Bool { connections.contains { $0.standing != .leaving } }

    private var status: ChannelStatus {
        ChannelStatus(
            connections: count(.idle) + count(.busy), connecting: count(.connecting), waiting: waiting.count,
            inFlight: underWay - waiting.count, pipelining: pipelining)
    }
}

extension AttemptReport {
    static func recalled(_ attempt: AttemptID) -> Self {
        Self(attempt: attempt, result: .recalled, evidence: DeliveryEvidence(stage: SMTPStage.connecting.rawValue))
    }
}

extension SMTPEvidence {
    /// Why there was no link: the stage tells how far it came.
    init(_ failure: LinkFailure, _ lastReply: SMTPReply?) {
        let stage: SMTPStage =
            switch failure.kind {
            case .unreachable, .refused, .setup: .connecting
            case .untrusted, .noEncryption: .encrypting
            case .loginRefused: .authenticating
            }
        self.init(stage: stage, sight: .noLink(failure.kind, lastReply, failure.message))
    }
}
