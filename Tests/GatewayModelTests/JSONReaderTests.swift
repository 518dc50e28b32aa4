// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@Suite("Strict JSON")
struct JSONReaderTests {
    struct Taken: Sendable {
        var text: String
        var value: JSONValue
        init(_ text: String, _ value: JSONValue) { (self.text, self.value) = (text, value) }
    }

    static let taken = [
        Taken("null", .null), Taken(" \t\r\n true \n", .bool(true)), Taken("false", .bool(false)),
        Taken("0", .number(.init(literal: "0"))), Taken("-0", .number(.init(literal: "-0"))),
        Taken("-0.50e+010", .number(.init(literal: "-0.50e+010"))), Taken("1E5", .number(.init(literal: "1E5"))),
        Taken("123456789012345678901234567890", .number(.init(literal: "123456789012345678901234567890"))),
        Taken("1e999999", .number(.init(literal: "1e999999"))),
        Taken(#""""#, .string("")), Taken(#""a""#, .string("a")), Taken("\"\u{7F}\"", .string("\u{7F}")),
        Taken(#""seven b""#, .string("seven b")), Taken(#""eight by""#, .string("eight by")),
        Taken(#""a long string without anything odd in it""#, .string("a long string without anything odd in it")),
        Taken(#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{08}\u{0C}\n\r\t")),
        Taken(#""\u0041\u00e9\u20AC""#, .string("Aé€")), Taken(#""\uD83D\uDE00!""#, .string("😀!")),
        Taken(#""\u0000""#, .string("\0")), Taken(#""é€😀 mixed \n in""#, .string("é€😀 mixed \n in")),
        Taken("\"\u{10FFFF}\u{FFFD}\u{D7FF}\u{E000}\"", .string("\u{10FFFF}\u{FFFD}\u{D7FF}\u{E000}")),
        Taken("[]", .array([])), Taken("[ ]", .array([])), Taken("[1 , null]", .array([.integer(1), .null])),
        Taken("{}", .object(JSONObject())), Taken("{ }", .object(JSONObject())),
        Taken(
            #"{"b":1,"a":{"":[{}]}}"#,
            .object(
                JSONObject([
                    ("b", .integer(1)), ("a", .object(JSONObject([("", .array([.object(JSONObject())]))]))),
                ]))),
        Taken(
            #"{"a":1,"A":2," a":3}"#,
            .object(JSONObject([("a", .integer(1)), ("A", .integer(2)), (" a", .integer(3))]))),
    ]

    @Test("takes what RFC 8259 allows and loses nothing", arguments: taken)
    func takes(_ row: Taken) throws {
        #expect(try JSONValue.parse(Array(row.text.utf8)) == row.value)
    }

    struct Refused: Sendable {
        var bytes: [UInt8]
        var reason: JSONError.Reason
        var offset: Int
        init(_ text: String, _ reason: JSONError.Reason, at offset: Int) {
            (bytes, self.reason, self.offset) = (Array(text.utf8), reason, offset)
        }
        /// A string that holds these bytes.
        init(string inner: [UInt8], _ reason: JSONError.Reason, at offset: Int) {
            (bytes, self.reason, self.offset) = ([0x22] + inner + [0x22], reason, offset)
        }
    }

    static let refused = [
        Refused("", .empty, at: 0), Refused("  \n", .empty, at: 3),
        Refused("\u{FEFF}{}", .byteOrderMark, at: 0),
        Refused("{} {}", .trailingBytes, at: 3), Refused("1 x", .trailingBytes, at: 2),
        Refused("nulls", .trailingBytes, at: 4),
        Refused("{", .truncated, at: 1), Refused("[1,", .truncated, at: 3), Refused(#"{"a""#, .truncated, at: 4),
        Refused(#"{"a":"#, .truncated, at: 5), Refused(#""abc"#, .truncated, at: 4),
        Refused(#""abc\"#, .truncated, at: 5),
        Refused(#""abc\u12"#, .truncated, at: 8), Refused("tru", .truncated, at: 3), Refused("-", .truncated, at: 0),
        Refused("1.", .truncated, at: 0), Refused("1e+", .truncated, at: 0),
        Refused("[1,]", .unexpected(expected: .value), at: 3), Refused("[,1]", .unexpected(expected: .value), at: 1),
        Refused(#"{"a":1,}"#, .unexpected(expected: .key), at: 7),
        Refused("{,}", .unexpected(expected: .keyOrEnd), at: 1),
        Refused("{a:1}", .unexpected(expected: .keyOrEnd), at: 1),
        Refused("{'a':1}", .unexpected(expected: .keyOrEnd), at: 1),
        Refused(#"{"a" 1}"#, .unexpected(expected: .colon), at: 5),
        Refused(#"{"a":1 "b":2}"#, .unexpected(expected: .commaOrBrace), at: 7),
        Refused("[1 2]", .unexpected(expected: .commaOrBracket), at: 3),
        Refused("[1}", .unexpected(expected: .commaOrBracket), at: 2),
        Refused("// c\n1", .unexpected(expected: .value), at: 0),
        Refused("/* c */ 1", .unexpected(expected: .value), at: 0),
        Refused("True", .unexpected(expected: .value), at: 0), Refused("nil ", .unexpected(expected: .value), at: 0),
        Refused("[1] // c", .trailingBytes, at: 4), Refused("\u{0C}1", .unexpected(expected: .value), at: 0),
        Refused("\u{A0}1", .unexpected(expected: .value), at: 0),
        Refused("undefined", .unexpected(expected: .value), at: 0),
        Refused("NaN", .badNumber, at: 0), Refused("Infinity", .badNumber, at: 0),
        Refused("-Infinity", .badNumber, at: 0),
        Refused("+1", .badNumber, at: 0), Refused(".5", .badNumber, at: 0), Refused("01", .badNumber, at: 0),
        Refused("-012", .badNumber, at: 0), Refused("1.e1", .badNumber, at: 0), Refused("1ex", .badNumber, at: 0),
        Refused("0x10", .trailingBytes, at: 1), Refused("1_000", .trailingBytes, at: 1),
        Refused("00", .badNumber, at: 0),
        Refused(#"{"a":1,"b":2,"a":3}"#, .duplicateKey("a"), at: 13),
        Refused(#"{"a":1,"\u0061":3}"#, .duplicateKey("a"), at: 7),
        Refused(#"{"x":{"k":1,"k":1}}"#, .duplicateKey("k"), at: 12),
        Refused("{\"\u{E9}\":1,\"e\u{301}\":2}", .duplicateKey("\u{E9}"), at: 8),
        Refused("\"a\nb\"", .controlCharacter, at: 2), Refused("\"abcdefgh\u{1F}\"", .controlCharacter, at: 9),
        Refused("\"\t\"", .controlCharacter, at: 1), Refused("\"\0\"", .controlCharacter, at: 1),
        Refused(#""\x41""#, .badEscape, at: 1), Refused(#""a\'""#, .badEscape, at: 2),
        Refused(#""\u12G4""#, .badEscape, at: 1),
        Refused(#""\U0041""#, .badEscape, at: 1),
        Refused(#""\uD800""#, .loneSurrogate, at: 1), Refused(#""a\uDC00\uD800""#, .loneSurrogate, at: 2),
        Refused(#""\uD800\u0041""#, .loneSurrogate, at: 1), Refused(#""\uD800x""#, .loneSurrogate, at: 1),
        Refused(#""\uD800\uD800""#, .loneSurrogate, at: 1), Refused(#""\uD83D\n""#, .loneSurrogate, at: 1),
        Refused(string: [0x80], .invalidUTF8, at: 1), Refused(string: [0x61, 0xFF], .invalidUTF8, at: 2),
        Refused(string: [0xC0, 0xAF], .invalidUTF8, at: 1), Refused(string: [0xC1, 0xBF], .invalidUTF8, at: 1),
        Refused(string: [0xE0, 0x9F, 0xBF], .invalidUTF8, at: 1),
        Refused(string: [0xF0, 0x8F, 0xBF, 0xBF], .invalidUTF8, at: 1),
        Refused(string: [0xED, 0xA0, 0x80], .invalidUTF8, at: 1),
        Refused(string: [0xF4, 0x90, 0x80, 0x80], .invalidUTF8, at: 1),
        Refused(string: [0xF5, 0x80, 0x80, 0x80], .invalidUTF8, at: 1), Refused(string: [0xC3], .invalidUTF8, at: 1),
        Refused(string: [0xE2, 0x82], .invalidUTF8, at: 1), Refused(string: [0xE2, 0x82, 0x41], .invalidUTF8, at: 1),
    ]

    @Test("refuses everything else, and says where", arguments: refused)
    func refuses(_ row: Refused) {
        #expect(throws: JSONError(row.reason, at: row.offset)) { try JSONValue.parse(row.bytes) }
    }

    @Test("32 levels are taken, 33 are not")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        _ = try JSONValue.parse(nested(32))
        #expect(throws: JSONError(.tooDeep(limit: 32), at: 32)) { try JSONValue.parse(nested(33)) }
        #expect(throws: JSONError(.tooDeep(limit: 32), at: 32)) { try JSONValue.parse(nested(100_000)) }
        #expect(throws: JSONError(.tooDeep(limit: 2), at: 2)) {
            try JSONValue.parse(nested(3), limits: JSONLimits(depth: 2))
        }
    }

    @Test("the last of a thousand keys is found to stand twice")
    func manyKeys() throws {
        let members = (0..<1000).map { "\"key-\($0)\":\($0)" }
        let sound = "{" + members.joined(separator: ",") + "}"
        #expect(try JSONValue.parse(Array(sound.utf8)).object?.members.count == 1000)
        let twice = "{" + members.joined(separator: ",") + ",\"key-998\":1}"
        #expect(throws: JSONError(.duplicateKey("key-998"), at: sound.utf8.count)) {
            try JSONValue.parse(Array(twice.utf8))
        }
    }

    @Test("the slices of an object's values are their exact bytes")
    func slices() throws {
        let bytes = Array(#" { "a" : 1.50 ,"b":{"x":[1, 2]} , "c":"\u0041" }"#.utf8)
        let sliced = try #require(try bytes.withUnsafeBytes { try JSONSlicedObject($0) })
        #expect(
            sliced.slices.map { String(decoding: bytes[$0], as: UTF8.self) } == [
                "1.50", #"{"x":[1, 2]}"#, #""\u0041""#,
            ])
        #expect(sliced.object.members.map(\.key) == ["a", "b", "c"])
        #expect(try Array("[1]".utf8).withUnsafeBytes { try JSONSlicedObject($0) } == nil)
    }

    @Test("what is written is read back the same", arguments: taken)
    func roundTrip(_ row: Taken) throws {
        #expect(try JSONValue.parse(row.value.encoded) == row.value)
    }

    @Test("no cut of a sound document is taken for one")
    func everyPrefix() throws {
        let whole = Array(#"{"a":[1,2.5e3,"x\u00e9é😀",true,false,null,{"b":""}],"c":-1}"#.utf8)
        _ = try JSONValue.parse(whole)
        for length in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSONValue.parse(Array(whole[..<length])) }
        }
    }
}
