// SPDX-License-Identifier: Apache-2.0
//
// Builds the tree of a template: pairs the tags, decides which stand alone on their lines (Mustache specification,
// sections, partials, inheritance), and cuts the text between them. Pure.

struct MustacheParser {
    /// Sections, parents and blocks inside one another.
    static let deepestNesting = 64
    /// Told of one file; finding a place costs, and nobody reads on.
    static let mostProblems = 100

    private let source: SourceFile
    private let tags: [MustacheTag]
    private var problems: [TemplateProblem]
    /// For an opening tag its closing one, for a closing tag its opening one.
    private var partner: [Int?]
    /// The next tag to read, and where the text before it begins.
    private var next = 0
    private var cursor = 0

    static func parse(_ source: SourceFile) -> MustachePage {
        var scanner = MustacheScanner(source)
        scanner.scan()
        var parser = MustacheParser(source, scanner.tags, scanner.problems)
        parser.pair()
        guard parser.problems.isEmpty else {
            return MustachePage(source: source, nodes: [], problems: parser.problems)
        }
        return MustachePage(source: source, nodes: parser.nodes(until: scanner.tags.count), problems: [])
    }

    private init(_ source: SourceFile, _ tags: [MustacheTag], _ problems: [TemplateProblem]) {
        (self.source, self.tags, self.problems) = (source, tags, problems)
        partner = Array(repeating: nil, count: tags.count)
    }

    // MARK: Pairs

    private mutating func pair() {
        var open: [Int] = []
        for (index, tag) in tags.enumerated() {
            switch tag.kind {
            case .section, .inverted, .parent, .block:
                open.append(index)
                if open.count == Self.deepestNesting + 1 {
                    complain(index, "more than \(Self.deepestNesting) tags deep", nil)
                }
            case .close: close(index, &open)
            case .value, .raw, .comment, .delimiters, .partial: break
            }
        }
        for index in open {
            complain(index, "\"\(tags[index].name.text)\" is never closed", "add {{/\(tags[index].name.text)}}")
        }
    }

    private mutating func close(_ index: Int, _ open: inout [Int]) {
        let name = tags[index].name.text
        guard let opener = open.popLast() else {
            return complain(index, "\"\(name)\" is closed here and was never opened", nil)
        }
        (partner[opener], partner[index]) = (index, opener)
        let expected = tags[opener].name
        if expected.text != name {
            let line = source.place(of: expected.offset).line
            complain(
                index, "\"\(name)\" is closed here, \"\(expected.text)\" of line \(line) is open",
                "write {{/\(expected.text)}}")
        }
    }

    private mutating func complain(_ index: Int, _ message: String, _ hint: String?) {
        guard problems.count < Self.mostProblems else { return }
        problems.append(source.problem(at: tags[index].range.lowerBound, message, hint: hint))
    }

    // MARK: The tree

    private mutating func nodes(until end: Int) -> [MustacheNode] {
        var nodes: [MustacheNode] = []
        while next < end {
            let index = next
            next += 1
            append(index, to: &nodes)
        }
        finishText(end, &nodes)
        return nodes
    }

    /// The text up to the closing tag (or the end), and past that tag.
    private mutating func finishText(_ end: Int, _ nodes: inout [MustacheNode]) {
        guard end < tags.count else { return text(to: source.bytes.count, atTag: false, &nodes) }
        let cut = cutOfClose(end)
        text(to: cut.end, atTag: !cut.isAlone, &nodes)
        cursor = cut.resume
        next = end + 1
    }

    private mutating func append(_ index: Int, to nodes: inout [MustacheNode]) {
        let tag = tags[index]
        switch tag.kind {
        case .value, .raw:
            text(to: tag.range.lowerBound, atTag: true, &nodes)
            cursor = tag.range.upperBound
            nodes.append(.value(tag.name, raw: tag.kind == .raw))
        case .comment, .delimiters: _ = passAlone(index, &nodes)
        case .partial: nodes.append(.partial(tag.name, indent: passAlone(index, &nodes)))
        case .section, .inverted:
            _ = passAlone(index, &nodes)
            let inner = self.nodes(until: partner[index] ?? tags.count)
            nodes.append(.section(tag.name, inverted: tag.kind == .inverted, inner))
        case .parent: nodes.append(parent(index, &nodes))
        case .block: nodes.append(.block(block(index, &nodes)))
        case .close: preconditionFailure("closing tags are read with their openers")
        }
    }

