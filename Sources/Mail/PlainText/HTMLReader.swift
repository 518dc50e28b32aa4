// SPDX-License-Identifier: Apache-2.0
//
// HTMLReader: html as a sequence of texts and tags, in one pass over its bytes.
//
// Reads what mail templates hold, forgivingly: never fails, never looks at a byte more than a few times.

struct HTMLReader {
    enum Token {
        /// Characters between tags, references not yet read.
        case text(Range<Int>)
        case start(HTMLElement, attributes: Range<Int>)
        case end(HTMLElement)
    }

    private static let mostUnclosed = 16

    let source: UnsafeBufferPointer<UInt8>
    private(set) var index = 0
    /// Elements found never to be closed: looked for once only, and not for many, so that reading stays linear.
    private var unclosed: [HTMLElement] = []
    /// Whether a quote was found that nothing closes: quotes mean nothing from there on, or the rest would be lost.
    private var hasOpenQuote = false

    init(_ source: UnsafeBufferPointer<UInt8>) { self.source = source }

    mutating func next() -> Token? {
        while index < source.count {
            guard source[index] == UInt8(ascii: "<") else { return .text(takeText()) }
            guard index + 1 < source.count else { break }
            switch source[index + 1] {
            case UInt8(ascii: "!"), UInt8(ascii: "?"): skipDeclaration()
            case UInt8(ascii: "/"): return takeEndTag()
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): return takeStartTag()
            default:
                let start = index
                index += 1
                return .text(start..<takeText().upperBound)
            }
        }
        return nil
    }

    /// Goes behind the end tag that closes an element just begun, over all it holds; not at all where it is never closed.
    mutating func skip(_ element: HTMLElement) {
        guard !element.isVoid, unclosed.count < Self.mostUnclosed, !unclosed.contains(element) else { return }
        let start = index
        if element.holdsRawText { return skipRawText(element) }
        var depth = 1
        while let token = next() {
            switch token {
            case .start(let inner, _) where inner.holdsRawText: skipRawText(inner)
            case .start(element, _): depth += 1
            case .end(element):
                depth -= 1
                if depth == 0 { return }
            default: break
            }
        }
        index = start
        unclosed.append(element)
    }

    private mutating func takeText() -> Range<Int> {
        let start = index
        while index < source.count, source[index] != UInt8(ascii: "<") { index += 1 }
        return start..<index
    }

    private mutating func takeEndTag() -> Token {
        index += 2
        let element = takeName()
        while index < source.count, source[index] != UInt8(ascii: ">") { index += 1 }
        index = min(index + 1, source.count)
        return .end(element)
    }

    /// Nil where the html ends within the tag.
    private mutating func takeStartTag() -> Token? {
        index += 1
        let element = takeName()
        let start = index
        if !takeAttributes(mindingQuotes: !hasOpenQuote) {
            hasOpenQuote = true
            index = start
            guard takeAttributes(mindingQuotes: false) else { return nil }
        }
        index += 1
        return .start(element, attributes: start..<index - 1)
    }

    /// Goes to the `>` that ends the tag, or to the end of all; returns which.
    private mutating func takeAttributes(mindingQuotes: Bool) -> Bool {
        let start = index
        var quote: UInt8?
        while index < source.count {
            let byte = source[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: ">") {
                return true
            } else if mindingQuotes, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), index > start,
                source[index - 1] == UInt8(ascii: "=") || source[index - 1] == UInt8(ascii: " ")
            {
                quote = byte
            }
            index += 1
        }
        return false
    }

    private mutating func takeName() -> HTMLElement {
        var key: UInt64 = 0  // the last eight letters: enough to tell all that matter apart
        loop: while index < source.count {
            switch source[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                key = key << 8 | UInt64(source[index] | 0x20)
            case UInt8(ascii: ">"), UInt8(ascii: "/"), 0...UInt8(ascii: " "): break loop
            default: key = key << 8 | UInt64(source[index])
            }
            index += 1
        }
        return HTMLElement(key: key)
    }

    /// Comments, conditional ones with all they hold, and declarations.
    private mutating func skipDeclaration() {
        let isComment = source[index...].starts(with: "<!--".utf8)
        let end = isComment ? find("-->", from: index + 4) : find(">", from: index)
        index = end ?? source.count
    }

    private mutating func skipRawText(_ element: HTMLElement) {
        while index < source.count {
            let text = takeText()
            guard text.upperBound < source.count else { return }
            if index + 1 < source.count, source[index + 1] == UInt8(ascii: "/") {
                if case .end(element) = takeEndTag() { return }
            } else {
                index += 1
            }
        }
    }

    /// Where the first occurrence of the mark ends.
    private func find(_ mark: StaticString, from start: Int) -> Int? {
        let length = mark.utf8CodeUnitCount
        var place = start
        while place + length <= source.count {
            if source[place] == mark.utf8Start[0],
                source[place..<place + length].elementsEqual(UnsafeBufferPointer(start: mark.utf8Start, count: length))
            {
                return place + length
            }
            place += 1
        }
        return nil
    }
}
