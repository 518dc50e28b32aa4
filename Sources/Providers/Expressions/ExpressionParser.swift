// SPDX-License-Identifier: Apache-2.0
//
// Reads `$name! | step word "words with blanks"` against what may stand there. A value over one text, used once.

import StrictTOML

struct ExpressionParser {
    private let scalars: [Unicode.Scalar]
    private let scope: ExpressionScope
    private var at = 0

    private init(_ text: Substring, _ scope: ExpressionScope) {
        (scalars, self.scope) = (Array(text.unicodeScalars), scope)
    }

    /// A value as files write it: `$…` is an expression, `$$…` a text that begins with a dollar, anything else is itself.
    static func value(_ text: String, _ scope: ExpressionScope) throws(ExpressionFault) -> Expression {
        guard text.hasPrefix("$") else { return .constant(text) }
        if text.hasPrefix("$$") { return .constant(String(text.dropFirst())) }
        do throws(ExpressionFault) {
            return try expression(text.dropFirst(), scope)
        } catch {
            throw ExpressionFault(error.words, at: error.offset.map { $0 + 1 })
        }
    }

    /// Without its dollar, as within a path's braces.
    static func expression(_ text: Substring, _ scope: ExpressionScope) throws(ExpressionFault) -> Expression {
        var parser = ExpressionParser(text, scope)
        return try parser.whole()
    }

    private mutating func whole() throws(ExpressionFault) -> Expression {
        skipBlanks()
        let start = at
        let text = bareWord(endingAt: "!")
        guard !text.isEmpty else { throw ExpressionFault("a name was expected, as text.to", at: start) }
        let name = try located(start) { () throws(ExpressionFault) in try scope.name(text) }
        var expression = Expression(.name(name), isRequired: take("!"))
        var kind = scope.kind(of: name)
        skipBlanks()
        while !isAtEnd {
            let bar = at
            guard take("|") else { throw ExpressionFault("\"|\" was expected before a step", at: bar) }
            skipBlanks()
            let stepStart = at
            let words = try self.words()
            kind = try located(stepStart) { () throws(ExpressionFault) in
                let reader = StepReader(scope: scope, isMarkup: expression.steps.contains(.html))
                let (step, after) = try reader.read(words, on: kind)
                expression.steps.append(step)
                return after
            }
        }
        try located(start) { () throws(ExpressionFault) in try checkEnd(expression, kind) }
        return expression
    }

    /// What comes out at the end must be writable.
    private func checkEnd(_ expression: Expression, _ kind: ValueKind) throws(ExpressionFault) {
        if kind == .time {
            throw ExpressionFault(
                "a time needs a form: a step iso8601, date, time, seconds or milliseconds")
        }
        if kind == .list, !scope.allowsLists { throw ExpressionFault("a list cannot stand here") }
    }

    private func located<Value>(
        _ start: Int, _ body: () throws(ExpressionFault) -> Value
    ) throws(ExpressionFault) -> Value {
        do {
            return try body()
        } catch {
            throw ExpressionFault(error.words, at: error.offset ?? start)
        }
    }

    // MARK: Words

    private var isAtEnd: Bool { at >= scalars.count }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard at < scalars.count, scalars[at] == mark else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks() {
        while at < scalars.count, scalars[at] == " " || scalars[at] == "\t" { at += 1 }
    }

    private mutating func bareWord(endingAt stop: Unicode.Scalar = "|") -> String {
        var word = String.UnicodeScalarView()
        while at < scalars.count, ![" ", "\t", "|", stop].contains(scalars[at]) {
            word.append(scalars[at])
            at += 1
        }
        return String(word)
    }

    /// Up to the next bar or the end.
    private mutating func words() throws(ExpressionFault) -> [String] {
        var words: [String] = []
        while !isAtEnd, scalars[at] != "|" {
            let start = at
            if take("\"") {
                var word = String.UnicodeScalarView()
                while at < scalars.count, scalars[at] != "\"" {
                    word.append(scalars[at])
                    at += 1
                }
                guard take("\"") else { throw ExpressionFault("the closing \" is missing", at: start) }
                words.append(String(word))
            } else {
                words.append(bareWord())
            }
            skipBlanks()
        }
        return words
    }
}
