// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Everything on record of one recipient, or of one message, as one timeline.",
        discussion: """
            Consents with their full wording and proof, suppressions, every message with what the rules said, what was \
            withheld after an opt-out, what went in spite of one, and what operators did. In the order in which it was \
            recorded; times are UTC. ADDRESS may be written in any spelling; person:ID follows a person over all \
            addresses. docs/reviewers.md says how to read it, and what it does not prove.

            Examples:  gatepost evidence "Ada Lovelace <ada@example.com>"
                       gatepost evidence person:lead-8812 --since 2026-01-01 --format csv > ada.csv
                       gatepost evidence --job spring-26:8812:welcome
            """)

    @Argument(help: "An address in any spelling, person:ID, or crm:ID.") var address: String?
    @Option(help: "The message of this id (the producer's), and everything about its recipient.") var job: String?
    @Option(help: "Of this producer; with --job.") var producer: String?
    @Option(help: "What was recorded since then: RFC 3339, a date, or so long ago, as 24h or 7d.")
    var since: MomentArgument?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (address == nil) != (job == nil) else {
            throw ValidationError("name an address, or one message by --job")
        }
        if producer != nil, job == nil { throw ValidationError("--producer goes with --job") }
    }

    func run() async throws {
        let since = since?.instant(now: SystemTimepiece().now())
        let asked = try address.map { text throws(CommandFailure) in try EvidenceSubject(text) }
        try await record.withStore(.reader) { store, settings in
            let found = try await message(in: store)
            guard let subject = try asked ?? found.map({ try recipient(of: $0) }) else { return }
            var timeline = EvidenceTimeline(store, controllers: settings.policy.controllers)
            try await timeline.gather(
                subject, job: found.map { JobIdentity(producer: $0.producer, id: $0.id) })
            if let since { timeline.cut(before: since) }
            let heading = EvidenceHeading(
                subject: subject, job: found?.id, since: since, now: SystemTimepiece().now(), journal: store.journalID)
            try EvidencePrinter(as: format.format).print(
                timeline.entries, heading: heading.lines(timeline.entries, cuts: timeline.cuts))
            for cut in timeline.cuts where format.format != .table { Say.line(cut) }
            try await mentionOtherSpellings(of: subject, in: store)
            if timeline.entries.isEmpty { Say.line("nothing is on record of \(subject)") }
        }
    }

    /// The job that was asked for; nil where none was.
    private func message(in store: Store) async throws -> JobRecord? {
        guard let job else { return nil }
        let found = try await store.job(producer: producer, id: job)
        guard let first = found.first else {
            throw CommandFailure(.badData, "no job of the id \"\(job)\" is on record")
        }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "\(counted(found.count, "producer")) have a job of the id \"\(job)\"",
                advice: "name one with --producer: \(found.map(\.producer).joined(separator: ", "))")
        }
        return first
    }

    private func recipient(of job: JobRecord) throws(CommandFailure) -> EvidenceSubject {
        guard let subject = job.outcomes.lazy.compactMap({ EvidenceSubject(recipientOf: $0) }).first else {
            throw CommandFailure(.badData, "the recipient of \"\(job.id)\" has been erased")
        }
        return subject
    }

    /// Consent is exact: another spelling of the same mailbox has a history of its own.
    private func mentionOtherSpellings(of subject: EvidenceSubject, in store: Store) async throws {
        guard case .address(let address) = subject else { return }
        for other in try await store.spellingsOnRecord(of: address) where other != address {
            Say.line("\(other) reaches the same recipient and is on record too: gatepost evidence \(other)")
        }
    }
}

/// What stands above the timeline.
private struct EvidenceHeading {
    var subject: EvidenceSubject
    var job: String?
    var since: Instant?
    var now: Instant
    var journal: String

    func lines(_ entries: [EvidenceEntry], cuts: [String]) -> [String] {
        let what = job.map { "message \($0) to \(subject)" } ?? "\(subject)"
        let span = since.map { "recorded since \(TimeText.short($0))" } ?? "all that is on record"
        let count = { (kind: EvidenceEntry.Kind) in entries.count { $0.kind == kind } }
        let messages = Set(entries.filter { $0.kind == .message }.compactMap(\.id)).count
        let marked = entries.count { !$0.marks.isEmpty }
        return [
            "EVIDENCE: \(TextWidth.shown(what))",
            "\(span), read \(TimeText.short(now)) from journal \(journal); times are UTC, in the order of recording.",
            """
            \(counted(count(.consent), "consent event")), \(counted(count(.suppression), "suppression event")), \
            \(counted(count(.message), "event")) of \(counted(messages, "message")), \
            \(counted(count(.operator), "operator's action", "operators' actions")); \
            \(marked == 0 ? "nothing" : "\(marked)") marked with !!.
            """,
        ] + cuts
    }
}
