// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "See queued jobs; release, retry, settle or cancel them.",
        discussion: """
            Examples:  gatepost queue list --campaign spring-26 --state held
                       gatepost queue show spring-26:8812:welcome
                       gatepost queue cancel --person lead-8812 --why 'has bought'
            """,
        subcommands: [
            QueueList.self, QueueShow.self, QueueRelease.self, QueueRetry.self, QueueSettle.self, QueueCancel.self,
            QueueAcceptClock.self,
        ], defaultSubcommand: QueueList.self)
}

struct QueueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Jobs in the queue, by id or filter, oldest first.",
        discussion: "Example:  gatepost queue list --route relay --state doubt --format json")

    @Argument(help: "Only the job of this id.") var id: String?
    @OptionGroup var filtering: FilterOptions
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions
    @Option(help: "At most so many; 0 for all.") var limit = 1000

    private static let page = 500
    private static let columns = [
        Column("id"), Column("state"), Column("reason"), Column("due"), Column("channel"), Column("recipient"),
        Column("template"), Column("campaign"), Column("brand"), Column("route"), Column("priority"),
        Column("attempts", nil, .right), Column("producer"), Column("why", nil, .left, isFlexible: true),
    ]

    func run() async throws {
        let now = SystemTimepiece().now()
        try await record.withStore(.reader) { store, _ in
            var report = try Report(Self.columns, as: format.format, to: Output())
            var (after, count) = (JobKey?.none, 0)
            let filter = filtering.filter(id: id)
            while limit == 0 || count < limit {
                let size = limit == 0 ? Self.page : min(Self.page, limit - count)
                let jobs = try await store.queue(matching: filter, after: after, limit: size)
                for job in jobs { try report.row(Self.cells(job, at: now)) }
                count += jobs.count
                after = jobs.last?.facts.key
                if jobs.count < size { break }
            }
            try report.flush()
            if format.format == .table {
                if count == 0 { Say.line("no queued job matches") }
                if limit > 0 && count == limit { Say.line("the first \(limit); more with --limit") }
            }
        }
    }

    private static func cells(_ job: QueuedJob, at now: Instant) -> [Cell] {
        let facts = job.facts
        return [
            .text(job.id), .text(job.state.rawValue, job.state.tone), .text(facts.postponed?.reason.rawValue),
            Cell(.time(job.due), shown: job.due.map { TimeText.relative($0, to: now) } ?? ""),
            .text(facts.channel.rawValue), .text(job.recipient), .text(facts.template), .text(facts.campaign),
            .text(facts.brand), .text(facts.route), .text(facts.priority.word), .number(facts.attempts),
            .text(facts.producer), .text(job.whyItWaits(at: now)),
        ]
    }
}

extension QueuedJob {
    /// Why it is held; of a doubt, what comes next.
    fileprivate func whyItWaits(at now: Instant) -> String? {
        if let why { return why }
        return switch doubt {
        case .inquiry(let due): "the provider is asked \(TimeText.relative(due, to: now))"
        case .resending: "in doubt: it goes again"
        case .landing: "in doubt: an attempt, or a question about it, is in the air"
        case .person: "nothing goes by itself; settle, retry or cancel it"
        case .release, nil: nil
        }
    }
}

extension JobState {
    var tone: Tone {
        switch self {
        case .ready: .plain
        case .flying: .good
        case .held: .caution
        case .doubt: .bad
        }
    }
}

struct QueueAcceptClock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-clock", abstract: "Accept the clock as it is after a jump: admission and expiry go on.",
        discussion: "Example:  gatepost queue accept-clock --why 'NTP was down, time is right now'")

    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    func run() async throws {
        try await record.withStore(.command) { store, _ in
            try await store.acceptClock(by: signing.signature)
            Say.line("the clock is accepted: \(TimeText.short(SystemTimepiece().now()))")
        }
    }
}
