// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Calls back when the user or the system asks the process to end (INT, TERM). Keep it for as long as that is wanted.
final class EndingSignals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter handler: called on a queue of its own; may block.
    init(_ handler: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
