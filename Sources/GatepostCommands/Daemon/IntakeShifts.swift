// SPDX-License-Identifier: Apache-2.0
//
// IntakeShifts: one intake after another in the same daemon. A reload that changes which producers there are ends the one
// and begins the next; what the one had begun, the next goes on with, as after a crash.

import GatewayModel
import Spool

final class IntakeShifts: Sendable {
    /// What the world may know of the intake, whichever it is.
    let condition: IntakeCondition
    private let first: SpoolLayout
    private let begin: @Sendable (SpoolLayout) -> Intake
    private let changes: AsyncStream<SpoolLayout>
    private let change: AsyncStream<SpoolLayout>.Continuation

    init(layout: SpoolLayout, condition: IntakeCondition, begin: @escaping @Sendable (SpoolLayout) -> Intake) {
        (first, self.condition, self.begin) = (layout, condition, begin)
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Other producers from now on; their directories are there.
    func adopt(_ layout: SpoolLayout) { change.yield(layout) }

    /// Takes in until it is cancelled, or the record fails for good.
    func run() async throws {
        var layout = first
        while let next = try await shift(over: layout) { layout = next }
    }

    /// Runs one intake; returns the layout for the next, nil where there is none.
    private func shift(over layout: SpoolLayout) async throws -> SpoolLayout? {
        try await withThrowingTaskGroup(of: SpoolLayout?.self) { group in
            group.addTask { [begin] in
                try await begin(layout).run()
                return nil
            }
            group.addTask { [changes] in await changes.first { _ in true } }
            let next: SpoolLayout? = try await group.next() ?? nil
            group.cancelAll()
            try await group.waitForAll()
            return next
        }
    }
}
