// SPDX-License-Identifier: Apache-2.0
//
// MonthlyReview: what a compliance reviewer looks at once a month, section by section. Reads only, page by page.

import GatewayModel
import Store

struct MonthlyReview {
    let store: Store
    let month: ReviewMonth
    /// Brand to its controller: whom an objection reaches.
    let controllers: [String: String]

    func print(as format: ReportFormat) async throws {
        var printer = try ReviewPrinter(as: format, of: month)
        try await grantsWithoutProof(&printer)
        try await suppressionsLifted(&printer)
        try await optOutsVoided(&printer)
        try await sentDespite(&printer)
        try await policyChanges(&printer)
        try await templateChanges(&printer)
        try await damagedOptOuts(&printer)
        try await tasksNotClosed(&printer)
        try await transactionalVolume(&printer)
        try await operatorActions(&printer)
        try await optOutsByDoor(&printer)
    }

    // MARK: Consents and suppressions

    private func grantsWithoutProof(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.grantsWithoutProof)
        var after: Int64? = 0
        while let start = after {
            let page = try await store.consentsWithoutProof(from: month.from, to: month.to, after: start)
            for record in page.rows { try printer.row(ReviewSection.cells(record)) }
            after = page.next
        }
        try printer.end()
    }

    private func suppressionsLifted(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.suppressionsLifted)
        var after: Int64? = 0
        while let start = after {
            let page = try await store.suppressionsLifted(from: month.from, to: month.to, after: start)
            for record in page.rows { try printer.row(ReviewSection.cells(record)) }
            after = page.next
        }
        try printer.end()
    }

    /// A correction takes an opt-out back as surely as a lifting does a suppression.
    private func optOutsVoided(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.optOutsVoided)
        try await eachConsent([.corrected]) { record in
            guard let number = record.event.corrects, let named = try await store.consent(number: number),
                named.event.type.isOptOut
            else { return }
            try printer.row(ReviewSection.cells(record, voiding: named))
        }
        try printer.end()
    }

    private func sentDespite(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.sentDespite)
        var after: Int64? = 0
        while let start = after {
            let page = try await store.sentDespite(
                from: month.from, to: month.to, controllers: controllers, after: start)
            for found in page.rows {
                for message in found.sent { try printer.row(ReviewSection.cells(message, despite: found.consent)) }
            }
            after = page.next
        }
        try printer.end()
    }

    private func damagedOptOuts(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.damagedOptOuts)
        for action in try await store.damagedOptOuts(from: month.from, to: month.to) {
            let damage = OptOutDamage(action)
            try printer.row(damage.cells(record: try await recordID(of: damage)))
        }
        try printer.end()
    }

    private func recordID(of damage: OptOutDamage) async throws -> String? {
        switch damage.fate {
        case .consent(let number): try await store.consent(number: number)?.details.recordID
        case .suppression(let number):
            try await store.suppressionPage(after: number - 1, limit: 1).first?.details.recordID
        case .lost(let record): record
        }
    }

    private func tasksNotClosed(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.tasksNotClosed)
        try await eachAction { action in
            guard action.action == TaskAmendment.notClosed else { return }
            try printer.row(ReviewSection.cells(action, TaskAmendment(action)))
        }
        try printer.end()
    }

    private func optOutsByDoor(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.optOutsByDoor)
        var counts: [OptOutDoor: Int] = [:]
        try await eachConsent([.withdrawn, .objected, .reassigned]) { counts[OptOutDoor($0), default: 0] += 1 }
        for (door, count) in counts.sorted(by: { ($1.value, $0.key.words) < ($0.value, $1.key.words) }) {
            try printer.row(door.cells(count))
        }
        try printer.end()
    }

    private func eachConsent(_ types: Set<ConsentType>, _ body: (ConsentRecord) async throws -> Void) async throws {
        var after: Int64? = 0
        while let start = after {
            let page = try await store.consents(types, from: month.from, to: month.to, after: start)
            for record in page.rows { try await body(record) }
            after = page.next
        }
    }

    // MARK: Policies, templates, operators

    private func policyChanges(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.policyChanges)
        for version in try await store.policyVersions() where version.since >= month.from && version.since < month.to {
            let diff = try await diff(of: version)
            let cells: [Cell] = [
                .time(version.since), .text(version.before.map { String($0.prefix(12)) }, otherwise: "none: the first"),
                .text(version.version), .number(diff?.added.count), .number(diff?.removed.count),
            ]
            let lines = diff?.lines ?? []
            let whole: [(String, JSONValue)] = [
                ("sha256", .string(version.sha256)), ("sha256_before", .text(version.before)),
                ("diff", diff == nil ? .null : .array(lines.map(JSONValue.string))),
            ]
            try printer.row(cells, notes: lines, more: whole)
        }
        try printer.end()
    }

    /// Nil where there was none before, or one of the two is not on record.
    private func diff(of version: PolicyVersion) async throws -> LineDiff.Change? {
        guard let before = version.before, let old = try await store.policyBundle(before),
            let new = try await store.policyBundle(version.sha256)
        else { return nil }
        return LineDiff.between(PolicyText.lines(of: old), PolicyText.lines(of: new), heads: PolicyText.isHead)
    }

    private func templateChanges(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.templateChanges)
        var before: [String: String] = [:]
        for version in try await store.templateVersions(from: Instant(microseconds: 0), to: month.to) {
            let old = before.updateValue(version.digest, forKey: version.template)
            guard version.firstSent >= month.from else { continue }
            try printer.row([
                .time(version.firstSent), .text(version.template),
                .text(old, otherwise: "none: sent for the first time"),
                .text(version.digest),
            ])
        }
        try printer.end()
    }

    private func transactionalVolume(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.transactionalVolume)
        for (template, sent) in try await store.transactionalVolume(from: month.from, to: month.to) {
            try printer.row([.text(template), .number(sent)])
        }
        try printer.end()
    }

    /// What the daemon noted for reviewers has sections of its own.
    private func operatorActions(_ printer: inout ReviewPrinter) async throws {
        try printer.begin(.operatorActions)
        var counts: [[String]: Int] = [:]
        try await eachAction { action in
            guard ![OptOutDamage.action, TaskAmendment.notClosed].contains(action.action) else { return }
            counts[[action.actor ?? "", action.systemUser ?? "", action.action], default: 0] += 1
        }
        for (who, count) in counts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try printer.row([
                .text(who[0].isEmpty ? nil : who[0]), .text(who[1].isEmpty ? nil : who[1]), .text(who[2]),
                .number(count),
            ])
        }
        try printer.end()
    }

    private func eachAction(_ body: (OperatorAction) throws -> Void) async throws {
        var after: Int64 = 0
        while true {
            let page = try await store.operatorActions(after: after, since: month.from)
            for action in page where action.at < month.to { try body(action) }
            guard let last = page.last?.seq else { return }
            after = last
        }
    }
}

extension Cell {
    /// Null to programs, words to people, where there is none.
    fileprivate static func text(_ text: String?, otherwise words: String) -> Cell {
        Cell(.text(text), shown: text ?? words)
    }
}
