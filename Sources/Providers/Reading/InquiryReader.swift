// SPDX-License-Identifier: Apache-2.0
//
// `[inquiry]` and `[repeat]`: how a doubt is settled.

import StrictTOML

struct InquiryReader {
    let context: ReadingContext

    func read(_ table: inout StrictTable) -> InquiryDescription? {
        let request = RequestReader(context: context, kind: .inquire).read(&table, defaultMethod: "GET")
        let after = table.optional("after", .duration(in: .seconds(1)...Duration.seconds(86_400))) ?? .seconds(60)
        let tries = table.optional("tries", .integer(in: 1...10)) ?? 3
        let absent = table.optional("absent", .word(of: ["unsure", "not_sent"])) ?? "unsure"
        let found = table.table("found") { self.found(&$0, provesAbsence: absent == "not_sent") }
        if !table.has("found") { table.complain("[inquiry.found] is missing: which one is ours?") }
        guard let request, let found else { return nil }
        return InquiryDescription(request: request, after: after, tries: tries, found: found)
    }

    private func found(_ table: inout StrictTable, provesAbsence: Bool) -> FoundRule {
        var rule = FoundRule(
            list: nil, conditions: [], id: nil, more: nil, absentStatuses: [], provesAbsence: provesAbsence)
        rule.list = table.optional("in", .answerPath)
        rule.id = table.optional("id", .answerPath)
        rule.more = table.optional("more", .answerPath)
        rule.absentStatuses = table.optional("absent", .list(of: .integer(in: 400...499), "a list of statuses")) ?? []
        if !rule.absentStatuses.isEmpty, !provesAbsence {
            table.complain("says nothing unless [inquiry] has absent = \"not_sent\"", about: "absent")
        }
        if !table.has("where"), !table.has("contains") {
            table.complain("\"where\" or \"contains\" is missing: which one is ours?")
        }
        rule.conditions = conditions("where", .equals, &table)
        for condition in conditions("contains", .contains, &table) {
            if rule.conditions.contains(where: { $0.path.steps == condition.path.steps }) {
                table.complain("\(condition.path) stands in \"where\" already", about: "contains")
            }
            rule.conditions.append(condition)
        }
        return rule
    }

    private func conditions(
        _ key: String, _ test: FoundRule.Condition.Test, _ table: inout StrictTable
    ) -> [FoundRule.Condition] {
        var conditions: [FoundRule.Condition] = []
        table.table(key) { inner in
            if inner.item.members.isEmpty { inner.complain("must not be empty") }
            let scope = context.scope(.inquire, noSecrets: "what is sought is no secret")
            for (text, _) in inner.item.members {
                let value = inner.optional(text, context.expression(scope))
                guard let path = AnswerPath(text) else {
                    inner.complain("is no path: write a.b, a[0].b or a[*].b", about: text)
                    continue
                }
                if let value { conditions.append(.init(path: path, test: test, value: value)) }
            }
        }
        return conditions
    }

    static func repeatRule(_ table: inout StrictTable) -> RepeatRule? {
        let by = table.required("by", .word(of: ["key", "upsert"]))
        guard by == "key" else { return by == nil ? nil : .upsert }
        let header = table.required("header", .text)
        let window = table.required("window", .duration(in: .seconds(1)...Duration.seconds(30 * 86_400)))
        if let header, !HeaderRules.isName(header) { table.complain("is no name of a header", about: "header") }
        guard let header, let window else { return nil }
        return .key(header: header, window: window)
    }
}
