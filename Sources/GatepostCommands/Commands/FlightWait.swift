// SPDX-License-Identifier: Apache-2.0
//
// FlightWait: a change has been recorded; what was in flight before it may still arrive (CONTRACT 8.9).

import GatewayModel
import Store

struct FlightWait {
    let limit: Duration
    private static let pause = Duration.milliseconds(50)

    /// Returns once no matching attempt is in flight.
    ///
    /// - Throws: exit 75, with the number left, where that takes longer than the limit. The change stands all the same.
    func untilLanded(_ filter: JobFilter, in store: Store) async throws {
        var filter = filter
        filter.state = nil
        try await untilLanded { [filter] in try await store.inFlight(matching: filter) }
    }

    /// The same for whatever is counted.
    func untilLanded(_ count: () async throws -> Int) async throws {
        let deadline = ContinuousClock.now + limit
        let progress = ProgressLine()
        defer { progress.clear() }
        while true {
            let left = try await count()
            if left == 0 { return }
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    .tryLater, "\(left) still in flight after \(TimeText.span(limit))",
                    advice: "the change stands; these may yet arrive, see gatepost queue list --state flying")
            }
            progress.show("waiting for \(counted(left, "message")) in flight")
            try await Task.sleep(for: Self.pause)
        }
    }
}
