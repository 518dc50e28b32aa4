// SPDX-License-Identifier: Apache-2.0
//
// What is to be written to a link, and the one place that knows how far the writing has come.

import GatewayModel

/// Bytes for the link, with where a message ends among them.
struct SMTPOutput: Hashable, Sendable {
    struct End: Hashable, Sendable {
        var slot: WireSlot
        /// Just behind the final dot's line.
        var offset: Int
    }

    /// A body of more octets goes as a piece of its own before its final dot: on a slow link it may take long, and until
    /// the dot goes a crash leaves no doubt.
    static let splitsAbove = 65_536

    var bytes: [UInt8] = []
    var end: End?
    var isEmpty: Bool { bytes.isEmpty }
}

/// What waits to be written, in order. Writes each piece from where it lies: a write over TLS that was blocked must be
/// offered again at the same address.
struct Outbox {
    enum Flushed: Hashable {
        case all
        /// No room; `advanced` tells whether anything went.
        case blocked(advanced: Bool)
        case lost(String)
    }
    enum Written: Hashable {
        case bytes(Int)
        case blocked
        case lost(String)
    }

    private var pieces: [SMTPOutput] = []
    /// `.` CR LF: a lenient server may take its first octets for the end.
    private static let nearEnd = 3

    /// How much of the first piece has been handed over, and whether its end was noted.
    private var written = 0
    private var isNoted = false

    var isEmpty: Bool { pieces.isEmpty }

    /// Whether a message's end is among what has not been handed over.
    var holdsEnd: Bool {
        for (index, piece) in pieces.enumerated() {
            if let end = piece.end, index > 0 || written < end.offset { return true }
        }
        return false
    }

    mutating func add(_ output: SMTPOutput) { pieces.append(output) }

    mutating func clear() { (pieces, written, isNoted) = ([], 0, false) }

    /// Writes until all is gone or there is no room. `note` is called just before the write that carries an end.
    ///
    /// - Parameter limit: octets offered in one write; the same at each call.
    mutating func flush(
        atMost limit: Int = .max, note: (WireSlot) -> Void, write: (UnsafeRawBufferPointer) -> Written
    ) -> Flushed {
        var advanced = false
        while let piece = pieces.first {
            let stop = written + min(limit, piece.bytes.count - written)
            if let end = piece.end, !isNoted, written < end.offset, stop + Self.nearEnd > end.offset {
                isNoted = true
                note(end.slot)
            }
            let result = piece.bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[written..<stop])) }
            switch result {
            case .bytes(let count):
                advanced = true
                written += count
                guard written == piece.bytes.count else { continue }
                pieces.removeFirst()
                (written, isNoted) = (0, false)
            case .blocked: return .blocked(advanced: advanced)
            case .lost(let why): return .lost(why)
            }
        }
        return .all
    }
}
