// SPDX-License-Identifier: Apache-2.0

/// A body in chunks (RFC 9112 section 7.1); extensions and trailers are read over.
struct ChunkedBody {
    private enum Stage {
        case size
        case data(left: Int)
        case dataEnd
        case trailers
    }

    private(set) var bytes: [UInt8] = []
    private let maxBytes: Int
    private var stage = Stage.size
    private static let longestLine = 8192

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// Takes what it can from `index` on, and sets that behind it.
    ///
    /// - Returns: whether the body is whole.
    mutating func read(_ held: [UInt8], _ index: inout Int) throws(RequestFault) -> Bool {
        while true {
            switch stage {
            case .size:
                guard let line = try Self.line(held, &index) else { return false }
                let size = try Self.size(line)
                guard size <= maxBytes - bytes.count else { throw .bodyTooBig }
                stage = size == 0 ? .trailers : .data(left: size)
            case .data(let left):
                let count = min(left, held.count - index)
                bytes.append(contentsOf: held[index..<index + count])
                index += count
                stage = count == left ? .dataEnd : .data(left: left - count)
                if count < left { return false }
            case .dataEnd:
                guard held.count - index >= 2 else { return false }
                guard held[index] == 0x0D, held[index + 1] == 0x0A else { throw .badChunk }
                index += 2
                stage = .size
            case .trailers:
                guard let line = try Self.line(held, &index) else { return false }
                if line.isEmpty { return true }
            }
        }
    }

    private static func line(_ held: [UInt8], _ index: inout Int) throws(RequestFault) -> ArraySlice<UInt8>? {
        guard let end = held[index...].prefix(longestLine).firstIndex(of: 0x0A) else {
            if held.count - index >= longestLine { throw .badChunk }
            return nil
        }
        guard end > index, held[end - 1] == 0x0D else { throw .badChunk }
        defer { index = end + 1 }
        return held[index..<end - 1]
    }

    private static func size(_ line: ArraySlice<UInt8>) throws(RequestFault) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
        guard (1...8).contains(digits.count) else { throw .badChunk }
        var size = 0
        for digit in digits {
            guard let nibble = HexDigit.value(digit) else { throw .badChunk }
            size = size << 4 | Int(nibble)
        }
        return size
    }
}
