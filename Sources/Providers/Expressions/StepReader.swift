// SPDX-License-Identifier: Apache-2.0
//
// One step: its words, what it may be put on, and what comes out of it.

import StrictTOML

struct StepReader {
    let scope: ExpressionScope
    /// Whether the value is HTML already.
    var isMarkup = false

    static let names = [
        "digits", "text", "number", "seconds", "milliseconds", "iso8601", "date", "time", "clamp", "map", "prefix",
        "suffix", "within", "line", "mark", "guid", "cut", "list", "upper", "lower", "html", "yesno", "not", "then",
        "else", "or",
        "path",
    ]

    /// - Parameter words: the step's name and its arguments.
    func read(_ words: [String], on kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        guard let name = words.first else { throw ExpressionFault("a step was expected") }
        let arguments = Array(words.dropFirst())
        if let plain = Self.plain[name] {
            try expect(arguments, 0, "\(name)")
            try expect(kind, plain.takes, for: name)
            return (plain.step, plain.gives ?? kind)
        }
        switch name {
        case "clamp": return try clamp(arguments, kind)
        case "map": return try map(arguments, kind)
        case "within": return try within(arguments, kind)
        case "line": return try line(arguments, kind)
        case "mark": return try mark(arguments, kind)
        case "cut": return try cut(arguments, kind)
        case "or": return try or(arguments, kind)
        case "prefix", "suffix", "then", "else": return try worded(name, arguments, kind)
        default:
            let near = Wording.suggestion(for: name, among: Self.names)
            throw ExpressionFault(
                "no step is called \"\(name)\"\(near.isEmpty ? "; there are \(Self.names.joined(separator: ", "))" : near)"
            )
        }
    }

    private typealias Plain = (step: ExpressionStep, takes: Set<ValueKind>, gives: ValueKind?)

    private static let texts: Set<ValueKind> = [.text, .scalar]
    private static let scalars: Set<ValueKind> = [.text, .scalar, .integer, .boolean]
    private static let numbers: Set<ValueKind> = [.integer, .scalar]

    /// Those without arguments. `gives` nil: what went in.
    private static let plain: [String: Plain] = [
        "digits": (.digits, texts, .text), "text": (.text, scalars, .text), "number": (.number, scalars, .integer),
        "seconds": (.seconds, [.time], .integer), "milliseconds": (.milliseconds, [.time], .integer),
        "iso8601": (.iso8601, [.time], .text), "date": (.date, [.time], .text), "time": (.time, [.time], .text),
        "guid": (.guid, texts, .text), "list": (.list, scalars, .list), "upper": (.upper, texts, .text),
        "lower": (.lower, texts, .text), "html": (.html, texts, .text), "yesno": (.yesno, [.boolean], .text),
        "not": (.not, [.boolean], .boolean), "path": (.path, texts, .text),
    ]

    private func clamp(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 2, "clamp LEAST MOST")
        try expect(kind, Self.numbers, for: "clamp")
        guard let least = Int(words[0]), let most = Int(words[1]), least <= most else {
            throw ExpressionFault("clamp takes two whole numbers, the smaller first")
        }
        return (.clamp(least...most), .integer)
    }

    private func map(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "map NAME")
        try expect(kind, Self.scalars, for: "map")
        guard let map = scope.maps[words[0]] else {
            let near = Wording.suggestion(for: words[0], among: scope.maps.keys.sorted())
            throw ExpressionFault("there is no [map.\(words[0])]\(near)")
        }
        return (.map(map), .scalar)
    }

    private func within(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "within TEXT, with a * in it")
        try expect(kind, Self.scalars, for: "within")
        let parts = words[0].split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw ExpressionFault("within takes a text with one * in it, for the value") }
        try SettingPlaces.check(words[0], scope.settings)
        return (.within(String(parts[0]), String(parts[1])), .text)
    }

    private func line(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "line NAME")
        try expect(kind, Self.texts, for: "line")
        guard !isMarkup else { throw ExpressionFault("line stands before html, so that both are escaped") }
        let name = try scope.name(words[0])
        let other = scope.kind(of: name)
        guard other == .text else { throw ExpressionFault("\(words[0]) is \(other.rawValue), and line takes a text") }
        return (.line(name), .text)
    }

    /// Marks are what no message can forge: nobody but us and the provider has seen them.
    private func mark(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "mark NAME")
        try expect(kind, Self.texts, for: "mark")
        switch try scope.name(words[0]) {
        case .job(.token), .job(.uuid): break
        default: throw ExpressionFault("mark takes job.token or job.uuid")
        }
        return (.mark(try scope.name(words[0]), lineEnd: isMarkup ? "<br>" : "\n"), .text)
    }

    private func cut(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "cut LENGTH")
        try expect(kind, Self.texts, for: "cut")
        guard let length = Int(words[0]), length > 0 else {
            throw ExpressionFault("cut takes a whole number, at least 1")
        }
        return (.cut(length), .text)
    }

    private func or(_ words: [String], _ kind: ValueKind) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "or NAME")
        let name = try scope.name(words[0])
        let other = scope.kind(of: name)
        guard other == kind || (kind == .scalar && Self.scalars.contains(other)) else {
            throw ExpressionFault("\(words[0]) is \(other.rawValue), and what it stands in for is \(kind.rawValue)")
        }
        return (.or(name), kind)
    }

    private func worded(
        _ name: String, _ words: [String], _ kind: ValueKind
    ) throws(ExpressionFault) -> (ExpressionStep, ValueKind) {
        try expect(words, 1, "\(name) TEXT")
        switch name {
        case "then": return (.then(words[0]), .text)
        case "else":
            try expect(kind, Self.texts, for: "else")
            return (.otherwise(words[0]), kind)
        default:
            try expect(kind, Self.scalars, for: name)
            return (name == "prefix" ? .prefix(words[0]) : .suffix(words[0]), .text)
        }
    }

    private func expect(_ words: [String], _ count: Int, _ form: String) throws(ExpressionFault) {
        guard words.count != count else { return }
        throw ExpressionFault(
            "it is written \"\(form)\"\(words.count > count ? "; words with blanks stand in double quotes" : "")")
    }

    private func expect(_ kind: ValueKind, _ takes: Set<ValueKind>, for name: String) throws(ExpressionFault) {
        guard !takes.contains(kind) else { return }
        let wanted = takes.filter { $0 != .scalar }.map(\.rawValue).sorted().joined(separator: " or ")
        throw ExpressionFault("\(name) works on \(wanted), not on \(kind.rawValue)")
    }
}
