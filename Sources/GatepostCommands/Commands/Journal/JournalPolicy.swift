// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct JournalPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Every policy that was in force, and when; with VERSION, its whole text.",
        discussion: """
            VERSION is what decisions carry, or more of the digest. The text's SHA-256 is the version: a line for each \
            setting, file and template, then presets and holidays in full.

            Example:  gatepost journal policy 3fa94c01be77 | sha256sum
            """)

    @Argument(help: "The policy's version; without it, all are listed.") var version: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    private static let columns = [
        Column("version"), Column("since"), Column("until"), Column("before"), Column("seq", nil, .right),
        Column("sha256"),
    ]
    /// Fewer digits name nothing for certain.
    private static let fewestDigits = 6

    func validate() throws {
        guard let version else { return }
        let isHex = version.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isHex, (Self.fewestDigits...64).contains(version.utf8.count) else {
            throw ValidationError("VERSION is \(Self.fewestDigits) to 64 digits of 0-9a-f")
        }
    }

    func run() async throws {
        try await record.withStore(.reader) { store, _ in
            guard let version else { return try await list(store) }
            guard let bundle = try await store.policyBundle(version) else {
                throw CommandFailure(
                    .badData, "no policy of the version \(version) is on record",
                    advice: "gatepost journal policy lists those that are")
            }
            let output = Output()
            try output.bytes(bundle.bytes)
            try output.flush()
        }
    }

    private func list(_ store: Store) async throws {
        let versions = try await store.policyVersions()
        var report = try Report(Self.columns, as: format.format, to: Output())
        for (index, version) in versions.enumerated() {
            let next = index + 1 < versions.count ? versions[index + 1].since : nil
            try report.row([
                .text(version.version), .time(version.since),
                Cell(.time(next), shown: next.map(TimeText.short) ?? "in force"),
                .text(version.before.map { String($0.prefix(12)) }), .number(version.seq, .faint),
                .text(version.sha256, .faint),
            ])
        }
        try report.flush()
        if versions.isEmpty, format.format == .table { Say.line("no policy has been in force: no daemon has run yet") }
    }
}
