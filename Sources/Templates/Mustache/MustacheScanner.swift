// SPDX-License-Identifier: Apache-2.0
//
// Finds the tags of a template (Mustache specification, modules interpolation to delimiters). Pure.

/// A tag as it stands in the source.
struct MustacheTag: Sendable {
    enum Kind: Sendable { case value, raw, section, inverted, close, comment, delimiters, partial, parent, block }

    let kind: Kind
    let name: TagName
    /// From the first brace to behind the last.
    let range: Range<Int>
}

struct MustacheScanner {
    private let source: SourceFile
    private var opening = Array("{{".utf8)
    private var closing = Array("}}".utf8)
    private var position = 0
    private(set) var tags: [MustacheTag] = []
    private(set) var problems: [TemplateProblem] = []

    init(_ source: SourceFile) { self.source = source }

    mutating func scan() {
        while let start = source.bytes.firstIndex(of: opening, from: position) {
            guard let tag = readTag(at: start) else { return }
            if tag.kind == .delimiters { setDelimiters(tag) } else { check(tag) }
            tags.append(tag)
            position = tag.range.upperBound
        }
    }

    /// Nil where the tag never ends: nothing after it can be read.
    private mutating func readTag(at start: Int) -> MustacheTag? {
        var contentStart = start + opening.count
        while contentStart < source.bytes.count, isSpace(source.bytes[contentStart]) { contentStart += 1 }
        let mark = contentStart < source.bytes.count ? source.bytes[contentStart] : 0
        let kind = Self.kind(of: mark)
        let end: [UInt8] =
            switch mark {
            case UInt8(ascii: "{"): [UInt8(ascii: "}")] + closing
            case UInt8(ascii: "="): [UInt8(ascii: "=")] + closing
            default: closing
            }
        if kind != .value { contentStart += 1 }
        guard let close = source.bytes.firstIndex(of: end, from: contentStart) else {
            problems.append(
                source.problem(
                    at: start, "this tag is never closed", hint: "end it with \(String(decoding: end, as: UTF8.self))"))
            return nil
        }
        return MustacheTag(kind: kind, name: trimmed(contentStart..<close), range: start..<close + end.count)
    }

    private static func kind(of mark: UInt8) -> MustacheTag.Kind {
        switch mark {
        case UInt8(ascii: "#"): .section
        case UInt8(ascii: "^"): .inverted
        case UInt8(ascii: "/"): .close
        case UInt8(ascii: "!"): .comment
        case UInt8(ascii: "="): .delimiters
        case UInt8(ascii: ">"): .partial
        case UInt8(ascii: "<"): .parent
        case UInt8(ascii: "$"): .block
        case UInt8(ascii: "{"), UInt8(ascii: "&"): .raw
        default: .value
        }
    }

    private func trimmed(_ range: Range<Int>) -> TagName {
        var (from, to) = (range.lowerBound, range.upperBound)
        while from < to, isSpace(source.bytes[from]) { from += 1 }
        while to > from, isSpace(source.bytes[to - 1]) { to -= 1 }
        return TagName(text: String(decoding: source.bytes[from..<to], as: UTF8.self), offset: from)
    }

    private mutating func check(_ tag: MustacheTag) {
        guard tag.kind != .comment, problems.count < MustacheParser.mostProblems else { return }
        if tag.name.text.isEmpty {
            problems.append(source.problem(at: tag.range.lowerBound, "this tag names nothing"))
        } else if tag.name.text.utf8.contains(where: isSpace) {
            problems.append(
                source.problem(at: tag.name.offset, "\"\(tag.name.text)\" is no name", hint: "names hold no blanks"))
        }
    }

    private mutating func setDelimiters(_ tag: MustacheTag) {
        let marks = tag.name.text.utf8.split(whereSeparator: isSpace).map { Array($0) }
        guard marks.count == 2, !marks.joined().contains(UInt8(ascii: "=")) else {
            problems.append(
                source.problem(at: tag.range.lowerBound, "these are no delimiters", hint: "write it as {{=<% %>=}}"))
            return
        }
        (opening, closing) = (marks[0], marks[1])
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

extension [UInt8] {
    /// Where `pattern` first begins at or behind `from`.
    fileprivate func firstIndex(of pattern: [UInt8], from: Int) -> Int? {
        guard let first = pattern.first, from + pattern.count <= count else { return nil }
        for index in from...count - pattern.count where self[index] == first {
            if self[index..<index + pattern.count].elementsEqual(pattern) { return index }
        }
        return nil
    }
}
