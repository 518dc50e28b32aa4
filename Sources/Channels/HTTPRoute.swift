// SPDX-License-Identifier: Apache-2.0
//
// HTTPRoute: one account's queue in memory and its requests under way. Lives on the thread "reactor".
//
// Parcels wait here, where they can be recalled, until there is room for their request; then they are signed and given to
// the client. A request has begun with its first byte; until then it is taken back too.
//
// Without a token, all wait for one fetching. A 401 gives the token up and puts its parcel back in front: the provider
// refused it, so it was not sent. What is refused a second time gets its verdict.
//
// A verdict on the account (down, throttled, not let in) is every parcel's: what has not begun goes back to the queue,
// and the engine, which hears of both in one go, decides where it goes instead.

import GatewayModel
import Logging
import Providers
import Settings
import Transport

final class HTTPRoute: ReactorTenant {
    /// Who swallows so many answers would swallow the next: no more go into doubt.
    private static let doubtsThatClose = 5

    let name: String
    let notes: any AttemptNotes
    private let provider: Provider
    private let limit: Int
    private let client: HTTPClient
    private let receiver: any ReportReceiver
    private let secrets: AccountSecrets
    private let timepiece: any Timepiece
    private let statusBoard: StatusBoard<HTTPRouteStatus>
    private let logger: Logger

    private var credentials: HTTPCredentials
    private var waiting = ParcelQueue<RequestLoad>()
    private var attempts: [AttemptID: HTTPAttempt] = [:]
    /// Parcels that came back once, refused for their token or their time; a second time they get a verdict.
    private var givenBack: Set<AttemptID> = []
    /// Requests that ended without a verdict, with none between that had one.
    private var doubtsInARow = 0
    private var reports: [AttemptReport] = []
    private var closing: [() -> Void]?

    init(
        _ account: HTTPAccount, loop: ReactorLoop, notes: any AttemptNotes, receiver: any ReportReceiver,
        timepiece: any Timepiece, statusBoard: StatusBoard<HTTPRouteStatus>, logger: Logger
    ) {
        (name, provider, limit) = (account.name, account.provider, account.limit)
        (self.notes, self.receiver, self.timepiece) = (notes, receiver, timepiece)
        (self.statusBoard, self.logger, secrets) = (statusBoard, logger, account.secrets)
        client = loop.httpClient(account.options)
        credentials = HTTPCredentials(account.provider)
    }

    // MARK: From the channel

    /// What is no request was rendered before the route became an account: back to the queue, to be rendered anew.
    func take(_ parcels: [Parcel]) {
        for parcel in parcels {
            guard closing == nil, let request = parcel.asRequest else { report(.recalled(parcel.attempt)); continue }
            waiting.append(request)
        }
    }

    func recall(_ recalled: [AttemptID]) {
        for attempt in waiting.remove(Set(recalled)) { report(.recalled(attempt)) }
        for attempt in recalled where attempts[attempt]?.cancel() ?? false { report(.recalled(attempt)) }
    }

    func close(_ closed: @escaping () -> Void) {
        closing = (closing ?? []) + [closed]
        recallUnbegun()
    }

    // MARK: From the transfers

    func ended(_ attempt: HTTPAttempt, _ end: HTTPEnd) {
        switch end {
        case .failed(let failure): conclude(attempt.parcel, .failed(failure))
        case .answered(let answer): heard(answer, attempt)
        }
    }

    private func heard(_ answer: HTTPAnswer, _ attempt: HTTPAttempt) {
        let (parcel, now) = (attempt.parcel, timepiece.now())
        let sight = sight(of: answer, attempt, at: now)
        if parcel.load.purpose == .create, case .verdict(let verdict, let status) = sight {
            notes.noteAnswered(parcel.slot, code: status, text: verdict.line)
        }
        if !givenBack.contains(parcel.attempt),
            credentials.isMended(after: answer, sight, signedIn: attempt.turn, now: now)
        {
            takeBack(parcel)
        } else {
            conclude(parcel, sight)
        }
    }

