// SPDX-License-Identifier: Apache-2.0
//
// Bell: many threads ring, one task waits. Ringing twice before anyone waits counts once; a ring is never lost.

import GatewayModel
import Synchronization

final class Bell: Sendable {
    private enum State {
        case quiet
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    /// Never blocks; resumes the waiter on its own executor.
    func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .waiting(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .quiet
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when the bell rings, or has rung since the last wait, or the time is up, or the task is cancelled. One
    /// waiter at a time.
    func wait(atMost patience: Duration) async {
        if takeRing() { return }
        guard patience > .zero else { return }
        await withTaskGroup { group in
            group.addTask {
                guard (try? await Task.sleep(for: patience)) != nil else { return }
                self.ring()
            }
            await withTaskCancellationHandler {
                await self.untilRung()
            } onCancel: {
                self.ring()
            }
            group.cancelAll()
        }
    }

    private func takeRing() -> Bool {
        state.withLock { state in
            guard case .rung = state else { return false }
            state = .quiet
            return true
        }
    }

    private func untilRung() async {
        await withCheckedContinuation { waiter in
            let alreadyRung = state.withLock { state in
                if case .rung = state {
                    state = .quiet
                    return true
                }
                state = .waiting(waiter)
                return false
            }
            if alreadyRung { waiter.resume() }
        }
    }
}
