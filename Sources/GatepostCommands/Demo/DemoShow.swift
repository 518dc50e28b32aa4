// SPDX-License-Identifier: Apache-2.0
//
// DemoShow: hands in the sample jobs and shows what becomes of them, as it happens; done when each has met its fate.

import Foundation
import GatewayModel
import ServiceLifecycle
import Store

struct DemoShow: Service {
    let home: DemoHome
    let cast: DemoCast
    let journal: any JournalReader
    /// The journal has grown.
    let growth: AsyncStream<Void>
    let terminal: Terminal
    let beganAt: Instant
    let result: DemoResult

    static let patience = Duration.seconds(30)

    func run() async throws {
        try handIn()
        try await withThrowingTaskGroup { group in
            group.addTask { try await follow() }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func handIn() throws(CommandFailure) {
        let (temporary, final) = ("\(home.temporary)/\(DemoCast.fileName)", "\(home.incoming)/\(DemoCast.fileName)")
        do {
            try Data(cast.records).write(to: URL(filePath: temporary))
        } catch {
            throw CommandFailure(.cannotCreate, "cannot hand in the sample jobs: \(error)", at: temporary)
        }
        guard rename(temporary, final) == 0 else { throw .system("cannot hand in the sample jobs", final) }
        line("enqueued", .faint, "\(cast.parts.count) jobs, and what the books say", "renamed into \(final)")
    }

    /// Prints every outcome until all fates are met.
    private func follow() async throws {
        var seen: Int64 = 0
        var met = Set<String>()
        var sawReceipt = false
        for await _ in growth {
            for outcome in try await journal.outcomes(after: seen, limit: 1000) {
                seen = outcome.seq
                show(outcome)
                if let id = outcome.job, isFate(outcome) { met.insert(id) }
            }
            if !sawReceipt, let problems = receiptProblems() {
                sawReceipt = true
                met.formUnion(showRejected(problems))
            }
            await result.note(met)
            if met.count == cast.parts.count { return }
        }
    }

    private func isFate(_ outcome: Outcome) -> Bool {
        guard case .event(let event, let reason) = cast.parts.first(where: { $0.id == outcome.job })?.fate else {
            return false
        }
        return outcome.event == event && outcome.reason == reason
    }

    private func receiptProblems() -> [JSONObject]? {
        let path = "\(home.stateDir)/spool/receipts/\(DemoCast.fileName).receipt.json"
        guard let data = FileManager.default.contents(atPath: path), let receipt = try? JSONValue.parse([UInt8](data))
        else { return nil }
        return receipt.object?["problems"]?.array?.compactMap(\.object)
    }

    private func showRejected(_ problems: [JSONObject]) -> [String] {
        problems.compactMap { problem in
            guard let id = problem["id"]?.string, let part = cast.parts.first(where: { $0.id == id }),
                let code = problem["code"]?.string, case .rejected(let expected) = part.fate,
                expected.description == code
            else { return nil }
            line("rejected", .bad, part.to, "\(code): \(problem["message"]?.string ?? "")")
            return id
        }
    }

    private func show(_ outcome: Outcome) {
        let tone: Tone =
            switch outcome.event {
            case .sent: .good
            case .failed, .withheld, .unknown: .bad
            case .postponed: .caution
            default: .faint
            }
        let until = outcome.until.map { " until \($0.rfc3339.prefix(19))Z" } ?? ""
        let words = [outcome.reason.map { $0 + until }, outcome.detail].compactMap { $0 }.joined(separator: ": ")
        line(outcome.event.rawValue, tone, outcome.recipient ?? "", words)
    }

    private func line(_ event: String, _ tone: Tone, _ whom: String, _ words: String) {
        let elapsed = (SystemTimepiece().now() - beganAt).inSeconds
        let name = event.padding(toLength: 15, withPad: " ", startingAt: 0)
        let who = whom.padding(toLength: max(22, whom.count), withPad: " ", startingAt: 0)
        Say.result(String(format: "%6.2f s  ", elapsed) + terminal.paint(name, tone) + " \(who) \(words)")
    }
}

/// Which jobs have met their fate so far.
actor DemoResult {
    private(set) var met: Set<String> = []
    func note(_ ids: Set<String>) { met = ids }
}
