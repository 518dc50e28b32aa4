// SPDX-License-Identifier: Apache-2.0

import Channels
import Engine
import GatewayModel
import Logging
import Providers
import Settings
import Store
import Transport

/// Knows the transports: the one place where a route's type becomes a channel.
struct ChannelMaking: ChannelMaker {
    let reactor: Reactor
    let notes: any AttemptNotes
    let secrets: SecretMemory
    let log: Logger

    /// - Throws: where an HTTP route comes without its provider.
    func channel(for route: RouteSettings, provider: Provider?, reports: any ReportReceiver) throws -> any Channel {
        switch route.transport {
        case .smtp:
            return SMTPChannel(
                route: route, reactor: reactor, notes: notes, receiver: reports,
                secrets: { [secrets] in try secrets.secret($0) }, logger: log)
        case .http(let http):
            guard let provider else {
                throw CommandFailure(.configuration, "there is no provider \"\(http.provider)\"", at: route.name)
            }
            return HTTPChannel(
                route: route, provider: provider, reactor: reactor, notes: notes, receiver: reports,
                secrets: { [secrets] in try secrets.secret($0) }, logger: log)
        }
    }
}

extension RecoveryRules {
    /// What a killed run left in the air is booked as it would have been booked live.
    init(_ snapshot: GatewaySnapshot, timepiece: any Timepiece) {
        let (settings, providers) = (snapshot.settings, snapshot.providers)
        self.init(
            judge: { code, text, facts in
                let (result, evidence) = Self.judged(code, text, facts, settings)
                let fate = Settling.recovered(
                    result, evidence, of: facts, settings: settings, providers: providers, at: timepiece.now())
                return Judged(fate: fate, evidence: evidence)
            },
            doubtStep: { DoubtRule.step(for: $0, settings: settings, providers: providers, at: timepiece.now()) })
    }

    /// By the transport that the attempt went by; the channel tells where the route is gone.
    private static func judged(_ code: Int, _ text: String, _ facts: JobFacts, _ settings: GatewaySettings)
        -> (DeliveryResult, DeliveryEvidence)
    {
        switch (settings.route(facts.route)?.transport, facts.channel) {
        case (.smtp, _), (nil, .email):
            (
                Judgement.judgeStored(code: code, text: text), Judgement.evidenceStored(code: code, text: text)
            )
        case (.http, _), (nil, .sms), (nil, .crmTask):
            (
                HTTPJudgement.judgeStored(code: code, text: text), HTTPJudgement.evidenceStored(code: code, text: text)
            )
        }
    }
}
