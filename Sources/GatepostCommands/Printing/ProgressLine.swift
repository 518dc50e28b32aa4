// SPDX-License-Identifier: Apache-2.0
//
// ProgressLine: what a long command is at, on standard error, only where that is a terminal; gone without a trace when
// the command is done.

import Foundation
import GatewayModel
import Synchronization

/// May be told from any thread; draws at most ten times a second.
final class ProgressLine: Sendable {
    private let terminal: Terminal
    private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)
    private static let interval = Duration.milliseconds(100)

    init(terminal: Terminal = .standardError) { self.terminal = terminal }

    /// Shows the text in place of the one before.
    func show(_ text: @autoclosure () -> String) {
        guard let width = terminal.width else { return }
        lastDrawn.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < Self.interval { return }
            last = now
            put("\r" + TextWidth.cut(text(), to: width - 1) + "\u{1B}[K")
        }
    }

    /// Removes the line. Call before anything else is said.
    func clear() {
        lastDrawn.withLock { last in
            guard last != nil else { return }
            last = nil
            put("\r\u{1B}[K")
        }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