    private func sight(of answer: HTTPAnswer, _ attempt: HTTPAttempt, at now: Instant) -> HTTPEvidence.Sight {
        let load = attempt.parcel.load
        switch load.purpose {
        case .inquire: return .inquiry(provider.judgeInquiry(answer, match: load.match), status: answer.status)
        case .create, .amend:
            var verdict = provider.judge(answer, now: now)
            if verdict.result == .unknown, answer.status >= 400, !attempt.isWhole { verdict.result = .transient }
            return .verdict(StoredVerdict(verdict, at: now), status: answer.status)
        }
    }

    func tokenFetched(_ end: HTTPEnd) {
        guard closing == nil else { return }
        let hadRotated = credentials.hasRotatedToken
        if let trouble = credentials.tokenFetched(end, now: timepiece.now()) {
            logger.notice("\(name): no token: \(trouble.words)")
            giveUpWaiting(because: .noToken(trouble))
        }
        if credentials.hasRotatedToken, !hadRotated {
            logger.warning(
                "\(name): the provider gives out a new refresh token in the place of the configured one; a restart needs the new one in the configuration"
            )
        }
    }

    // MARK: Verdicts

    private func takeBack(_ parcel: RequestParcel) {
        attempts[parcel.attempt] = nil
        givenBack.insert(parcel.attempt)
        if closing == nil { waiting.putBack(parcel) } else { report(.recalled(parcel.attempt)) }
    }

    private func conclude(_ parcel: RequestParcel, _ sight: HTTPEvidence.Sight) {
        let concluded = HTTPEvidence(purpose: parcel.load.purpose, sight: sight).report(of: parcel.attempt)
        report(concluded)
        if parcel.load.purpose == .create { doubtsInARow = concluded.result == .unknown ? doubtsInARow + 1 : 0 }
        if HTTPJudgement.closesTheDoor(concluded) || doubtsInARow >= Self.doubtsThatClose { recallUnbegun() }
    }

    private func recallUnbegun() {
        for parcel in waiting.removeAll() { report(.recalled(parcel.attempt)) }
        recall(Array(attempts.keys))
    }

    private func giveUpWaiting(because sight: HTTPEvidence.Sight) {
        for parcel in waiting.removeAll() { conclude(parcel, sight) }
    }

    private func report(_ report: AttemptReport) {
        attempts[report.attempt] = nil
        if !givenBack.isEmpty { givenBack.remove(report.attempt) }
        reports.append(report)
    }

    // MARK: Turns

    func turnEnded() {
        if waiting.count > 0, attempts.count < limit, !credentials.isFetching { feed() }
        if !reports.isEmpty {
            receiver.receive(reports, from: name)
            reports.removeAll(keepingCapacity: true)
        }
        statusBoard.show(
            HTTPRouteStatus(waiting: waiting.count, inFlight: attempts.count, isFetchingToken: credentials.isFetching))
        if let told = closing, !told.isEmpty, attempts.isEmpty {
            closing = []
            client.close()
            told.forEach { $0() }
        }
    }

    /// Sends as many as there is room for, or for the token they need.
    private func feed() {
        let now = timepiece.now()
        let secrets = secrets.forOneTurn()
        do throws(AuthMistake) {
            if let wanted = try credentials.tokenRequest(now: now, secrets: secrets) {
                _ = client.begin(wanted, owner: HTTPTokenFetch(self))
                return
            }
            while attempts.count < limit, let parcel = waiting.next() { try begin(parcel, now, secrets) }
        } catch {
            logger.notice("\(name): no request can be signed: \(error.words)")
            giveUpWaiting(because: .unsigned(error.words))
        }
    }

    private func begin(_ parcel: RequestParcel, _ now: Instant, _ secrets: SecretLookUp) throws(AuthMistake) {
        do throws(AuthMistake) {
            let request = try credentials.sign(parcel.load, for: provider, now: now, secrets: secrets)
            attempts[parcel.attempt] = HTTPAttempt(
                parcel, request, turn: credentials.turn, self, over: client)
        } catch {
            waiting.putBack(parcel)
            throw error
        }
    }
}
