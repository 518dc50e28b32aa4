// SPDX-License-Identifier: Apache-2.0
//
// What each shipped provider of tasks is asked when a person has withdrawn: while the task's words are kept, after that,
// and where the provider never gave an id; and what becomes of a task that somebody deleted meanwhile.

import GatewayModel
import Testing

@testable import Providers

@Suite("Amendments of the shipped providers")
struct ShippedAmendmentTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var create: ShippedRequestTests.Row
        var method: String
        /// With the id `T9`, where it needs one.
        var target: String
        var worded: String
        var wordless: String
        var provider: String { create.provider }
        var needsID: Bool { target.contains("T9") }
        var testDescription: String { provider }
    }

    private static let token = ShippedRequestTests.token
    private static let tasks = ShippedRequestTests.tasks

    static let rows: [Row] = [
        Row(
            create: tasks[0], method: "PATCH", target: "/crm/v3/objects/tasks/\(token)?idProperty=gatepost_id",
            worded:
                #"{"properties":{"hs_task_status":"DEFERRED","hs_task_body":"Withdrawn &amp; over<br>Line 1<br>Line 2"}}"#,
            wordless: #"{"properties":{"hs_task_status":"DEFERRED"}}"#),
        Row(
            create: tasks[2], method: "PATCH",
            target: "/services/data/v61.0/sobjects/Task/Gatepost_Id__c/\(token)?updateOnly=true",
            worded: #"{"Status":"Completed","Description":"Withdrawn & over\nLine 1\nLine 2"}"#,
            wordless: #"{"Status":"Completed"}"#),
        Row(
            create: tasks[3], method: "PATCH", target: "/api/data/v9.2/tasks(\(ShippedRequestTests.uuid))",
            worded: #"{"description":"Withdrawn & over\nLine 1\nLine 2","statecode":2,"statuscode":6}"#,
            wordless: #"{"statecode":2,"statuscode":6}"#),
        Row(
            create: tasks[5], method: "PUT", target: "/crm/v8/Tasks/T9",
            worded: #"{"data":[{"Status":"Deferred","Description":"Withdrawn & over\nLine 1\nLine 2"}]}"#,
            wordless: #"{"data":[{"Status":"Deferred"}]}"#),
        Row(
            create: tasks[7], method: "PATCH", target: "/api/v2/activities/T9",
            worded: #"{"done":true,"note":"Withdrawn &amp; over<br>Line 1<br>Line 2<br>ref \#(token)"}"#,
            wordless: #"{"done":true}"#),
        Row(
            create: tasks[8], method: "PUT", target: "/api/v1/task/T9/",
            worded: #"{"is_complete":true,"text":"Withdrawn & over\nCall <Ada>\nLine 1\nLine 2\nref \#(token)"}"#,
            wordless: #"{"is_complete":true}"#),
        Row(
            create: tasks[9], method: "PUT", target: "/v2/tasks/T9",
            worded:
                #"{"data":{"completed":true,"content":"Withdrawn & over\nCall <Ada>\nLine 1\nLine 2\nref \#(token)"}}"#,
            wordless: #"{"data":{"completed":true}}"#),
    ]

    private func load(_ row: Row, id: String?, note: String?, message: ProviderMessage? = nil) throws -> RequestLoad {
        try #require(
            try ShippedRequestTests.provider(row.create).amendment(
                for: message ?? row.create.message, taskID: id, note: note, now: ShippedRequestTests.now,
                secrets: ProviderScene.secret))
    }

    @Test("every provider of tasks is here")
    func whole() {
        let all = ShippedProvidersTests.loaded.catalog.all.filter { $0.channel == .crmTask }.map(\.name)
        #expect(Set(Self.rows.map(\.provider)) == Set(all))
    }

    @Test("a withdrawal closes the task and keeps its words", arguments: rows)
    func worded(_ row: Row) throws {
        let load = try load(row, id: "T9", note: "Withdrawn & over")
        #expect(load.method == row.method)
        #expect(load.target == row.target)
        #expect(load.bodyText == row.worded)
    }

    @Test("once its words are not kept it is closed, and what it says is left alone", arguments: rows)
    func wordless(_ row: Row) throws {
        var emptied = row.create.message
        emptied.content = .task(TaskContent(title: "", body: ""))
        for message in [row.create.message, emptied] {
            let load = try load(row, id: "T9", note: nil, message: message)
            #expect(load.method == row.method)
            #expect(load.target == row.target)
            #expect(load.bodyText == row.wordless)
        }
    }

    @Test("without its id it is found by our reference, or said to be looked for by it", arguments: rows)
    func withoutID(_ row: Row) throws {
        guard row.needsID else {
            #expect(try load(row, id: nil, note: "Withdrawn & over").target == row.target)
            return
        }
        let mistake = #expect(throws: RequestMistake.self) { try load(row, id: nil, note: "Withdrawn & over") }
        #expect(mistake?.blame == .message)
        #expect(
            mistake?.words
                == "the provider's id of the task is not known; look there for the reference \(Self.token)")
    }

    /// What closes the matter: not done, and not to be tried again (AmendmentRule).
    private static let refusals: [AnswerResult] = [.badAddress, .content, .refused, .configuration]

    @Test("a task that is gone is neither taken for closed nor asked for again", arguments: rows)
    func gone(_ row: Row) throws {
        let provider = try ShippedRequestTests.provider(row.create)
        let json = [HeaderField("content-type", "application/json")]
        let bare = [
            HTTPAnswer(status: 404, headers: json, body: Array("{}".utf8)),
            HTTPAnswer(status: 404, headers: [HeaderField("content-type", "text/html")], body: Array("<p>".utf8)),
            HTTPAnswer(status: 404, headers: [], body: []),
        ]
        let recorded = provider.description.examples.filter { $0.name == "the task is gone" }
            .map { $0.answer(filling: ProviderDescription.samples) }
        for answer in bare + recorded {
            #expect(Self.refusals.contains(provider.judge(answer).result), "\(answer.status) \(answer.body.count)")
        }
    }
}
