// SPDX-License-Identifier: Apache-2.0
//
// Table: aligned columns under a header.
//
// A value: takes rows, gives lines. Widths come from the header and the first rows; later rows that are wider push out
// their own line only. On a terminal that is too narrow the flexible columns give way; elsewhere nothing is cut.

struct Table {
    /// Rows that are looked at before the first line is given.
    static let sampleRows = 200
    private static let gap = "  "
    private static let narrowest = 8

    private let columns: [Column]
    private let terminal: Terminal
    private var held: [[Cell]] = []
    private var widths: [Int]?

    init(_ columns: [Column], on terminal: Terminal) { (self.columns, self.terminal) = (columns, terminal) }

    /// The lines that can be printed now.
    mutating func add(_ cells: [Cell]) -> [String] {
        if let widths { return [line(cells, widths)] }
        held.append(cells)
        return held.count < Self.sampleRows ? [] : flush()
    }

    /// All lines held back, the header before the first.
    mutating func flush() -> [String] {
        guard !held.isEmpty else { return [] }
        let widths = fitted(natural())
        var lines: [String] = []
        if self.widths == nil {
            lines.append(line(columns.map { Cell(.null, shown: $0.title, tone: .strong) }, widths))
            self.widths = widths
        }
        lines += held.map { line($0, widths) }
        held = []
        return lines
    }

    private func natural() -> [Int] {
        columns.indices.map { index in
            held.reduce(TextWidth.of(columns[index].title)) { max($0, TextWidth.of(TextWidth.shown($1[index].shown))) }
        }
    }

    /// Takes from the widest flexible column until the line fits.
    private func fitted(_ natural: [Int]) -> [Int] {
        guard let room = terminal.width else { return natural }
        var widths = natural
        while widths.reduce(Self.gap.count * (widths.count - 1), +) > room {
            let flexible = widths.indices.filter { columns[$0].isFlexible && widths[$0] > Self.narrowest }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let (words, padding) = fit(cell.shown, in: widths[index], cuts: columns[index].isFlexible)
            let painted = terminal.paint(words, cell.tone)
            let isLast = index == cells.count - 1
            switch columns[index].alignment {
            case .left: text += isLast ? painted : painted + padding
            case .right: text += padding + painted
            }
            if !isLast { text += Self.gap }
        }
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    private func fit(_ text: String, in width: Int, cuts: Bool) -> (words: String, padding: String) {
        let shown = TextWidth.shown(text)
        let words = cuts && terminal.isTerminal ? TextWidth.cut(shown, to: width) : shown
        return (words, String(repeating: " ", count: max(0, width - TextWidth.of(words))))
    }
}
