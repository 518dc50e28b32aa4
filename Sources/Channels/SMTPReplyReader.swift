// SPDX-License-Identifier: Apache-2.0
//
// SMTPReplyReader: bytes to replies, however the network cut them. Pure, incremental, bounded.
//
// Lenient where nothing can be misread: a line may end in a bare LF, a code may stand alone, a line may be longer than
// RFC 5321's 512 octets, up to 4,096. Strict where acceptance is at stake: a line without a code, a code that changes
// within one reply, a line or a reply without end are garbage. After garbage nothing more is read from that peer: what
// comes next can no longer be told apart, and garbage never counts as an answer.

import Glibc

struct SMTPReplyReader: Sendable {
    enum Finding: Hashable, Sendable {
        case reply(SMTPReply)
        case garbage(Garbage)
    }
    enum Garbage: String, Hashable, Sendable {
        case noCode = "a line without a reply code"
        case codeChanged = "a reply whose code changes from line to line"
        case lineTooLong = "a reply line of more than 4096 octets"
        case tooManyLines = "a reply of more than 128 lines"
    }

    static let longestLine = 4096
    static let mostLines = 128
    /// Octets of text kept of one reply; what is over is dropped.
    static let longestText = 8192

    private var line: [UInt8] = []
    private var code: Int?
    private var text: [UInt8] = []
    private var lines = 0
    private var isBroken = false

    /// Takes bytes as they came; appends what they complete.
    mutating func read(_ bytes: UnsafeRawBufferPointer, into found: inout [Finding]) {
        guard var rest = bytes.baseAddress, !isBroken else { return }
        var left = bytes.count
        while left > 0, !isBroken {
            guard let end = memchr(rest, 0x0A, left) else { return keep(rest, left, &found) }
            let count = UnsafeRawPointer(end) - rest
            if line.isEmpty {
                take(UnsafeRawBufferPointer(start: rest, count: count), &found)
            } else {
                keep(rest, count, &found)
                let whole = line
                line.removeAll(keepingCapacity: true)
                if !isBroken { whole.withUnsafeBytes { take($0, &found) } }
            }
            rest += count + 1
            left -= count + 1
        }
    }

    /// Keeps the beginning of a line whose end has not come.
    private mutating func keep(_ bytes: UnsafeRawPointer, _ count: Int, _ found: inout [Finding]) {
        guard line.count + count <= Self.longestLine else { return fail(.lineTooLong, &found) }
        line.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// One line without its LF.
    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ found: inout [Finding]) {
        guard bytes.count <= Self.longestLine else { return fail(.lineTooLong, &found) }
        var count = bytes.count
        if count > 0, bytes[count - 1] == 0x0D { count -= 1 }
        guard let read = Self.code(bytes, count) else { return fail(.noCode, &found) }
        guard code == nil || code == read else { return fail(.codeChanged, &found) }
        lines += 1
        guard lines <= Self.mostLines else { return fail(.tooManyLines, &found) }
        if lines > 1, text.count < Self.longestText { text.append(0x0A) }
        if count > 4 { text.append(contentsOf: bytes[4..<count].prefix(Self.longestText - text.count)) }
        if count > 3, bytes[3] == UInt8(ascii: "-") {
            code = read
        } else {
            found.append(.reply(SMTPReply(code: read, raw: text)))
            text = []
            (code, lines) = (nil, 0)
        }
    }

    /// The reply code that the line begins with: 200 to 599 (571 and its like are in use), then nothing, a space or a hyphen.
    private static func code(_ line: UnsafeRawBufferPointer, _ count: Int) -> Int? {
        guard count >= 3 else { return nil }
        let (first, second, third) = (line[0] &- 0x30, line[1] &- 0x30, line[2] &- 0x30)
        guard (2...5).contains(first), second <= 9, third <= 9 else { return nil }
        if count > 3, line[3] != UInt8(ascii: " "), line[3] != UInt8(ascii: "-") { return nil }
        return Int(first) * 100 + Int(second) * 10 + Int(third)
    }

    private mutating func fail(_ garbage: Garbage, _ found: inout [Finding]) {
        isBroken = true
        found.append(.garbage(garbage))
    }
}

extension SMTPReplyReader {
    /// The replies in a whole piece of text; what is incomplete or behind garbage is left out.
    static func replies(in bytes: [UInt8]) -> [SMTPReply] {
        var reader = SMTPReplyReader()
        var found: [Finding] = []
        bytes.withUnsafeBytes { reader.read($0, into: &found) }
        return found.compactMap { if case .reply(let reply) = $0 { reply } else { nil } }
    }
}
