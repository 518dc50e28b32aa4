// SPDX-License-Identifier: Apache-2.0
//
// What each step does to a value.

import GatewayModel

extension ExpressionStep {
    func apply(
        _ value: ExpressionValue?, _ facts: ExpressionFacts, _ secrets: SecretLookUp, _ blame: RequestMistake.Blame
    ) throws(RequestMistake) -> ExpressionValue? {
        guard let value else {
            switch self {
            case .or(let name): return try name.value(facts, secrets)
            case .otherwise(let text): return .text(text)
            default: return nil
            }
        }
        switch self {
        case .or, .otherwise: return value
        case .then(let text): return .text(text)
        case .list: return .list([value])
        case .map(let map): return map.values[value.text] ?? map.fallback
        case .clamp, .number: return try number(value, blame)
        case .seconds, .milliseconds, .iso8601, .date, .time: return timed(value)
        case .yesno, .not: return truth(value)
        case .guid: return .text(try Self.guid(value.text, blame))
        case .path: return value
        case .line(let name):
            guard let other = try name.value(facts, secrets)?.text, !other.isEmpty else { return .text(value.text) }
            return .text("\(value.text)\n\(other)")
        case .mark(let name, let lineEnd):
            guard let mark = try name.value(facts, secrets)?.text else { return value }
            return .text("\(value.text)\(lineEnd)ref \(mark)")
        case .digits, .text, .prefix, .suffix, .within, .cut, .upper, .lower, .html: return .text(text(value.text))
        }
    }

    private func number(_ value: ExpressionValue, _ blame: RequestMistake.Blame) throws(RequestMistake)
        -> ExpressionValue
    {
        let number: Int?
        switch value {
        case .integer(let given): number = given
        case .boolean(let flag): number = flag ? 1 : 0
        default: number = Int(value.text)
        }
        guard let number else {
            throw RequestMistake(blame: blame, words: "a whole number was expected, and there is another text")
        }
        if case .clamp(let range) = self { return .integer(min(max(number, range.lowerBound), range.upperBound)) }
        return .integer(number)
    }

    private func timed(_ value: ExpressionValue) -> ExpressionValue {
        guard case .time(let instant) = value else { return value }
        let whole = LocalTime(utc: instant)
        switch self {
        case .seconds: return .integer(Int(instant.seconds))
        case .milliseconds: return .integer(Int(instant.microseconds / 1000))
        case .date: return .text(whole.dateText)
        case .time: return .text(String("\(whole)".dropFirst(11).prefix(5)))
        default: return .text("\(whole)Z")
        }
    }

    private func truth(_ value: ExpressionValue) -> ExpressionValue {
        guard case .boolean(let flag) = value else { return value }
        return self == .not ? .boolean(!flag) : .text(flag ? "yes" : "no")
    }

    private func text(_ text: String) -> String {
        switch self {
        case .digits: String(decoding: text.utf8.filter { (0x30...0x39).contains($0) }, as: UTF8.self)
        case .prefix(let word): word + text
        case .suffix(let word): text + word
        case .within(let before, let behind): before + text + behind
        case .cut(let length): Self.cut(text, to: length)
        case .upper: text.uppercased()
        case .lower: text.lowercased()
        case .html: Self.html(text)
        default: text
        }
    }

    /// At most so many UTF-16 units, never within a character.
    static func cut(_ text: String, to length: Int) -> String {
        guard text.utf16.count > length else { return text }
        var left = length
        var end = text.startIndex
        while end < text.endIndex {
            let units = text[end].utf16.count
            guard units <= left else { break }
            left -= units
            end = text.index(after: end)
        }
        return String(text[..<end])
    }

    static func html(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "\n"): bytes += "<br>".utf8
            case UInt8(ascii: "\r"): continue
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 9562 section 4, in lower case.
    static func guid(_ text: String, _ blame: RequestMistake.Blame) throws(RequestMistake) -> String {
        let lowered = text.lowercased()
        let bytes = Array(lowered.utf8)
        let isUUID =
            bytes.count == 36
            && bytes.enumerated().allSatisfy { place, byte in
                switch place {
                case 8, 13, 18, 23: byte == UInt8(ascii: "-")
                default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                }
            }
        guard isUUID else {
            throw RequestMistake(blame: blame, words: "a UUID was expected, and there is another text")
        }
        return lowered
    }
}

extension ExpressionValue {
    /// As it is written where everything is text. A list has none of its own: its elements, joined by commas.
    var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .time(let instant): "\(LocalTime(utc: instant))Z"
        case .list(let items): items.map(\.text).joined(separator: ",")
        }
    }

    var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .number(JSONNumber(number))
        case .boolean(let flag): .bool(flag)
        case .time: .string(text)
        case .list(let items): .array(items.map(\.json))
        }
    }

    /// A list's elements; any other is its only one.
    var elements: [ExpressionValue] { if case .list(let items) = self { items } else { [self] } }

    init(_ setting: ProviderSetting) {
        switch setting {
        case .text(let text): self = .text(text)
        case .integer(let number): self = .integer(number)
        case .boolean(let flag): self = .boolean(flag)
        case .list(let items): self = .list(items.map(ExpressionValue.text))
        }
    }
}
