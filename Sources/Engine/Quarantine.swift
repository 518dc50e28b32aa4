// SPDX-License-Identifier: Apache-2.0
//
// Quarantine: who ended the daemon?
//
// A job in the air during three crashes ends as `poison`. A whole window is in the air at a time, so after two crashes
// those that were there both times fly one at a time: the third crash then convicts one job, not its neighbours.

import GatewayModel
import Synchronization

enum Quarantine {
    /// From so many crashes on a job is a suspect.
    static let crashes = 2

    static func isSuspect(_ facts: JobFacts) -> Bool { facts.crashes >= crashes }

    /// Lets one suspect of an exchange through, always the same however often it is asked.
    final class Pass: Sendable {
        private struct State {
            var holder: JobKey?
            var turnedAway = false
        }
        private let state = Mutex(State())
        private let isOccupied: Bool

        /// - Parameter isOccupied: a suspect is in the air already.
        init(isOccupied: Bool) { self.isOccupied = isOccupied }

        func admits(_ key: JobKey) -> Bool {
            state.withLock { state in
                if !isOccupied, state.holder == nil || state.holder == key {
                    state.holder = key
                    return true
                }
                state.turnedAway = true
                return false
            }
        }

        /// Whether somebody waits for the place.
        var turnedSomeoneAway: Bool { state.withLock(\.turnedAway) }
    }
}
