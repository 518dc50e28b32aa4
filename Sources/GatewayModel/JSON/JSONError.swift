// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no JSON document that this house takes, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// Nothing but white space.
        case empty
        /// The bytes end in the middle of a value.
        case truncated
        /// Something else stands where `expected` was due.
        case unexpected(expected: Expectation)
        /// A second value, or rubbish, behind the document.
        case trailingBytes
        /// RFC 8259 section 8.1: a text that is exchanged has none.
        case byteOrderMark
        /// Not UTF-8 (RFC 3629): overlong, a surrogate, beyond U+10FFFF, or a stray byte.
        case invalidUTF8
        /// RFC 8259 section 7: controls stand in strings only as escapes.
        case controlCharacter
        case badEscape
        /// Half of a `\uD83D\uDE00` pair: stands for no character.
        case loneSurrogate
        /// RFC 8259 section 6: `01`, `+1`, `.5`, `1.`, `1e`, `NaN` are no numbers.
        case badNumber
        /// Which of the two is meant, nobody can know.
        case duplicateKey(String)
        case tooDeep(limit: Int)
    }

    public enum Expectation: String, Hashable, Sendable {
        case value = "a value"
        case key = "a key in double quotes"
        case keyOrEnd = "a key in double quotes, or }"
        case colon = "a colon"
        case commaOrBrace = "a comma or }"
        case commaOrBracket = "a comma or ]"
    }

    public var reason: Reason
    /// Bytes before the fault, from the start of what was given.
    public var offset: Int

    public init(_ reason: Reason, at offset: Int) { (self.reason, self.offset) = (reason, offset) }

    public var description: String { "\(sentence) (at byte \(offset))" }

    private var sentence: String {
        switch reason {
        case .empty: "there is nothing here"
        case .truncated: "the text ends in the middle of a value"
        case .unexpected(let expected): "\(expected.rawValue) was expected"
        case .trailingBytes: "something follows the end of the value"
        case .byteOrderMark: "the text begins with a byte order mark; leave it out"
        case .invalidUTF8: "the text is not UTF-8"
        case .controlCharacter: "a control character stands bare in a string; write it as an escape"
        case .badEscape: "a backslash begins no escape that JSON knows"
        case .loneSurrogate: "an escape is half of a surrogate pair"
        case .badNumber: "this is not a number as JSON writes them"
        case .duplicateKey(let key): "the key \"\(String(key.unicodeScalars.prefix(64)))\" stands twice in one object"
        case .tooDeep(let limit): "lists and objects are nested deeper than \(limit)"
        }
    }
}

/// What a reader puts up with.
public struct JSONLimits: Hashable, Sendable {
    /// Lists and objects inside one another; the outermost counts.
    public var depth: Int
    public init(depth: Int = 32) { self.depth = depth }
}
