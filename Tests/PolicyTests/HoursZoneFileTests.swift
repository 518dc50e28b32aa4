// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

@Suite("Reading compiled zones")
struct HoursZoneFileTests {
    static func file(_ name: String) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name)))
    }

    @Test("a file cut off anywhere is none")
    func truncated() throws {
        let whole = try Self.file("Africa/Cairo")
        #expect(ZoneFile.offsets(whole) != nil)
        for count in 0..<whole.count - 1 where ZoneFile.offsets(Array(whole.prefix(count))) != nil {
            // What is left of the zone behind its footer's line feed does not matter; nothing before it may be missing.
            Issue.record("\(count) of \(whole.count) bytes were taken")
        }
    }

    @Test("a file with any byte changed is read or refused, never trusted to crash")
    func damaged() throws {
        let whole = try Self.file("Africa/Cairo")
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            if let changes = ZoneFile.offsets(bytes) { #expect(abs(changes.span(0).offset) < 26 * 3600) }
        }
    }

    @Test("leap second counting is refused") func right() throws {
        guard FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/right/Europe/Berlin") else { return }
        #expect(ZoneFile.offsets(try Self.file("right/Europe/Berlin")) == nil)
    }

    struct Rule: Sendable, CustomTestStringConvertible {
        var text: String
        var changes: [String]
        init(_ text: String, _ changes: String...) { (self.text, self.changes) = (text, changes) }
        var testDescription: String { text }
    }

    static let rules = [
        Rule("CET-1CEST,M3.5.0,M10.5.0/3", "2027-03-28T01:00:00Z +7200", "2027-10-31T01:00:00Z +3600"),
        Rule("EST5EDT,M3.2.0,M11.1.0", "2027-03-14T07:00:00Z -14400", "2027-11-07T06:00:00Z -18000"),
        Rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2027-04-03T15:00:00Z +37800", "2027-10-02T15:30:00Z +39600"),
        Rule("IST-1GMT0,M10.5.0,M3.5.0/1", "2027-03-28T01:00:00Z +3600", "2027-10-31T01:00:00Z +0"),
        Rule("IST-2IDT,M3.4.4/26,M10.5.0", "2027-03-26T00:00:00Z +10800", "2027-10-30T23:00:00Z +7200"),
        Rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2027-03-28T01:00:00Z -3600", "2027-10-31T01:00:00Z -7200"),
        Rule("EET-2EEST,M4.5.5/0,M10.5.4/24", "2027-04-29T22:00:00Z +10800", "2027-10-28T21:00:00Z +7200"),
        Rule("XST3XDT,J60/0,J300/0", "2027-03-01T03:00:00Z -7200", "2027-10-27T02:00:00Z -10800"),
        Rule("XST3XDT,59/0,299/0", "2027-03-01T03:00:00Z -7200", "2027-10-27T02:00:00Z -10800"),
        Rule("EST5EDT,0/0,J365/25"),
        Rule("<+0545>-5:45"),
    ]

    @Test("what a footer foretells of 2027", arguments: rules)
    func foretold(_ row: Rule) throws {
        let rule = try #require(ZoneRule(Array(row.text.utf8)))
        let end = Instant(rfc3339: "2026-12-31T23:00:00Z")!.seconds
        let said = rule.changes(after: end, through: 2027).map {
            let time = Instant(seconds: $0.second).rfc3339.replacingOccurrences(of: ".000000", with: "")
            return "\(time) \($0.offset < 0 ? "" : "+")\($0.offset)"
        }
        #expect(said == row.changes)
    }

    @Test("saving that never ends is the standard of the zone")
    func always() { #expect(ZoneRule(Array("EST5EDT,0/0,J365/25".utf8))?.standard == -4 * 3600) }

    @Test(
        "what is no rule",
        arguments: [
            "", "C-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,M3.5.0,M10.5.0/168", "CET-25", "<CET-1",
            "CET-1CEST,M3.5.0,M10.5.0x", "CET-99999999999999999999",
        ])
    func noRule(_ text: String) { #expect(ZoneRule(Array(text.utf8)) == nil) }
}
