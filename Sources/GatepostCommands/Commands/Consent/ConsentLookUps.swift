// SPDX-License-Identifier: Apache-2.0
//
// What is on record about an address: each event, or what they come to.

import ArgumentParser
import Foundation
import GatewayModel
import Policy
import Settings
import Store

struct ConsentHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Every consent event of an address, in order of recording.",
        discussion: "Example:  gatepost consent history 'Ada <ada@example.com>' --format json | jq .evidence")

    @Argument(help: "A mail address or a telephone number, in any spelling.") var address: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let contact = try ContactAddress(typed: address)
        TrunkZero(in: contact)?.hint(about: address)
        let records = try await record.withStore(.reader) { store, _ in try await store.consents(of: contact) }
        let isTable = format.format == .table
        var report = try Report(
            isTable ? ConsentColumns.forPeople : ConsentColumns.whole, as: format.format, to: Output())
        for record in records {
            try report.row(isTable ? ConsentColumns.cellsForPeople(record) : ConsentColumns.cellsWhole(record))
        }
        try report.flush()
        if records.isEmpty, isTable { Say.line("nothing is on record about \(contact)") }
    }
}

struct ConsentExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Every consent event there is, with actor and evidence, for reviewers.",
        discussion: "Example:  gatepost consent export --format csv > consents.csv")

    @OptionGroup var record: RecordOptions
    @Option(help: "json (one object a line) or csv.") var format = ReportFormat.json

    private static let page = 500

    func run() async throws {
        try await record.withStore(.reader) { store, _ in
            var report = try Report(ConsentColumns.whole, as: format, to: Output())
            var after = Int64(0)
            while true {
                let records = try await store.consentPage(after: after, limit: Self.page)
                for record in records { try report.row(ConsentColumns.cellsWhole(record)) }
                guard let last = records.last, records.count == Self.page else { break }
                after = last.event.number
            }
            try report.flush()
        }
    }
}

struct ConsentShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What an address has agreed to now, by channel, brand and topic.",
        discussion: """
            Whether a message may go depends on its rules and its place, too: gatepost explain says that.

            Example:  gatepost consent show ada@example.com
            """)

    @Argument(help: "A mail address or a telephone number, in any spelling.") var address: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    private static let columns = [
        Column("channel"), Column("brand"), Column("topic"), Column("state"), Column("event"), Column("basis"),
        Column("since"), Column("until"), Column("confirmed"), Column("proof"), Column("opt_out"),
    ]

    func run() async throws {
        let contact = try ContactAddress(typed: address)
        TrunkZero(in: contact)?.hint(about: address)
        let (events, settings) = try await record.withStore(.reader) { store, settings in
            (try await store.consents(of: contact).map(\.event), settings)
        }
        var report = try Report(Self.columns, as: format.format, to: Output())
        let now = SystemTimepiece().now()
        for scope in ConsentGrid(contact, events, settings).scopes {
            let state = ConsentState(events, of: scope, controllers: settings.policy.controllers, at: now)
            try report.row(Self.cells(scope, state, at: now))
        }
        try report.flush()
        if events.isEmpty, format.format == .table { Say.line("nothing is on record about \(contact)") }
    }

    private static func cells(_ scope: ConsentScope, _ state: ConsentState, at now: Instant) -> [Cell] {
        let grant = state.grants.last
        let until = grant.flatMap(\.lastDay)
        let isOver = until.map { $0 <= LocalTime(utc: now).dateText } ?? false
        let (word, tone): (String, Tone) =
            switch (grant, state.optOut, state.pending) {
            case (.some, _, _): isOver ? ("expired", .caution) : ("granted", .good)
            case (nil, .some, nil): ("opted out", .bad)
            case (nil, _, .some): ("requested", .caution)
            case (nil, nil, nil): ("nothing", .faint)
            }
        let decided = grant?.event ?? state.pending ?? state.optOut
        return [
            .text(scope.channel.rawValue), .text(scope.brand), .text(scope.topic), .text(word, tone),
            .text(decided.map { "c\($0)" }), .text(grant?.basis.rawValue), .time(grant?.occurredAt), .text(until),
            grant.map { .flag($0.isConfirmed) } ?? .text(nil), grant.map { .flag($0.isProven) } ?? .text(nil),
            .text(state.optOut.map { "c\($0)" }),
        ]
    }
}

extension StandingGrant {
    /// The day on which it is over, where its basis ends by itself; by the calendar of UTC.
    fileprivate var lastDay: String? {
        guard let months = basis.lastsMonths else { return nil }
        let day = basisDay ?? CalendarDay(LocalTime(utc: occurredAt).dateText)
        return day?.adding(months: months).description
    }
}

/// Of what to speak: the channels that reach the address, the brands and topics that are configured or on record.
private struct ConsentGrid {
    let scopes: [ConsentScope]

    init(_ contact: ContactAddress, _ events: [ConsentEvent], _ settings: GatewaySettings) {
        let channels: [ContactChannel] =
            switch contact {
            case .email: [.email]
            case .phone: [.sms, .voice]
            case .crm: ContactChannel.allCases
            }
        let brands = Set(settings.brands.map(\.id)).union(events.compactMap(\.brand)).sorted()
        scopes = channels.flatMap { channel in
            brands.flatMap { brand in
                Self.topics(of: brand, events, settings).map { topic in
                    ConsentScope(channel: channel, brand: brand, topic: topic)
                }
            }
        }
    }

    private static func topics(
        of brand: String, _ events: [ConsentEvent], _ settings: GatewaySettings
    ) -> [String?] {
        let declared = settings.topics.filter { $0.brand == nil || $0.brand == brand }.map(\.id)
        let recorded = events.filter { $0.brand == brand }.flatMap { $0.topics ?? [] }
        let all = Set(declared).union(recorded).sorted()
        return all.isEmpty ? [nil] : all
    }
}
