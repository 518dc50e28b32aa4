// SPDX-License-Identifier: Apache-2.0
//
// `[answer]` and its rules.

import StrictTOML

struct AnswerReader {
    func read(_ table: inout StrictTable) -> (kind: AnswerKind, description: AnswerDescription)? {
        let kind = table.required("body", TOMLShape<AnswerKind>.word)
        var answers = AnswerDescription()
        let sources = TOMLShape<[AnswerSource]>.list(of: .answerSource, "a list of paths, as [\"message.id\"]")
        table.set(&answers.id, "id", sources)
        table.set(&answers.code, "code", sources)
        table.set(&answers.text, "text", sources)
        table.set(&answers.segments, "segments", sources)
        table.set(&answers.retryAfter, "retry_after", .list(of: .headerName, "a list of names of headers"))
        var places: [(rule: AnswerRule, line: Int)] = []
        let hasCode = !answers.code.isEmpty || table.has("code")
        let rules = table.tables("rule") { rule in
            let read = self.rule(&rule, hasCode: hasCode)
            if let read {
                if let earlier = places.first(where: { $0.rule.covers(read) }) {
                    rule.complain("can never hold: the rule at line \(earlier.line) holds whenever this would")
                }
                places.append((read, rule.place.line))
            }
            return read
        }
        answers.rules = rules.compactMap { $0 }
        if !table.has("rule") { table.complain("has no [[answer.rule]]: nothing would ever be accepted") }
        return kind.map { ($0, answers) }
    }

    private func rule(_ table: inout StrictTable, hasCode: Bool) -> AnswerRule? {
        let result = table.required("is", TOMLShape<ResultWord>.word)
        var rule = AnswerRule(result: result ?? .unknown)
        table.set(&rule.statuses, "status", .list(of: .status, "a list of statuses, as [201] or [\"2xx\"]"))
        table.set(&rule.has, "has", .list(of: .answerPath, "a list of paths, as [\"message.id\"]"))
        table.set(&rule.codes, "code", .list(of: .plainWord, "a list of codes"))
        rule.every = matches("where", &table)
        rule.some = matches("any", &table)
        rule.contains = matches("contains", &table)
        check(rule, table, hasCode)
        return result == nil ? nil : rule
    }

    private func check(_ rule: AnswerRule, _ table: StrictTable, _ hasCode: Bool) {
        let conditions = ["status", "has", "code", "where", "any", "contains"]
        for key in conditions where table.has(key) {
            if case .array(let items)? = table.item.members.first(where: { $0.key == key })?.item.content, items.isEmpty
            {
                table.complain("must not be empty", about: key)
            }
        }
        if !conditions.contains(where: table.has) {
            table.complain("has no condition: write status, has, code, where, any or contains")
        }
        if table.has("code"), !hasCode {
            table.complain("needs [answer] code: the path where codes stand", about: "code")
        }
        if rule.result == .accepted, !rule.statuses.isEmpty,
            rule.statuses.contains(where: { (300..<400).overlaps(Range($0.range)) })
        {
            table.complain("a redirect is not accepted: nobody follows it", about: "status")
        }
        if rule.result == .accepted, rule.statuses.isEmpty {
            table.complain("\"accepted\" needs a status", about: "is")
        }
    }

    private func matches(_ key: String, _ table: inout StrictTable) -> [AnswerRule.Match] {
        var matches: [AnswerRule.Match] = []
        table.table(key) { inner in
            if inner.item.members.isEmpty { inner.complain("must not be empty") }
            for (text, _) in inner.item.members {
                let values = inner.optional(text, .list(of: .plainWord, "a list of values, as [\"0\"]"))
                guard let path = AnswerPath(text) else {
                    inner.complain("is no path: write a.b, a[0].b or a[*].b", about: text)
                    continue
                }
                if values?.isEmpty == true { inner.complain("must name a value", about: text) }
                if key == "contains", values?.contains("") == true {
                    inner.complain("must not be empty: every text contains that", about: text)
                }
                if let values { matches.append(AnswerRule.Match(path: path, values: values)) }
            }
        }
        return matches
    }
}

extension AnswerRule {
    /// Whether it holds whenever the other does: conditions of its own are no narrower.
    func covers(_ other: AnswerRule) -> Bool {
        coversStatuses(of: other)
            && (codes.isEmpty || (!other.codes.isEmpty && Set(other.codes).isSubset(of: codes)))
            && Set(has).isSubset(of: other.has)
            && every.allSatisfy { mine in other.every.contains { mine.isNoNarrower(than: $0) } }
            && some.allSatisfy { mine in other.some.contains { mine.isNoNarrower(than: $0) } }
            && contains.allSatisfy { mine in other.contains.contains { mine.isNoNarrower(than: $0) } }
    }

    private func coversStatuses(of other: AnswerRule) -> Bool {
        if statuses.isEmpty { return true }
        guard !other.statuses.isEmpty else { return false }
        return other.statuses.allSatisfy { theirs in
            theirs.range.allSatisfy { status in statuses.contains { $0.range.contains(status) } }
        }
    }
}

extension AnswerRule.Match {
    fileprivate func isNoNarrower(than other: AnswerRule.Match) -> Bool {
        path.steps == other.path.steps && Set(other.values).isSubset(of: values)
    }
}

// MARK: - Shapes

extension TOMLShape where Value == AnswerPath {
    static var answerPath: TOMLShape {
        TOMLShape<String>.text.refined("a path, as a.b, a[0].b or a[*].b") { text, _ in AnswerPath(text) }
    }
}

extension TOMLShape where Value == AnswerSource {
    static var answerSource: TOMLShape {
        TOMLShape<String>.text.refined("a path, as a.b or a[0].b, or header:NAME; then | after TEXT or | between A B") {
            text, _ in AnswerSource(text)
        }
    }
}

extension TOMLShape where Value == StatusRange {
    /// `201` or `"2xx"`.
    static var status: TOMLShape {
        TOMLShape("a status from 100 to 599, or a class as \"2xx\"") { item, complaints in
            switch item.content {
            case .integer(let number) where (100...599).contains(number): return StatusRange(range: number...number)
            case .string(let text) where text.utf8.count == 3 && text.hasSuffix("xx"):
                if let hundred = Int(text.prefix(1)), (1...5).contains(hundred) {
                    return StatusRange(range: (hundred * 100)...(hundred * 100 + 99))
                }
                fallthrough
            default:
                complaints.append(TOMLComplaint("must be a status from 100 to 599, or a class as \"2xx\""))
                return nil
            }
        }
    }
}

extension TOMLShape where Value == String {
    /// A text, a number, or true or false, as text.
    static var plainWord: TOMLShape {
        TOMLShape("a text or a whole number") { item, complaints in
            switch item.content {
            case .string(let text): return text
            case .integer(let number): return String(number)
            case .boolean(let flag): return flag ? "true" : "false"
            case .float, .dateTime, .array, .table:
                complaints.append(TOMLComplaint("must be a text or a whole number"))
                return nil
            }
        }
    }

    /// In lower case.
    static var headerName: TOMLShape {
        text.refined("the name of a header") { text, _ in HeaderRules.isName(text) ? text.lowercased() : nil }
    }
}
