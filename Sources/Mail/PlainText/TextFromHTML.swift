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

    private(set) var reader: HTMLReader
    var layout: TextLayout
    private var lists: [List] = []
    private var blocks: [Indented] = []
    private var tables: [Table] = []
    var links: [Link] = []
    var preformattedDepth = 0

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

    struct Link {
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
            open(.quote, by: "> ")
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
        open(.item(ofListAt: lists.count), by: " ", mark: Array(mark.utf8))
    }

    /// Deeper than that, nothing moves to the right any more: every line is written with all its indents.
    private static var deepest: Int { 32 }

    private mutating func open(_ block: Indented, by prefix: StaticString, mark: [UInt8]? = nil) {
        guard blocks.count < Self.deepest else { return }
        layout.indent(by: prefix, mark: mark)
        blocks.append(block)
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
