// SPDX-License-Identifier: Apache-2.0
//
// ReceiptWait: what became of files of the queue, as soon as their receipts are there.

import Foundation
import GatewayModel
import Spool

struct ReceiptWait {
    let place: SpoolLayout.Place
    let statusFile: String
    let limit: Duration
    private static let pause = Duration.milliseconds(20)

    init(place: SpoolLayout.Place, statusFile: String, limit: Duration) {
        (self.place, self.statusFile, self.limit) = (place, statusFile, limit)
    }

    /// Prints each receipt as a line, in the order of the names.
    ///
    /// - Throws: exit 65 where anything was rejected, 75 where a receipt did not come in time.
    func print(_ names: [String], to output: Output) async throws {
        let deadline = ContinuousClock.now + limit
        let progress = ProgressLine()
        defer { progress.clear() }
        var rejected = 0
        for (index, name) in names.enumerated() {
            let start = ContinuousClock.now
            let answer = try await answer(for: name, until: deadline) {
                let waited = TimeText.span(ContinuousClock.now - start)
                progress.show("waiting for the receipt of \(name) (\(index + 1) of \(names.count)), \(waited)")
            }
            progress.clear()
            rejected += answer["rejected"]?.number?.int ?? 1
            try output.line(answer.text)
            try output.flush()
        }
        if rejected > 0 {
            throw CommandFailure(.badData, "\(counted(rejected, "record")) rejected", advice: "the receipt says why")
        }
    }

    /// The receipt, or the reason why the file as a whole was rejected.
    private func answer(
        for name: String, until deadline: ContinuousClock.Instant, meanwhile: () -> Void
    ) async throws -> JSONObject {
        let places = ["\(place.receipts)/\(name).receipt.json", "\(place.rejected)/\(name).reason.json"]
        while true {
            for path in places {
                if let data = FileManager.default.contents(atPath: path),
                    let object = (try? JSONValue.parse([UInt8](data)))?.object
                {
                    return object
                }
            }
            guard ContinuousClock.now < deadline else { throw timeout(name) }
            meanwhile()
            try await Task.sleep(for: Self.pause)
        }
    }

    private func timeout(_ name: String) -> CommandFailure {
        let status = FileManager.default.contents(atPath: statusFile).flatMap { try? JSONValue.parse([UInt8]($0)) }
        let isWaiting = access("\(place.incoming)/\(name)", F_OK) == 0
        let why =
            status?.object?["reason"]?.string.map { "intake is closed: \($0)" }
            ?? (isWaiting ? "is the daemon running? see gatepost status" : "it is being taken in")
        return CommandFailure(
            .tryLater, "no receipt within \(TimeText.span(limit)); the file stays queued",
            at: "\(place.receipts)/\(name).receipt.json", advice: why)
    }
}
