// SPDX-License-Identifier: Apache-2.0
//
// Where in an HTML document the next byte stands: enough of the tokenizer (WHATWG HTML 13.2.5) to tell text from tags,
// quoted from unquoted attribute values, and links from other attributes. Fed with a template's literal text. Pure.

struct HTMLPosition: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case text, tagStart, tagName, insideTag, attributeName, afterAttributeName, beforeValue
        case quoted(UInt8)
        case unquoted
        /// `<!…>` outside comments, conditional comments' heads included.
        case declaration
        case comment
        /// Inside `<script>` or `<style>`.
        case rawText
    }

    /// What a byte began or ended.
    enum Event { case none, linkValueStarts, linkValueEnds }

    private(set) var state = State.text
    /// Whether the current attribute is a link, and its value's text so far holds anything, or `?` or `#`.
    private(set) var isLink = false
    private(set) var hasLiteral = false
    private(set) var isQuery = false
    private var tag: [UInt8] = []
    private var attribute: [UInt8] = []
    private var recent: [UInt8] = []

    /// Why a value cannot be made safe here; nil where it can.
    var objection: String? {
        switch state {
        case .text, .declaration, .comment: nil
        case .quoted: isHandler ? "a value may not stand in a script" : nil
        case .rawText: "a value may not stand in <\(String(decoding: tag, as: UTF8.self))>"
        case .unquoted, .beforeValue: "put the attribute's value in quotes"
        case .tagStart, .tagName, .insideTag, .attributeName, .afterAttributeName:
            "a value may stand in a tag only inside an attribute's quotes"
        }
    }

    var isInLink: Bool { if case .quoted = state { isLink } else { false } }

    mutating func consume(_ byte: UInt8) -> Event {
        switch state {
        case .text: if byte == UInt8(ascii: "<") { state = .tagStart }
        case .tagStart: startTag(byte)
        case .tagName: nameTag(byte)
        case .insideTag, .afterAttributeName: return insideTag(byte)
        case .attributeName: nameAttribute(byte)
        case .beforeValue: return startValue(byte)
        case .quoted(let quote): return insideQuotes(byte, quote)
        case .unquoted: if byte == UInt8(ascii: ">") { leaveTag() } else if isSpace(byte) { state = .insideTag }
        case .declaration: insideDeclaration(byte)
        case .comment: insideComment(byte)
        case .rawText: insideRawText(byte)
        }
        return .none
    }

    private mutating func startTag(_ byte: UInt8) {
        if byte == UInt8(ascii: "!") {
            (state, recent) = (.declaration, [])
        } else if isLetter(byte) || byte == UInt8(ascii: "/") {
            (state, tag) = (.tagName, [lowered(byte)])
        } else {
            state = .text
        }
    }

    private mutating func nameTag(_ byte: UInt8) {
        if byte == UInt8(ascii: ">") {
            leaveTag()
        } else if isSpace(byte) || byte == UInt8(ascii: "/") {
            state = .insideTag
        } else {
            tag.append(lowered(byte))
        }
    }

    private mutating func insideTag(_ byte: UInt8) -> Event {
        if byte == UInt8(ascii: ">") {
            leaveTag()
        } else if byte == UInt8(ascii: "="), state == .afterAttributeName {
            state = .beforeValue
        } else if !isSpace(byte), byte != UInt8(ascii: "/") {
            (state, attribute) = (.attributeName, [lowered(byte)])
        }
        return .none
    }

    private mutating func nameAttribute(_ byte: UInt8) {
        if byte == UInt8(ascii: "=") {
            state = .beforeValue
        } else if byte == UInt8(ascii: ">") {
            leaveTag()
        } else if isSpace(byte) {
            state = .afterAttributeName
        } else {
            attribute.append(lowered(byte))
        }
    }

    private mutating func startValue(_ byte: UInt8) -> Event {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            state = .quoted(byte)
            (isLink, hasLiteral, isQuery) = (Self.links.contains(attribute), false, false)
            return isLink ? .linkValueStarts : .none
        }
        if byte == UInt8(ascii: ">") { leaveTag() } else if !isSpace(byte) { state = .unquoted }
        return .none
    }

    private mutating func insideQuotes(_ byte: UInt8, _ quote: UInt8) -> Event {
        if byte == quote {
            state = .insideTag
            return isLink ? .linkValueEnds : .none
        }
        hasLiteral = true
        if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { isQuery = true }
        return .none
    }

    private mutating func insideDeclaration(_ byte: UInt8) {
        recent.append(byte)
        if recent.elementsEqual("--".utf8) {
            state = .comment
        } else if byte == UInt8(ascii: ">") {
            state = .text
        }
    }

    /// What a conditional comment (`<!--[if …]>`) holds is a document to those who read it. `<!-->` is over at once.
    private mutating func insideComment(_ byte: UInt8) {
        recent.append(byte)
        if recent.elementsEqual("--[if".utf8) {
            state = .declaration
        } else if recent.suffix(3).elementsEqual("-->".utf8) {
            state = .text
        }
        if recent.count > 8 { recent.removeFirst(4) }
    }

    private mutating func insideRawText(_ byte: UInt8) {
        recent.append(lowered(byte))
        let end = Array("</".utf8) + tag
        if recent.count > end.count { recent.removeFirst(recent.count - end.count) }
        if recent == end { (state, tag) = (.tagName, [UInt8(ascii: "/")] + tag) }
    }

    private mutating func leaveTag() {
        let isRaw = tag.elementsEqual("script".utf8) || tag.elementsEqual("style".utf8)
        (state, recent) = (isRaw ? .rawText : .text, [])
    }

    private var isHandler: Bool { attribute.starts(with: "on".utf8) && attribute.count > 2 }

    private static let links: Set<[UInt8]> = Set(
        ["href", "src", "action", "formaction", "background", "poster", "cite", "longdesc", "data", "xlink:href"].map {
            Array($0.utf8)
        })
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowered(byte)) }
private func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
}
