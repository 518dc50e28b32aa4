// SPDX-License-Identifier: Apache-2.0

/// The elements that matter to how text reads; all others only pass their text on.
enum HTMLElement: Equatable {
    case heading(level: Int)
    case paragraph, division, blockquote, preformatted, rule, lineBreak
    case unorderedList, orderedList, listItem
    case table, row, cell
    case link, image
    /// Never shown: `head`, `script`, `style`, `title`, `template`, `object`, `svg`, …
    case unseen(UInt64)
    case other(UInt64)

    init(key: UInt64) { self = Self.byName[key] ?? .other(key) }

    /// Whether `<` within it begins no tag (HTML section 13.2.5: rcdata, rawtext, script data).
    var holdsRawText: Bool { if case .unseen(let key) = self { Self.rawText.contains(key) } else { false } }

    /// Whether it has no end tag.
    var isVoid: Bool {
        switch self {
        case .rule, .lineBreak, .image: true
        case .other(let key): Self.voids.contains(key)
        default: false
        }
    }

    private static func key(_ name: StaticString) -> UInt64 {
        name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    private static let rawText: Set<UInt64> = [key("script"), key("style"), key("title"), key("textarea"), key("xmp")]

    private static let voids: Set<UInt64> = [
        key("area"), key("base"), key("col"), key("embed"), key("input"), key("link"), key("meta"), key("param"),
        key("source"), key("track"), key("wbr"),
    ]

    private static let byName: [UInt64: HTMLElement] = {
        var table: [UInt64: HTMLElement] = [
            key("p"): .paragraph, key("blockquote"): .blockquote, key("pre"): .preformatted, key("hr"): .rule,
            key("br"): .lineBreak, key("ul"): .unorderedList, key("ol"): .orderedList, key("li"): .listItem,
            key("table"): .table, key("tr"): .row, key("td"): .cell, key("th"): .cell, key("a"): .link,
            key("img"): .image,
        ]
        let headings: [StaticString] = ["h1", "h2", "h3", "h4", "h5", "h6"]
        for (place, name) in headings.enumerated() { table[key(name)] = .heading(level: place + 1) }
        let divisions: [StaticString] = [
            "div", "section", "article", "header", "footer", "main", "aside", "nav", "center", "address", "figure",
            "figcaption", "dl",
            "dt", "dd", "form", "fieldset", "caption",
        ]
        for name in divisions { table[key(name)] = .division }
        let unseen: [StaticString] = [
            "head", "script", "style", "title", "template", "textarea", "select", "object", "svg", "map", "audio",
            "video",
        ]
        for name in unseen { table[key(name)] = .unseen(key(name)) }
        return table
    }()
}
