// SPDX-License-Identifier: Apache-2.0

import Channels
import Engine
import GatewayModel
import Logging
import Settings
import Store
import Transport

/// Knows the transports: the one place where a route's type becomes a channel.
struct ChannelMaking: ChannelMaker {
    let reactor: Reactor
    let notes: any AttemptNotes
    let secrets: SecretResolver
    let log: Logger

    func channel(for route: RouteSettings, reports: any ReportReceiver) throws -> any Channel {
        switch route.transport {
        case .smtp:
            SMTPChannel(
                route: route, reactor: reactor, notes: notes, receiver: reports,
                secrets: { try secrets.resolve($0) }, logger: log)
        }
    }
}

extension RecoveryRules {
    /// What a killed run left in the air is booked as it would have been booked live.
    init(_ settings: GatewaySettings, timepiece: any Timepiece) {
        self.init(
            judge: { code, text, facts in
                let result = Judgement.judgeStored(code: code, text: text)
                let evidence = Judgement.evidenceStored(code: code, text: text)
                let fate = Settling.recovered(result, evidence, of: facts, settings: settings, at: timepiece.now())
                return Judged(fate: fate, evidence: evidence)
            },
            resendAt: { InDoubtRule.resendAt($0, settings: settings, at: timepiece.now()) })
    }
}
