// SPDX-License-Identifier: Apache-2.0
//
// XMLTree: as much of XML 1.0 as answers of query APIs hold, read into the same tree as JSON.
//
// An element becomes an object of its children, or a text where it has none; children of one name become a list.
// Attributes are passed over, prefixes cut off. No document types, no entities but the five and character references:
// nothing can grow. A value over one array of bytes, used once.

import GatewayModel

struct XMLError: Error, Hashable {
    var words: String
    init(_ words: String) { self.words = words }
}

struct XMLTree {
    private let bytes: [UInt8]
    private var at = 0
    private var elements = 0

    static let depthLimit = 32
    static let elementLimit = 20_000

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An object with the document's one element.
    static func parse(_ bytes: [UInt8]) throws(XMLError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw XMLError("the text is not UTF-8") }
        var reader = XMLTree(bytes)
        try reader.skipBetween()
        guard reader.peek == UInt8(ascii: "<") else { throw XMLError("an element was expected") }
        let (name, value) = try reader.element(depth: 1)
        try reader.skipBetween()
        guard reader.at == bytes.count else { throw XMLError("something follows the end") }
        return .object(JSONObject([(name, value)]))
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func stands(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for place in 0..<count where bytes[at + place] != text.utf8Start[place] { return false }
        return true
    }

    private mutating func skip(past end: StaticString) throws(XMLError) {
        while at < bytes.count {
            if stands(end) {
                at += end.utf8CodeUnitCount
                return
            }
            at += 1
        }
        throw XMLError("the text breaks off")
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }

    /// White space, comments and instructions around the document's element.
    private mutating func skipBetween() throws(XMLError) {
        while true {
            skipSpace()
            if stands("<?") {
                try skip(past: "?>")
            } else if stands("<!--") {
                try skip(past: "-->")
            } else {
                return
            }
        }
    }

    // MARK: Elements

    private mutating func element(depth: Int) throws(XMLError) -> (String, JSONValue) {
        elements += 1
        guard depth <= Self.depthLimit else { throw XMLError("nested deeper than \(Self.depthLimit)") }
        guard elements <= Self.elementLimit else { throw XMLError("more than \(Self.elementLimit) elements") }
        at += 1
        let name = try self.name()
        if try skipAttributes() { return (Self.local(name), .string("")) }
        let value = try content(depth: depth)
        let closing = try self.name()
        guard closing == name else { throw XMLError("an element is closed by another's name") }
        skipSpace()
        guard peek == UInt8(ascii: ">") else { throw XMLError("\">\" was expected") }
        at += 1
        return (Self.local(name), value)
    }

    private mutating func name() throws(XMLError) -> String {
        let start = at
        while let byte = peek, !" \t\r\n/>=<&\"'!?".utf8.contains(byte) { at += 1 }
        guard at > start else { throw XMLError("a name was expected") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private static func local(_ name: String) -> String {
        name.split(separator: ":").last.map(String.init) ?? name
    }

    /// Up to the tag's end; true where the element is closed with it.
    private mutating func skipAttributes() throws(XMLError) -> Bool {
        while let byte = peek {
            at += 1
            switch byte {
            case UInt8(ascii: ">"): return false
            case UInt8(ascii: "/"):
                guard peek == UInt8(ascii: ">") else { throw XMLError("\">\" was expected") }
                at += 1
                return true
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                while let inside = peek, inside != byte { at += 1 }
                guard peek != nil else { throw XMLError("the text breaks off") }
                at += 1
            case UInt8(ascii: "<"): throw XMLError("\"<\" within a tag")
            default: continue
            }
        }
        throw XMLError("the text breaks off")
    }

    /// Up to and with the `</` that closes it.
    private mutating func content(depth: Int) throws(XMLError) -> JSONValue {
        var children = Children()
        var text: [UInt8] = []
        while let byte = peek {
            if byte == UInt8(ascii: "&") {
                try reference(into: &text)
            } else if byte != UInt8(ascii: "<") {
                text.append(byte)
                at += 1
            } else if stands("</") {
                at += 2
                return children.value ?? .string(String(decoding: text, as: UTF8.self))
            } else if stands("<!--") {
                try skip(past: "-->")
            } else if stands("<![CDATA[") {
                at += 9
                let start = at
                try skip(past: "]]>")
                text += bytes[start..<(at - 3)]
            } else if stands("<?") {
                try skip(past: "?>")
            } else if stands("<!") {
                throw XMLError("a document type is not read")
            } else {
                let (name, value) = try element(depth: depth + 1)
                children.add(name, value)
            }
        }
        throw XMLError("the text breaks off")
    }

    private mutating func reference(into text: inout [UInt8]) throws(XMLError) {
        let start = at + 1
        while let byte = peek, byte != UInt8(ascii: ";"), at - start < 10 { at += 1 }
        guard peek == UInt8(ascii: ";") else { throw XMLError("a reference does not end") }
        let name = String(decoding: bytes[start..<at], as: UTF8.self)
        at += 1
        switch name {
        case "amp": text.append(UInt8(ascii: "&"))
        case "lt": text.append(UInt8(ascii: "<"))
        case "gt": text.append(UInt8(ascii: ">"))
        case "quot": text.append(UInt8(ascii: "\""))
        case "apos": text.append(UInt8(ascii: "'"))
        default:
            let digits = name.hasPrefix("#x") ? name.dropFirst(2) : name.dropFirst(1)
            guard name.hasPrefix("#"), let code = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10), code > 0,
                let scalar = Unicode.Scalar(code)
            else { throw XMLError("an entity is not known") }
            text += String(Character(scalar)).utf8
        }
    }

    /// Children by name, in the order of their first.
    private struct Children {
        private var names: [String] = []
        private var values: [String: [JSONValue]] = [:]

        mutating func add(_ name: String, _ value: JSONValue) {
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(value)
        }

        var value: JSONValue? {
            guard !names.isEmpty else { return nil }
            return .object(
                JSONObject(
                    names.map { name in
                        let values = values[name] ?? []
                        return (name, values.count == 1 ? values[0] : .array(values))
                    }))
        }
    }
}
