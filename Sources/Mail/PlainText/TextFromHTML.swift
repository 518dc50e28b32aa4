// SPDX-License-Identifier: Apache-2.0
//
// TextFromHTML: the text part of a mail whose author wrote only html.
//
// Reads as if written by hand: underlined headings, links as `text <address>`, marked lists, tables by row, quotes behind
// `>`, wrapped at 76 columns. What a reader of the html would not see (styles, scripts, preheaders) is left out.

public struct TextFromHTML {
    /// The text, UTF-8 with LF line ends, ending in one unless empty. Never fails: whatever html it is, text comes out.
    ///
    /// - Parameter html: UTF-8.
    public static func text(of html: [UInt8]) -> [UInt8] {
        html.withUnsafeBufferPointer { source in
            var writer = TextFromHTML(source)
            writer.run()
            return writer.layout.finish()
        }
    }

    private var reader: HTMLReader
    private var layout: TextLayout
    private var lists: [List] = []
    private var blocks: [Indented] = []
    private var tables: [Table] = []
    private var links: [Link] = []
    private var preformattedDepth = 0

    private enum List {
        case bullets
        case numbers(next: Int)
    }

    private enum Table {
        case data
        /// Only places things on the page.
        case scaffold

        var cellMark: StaticString { self == .data ? " | " : " " }
    }

    private enum Indented: Equatable {
        case item(ofListAt: Int)
        case quote
    }

    private struct Link {
        var target: [UInt8]
        /// What is shown for it, without spaces.
        var text: [UInt8] = []
    }

    private init(_ source: UnsafeBufferPointer<UInt8>) {
        reader = HTMLReader(source)
        layout = TextLayout(reserving: source.count / 2)
    }

    private mutating func run() {
        while let token = reader.next() {
            switch token {
            case .text(let range): text(range)
            case .start(let element, let range): start(element, HTMLAttributes(reader.source, range))
            case .end(let element): end(element)
            }
        }
        endLink()
    }
}

extension TextFromHTML {
    private mutating func start(_ element: HTMLElement, _ attributes: HTMLAttributes) {
        if attributes.isHidden { return reader.skip(element) }
        switch element {
        case .heading:
            layout.breakLine(.blank)
            layout.beginMeasuring()
        case .paragraph: layout.breakLine(.blank)
        case .division: layout.breakLine(.line)
        case .preformatted:
            layout.breakLine(.blank)
            preformattedDepth += 1
        case .blockquote:
            layout.breakLine(.blank)
            layout.indent(by: "> ")
            blocks.append(.quote)
        case .rule: rule()
        case .lineBreak: layout.forceLine()
        case .unorderedList: startList(.bullets)
        case .orderedList:
            startList(
                .numbers(next: attributes.text("start").flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 1))
        case .listItem: startItem()
        case .table: startTable(attributes)
        case .row: layout.breakLine(.line)
        case .cell: layout.separate(with: tables.last?.cellMark ?? " ")
        case .link: startLink(attributes)
        case .image: if let alternative = attributes.text("alt") { plain(alternative) }
        case .unseen: reader.skip(element)
        case .other: break
        }
    }

    private mutating func end(_ element: HTMLElement) {
        switch element {
        case .heading(let level):
            if level <= 2 { layout.underline(level == 1 ? "=" : "-") }
            layout.breakLine(.blank)
        case .paragraph: layout.breakLine(.blank)
        case .division, .row: layout.breakLine(.line)
        case .preformatted:
            preformattedDepth = max(0, preformattedDepth - 1)
            layout.breakLine(.blank)
        case .blockquote: close(.quote, .blank)
        case .unorderedList, .orderedList: endList()
        case .listItem: if !lists.isEmpty { close(.item(ofListAt: lists.count), .line) }
        case .table:
            layout.breakLine(tables.popLast() == .data ? .blank : .line)
        case .link: endLink()
        case .rule, .lineBreak, .cell, .image, .unseen, .other: break
        }
    }

    private mutating func rule() {
        layout.breakLine(.blank)
        layout.verbatim([UInt8](repeating: UInt8(ascii: "-"), count: 40))
        layout.breakLine(.blank)
    }

    private mutating func startTable(_ attributes: HTMLAttributes) {
        let role = attributes.text("role").map { String(decoding: $0, as: UTF8.self) }
        let isScaffold = role == "presentation" || role == "none"
        layout.breakLine(isScaffold ? .line : .blank)
        tables.append(isScaffold ? .scaffold : .data)
    }
}

// MARK: Lists and quotes

extension TextFromHTML {
    private mutating func startList(_ list: List) {
        layout.breakLine(lists.isEmpty ? .blank : .line)
        lists.append(list)
    }

    private mutating func endList() {
        guard !lists.isEmpty else { return }
        close(.item(ofListAt: lists.count), .line)
        lists.removeLast()
        layout.breakLine(lists.isEmpty ? .blank : .line)
    }

