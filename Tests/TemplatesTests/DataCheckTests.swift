// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Templates

@Suite("A job's data against its template")
struct DataCheckTests {
    static let schema = DataSchema([
        DataField("first_name", .string, required: true, description: "as in Ada"), DataField("age", .number),
        DataField("member", .boolean), DataField("since", .date),
        DataField("tags", .list(of: .string)),
        DataField(
            "items", .list(of: .object([DataField("name", .string, required: true), DataField("qty", .number)]))),
        DataField("address", .object([DataField("city", .string, required: true)])),
    ])

    static let right = [
        #"{"first_name":"Ada"}"#, #"{"first_name":""}"#,
        #"{"first_name":"Ada","age":1e99,"member":false,"since":"2026-11-21"}"#,
        #"{"first_name":"Ada","age":null,"items":null}"#,
        #"{"first_name":"Ada","since":"2026-11-21T09:00:00+01:00","tags":[]}"#,
        #"{"first_name":"Ada","items":[{"name":"a"},{"name":"b","qty":2}],"address":{"city":"Paris"}}"#,
    ]

    @Test("right data has no problems", arguments: right)
    func accepts(_ data: String) throws {
        #expect(try problems(data) == [])
    }

    @Test("a hundred problems are enough, and a name of any length is cut")
    func many() throws {
        let members = (0..<5000).map { "\"\(String(repeating: "n", count: 500))\($0)\":1" }.joined(separator: ",")
        let told = try problems("{\(members)}")
        #expect((100...110).contains(told.count) && told.allSatisfy { $0.message.utf8.count < 400 })
    }

    static let wrong: [(data: String, expected: [String])] = [
        (#"{}"#, [#"data.first_name missing: template "t" requires a string (as in Ada)"#]),
        (#"{"first_name":null}"#, [#"data.first_name is a null; template "t" declares a string"#]),
        (#"{"first_name":5}"#, [#"data.first_name is a number; template "t" declares a string"#]),
        (#"{"first_name":"A","age":"5"}"#, [#"data.age is a string; template "t" declares a number"#]),
        (#"{"first_name":"A","member":"yes"}"#, [#"data.member is a string; template "t" declares a boolean"#]),
        (
            #"{"first_name":"A","since":"21.11.2026"}"#,
            [#"data.since "21.11.2026" is no date: write 2026-11-21 or 2026-11-21T09:00:00Z"#]
        ),
        (
            #"{"first_name":"A","since":"2026-02-30"}"#,
            [#"data.since "2026-02-30" is no date: write 2026-11-21 or 2026-11-21T09:00:00Z"#]
        ),
        (
            #"{"first_name":"A","since":"2026-11-21T25:00:00Z"}"#,
            [#"data.since "2026-11-21T25:00:00Z" is no date: write 2026-11-21 or 2026-11-21T09:00:00Z"#]
        ),
        (#"{"first_name":"A","tags":"x"}"#, [#"data.tags is a string; template "t" declares a list"#]),
        (#"{"first_name":"A","tags":["x",1]}"#, [#"data.tags[1] is a number; template "t" declares a string"#]),
        (
            #"{"first_name":"A","items":[{"name":"a"},{},{"name":7}]}"#,
            [
                #"data.items[1].name missing: template "t" requires a string"#,
                #"data.items[2].name is a number; template "t" declares a string"#,
            ]
        ),
        (
            #"{"first_name":"A","address":{"town":"x"}}"#,
            [
                #"data.address.town not declared by template "t"; declared: city"#,
                #"data.address.city missing: template "t" requires a string"#,
            ]
        ),
        (
            #"{"firstname":"A"}"#,
            [
                #"data.firstname not declared by template "t"; did you mean "first_name"?"#,
                #"data.first_name missing: template "t" requires a string (as in Ada)"#,
            ]
        ),
    ]

    @Test("wrong data is told with its path and what the template declares", arguments: wrong)
    func refuses(_ data: String, _ expected: [String]) throws {
        let found = try problems(data)
        #expect(found.map(\.message) == expected)
        #expect(found.allSatisfy { $0.code == .templateData && $0.message.hasPrefix($0.field ?? "-") })
    }

    @Test("a line break in what the subject prints is header injection; elsewhere it is text")
    func oneLine() throws {
        var check = DataCheck(template: "t", oneLinePaths: ["first_name", "address.city"])
        check.check(
            try Desk.json(#"{"first_name":"A\r\nBcc: x@y.example","tags":["a\nb"],"address":{"city":"a\u0000"}}"#),
            against: Self.schema)
        #expect(check.problems.map(\.code) == [.headerInjection, .headerInjection])
        #expect(check.problems.map(\.field) == ["data.first_name", "data.address.city"])
    }

    private func problems(_ data: String) throws -> [Problem] {
        var check = DataCheck(template: "t")
        check.check(try Desk.json(data), against: Self.schema)
        return check.problems
    }
}