    /// Passes a tag; where it stands alone its whole line goes, and the blanks before it are given back.
    private mutating func passAlone(_ index: Int, _ nodes: inout [MustacheNode]) -> Range<Int>? {
        let range = tags[index].range
        guard let left = source.blankLeft(of: range.lowerBound), left >= cursor,
            let right = source.blankRight(of: range.upperBound)
        else {
            text(to: range.lowerBound, atTag: true, &nodes)
            cursor = range.upperBound
            return nil
        }
        text(to: left, atTag: false, &nodes)
        cursor = right
        return left..<range.lowerBound
    }

    /// A parent stands alone where only blanks precede its opening tag and follow its closing one.
    private mutating func parent(_ index: Int, _ nodes: inout [MustacheNode]) -> MustacheNode {
        let (range, end) = (tags[index].range, partner[index] ?? index)
        var indent: Range<Int>?
        if let left = source.blankLeft(of: range.lowerBound), left >= cursor,
            source.blankRight(of: tags[end].range.upperBound) != nil
        {
            text(to: left, atTag: false, &nodes)
            indent = left..<range.lowerBound
        } else {
            text(to: range.lowerBound, atTag: true, &nodes)
        }
        cursor = range.upperBound
        let blocks = self.nodes(until: end).compactMap { if case .block(let block) = $0 { block } else { nil } }
        cursor =
            indent != nil ? source.blankRight(of: tags[end].range.upperBound) ?? cursor : tags[end].range.upperBound
        return .parent(tags[index].name, indent: indent, blocks)
    }

    private mutating func block(_ index: Int, _ nodes: inout [MustacheNode]) -> MustacheBlock {
        let range = tags[index].range
        var lead: Range<Int>?
        if let left = source.blankLeft(of: range.lowerBound), left >= cursor { lead = left..<range.lowerBound }
        let right = source.blankRight(of: range.upperBound)
        let startsLine = right != nil && hasOnlyInheritanceLeft(index)
        text(to: lead?.lowerBound ?? range.lowerBound, atTag: lead == nil, &nodes)
        cursor = startsLine ? right ?? range.upperBound : range.upperBound
        let content = cursor
        let inner = self.nodes(until: partner[index] ?? tags.count)
        let intrinsic = startsLine && !inner.isEmpty ? content..<source.skipBlanks(from: content) : content..<content
        return MustacheBlock(
            name: tags[index].name, nodes: inner, lead: lead, startsLine: startsLine, intrinsic: intrinsic)
    }

    /// Where the text before a closing tag ends, where reading goes on behind it, and whether its line's start goes too.
    private func cutOfClose(_ index: Int) -> (end: Int, resume: Int, isAlone: Bool) {
        let range = tags[index].range
        guard let left = source.blankLeft(of: range.lowerBound), left >= cursor else {
            return (range.lowerBound, range.upperBound, false)
        }
        if let right = source.blankRight(of: range.upperBound) { return (left, right, true) }
        let follows =
            index + 1 < tags.count && source.skipBlanks(from: range.upperBound) == tags[index + 1].range.lowerBound
        return isInheritance(index) && follows && isInheritance(index + 1)
            ? (left, range.upperBound, true) : (range.lowerBound, range.upperBound, false)
    }

    private func hasOnlyInheritanceLeft(_ index: Int) -> Bool {
        var index = index
        while source.blankLeft(of: tags[index].range.lowerBound) == nil {
            guard index > 0, isInheritance(index - 1),
                source.skipBlanksBack(from: tags[index].range.lowerBound) == tags[index - 1].range.upperBound
            else { return false }
            index -= 1
        }
        return true
    }

    private func isInheritance(_ index: Int) -> Bool {
        switch tags[index].kind {
        case .parent, .block: true
        case .close: partner[index].map { tags[$0].kind == .parent || tags[$0].kind == .block } ?? false
        case .value, .raw, .section, .inverted, .comment, .delimiters, .partial: false
        }
    }

    /// Text up to `end`. Before a tag that begins a line an empty piece marks the line's start.
    private mutating func text(to end: Int, atTag: Bool, _ nodes: inout [MustacheNode]) {
        if cursor < end { nodes.append(.text(cursor..<end, startsLine: startsLine(cursor))) }
        cursor = max(cursor, end)
        if atTag, startsLine(cursor) { nodes.append(.text(cursor..<cursor, startsLine: true)) }
    }

    private func startsLine(_ offset: Int) -> Bool { offset == 0 || source.bytes[offset - 1] == UInt8(ascii: "\n") }
}
