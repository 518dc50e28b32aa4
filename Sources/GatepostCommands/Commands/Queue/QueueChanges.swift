// SPDX-License-Identifier: Apache-2.0
//
// What an operator does to queued jobs: in steps of at most 500 jobs, so that the daemon's own work goes on between.

import ArgumentParser
import GatewayModel
import Store

/// Which jobs, by whom, and why: the same for all changes.
struct ChangeOptions: ParsableArguments {
    @Argument(help: "Only the job of this id.") var id: String?
    @OptionGroup var filtering: FilterOptions
    @Flag(help: "Every job in the queue.") var all = false
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    var filter: JobFilter { filtering.filter(id: id) }

    func validate() throws {
        if filter == JobFilter() && !all {
            throw ValidationError("say which jobs are meant: an id, a filter such as --campaign, or --all")
        }
        if filter != JobFilter() && all { throw ValidationError("--all and a filter exclude each other") }
    }

    /// Why nothing could be done to the job of that id: there is none, or it has ended. Says nothing of a queued one.
    ///
    /// - Throws: exit 65.
    private func explain(_ id: String, in store: Store) async throws {
        let jobs = try await store.job(id: id)
        guard !jobs.isEmpty else {
            throw CommandFailure(
                .badData, "there is no job \"\(id)\"",
                advice: "its file may still wait in the spool: see gatepost status")
        }
        guard jobs.allSatisfy({ $0.queued == nil }) else { return }
        let end = jobs.last?.outcomes.last { $0.event.isTerminal }?.event.rawValue
        throw CommandFailure(
            .badData, "the job \"\(id)\" has ended\(end.map { " as \($0)" } ?? "")",
            advice: "see gatepost queue show \(id)")
    }

    /// Does it, says how many jobs it came to, and lets `afterwards` wait for what is in flight.
    ///
    /// - Parameter caution: what to know of the one job that was named, where it is in doubt.
    func perform(
        _ change: QueueChange, done: String, caution: (String, DoubtWait) -> String? = { _, _ in nil },
        afterwards: (Store, JobFilter) async throws -> Void = { _, _ in }
    ) async throws {
        try await record.withStore(.command) { store, _ in
            let doubt = id == nil ? nil : try await store.queue(matching: filter).lazy.compactMap(\.doubt).first
            let progress = ProgressLine()
            defer { progress.clear() }
            let signature = signing.signature
            var (changed, next) = (0, JobKey?.none)
            repeat {
                let step = try await store.change(change, matching: filter, after: next, by: signature)
                (changed, next) = (changed + step.changed, step.next)
                progress.show("\(counted(changed, "job")) \(done)")
            } while next != nil
            progress.clear()
            if changed == 0, let id { try await explain(id, in: store) }
            Say.line("\(counted(changed, "job")) \(done)")
            if changed > 0, let id, let doubt, let words = caution(id, doubt) { Say.line(words) }
            try await afterwards(store, filter)
        }
    }
}

struct QueueRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Held jobs go back to the queue, due as before.",
        discussion: """
            Jobs that a standing hold names are held again: take the hold back with gatepost hold remove.

            Example:  gatepost queue release --template welcome
            """)

    @OptionGroup var options: ChangeOptions

    func run() async throws { try await options.perform(.release, done: "released") }
}

struct QueueRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Ready, held and parked jobs are due now.",
        discussion: """
            A job in doubt is sent again where the gate lets it: the recipient may then get it twice.

            Example:  gatepost queue retry --route relay --state ready
            """)

    @OptionGroup var options: ChangeOptions

    func run() async throws {
        try await options.perform(.retry, done: "due now") { id, _ in
            "it is in doubt: an attempt may have gone, so it may arrive twice. The gate is asked first: "
                + "gatepost explain \(id) tells what it would say"
        }
    }
}

struct QueueCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Queued jobs end as cancelled; those in flight are taken back if not begun.",
        discussion: """
            Returns when matching messages in flight have ended, at most after --wait; then it exits 75 with the number left.

            Example:  gatepost queue cancel --campaign spring-26 --why 'offer withdrawn'
            """)

    @OptionGroup var options: ChangeOptions
    @OptionGroup var waiting: WaitOptions

    func run() async throws {
        try await options.perform(.cancel, done: "cancelled", caution: Self.caution) { store, filter in
            try await FlightWait(limit: waiting.wait.duration).untilLanded(filter, in: store)
        }
    }

    private static func caution(of id: String, _ doubt: DoubtWait) -> String {
        let end =
            switch doubt {
            case .inquiry, .resending, .release, .person:
                "it is recorded as cancelled by an operator, which settles its unknown"
            case .landing: "gatepost queue show \(id) tells how it ends"
            }
        return "it was in doubt: an attempt may have gone, and stays gone; \(end)"
    }
}
