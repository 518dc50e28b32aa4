// SPDX-License-Identifier: Apache-2.0
//
// `[[example]]`: a recorded answer and what it must mean.

import GatewayModel
import StrictTOML

enum ExampleReader {
    static func read(_ table: inout StrictTable) -> ProviderExample? {
        let name = table.required("name", .text)
        let status = table.required("status", .integer(in: 100...599))
        let question = table.optional("to", TOMLShape<ProviderExample.Question>.word) ?? .request
        let headers = table.optional("headers", .dictionary(of: .string, "a table of texts")) ?? [:]
        let body = table.optional("body", .string) ?? ""
        let isCut = table.optional("cut", .boolean) ?? false
        let plays = table.optional("plays", TOMLShape<ProviderExample.Part>.word)
        let code = table.optional("code", .plainWord)
        let id = table.optional("id", .plainWord)
        let wait = table.optional("retry_after", .duration())
        let match = table.optional("match", .dictionary(of: .string, "a table of texts")) ?? [:]
        let expects = expectation(question, &table)
        for (key, value) in headers where !HeaderRules.isName(key) || !HeaderRules.isValue(value) {
            table.complain("\(key) is no header", about: "headers")
        }
        if (plays == .token) != (question == .token) {
            table.complain(
                "to = \"token\" and plays = \"token\" belong together", about: plays == .token ? "plays" : "to")
        }
        if question == .inquiry, match.isEmpty { table.complain("\"match\" is missing: what is sought?") }
        if question != .inquiry, !match.isEmpty { table.complain("belongs to an inquiry", about: "match") }
        guard let name, let status, let expects else { return nil }
        return ProviderExample(
            name: name, place: table.place, question: question, plays: plays, status: status,
            headers: headers.map { HeaderField($0.key.lowercased(), $0.value) }.sorted { $0.name < $1.name },
            body: body,
            isCut: isCut, expects: expects, code: code, id: id, retryAfter: wait, match: match)
    }

    private static func expectation(_ question: ProviderExample.Question, _ table: inout StrictTable)
        -> ProviderExample.Expectation?
    {
        switch question {
        case .request, .amend: return table.required("is", TOMLShape<ResultWord>.word).map { .result($0) }
        case .inquiry: return table.required("is", TOMLShape<ProviderExample.InquiryWord>.word).map { .inquiry($0) }
        case .token: return .nothing
        }
    }
}
