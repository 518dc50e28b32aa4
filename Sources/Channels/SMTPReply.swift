// SPDX-License-Identifier: Apache-2.0

/// One whole reply of an SMTP server (RFC 5321 section 4.2), its lines gathered.
struct SMTPReply: Hashable, Sendable {
    /// 200 to 599.
    var code: Int
    /// What stood behind the code, line for line, joined by LF; bounded by the reader.
    var raw: [UInt8]

    init(code: Int, raw: [UInt8]) { (self.code, self.raw) = (code, raw) }
    /// For tables: `"250 2.0.0 queued as Q1"`.
    init(code: Int, _ text: String) { self.init(code: code, raw: Array(text.utf8)) }

    var isPositive: Bool { code / 100 == 2 }
    /// 25z speaks of mail. 220, 221 and their like greet or part: a server that says so to the end of data took nothing.
    var isAcceptance: Bool { code / 10 == 25 }
    var isIntermediate: Bool { code / 100 == 3 }
    var isTransientNegative: Bool { code / 100 == 4 }
    var isPermanentNegative: Bool { code / 100 == 5 }
    var isNegative: Bool { code >= 400 }

    /// The enhanced status code, if there is one whose class is the reply's own (RFC 2034 section 4); another is noise.
    var enhanced: EnhancedStatus? {
        guard let status = EnhancedStatus(leading: raw[...]), status.category == code / 100 else { return nil }
        return status
    }

    /// The text as one line, at most 512 bytes, without enhanced codes and without controls.
    var text: String { OneLine.of(raw, dropping: enhanced, limit: 512) }

    /// The whole reply as one line, `250 2.0.0 Ok: queued as 4F2A`, at most 512 bytes.
    var line: String {
        let rest = OneLine.of(raw, dropping: enhanced, limit: 498)
        return [String(code), enhanced?.description, rest.isEmpty ? nil : rest].compactMap(\.self).joined(
            separator: " ")
    }

    /// The text with the first enhanced code left in, at most 480 bytes: what the wire log keeps, enough to judge again.
    var wireText: String {
        let rest = OneLine.of(raw, dropping: enhanced, limit: 470)
        return enhanced.map { rest.isEmpty ? $0.description : "\($0) \(rest)" } ?? rest
    }
}

/// RFC 3463: class, subject, detail.
struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    var category: Int
    var subject: Int
    var detail: Int

    var description: String { "\(category).\(subject).\(detail)" }

    init(_ category: Int, _ subject: Int, _ detail: Int) {
        (self.category, self.subject, self.detail) = (category, subject, detail)
    }

    /// Reads `5.1.1` at the start of a line, followed by a space or the line's end.
    init?(leading line: ArraySlice<UInt8>) {
        guard let read = Self.read(line) else { return nil }
        self = read.status
    }
}

extension EnhancedStatus {
    fileprivate static func read(_ line: ArraySlice<UInt8>) -> (status: EnhancedStatus, end: Int)? {
        var numbers: [Int] = []
        var value: Int?
        var digits = 0
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 3 {
                value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
            } else if byte == UInt8(ascii: "."), let number = value, numbers.count < 2 {
                numbers.append(number)
                (value, digits) = (nil, 0)
            } else {
                break
            }
            index += 1
        }
        let isAtEnd = index == line.endIndex || line[index] == UInt8(ascii: " ") || line[index] == UInt8(ascii: "\n")
        guard isAtEnd, numbers.count == 2, let last = value, [2, 4, 5].contains(numbers[0]) else { return nil }
        return (EnhancedStatus(numbers[0], numbers[1], last), index)
    }
}

/// Text from the other side, made fit to be kept and shown.
enum OneLine {
    /// One line of valid UTF-8, at most `limit` bytes: lines joined by a space, each line's leading `status` dropped,
    /// controls and line separators made spaces.
    static func of(_ raw: [UInt8], dropping status: EnhancedStatus?, limit: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(raw.count, limit))
        for line in raw.split(separator: UInt8(ascii: "\n")) where bytes.count < limit {
            var line = line
            if let status, let (found, end) = EnhancedStatus.read(line), found == status { line = line[end...] }
            line = line.drop { $0 == UInt8(ascii: " ") }
            if !bytes.isEmpty, !line.isEmpty { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: line.prefix(limit - bytes.count).lazy.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        }
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        return cut(String(decoding: bytes, as: UTF8.self), to: limit)
    }

    /// Repairing may have made it longer, and cutting may have split a letter.
    private static func cut(_ text: String, to limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: kept.append(" ")
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }
}

extension SMTPReply {
    /// The queue id that the other side gave with its acceptance: `queued as X` (Postfix and most), `id=X` (Exim).
    var queueID: String? {
        let text = text
        for mark in ["queued as ", "id="] {
            guard let found = Self.word(after: mark, in: text) else { continue }
            return found
        }
        return nil
    }

    private static func word(after mark: String, in text: String) -> String? {
        let bytes = Array(text.utf8)
        let mark = Array(mark.utf8)
        guard bytes.count > mark.count else { return nil }
        for start in 0..<(bytes.count - mark.count) where bytes[start] | 0x20 == mark[0] {
            guard start == 0 || !isWordByte(bytes[start - 1]),
                zip(bytes[start...], mark).allSatisfy({ $0 == $1 || ($0 | 0x20 == $1 && $1 > 0x60) })
            else { continue }
            let word = bytes[(start + mark.count)...].drop { Self.opening.contains($0) }.prefix {
                $0 > 0x20 && !Self.closing.contains($0)
            }.prefix(128)
            return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
        }
        return nil
    }

    private static let opening: [UInt8] = Array("<([\"'".utf8)
    private static let closing: [UInt8] = Array(",;)>]\"'".utf8)

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
    }
}
