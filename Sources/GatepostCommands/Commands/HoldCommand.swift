// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Standing holds, for jobs now and later.",
        discussion: "Example:  gatepost hold add --campaign spring-26 --why 'wrong price in the offer'",
        subcommands: [HoldAdd.self, HoldList.self, HoldRemove.self], defaultSubcommand: HoldList.self)
}

struct HoldAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Hold every job that matches, queued now or taken in later; prints its number.",
        discussion: """
            Returns when matching messages in flight have ended, at most after --wait; then it exits 75 with the number left.

            Examples:  gatepost hold add --brand acme --class marketing --why 'legal is looking at it'
                       gatepost hold add --all --why incident-42
            """)

    @Option(help: "Jobs of this campaign.") var campaign: String?
    @Option(help: "Jobs of this brand.") var brand: String?
    @Option(help: "Jobs with this template.") var template: String?
    @Option(help: "Jobs that take this route.") var route: String?
    @Option(name: .customLong("class"), help: "Jobs of this class.") var messageClass: MessageClass?
    @Flag(help: "Every job there is and will be.") var all = false
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    private var namesSomething: Bool {
        [campaign, brand, template, route].contains { $0 != nil } || messageClass != nil
    }

    func validate() throws {
        if signing.why == nil { throw ValidationError("a hold needs --why: somebody will ask") }
        if !namesSomething && !all { throw ValidationError("say which jobs are meant, or --all") }
        if namesSomething && all { throw ValidationError("--all and a filter exclude each other") }
    }

    func run() async throws {
        let hold = StandingOrders.Hold(
            id: 0, campaign: campaign, brand: brand, template: template, route: route, messageClass: messageClass,
            why: signing.why ?? "")
        var filter = JobFilter()
        (filter.campaign, filter.brand, filter.template) = (campaign, brand, template)
        (filter.route, filter.messageClass) = (route, messageClass)
        try await record.withStore(.command) { store, _ in
            let id = try await store.addHold(hold, by: signing.signature)
            let output = Output()
            try output.line(String(id))
            try output.flush()
            Say.line("hold \(id) stands; take it back with: gatepost hold remove \(id)")
            try await FlightWait(limit: waiting.wait.duration).untilLanded(filter, in: store)
        }
    }
}

struct HoldList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The holds that stand.", discussion: "Example:  gatepost hold list --format json"
    )

    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let holds = try await record.withStore(.reader) { store, _ in try await store.signedHolds() }
        let columns = [
            Column("id", nil, .right), Column("campaign"), Column("brand"), Column("template"), Column("route"),
            Column("class"), Column("since"), Column("by"), Column("why", nil, .left, isFlexible: true),
        ]
        var report = try Report(columns, as: format.format, to: Output())
        for signed in holds {
            let hold = signed.hold
            try report.row([
                .number(hold.id), .text(hold.campaign), .text(hold.brand), .text(hold.template), .text(hold.route),
                .text(hold.messageClass?.rawValue), Cell(.time(signed.since), shown: TimeText.short(signed.since)),
                .text(signed.by), .text(hold.why),
            ])
        }
        try report.flush()
        if holds.isEmpty && format.format == .table { Say.line("nothing is held") }
    }
}

struct HoldRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a hold back; jobs that no other hold names go on, due as before.",
        discussion: "Example:  gatepost hold remove 3 --why 'price corrected'")

    @Argument(help: "The hold's number.") var id: Int64
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    func run() async throws {
        try await record.withStore(.command) { store, _ in
            guard let released = try await store.removeHold(id, by: signing.signature) else {
                throw CommandFailure(.badData, "there is no hold \(id)", advice: "see gatepost hold list")
            }
            Say.line("hold \(id) is gone; \(counted(released, "job")) released")
        }
    }
}
