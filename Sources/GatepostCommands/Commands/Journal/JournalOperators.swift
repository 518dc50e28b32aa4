// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct JournalOperators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operators",
        abstract: "Who changed what: every command that changed something, and what the daemon noted for reviewers.",
        discussion: """
            --actor takes the actor that was named or the system's user.

            Example:  gatepost journal operators --since 30d --actor ada --format csv
            """)

    @Option(help: "Since then: RFC 3339, a date, or so long ago, as 24h or 7d.") var since: MomentArgument?
    @Option(help: "By this actor, or this system user.") var actor: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    private static let columns = [
        Column("seq", nil, .right), Column("time"), Column("action"), Column("actor"), Column("system_user"),
        Column("why", nil, .left, isFlexible: true), Column("about", nil, .left, isFlexible: true),
    ]

    func run() async throws {
        let since = since?.instant(now: SystemTimepiece().now())
        try await record.withStore(.reader) { store, _ in
            var report = try Report(Self.columns, as: format.format, to: Output())
            var (after, count) = (Int64(0), 0)
            while true {
                let page = try await store.operatorActions(after: after, since: since)
                for action in page where actor == nil || actor == action.actor || actor == action.systemUser {
                    try report.row([
                        .number(action.seq, .faint), .time(action.at), .text(action.action), .text(action.actor),
                        .text(action.systemUser), .text(action.why), .text(action.about),
                    ])
                    count += 1
                }
                guard let last = page.last?.seq else { break }
                after = last
            }
            try report.flush()
            if count == 0, format.format == .table { Say.line("nobody has changed anything that matches") }
        }
    }
}