    private mutating func startItem() {
        close(.item(ofListAt: lists.count), .line)
        layout.breakLine(.line)
        var mark = "- "
        if case .numbers(let next) = lists.last {
            mark = "\(next). "
            lists[lists.count - 1] = .numbers(next: next &+ 1)
        }
        layout.indent(by: " ", mark: Array(mark.utf8))
        blocks.append(.item(ofListAt: lists.count))
    }

    /// Ends the innermost block of that kind with all that was left open in it, if there is one.
    private mutating func close(_ kind: Indented, _ gap: TextLayout.Gap) {
        guard let place = blocks.lastIndex(of: kind) else { return }
        while blocks.count > place {
            blocks.removeLast()
            layout.outdent()
        }
        layout.breakLine(gap)
    }
}

// MARK: Links

extension TextFromHTML {
    private mutating func startLink(_ attributes: HTMLAttributes) {
        endLink()
        guard var target = attributes.text("href") else { return }
        target.removeAll { $0 <= 0x20 }
        if String(validating: target, as: UTF8.self) == nil {
            target = Array(String(decoding: target, as: UTF8.self).utf8)
        }
        let lower = target.prefix(11).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard lower.first != UInt8(ascii: "#"), !lower.starts(with: "javascript:".utf8) else { return }
        for scheme in ["mailto:", "tel:"] where lower.starts(with: scheme.utf8) {
            target.removeFirst(scheme.utf8.count)
        }
        links.append(Link(target: target))
    }

    /// Writes the address behind the text, unless the text is the address.
    private mutating func endLink() {
        guard let link = links.popLast(), !isShown(link) else { return }
        layout.space()
        layout.append(ascii: "<")
        layout.appendWhole(link.target)
        layout.append(ascii: ">")
    }

    private func isShown(_ link: Link) -> Bool {
        guard !link.text.isEmpty else { return link.target.isEmpty }
        var target = link.target[...]
        for scheme in ["https://", "http://"] where target.starts(with: scheme.utf8) {
            target.removeFirst(scheme.utf8.count)
        }
        if target.last == UInt8(ascii: "/") { target.removeLast() }
        var text = link.text[...]
        if text.last == UInt8(ascii: "/") { text.removeLast() }
        return text == target || text == link.target[...]
    }
}

// MARK: Characters

extension TextFromHTML {
    private mutating func text(_ range: Range<Int>) {
        var index = range.lowerBound
        let source = reader.source
        while index < range.upperBound {
            let byte = source[index]
            if byte == UInt8(ascii: "&"), let (scalar, end) = CharacterReferences.read(source, at: index) {
                character(scalar)
                index = end
            } else {
                index = run(source, from: index, to: range.upperBound)
            }
        }
    }

    /// Text without references.
    private mutating func plain(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { source in
            var index = 0
            while index < source.count { index = run(source, from: index, to: source.count) }
        }
    }

    /// One run of equal treatment, at least one byte long; returns its end.
    private mutating func run(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int
    ) -> Int {
        var end = start + 1
        switch source[start] {
        case 0...0x20, 0x7F: whiteSpace(source[start])
        case 0x80...:
            let scalar = decodeScalar(source, start, &end)
            character(scalar)
        default:
            while end < limit, source[end] > 0x20, source[end] < 0x7F, source[end] != UInt8(ascii: "&") { end += 1 }
            let word = UnsafeBufferPointer(rebasing: source[start..<end])
            layout.append(word)
            if !links.isEmpty { links[links.count - 1].text.append(contentsOf: word) }
        }
        return end
    }

    private mutating func whiteSpace(_ byte: UInt8) {
        guard preformattedDepth > 0 else { return layout.space() }
        switch byte {
        case 0x0A: layout.forceLine()
        case 0x09: layout.append(ascii: "    ")
        case 0x20: layout.append(ascii: " ")
        default: break
        }
    }

    private mutating func character(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0...0x20, 0x7F: whiteSpace(UInt8(scalar.value))
        case 0xA0, 0x202F:  // stays in its word, so that no line breaks at it
            if layout.isInWord { layout.append(ascii: " ") } else { layout.space() }
        case 0x80...0x9F, 0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF: break
        case 0x200C, 0x200D: if layout.isInWord { layout.append(scalar) }
        default:
            layout.append(scalar)
            if !links.isEmpty { links[links.count - 1].text.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
        }
    }
}

/// The scalar that begins at `index`; `end` is set behind it. U+FFFD for a byte that begins none.
private func decodeScalar(_ source: UnsafeBufferPointer<UInt8>, _ index: Int, _ end: inout Int) -> Unicode.Scalar {
    let lead = source[index]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    end = index + 1
    guard (0xC2...0xF4).contains(lead), index + length <= source.count else { return "\u{FFFD}" }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for place in 1..<length {
        guard source[index + place] & 0xC0 == 0x80 else { return "\u{FFFD}" }
        value = value << 6 | UInt32(source[index + place] & 0x3F)
    }
    guard let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
    end = index + length
    return scalar
}
