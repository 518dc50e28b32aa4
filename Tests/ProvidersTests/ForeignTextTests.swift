// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

@Suite("A stranger's text")
struct ForeignTextTests {
    /// (text, sought, within, behind the last, before the first)
    static let table: [(String, String, Bool, String?, String?)] = [
        ("a/b/c", "/", true, "c", "a"), ("abc", "/", false, nil, nil), ("", "/", false, nil, nil),
        ("/", "/", true, "", ""), ("ab", "abc", false, nil, nil), ("abc", "abc", true, "", ""),
        ("Person", "person", false, nil, nil), ("aab", "ab", true, "", "a"), ("a\r\nb", "\n", true, "b", "a\r"),
        ("grün", "ü", true, "n", "gr"), ("e\u{301}", "e", true, "\u{301}", ""), ("é", "e", false, nil, nil),
    ]

    @Test("what is sought is found byte by byte", arguments: table)
    func finds(_ row: (text: String, sought: String, within: Bool, behind: String?, before: String?)) {
        #expect(row.text.hasWithin(row.sought) == row.within)
        #expect(row.text.behindLast(row.sought).map { Array($0.utf8) } == row.behind.map { Array($0.utf8) })
        #expect(row.text.before(row.sought).map { Array($0.utf8) } == row.before.map { Array($0.utf8) })
    }

    @Test("nothing is within anything")
    func nothing() { #expect(!"a".hasWithin("") && !"".hasWithin("")) }

    @Test("a beginning ends with a whole letter")
    func beginning() {
        #expect("grün".beginning(9) == "grün")
        #expect("grün".beginning(5) == "grün")
        #expect("grün".beginning(4) == "grü")
        #expect("grün".beginning(3) == "gr")
        #expect("😀".beginning(3).isEmpty)
    }

    /// Judging runs on a thread that serves all routes, and a whole megabyte took it up to 330 ms for each rule.
    @Test("rules look at the beginning of a value", arguments: [(4090, true), (4091, false), (1_000_000, false)])
    func beginnings(_ row: (padding: Int, holds: Bool)) {
        let text = JSONValue.string(String(repeating: "x", count: row.padding) + "person")
        let match = AnswerRule.Match(path: AnswerPath(steps: [], description: ""), values: ["person"])
        #expect(match.holdsWithin(text) == row.holds)
    }

    @Test("ids and codes are looked for at the beginning, our mark up to the end")
    func lengths() throws {
        let padding = String(repeating: "x", count: 900_000)
        let source = try #require(AnswerSource("a | after #"))
        let tree = JSONValue.object(JSONObject(members: [.init("a", .string("\(padding)#id"))]))
        #expect(source.text(HTTPAnswer(status: 200), tree) == nil)
        let pipedrive = try #require(ShippedProvidersTests.loaded.catalog["pipedrive"])
        let provider = try Provider(
            pipedrive, settings: [:], secretNames: ["api_token"], baseURL: nil, callbackURL: nil)
        let body = #"{"data":[{"id":7,"note":"\#(padding)<br>ref \#(ProviderScene.token)"}],"additional_data":{}}"#
        let verdict = provider.judgeInquiry(
            HTTPAnswer(status: 200, body: Array(body.utf8)), match: ["note": ProviderScene.token])
        #expect(verdict == .found(id: "7"))
    }
}
