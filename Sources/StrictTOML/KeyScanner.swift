// SPDX-License-Identifier: Apache-2.0
//
// Finds the place of every key in a TOML text (TOML 1.0.0). Knows where keys and values begin and end, not what values
// mean: TOMLKit does. Runs before it, on any bytes at all: never traps, bounded in depth and in what it keeps.

struct KeyScanner {
    let bytes: [UInt8]
    private let depthLimit: Int
    private let placeLimit: Int
    var at = 0
    private var line = 1
    /// A place on the present line whose column is known: columns are counted on from there, never from afresh.
    private var mark = (offset: 0, column: 1)
    private var index = KeyIndex()
    private var table: [PathStep] = []

    init(_ bytes: [UInt8], depthLimit: Int, placeLimit: Int) {
        (self.bytes, self.depthLimit, self.placeLimit) = (bytes, depthLimit, placeLimit)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            at = 3
            mark = (3, 1)
        }
    }

    mutating func scan() throws(ScanError) -> KeyIndex {
        if let nul = bytes.firstIndex(of: 0) { throw found(.nulCharacter, at: nul) }
        while true {
            skipBlankLines()
            guard let byte = peek else { return index }
            if byte == UInt8(ascii: "[") {
                try header()
            } else {
                try keyValue(in: table)
            }
            try endOfLine()
        }
    }

    static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

// MARK: - Headers, keys, values

extension KeyScanner {
    private mutating func header() throws(ScanError) {
        let spot = here
        at += 1
        let isArray = take(UInt8(ascii: "["))
        let parts = try keyParts()
        try expect(UInt8(ascii: "]"))
        if isArray { try expect(UInt8(ascii: "]"), afterBlanks: false) }
        var path: [PathStep] = []
        for part in parts.dropLast() {
            path.append(.key(part.name))
            index.mention(path, at: spot)
            path = index.entered(path)
        }
        path.append(.key(parts[parts.count - 1].name))
        try checkBounds(path)
        if isArray {
            path = index.append(to: path, at: spot)
        } else {
            index.define(path, at: spot)
        }
        table = path
    }

    private mutating func keyValue(in base: [PathStep]) throws(ScanError) {
        var path = base
        for part in try keyParts() {
            path.append(.key(part.name))
            try checkBounds(path)
            index.mention(path, at: part.spot)
        }
        try expect(UInt8(ascii: "="))
        skipBlanks()
        try value(at: path)
    }

    private mutating func keyParts() throws(ScanError) -> [(name: String, spot: Spot)] {
        var parts: [(name: String, spot: Spot)] = []
        repeat {
            skipBlanks()
            let spot = here
            parts.append((try keyPart(), spot))
            guard parts.count <= depthLimit else { throw stop(.tooDeep(limit: depthLimit)) }
            skipBlanks()
        } while take(UInt8(ascii: "."))
        return parts
    }

    private mutating func keyPart() throws(ScanError) -> String {
        switch peek {
        case UInt8(ascii: "\""):
            at += 1
            return String(decoding: try basicString(), as: UTF8.self)
        case UInt8(ascii: "'"):
            at += 1
            return String(decoding: try literalString(), as: UTF8.self)
        default:
            let start = at
            while let byte = peek, Self.isBareKeyByte(byte) { at += 1 }
            guard at > start else { throw stop(.expected("a key")) }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
    }

    private mutating func value(at path: [PathStep]) throws(ScanError) {
        switch peek {
        case UInt8(ascii: "\""): try quoted(UInt8(ascii: "\""))
        case UInt8(ascii: "'"): try quoted(UInt8(ascii: "'"))
        case UInt8(ascii: "["): try array(at: path)
        case UInt8(ascii: "{"): try inlineTable(at: path)
        default: try bareValue()
        }
    }

    private mutating func array(at path: [PathStep]) throws(ScanError) {
        at += 1
        var number = 0
        while true {
            skipBlankLines()
            if take(UInt8(ascii: "]")) { return }
            let element = path + [.index(number)]
            try checkBounds(element)
            index.define(element, at: here)
            try value(at: element)
            number += 1
            skipBlankLines()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"))
            return
        }
    }

    private mutating func inlineTable(at path: [PathStep]) throws(ScanError) {
        at += 1
        skipBlanks()
        if take(UInt8(ascii: "}")) { return }
        repeat {
            try keyValue(in: path)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Numbers, dates, words: up to what ends any of them.
    private mutating func bareValue() throws(ScanError) {
        let start = at
        while let byte = peek, !",]}#\n".utf8.contains(byte) { at += 1 }
        guard at > start else { throw stop(.expected("a value")) }
    }

    private func checkBounds(_ path: [PathStep]) throws(ScanError) {
        guard path.count <= depthLimit else { throw stop(.tooDeep(limit: depthLimit)) }
        guard index.count < placeLimit else { throw stop(.tooMany(limit: placeLimit)) }
    }
}

// MARK: - Moving

extension KeyScanner {
    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// One byte on, over a line's end too.
    mutating func step() {
        if bytes[at] == UInt8(ascii: "\n") {
            line += 1
            mark = (at + 1, 1)
        }
        at += 1
    }

    private var here: Spot {
        mutating get {
            mark = (at, mark.column + scalars(from: mark.offset, to: at))
            return Spot(line: line, column: mark.column)
        }
    }

    private func scalars(from start: Int, to end: Int) -> Int {
        start < end ? bytes[start..<end].count { $0 & 0xC0 != 0x80 } : 0
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, afterBlanks: Bool = true) throws(ScanError) {
        if afterBlanks { skipBlanks() }
        guard take(byte) else { throw stop(.expected("\"\(Character(Unicode.Scalar(byte)))\"")) }
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { at += 1 }
    }

    private mutating func skipComment() {
        guard peek == UInt8(ascii: "#") else { return }
        while let byte = peek, byte != UInt8(ascii: "\n") { at += 1 }
    }

    /// Blanks, line ends and comments.
    private mutating func skipBlankLines() {
        while true {
            skipBlanks()
            skipComment()
            if peek == UInt8(ascii: "\r") { at += 1 }
            guard peek == UInt8(ascii: "\n") else { return }
            step()
        }
    }

    private mutating func endOfLine() throws(ScanError) {
        skipBlanks()
        skipComment()
        if peek == UInt8(ascii: "\r") { at += 1 }
        guard peek == nil || peek == UInt8(ascii: "\n") else { throw stop(.expected("the end of the line")) }
    }

    private mutating func found(_ reason: ScanError.Reason, at offset: Int) -> ScanError {
        while at < offset { step() }
        return stop(reason)
    }

    func stop(_ reason: ScanError.Reason) -> ScanError {
        let column = mark.column + scalars(from: mark.offset, to: at)
        return ScanError(reason: reason, spot: Spot(line: line, column: column))
    }
}
