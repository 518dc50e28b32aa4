// SPDX-License-Identifier: Apache-2.0
//
// Output: results on their way to standard output.
//
// Standard output is for results only; people's words go to standard error (CONTRACT 9). The program ignores SIGPIPE, so
// a reader who has seen enough (`| head`) shows up here as an error and ends the command quietly.

import Foundation

/// Why results could not be handed over.
enum OutputError: Error, Hashable {
    /// The reader has gone; no fault.
    case closed
    case failed(errno: Int32)
}

/// Buffered bytes to a descriptor. Used by one task; call `flush` at the end, or nothing is certain.
final class Output {
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private static let batch = 64 * 1024

    init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    func line(_ text: String) throws(OutputError) {
        pending.append(contentsOf: text.utf8)
        pending.append(0x0A)
        if pending.count >= Self.batch { try flush() }
    }

    func bytes(_ bytes: [UInt8]) throws(OutputError) {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.batch { try flush() }
    }

    /// Hands over everything written so far.
    func flush() throws(OutputError) {
        var sent = 0
        while sent < pending.count {
            let count = pending[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                let failure = errno
                pending = []
                throw failure == EPIPE ? .closed : .failed(errno: failure)
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Whoever gave us the descriptor may have made it non-blocking.
    private func waitUntilWritable() {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, -1)
    }
}

/// Words to whoever sits there: standard error, one line each.
enum Say {
    /// A line to standard output at once, for what is shown as it happens.
    static func result(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    static func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
