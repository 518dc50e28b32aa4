// SPDX-License-Identifier: Apache-2.0
//
// HeaderBlock: header fields on their way to bytes, each checked before it is written.
//
// Promise: after any sequence of calls the bytes are whole fields of CRLF lines, none over 998 octets, folded at 78
// wherever there is a space to fold at (RFC 5322 section 2.1.1); a value that would break that has thrown.

import GatewayModel

struct HeaderBlock {
    private(set) var bytes: [UInt8] = []
    /// Each field from its name to its CRLF.
    private(set) var fields: [Range<Int>] = []
    /// Whether raw UTF-8 stands in it: only ever in an address.
    private(set) var hasUTF8 = false

    init() { bytes.reserveCapacity(1024) }

    /// A field of our own making: ASCII, short, written as it is.
    mutating func raw(_ name: StaticString, _ value: String) {
        let start = begin(name)
        bytes.append(contentsOf: value.utf8)
        end(start)
    }

    /// The subject (RFC 5322 section 3.6.5): encoded-words where plain text would not survive.
    mutating func subject(_ value: String) throws(MailError) {
        let value = Array(value.utf8)
        let survey = ValueSurvey(value)
        guard survey.isOneLine else { throw .headerInjection("Subject") }
        let start = begin("Subject")
        appendUnstructured(value, survey, longestPlainWord: 68, fieldStart: start)
        end(start)
    }

    /// A mailbox: `"display name" <local@domain>`, or the name as encoded-words.
    mutating func mailbox(_ name: StaticString, _ mailbox: Mailbox) throws(MailError) {
        let start = begin(name)
        if let displayName = mailbox.name {
            try appendDisplayName(Array(displayName.utf8), of: name, fieldStart: start)
        }
        let address = mailbox.address
        let length = address.local.utf8.count + address.domain.utf8.count + 3
        if bytes.last != UInt8(ascii: " "), bytes.count - lineStart(from: start) + 1 + length > 78 { fold() }
        if bytes.last != UInt8(ascii: " ") { bytes.append(UInt8(ascii: " ")) }
        bytes.append(UInt8(ascii: "<"))
        bytes.append(contentsOf: address.local.utf8)
        bytes.append(UInt8(ascii: "@"))
        bytes.append(contentsOf: address.domain.utf8)
        bytes.append(UInt8(ascii: ">"))
        hasUTF8 = hasUTF8 || address.needsSMTPUTF8
        end(start)
    }

    /// A field named by the caller. `FieldRules` says whether it may be set, and how it is written.
    mutating func field(_ field: HeaderField, style: FieldRules.Style) throws(MailError) {
        let value = Array(field.value.utf8)
        let survey = ValueSurvey(value)
        guard survey.isOneLine else { throw .headerInjection(field.name) }
        let start = bytes.count
        bytes.append(contentsOf: field.name.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        switch style {
        case .structured:
            guard survey.isASCII else { throw .notASCII(field.name) }
            guard max(survey.longestWord, field.name.utf8.count + 1) <= 996 else { throw .lineTooLong(field.name) }
            appendFolded(singleSpaced(value), fieldStart: start)
        case .unstructured:
            guard field.name.utf8.count <= 60 else { throw .lineTooLong(field.name) }
            appendUnstructured(value, survey, longestPlainWord: 900, fieldStart: start)
        }
        end(start)
    }

    private mutating func begin(_ name: StaticString) -> Int {
        let start = bytes.count
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        return start
    }

    private mutating func end(_ start: Int) {
        bytes.append(0x0D)
        bytes.append(0x0A)
        fields.append(start..<bytes.count)
    }

    private mutating func fold() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        bytes.append(UInt8(ascii: " "))
    }

    private func lineStart(from fieldStart: Int) -> Int {
        var index = bytes.count
        while index > fieldStart, bytes[index - 1] != 0x0A { index -= 1 }
        return index
    }
}

extension HeaderBlock {
    private mutating func appendUnstructured(
        _ value: [UInt8], _ survey: ValueSurvey, longestPlainWord: Int, fieldStart: Int
    ) {
        if survey.isPlain && survey.longestWord <= longestPlainWord {
            appendFolded(value, fieldStart: fieldStart)
        } else {
            EncodedWords.append(value, to: &bytes, column: bytes.count - lineStart(from: fieldStart))
        }
    }

    /// A quoted-string where ASCII allows it, else encoded-words (RFC 2047 section 5, rule 3). Nothing for an empty name.
    private mutating func appendDisplayName(
        _ name: [UInt8], of field: StaticString, fieldStart: Int
    ) throws(MailError) {
        let survey = ValueSurvey(name)
        guard survey.isOneLine else { throw .headerInjection("\(field)") }
        guard survey.longestWord > 0 else { return }
        guard survey.isPlain, name.count <= 60 else {
            return EncodedWords.append(name, to: &bytes, column: bytes.count - lineStart(from: fieldStart))
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in name {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes words, a fold before each that would pass column 78. Only spaces are folded at.
    private mutating func appendFolded(_ value: [UInt8], fieldStart: Int) {
        var column = bytes.count - fieldStart
        var word = 0
        while word < value.count {
            var next = word + 1
            while next < value.count, value[next] != UInt8(ascii: " ") { next += 1 }
            let leadsWithSpace = value[word] == UInt8(ascii: " ")
            if column + (next - word) > 78, leadsWithSpace ? next - word > 1 : word == 0 {
                if !leadsWithSpace { bytes.removeLast() }  // the one behind the colon
                bytes.append(0x0D)
                bytes.append(0x0A)
                if !leadsWithSpace { bytes.append(UInt8(ascii: " ")) }
                column = leadsWithSpace ? 0 : 1
            }
            bytes.append(contentsOf: value[word..<next])
            column += next - word
            word = next
        }
    }
}

/// Runs of spaces mean the same as one in a structured field, and could not be folded.
private func singleSpaced(_ value: [UInt8]) -> [UInt8] {
    Array(value.split(separator: UInt8(ascii: " ")).joined(separator: [UInt8(ascii: " ")]))
}
