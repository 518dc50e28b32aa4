// SPDX-License-Identifier: Apache-2.0
//
// JSONBytes: the leaves of strict JSON (strings, numbers, words), read from borrowed memory.
//
// Strings without escapes become a `String` in one copy; eight bytes are looked at in one go. Never outlives the call
// that lends it the memory.

struct JSONBytes {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    var position = 0

    init(_ buffer: UnsafeRawBufferPointer) {
        base = buffer.bindMemory(to: UInt8.self).baseAddress ?? Self.nothing
        count = buffer.count
    }

    /// An address for an empty buffer; never read.
    private static var nothing: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 8).unsafelyUnwrapped }

    var isAtEnd: Bool { position >= count }
    var beginsWithByteOrderMark: Bool { count >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF }

    @inline(__always)
    func peek() -> UInt8? { position < count ? base[position] : nil }

    @inline(__always)
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard position < count, base[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            switch base[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func unexpected(_ expected: JSONError.Expectation) -> JSONError {
        JSONError(isAtEnd ? .truncated : .unexpected(expected: expected), at: position)
    }

    mutating func word(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position + index < count else { throw JSONError(.truncated, at: count) }
            guard base[position + index] == word.utf8Start[index] else {
                throw JSONError(.unexpected(expected: .value), at: position)
            }
        }
        position += word.utf8CodeUnitCount
    }

    // MARK: Numbers

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        _ = take("-")
        if take("0") {
            if let next = peek(), isDigit(next) { throw JSONError(.badNumber, at: start) }
        } else {
            try digits(from: start)
        }
        if take(".") { try digits(from: start) }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits(from: start)
        }
        return JSONNumber(literal: text(start..<position))
    }

    private mutating func digits(from start: Int) throws(JSONError) {
        let first = position
        while position < count, isDigit(base[position]) { position += 1 }
        if position == first { throw JSONError(isAtEnd ? .truncated : .badNumber, at: start) }
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    // MARK: Strings

    /// - Precondition: an opening quote stands at the position.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        try skipPlain()
        if base[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return text(start..<position)
        }
        return try unescaped(from: start)
    }

    @inline(__always)
    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
    }

    /// Goes on to the next quote or backslash; everything before it is sound UTF-8 without controls.
    @inline(__always)
    private mutating func skipPlain() throws(JSONError) {
        while true {
            position = endOfPlainASCII()
            guard position < count else { throw JSONError(.truncated, at: count) }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            if byte < 0x20 { throw JSONError(.controlCharacter, at: position) }
            if byte < 0x80 { position += 1 } else { position += try lengthOfSequence(byte) }
        }
    }

    /// The first byte from the position on that is a quote, a backslash, a control or beyond ASCII; may stop early
    /// near the end of the memory.
    @inline(__always)
    private func endOfPlainASCII() -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = position
        while index &+ 8 <= count {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let found =
                ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) & ~word | word)
                & (ones &* 0x80)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        return index
    }

    /// Bytes of the character that begins with `lead` (RFC 3629 section 4).
    private func lengthOfSequence(_ lead: UInt8) throws(JSONError) -> Int {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(.invalidUTF8, at: position)
        }
        guard position + length <= count, second.contains(base[position + 1]) else {
            throw JSONError(.invalidUTF8, at: position)
        }
        for index in 2..<max(length, 2) where base[position + index] & 0xC0 != 0x80 {
            throw JSONError(.invalidUTF8, at: position)
        }
        return length
    }

    /// The rest of a string whose first backslash stands at the position; `start` is behind the opening quote.
    private mutating func unescaped(from start: Int) throws(JSONError) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(position - start + 64)
        var runStart = start
        while true {
            result.append(contentsOf: UnsafeBufferPointer(start: base + runStart, count: position - runStart))
            if take("\"") { return String(decoding: result, as: UTF8.self) }
            UTF8.encode(try escape())?.forEach { result.append($0) }
            runStart = position
            try skipPlain()
        }
    }

    /// The character that the escape at the position stands for.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        guard position + 1 < count else { throw JSONError(.truncated, at: count) }
        position += 2
        switch base[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default: throw JSONError(.badEscape, at: start)
        }
    }

    /// One `\uXXXX`, or two that are a pair (RFC 8259 section 7); the position is behind the first `u`.
    private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\"), take("u") else { throw JSONError(.loneSurrogate, at: start) }
        let second = try fourHexDigits(from: start)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits(from start: Int) throws(JSONError) -> UInt32 {
        guard position + 4 <= count else { throw JSONError(.truncated, at: count) }
        var value: UInt32 = 0
        for index in 0..<4 {
            let byte = base[position + index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw JSONError(.badEscape, at: start)
            }
        }
        position += 4
        return value
    }
}
