// SPDX-License-Identifier: Apache-2.0
//
// Options that several commands share.

import ArgumentParser
import Foundation
import GatewayModel
import Store

struct FormatOptions: ParsableArguments {
    @Option(help: "How results are printed; json is one object a line.")
    var format = ReportFormat.table
}

/// Who changes something, and why: goes into the journal.
struct SignatureOptions: ParsableArguments {
    @Option(help: "Who asks for it (default: GATEPOST_ACTOR, else the system's user).")
    var actor: String?

    @Option(help: "Why: kept in the journal.")
    var why: String?

    var signature: Signature {
        let environment = ProcessInfo.processInfo.environment
        let user = SystemUser.current(environment: environment)
        return Signature(
            actor: actor ?? environment["GATEPOST_ACTOR"] ?? user.person, systemUser: user.description, why: why)
    }
}

/// How long a change waits for messages that are already on their way (CONTRACT 8.9).
struct WaitOptions: ParsableArguments {
    @Option(help: "How long to wait until matching messages in flight have ended; then exit 75 and the number left.")
    var wait = DurationArgument(.seconds(30))
}

/// Which queued jobs are meant; every option given must hold.
struct FilterOptions: ParsableArguments {
    @Option(help: "Jobs of this campaign.") var campaign: String?
    @Option(help: "Jobs of this brand.") var brand: String?
    @Option(help: "Jobs with this template.") var template: String?
    @Option(help: "Jobs that take this route.") var route: String?
    @Option(name: .customLong("class"), help: "Jobs of this class.") var messageClass: MessageClass?
    @Option(help: "Jobs in this state; unknown is doubt.") var state: JobState?
    @Option(help: "Jobs to this person.") var person: String?
    @Option(help: "Jobs to this address.") var recipient: String?
    @Option(help: "Jobs of this producer.") var producer: String?

    /// - Parameter id: the producer's id of one job.
    func filter(id: String? = nil) -> JobFilter {
        var filter = JobFilter()
        (filter.id, filter.campaign, filter.brand, filter.template) = (id, campaign, brand, template)
        (filter.route, filter.messageClass, filter.state) = (route, messageClass, state)
        (filter.person, filter.recipient, filter.producer) = (person, recipient, producer)
        return filter
    }
}
