// SPDX-License-Identifier: Apache-2.0
//
// TextLayout: words and breaks become lines of at most 76 columns.
//
// Knows nothing of html. Words are never broken (a URL stays whole, and may pass the margin); indents stand before every
// line, a list's mark only before its first.

struct TextLayout {
    /// How much room a block asks for around itself. The largest wish between two texts wins.
    enum Gap: Int, Comparable {
        case none, line, blank
        static func < (a: Gap, b: Gap) -> Bool { a.rawValue < b.rawValue }
    }

    static let margin = 76

    private(set) var text: [UInt8] = []
    private var indents: [Indent] = []
    private var word: [UInt8] = []
    private var wordColumns = 0
    private var column = 0
    private var gap = Gap.none
    private var hasPendingSpace = false
    private var separator: StaticString?
    private var lineIsOpen = false
    private var widest = 0

    private struct Indent {
        var prefix: StaticString
        var mark: [UInt8]?
        var columns: Int
    }

    init(reserving capacity: Int) {
        text.reserveCapacity(capacity)
        word.reserveCapacity(64)
    }

    /// Whether a line has begun and no break was asked for since.
    private var isInLine: Bool { lineIsOpen && gap == .none }
    /// Whether the next byte goes on with a word.
    var isInWord: Bool { !word.isEmpty }

    /// Part of a word: ASCII without spaces or controls.
    mutating func append(_ ascii: UnsafeBufferPointer<UInt8>) {
        breakable = nil
        word.append(contentsOf: ascii)
        wordColumns += ascii.count
    }

    mutating func append(ascii: StaticString) { ascii.withUTF8Buffer { append($0) } }

    /// Part of a word that stays whole whatever it holds.
    mutating func appendWhole(_ bytes: [UInt8]) {
        word += bytes
        for byte in bytes where byte & 0xC0 != 0x80 { wordColumns += 1 }
        breakable = nil
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        if let last = breakable, !DisplayWidth.forbidsBreakBefore(scalar),
            last || DisplayWidth.allowsBreakBehind(scalar)
        {
            endWord()
        }
        for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() { word.append(byte) }
        wordColumns += DisplayWidth.columns(of: scalar)
        breakable = DisplayWidth.allowsBreakBehind(scalar)
    }

    /// Whether a line may break behind the last scalar; nil where the word ends in ASCII or is empty.
    private var breakable: Bool?

    /// Any run of white space.
    mutating func space() {
        endWord()
        hasPendingSpace = true
    }

    /// Puts the mark between what stands on this line and what comes next, if that is on the same line.
    mutating func separate(with mark: StaticString) {
        endWord()
        if isInLine { separator = mark }
    }

    mutating func breakLine(_ wanted: Gap) {
        endWord()
        (hasPendingSpace, separator) = (false, nil)
        gap = max(gap, wanted)
    }

    /// One line further, however many were asked for: `<br>`.
    mutating func forceLine() {
        endWord()
        (hasPendingSpace, separator) = (false, nil)
        gap = gap == .none ? .line : .blank
    }

    /// A line as it is, unwrapped.
    mutating func verbatim(_ line: [UInt8]) {
        breakLine(.line)
        openLine()
        text += line
        column += line.count
        trimLine()
        gap = .line
    }

    mutating func indent(by prefix: StaticString, mark: [UInt8]? = nil) {
        endWord()
        indents.append(Indent(prefix: prefix, mark: mark, columns: mark?.count ?? prefix.utf8CodeUnitCount))
    }

    mutating func outdent() {
        endWord()
        indents.removeLast()
    }

    /// Begins to note the widest line, for `underline`.
    mutating func beginMeasuring() {
        endWord()
        widest = 0
    }

    /// A line of that mark, as wide as the widest line since `beginMeasuring`.
    mutating func underline(_ mark: Unicode.Scalar) {
        endWord()
        guard widest > 0 else { return }
        verbatim([UInt8](repeating: UInt8(ascii: mark), count: min(widest, Self.margin)))
    }

    mutating func finish() -> [UInt8] {
        endWord()
        trimLine()
        if !text.isEmpty { text.append(0x0A) }
        return text
    }
}

extension TextLayout {
    private mutating func endWord() {
        breakable = nil
        guard !word.isEmpty else { return }
        if !isLineReady() { openLine() }
        text += word
        column += wordColumns
        widest = max(widest, column)
        word.removeAll(keepingCapacity: true)
        (wordColumns, hasPendingSpace, separator) = (0, false, nil)
    }

    /// Whether the word may go on on this line; what has to stand before it is written.
    private mutating func isLineReady() -> Bool {
        guard lineIsOpen, gap == .none else { return false }
        let lead = separator?.utf8CodeUnitCount ?? (hasPendingSpace ? 1 : 0)
        if column + lead + wordColumns > Self.margin, column > indentColumns {
            gap = .line
            return false
        }
        if let separator {
            separator.withUTF8Buffer { text.append(contentsOf: $0) }
        } else if hasPendingSpace {
            text.append(UInt8(ascii: " "))
        }
        column += lead
        return true
    }

    private var indentColumns: Int { indents.reduce(0) { $0 + $1.columns } }

    private mutating func openLine() {
        if !text.isEmpty {
            trimLine()
            text.append(0x0A)
            if gap == .blank { text.append(0x0A) }
        }
        column = 0
        for place in indents.indices {
            if let mark = indents[place].mark {
                text += mark
                indents[place].mark = nil
                column += mark.count
            } else {
                for _ in 0..<indents[place].columns / max(1, indents[place].prefix.utf8CodeUnitCount) {
                    indents[place].prefix.withUTF8Buffer { text.append(contentsOf: $0) }
                }
                column += indents[place].columns
            }
        }
        (lineIsOpen, gap) = (true, .none)
    }

    private mutating func trimLine() {
        while text.last == UInt8(ascii: " ") { text.removeLast() }
    }
}
