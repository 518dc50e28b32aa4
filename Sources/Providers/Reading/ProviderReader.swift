// SPDX-License-Identifier: Apache-2.0
//
// ProviderReader: one description, strictly. Tells everything that is wrong with it, each at its place.

import GatewayModel
import StrictTOML

struct ProviderReader {
    let name: String
    let isShipped: Bool
    /// SHA-256 of the file, lower-case hex.
    let digest: String
    let lines: [Substring]

    /// Nil where anything was told.
    func read(_ document: TOMLDocument, _ findings: TOMLFindings) -> ProviderDescription? {
        let before = findings.errors.count
        var table = StrictTable(document, findings)
        let head = self.head(&table)
        let settings = DeclarationReader.settings(&table)
        let oneOf = DeclarationReader.oneOf(&table, settings)
        let secrets = DeclarationReader.secrets(&table)
        var context = ReadingContext(channel: head.channel ?? .sms)
        context.settings = Dictionary(settings.map { ($0.name, $0) }) { first, _ in first }
        context.secrets = Set(secrets.map(\.name))
        context.maps = DeclarationReader.maps(&table)
        context.lines = lines
        let repeatRule = table.table("repeat") { InquiryReader.repeatRule(&$0) } ?? nil
        if case .key = repeatRule { context.keepsRequests = true }
        let baseURL = table.optional("base_url", URLTemplate.shape(context))
        let auth = table.table("auth") { AuthReader(context: context).read(&$0) } ?? nil
        let request = table.table("request") {
            RequestReader(context: context, kind: .create).read(&$0, defaultMethod: nil)
        }
        let inquiry = table.table("inquiry") { InquiryReader(context: context).read(&$0) }
        let amendment = table.table("amend") {
            RequestReader(context: context, kind: .amend).read(&$0, defaultMethod: nil)
        }
        let answers = table.table("answer") { AnswerReader().read(&$0) } ?? nil
        let examples = table.tables("example") { ExampleReader.read(&$0) }.compactMap { $0 }
        for key in ["auth", "request", "answer"] where !table.has(key) { table.complain("[\(key)] is missing") }
        if head.channel == .sms, amendment != nil { table.complain("only a task can be amended", about: "amend") }
        checkExamples(examples, hasInquiry: table.has("inquiry"), table)
        table.finish()
        guard findings.errors.count == before, let channel = head.channel, let auth,
            let request = request ?? nil, let answers
        else { return nil }
        return ProviderDescription(
            name: name, title: head.title, channel: channel, asOf: head.asOf, sources: head.sources, digest: digest,
            isShipped: isShipped, baseURL: baseURL, answerKind: answers.kind, quota: head.quota, settings: settings,
            secrets: secrets, oneOf: oneOf, auth: auth, request: request, inquiry: inquiry ?? nil,
            amendment: amendment ?? nil, repeatRule: repeatRule, answers: answers.description, examples: examples)
    }

    // MARK: The head

    private struct Head {
        var title = ""
        var channel: ChannelKind?
        var asOf = ""
        var sources: [String] = []
        var quota: [String] = []
    }

    private func head(_ table: inout StrictTable) -> Head {
        var head = Head()
        if let schema = table.required("schema", .integer()), schema != 1 {
            table.complain("must be 1, the only schema that this version knows", about: "schema")
        }
        head.title = table.required("title", .text) ?? ""
        head.channel = table.required("channel", .word(of: ["sms", "crm_task"])).flatMap { ChannelKind(rawValue: $0) }
        head.asOf = table.required("as_of", .dayText) ?? ""
        head.sources = table.required("sources", .list(of: .text, "a list of texts")) ?? []
        if table.has("sources"), head.sources.isEmpty {
            table.complain("must name where its facts are from", about: "sources")
        }
        head.quota = table.optional("quota", .list(of: .rateText, "a list of rates, as [\"10/s\"]")) ?? []
        return head
    }

    private func checkExamples(_ examples: [ProviderExample], hasInquiry: Bool, _ table: StrictTable) {
        for (number, example) in examples.enumerated() {
            if examples[..<number].contains(where: { $0.name == example.name }) {
                table.findings.add(
                    TOMLProblem(
                        at: example.place, keyPath: "example[\(number)]", "is called as another is: \"\(example.name)\""
                    ))
            }
            if example.question == .inquiry, !hasInquiry {
                table.findings.add(
                    TOMLProblem(at: example.place, keyPath: "example[\(number)]", "there is no [inquiry]"))
            }
        }
    }
}

extension TOMLShape where Value == String {
    /// A day, as `"2026-11-21"` or bare.
    static var dayText: TOMLShape {
        TOMLShape("a day, as \"2026-11-21\"") { item, complaints in
            switch item.content {
            case .string(let text), .dateTime(let text):
                if text.utf8.count == 10, Instant(rfc3339: "\(text)T00:00:00Z") != nil { return text }
            case .integer, .float, .boolean, .array, .table: break
            }
            complaints.append(TOMLComplaint("must be a day, as \"2026-11-21\""))
            return nil
        }
    }

    /// `N/s`, `N/min`, `N/h`, `N/d`.
    static var rateText: TOMLShape {
        text.refined("a rate, as \"10/s\", \"100/min\", \"1000/h\" or \"5000/d\"") { text, _ in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int(parts[0]), count > 0, String(count) == parts[0],
                ["s", "min", "h", "d"].contains(parts[1])
            else { return nil }
            return text
        }
    }
}
