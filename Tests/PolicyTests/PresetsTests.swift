// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Shipped
import StrictTOML
import Testing

@testable import Policy

/// A row of facts E1: what a preset file must say.
private struct PresetRow: CustomTestStringConvertible, Sendable {
    var id: String
    /// Monday to Friday, Saturday, Sunday; empty: closed.
    var hours: [String]
    var confidence: Confidence
    var covers: [String]
    var channels: [ContactChannel] = [.sms, .voice]
    var family: String?
    var holidays: String?
    var zone: String?
    var testDescription: String { id }

    init(
        _ id: String, _ weekdays: String, _ saturday: String, _ sunday: String, _ confidence: Confidence,
        covers: [String]? = nil, channels: [ContactChannel] = [.sms, .voice], family: String? = "us",
        holidays: String? = nil, zone: String? = nil
    ) {
        (self.id, hours, self.confidence) = (id, [weekdays, saturday, sunday], confidence)
        self.covers = covers ?? [id.uppercased()]
        (self.channels, self.family, self.holidays, self.zone) = (channels, family, holidays, zone)
    }
}

private let d = "08-20"
private let french = ["FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"]
private let table = [
    PresetRow("us", "08-21", "08-21", "08-21", .high, covers: ["US", "PR", "VI", "GU", "AS", "MP"]),
    PresetRow("us-al", d, d, "", .low, holidays: "us-al"),
    PresetRow("us-ct", "09-20", "09-20", "09-20", .high),
    PresetRow("us-fl", d, d, d, .high),
    PresetRow("us-il", "08-21", "08-21", "08-21", .low),
    PresetRow("us-ky", "10-21", "10-21", "10-21", .medium),
    PresetRow("us-la", d, d, "", .medium, holidays: "us-la"),
    PresetRow("us-me", "09-17", "", "", .low),
    PresetRow("us-md", d, d, d, .high),
    PresetRow("us-ma", d, d, d, .low),
    PresetRow("us-mi", "09-21", "09-21", "09-21", .low),
    PresetRow("us-mn", "09-21", "09-21", "09-21", .low),
    PresetRow("us-nm", "09-21", "09-21", "09-21", .low),
    PresetRow("us-ms", d, d, "", .low, holidays: "us-ms", zone: "America/Chicago"),
    PresetRow("us-nv", "09-20", "09-20", "09-20", .low),
    PresetRow("us-nj", "08-21", "08-21", "08-21", .low),
    PresetRow("us-nj-strict", d, d, d, .low, covers: ["US-NJ"], family: nil),
    PresetRow("us-ok", d, d, d, .high),
    PresetRow("us-pa", "08-21", "08-21", "", .high, holidays: "us-pa"),
    PresetRow("us-pa-strict", "09-19", "09-19", "", .low, covers: ["US-PA"], family: nil, holidays: "us-pa"),
    PresetRow("us-ri", "09-18", "10-17", "", .high, holidays: "us-ri"),
    PresetRow("us-sd", "09-21", "", "", .medium),
    PresetRow("us-tx", "09-21", "09-21", "12-21", .high),
    PresetRow("us-ut", "08-21", "08-21", "", .medium, holidays: "us-ut"),
    PresetRow("us-va", "08-21", "08-21", "08-21", .high),
    PresetRow("us-wa", d, d, d, .high),
    PresetRow("us-wy", d, d, d, .low),
    PresetRow("us-default", "09-20", "10-17", "", .high, covers: ["US"], holidays: "us-any"),
    PresetRow("us-strictest", "10-17", "", "", .high, covers: ["US"], family: nil, holidays: "us-any"),
    PresetRow(
        "ca-voice", "09-21:30", "10-18", "10-18", .high, covers: ["CA"], channels: [.voice], family: "ca"),
    PresetRow("ca-sms", "08-21", "08-21", "08-21", .medium, covers: ["CA"], channels: [.sms], family: "ca"),
    PresetRow("ca-sms-strict", "09-20", "09-20", "09-20", .medium, covers: ["CA"], channels: [.sms], family: nil),
    PresetRow(
        "fr-voice", "10-13 14-20", "", "", .high, covers: french, channels: [.voice], family: "fr", holidays: "fr"),
    PresetRow("fr-sms", d, d, "", .medium, covers: french, channels: [.sms], family: "fr", holidays: "fr"),
    PresetRow(
        "fr-sms-operator", "08-22", "08-22", "", .medium, covers: french, channels: [.sms], family: nil, holidays: "fr"),
    PresetRow("gb", "08-21", "08-21", "08-21", .medium, channels: [.sms], family: nil),
    PresetRow("ie", "08-21", "08-21", "08-21", .medium, channels: [.sms], family: nil),
    PresetRow("de", "08-21", "08-21", "08-21", .medium, channels: [.sms], family: nil),
    PresetRow("nl", "08-21", "08-21", "08-21", .medium, channels: [.sms], family: nil),
    PresetRow("nz", "08-21", "08-21", "08-21", .medium, channels: [.sms], family: nil),
    PresetRow(
        "au-voice", "09-20", "09-17", "", .high, covers: ["AU"], channels: [.voice], family: "au", holidays: "au"),
    PresetRow("au-sms", "08-21", "08-21", "08-21", .medium, covers: ["AU"], channels: [.sms], family: "au"),
    PresetRow("in-sms", "10-21", "10-21", "10-21", .low, covers: ["IN"], channels: [.sms], family: "in"),
    PresetRow("br", "08-21", "08-21", "08-21", .low, channels: [.sms], family: nil),
    PresetRow("mx", d, d, d, .low, channels: [.sms], family: nil),
    PresetRow("kz", "09-22", "09-22", "09-22", .low, channels: [.sms], family: nil),
    PresetRow("default", d, d, d, .high, covers: ["*"], channels: ContactChannel.messages, family: nil),
]

extension ContactChannel {
    fileprivate static let messages: [ContactChannel] = [.email, .sms, .voice]
}

/// `08-20`, `09-21:30`, several parted by blanks.
private func windows(_ text: String) -> [Preset.Window] {
    text.split(separator: " ").map { part in
        let minutes = part.split(separator: "-").map { half in
            let numbers = half.split(separator: ":").compactMap { Int($0) }
            return numbers[0] * 60 + (numbers.count > 1 ? numbers[1] : 0)
        }
        return Preset.Window(open: minutes[0], close: minutes[1])
    }
}

@Suite("The shipped presets")
struct PresetsTests {
    private static let shipped = PresetLibrary.load(directory: nil)

    @Test("read without a problem, and are those of the table")
    func loads() {
        #expect(Self.shipped.problems == [])
        #expect(Self.shipped.library.ids == table.map(\.id).sorted())
        #expect(Set(Self.shipped.library.digestInput.map(\.name)).count == Self.shipped.library.digestInput.count)
    }

    @Test("each says what facts E1 says", arguments: table)
    fileprivate func says(_ row: PresetRow) throws {
        let preset = try #require(Self.shipped.library[row.id])
        let expected = [0, 0, 0, 0, 0, 1, 2].map { windows(row.hours[$0]) }
        #expect(preset.week == expected)
        #expect(preset.confidence == row.confidence)
        #expect(preset.covers == row.covers)
        #expect(preset.channels == row.channels)
        #expect(preset.family == row.family)
        #expect(preset.holidays?.id == row.holidays)
        #expect(preset.onHolidays == [])
        #expect(preset.zone == row.zone)
        #expect(preset.onlyUnknownRegion == (row.id == "us-default"))
        #expect(preset.asOf == CalendarDay("2026-11-21"))
        #expect(preset.source.count > 10)
        #expect(preset.note?.contains("Not legal advice") == true)
    }

    @Test("a family has its members, and none that is to be named")
    func families() {
        let library = Self.shipped.library
        #expect(library.family("us").count == 26)
        let strict = ["us-strictest", "us-pa-strict", "us-nj-strict"]
        #expect(library.named("us").allSatisfy { !strict.contains($0.id) })
        #expect(library.named("us").contains { $0.id == "us" } && library.named("us").contains { $0.id == "us-fl" })
        #expect(library.named("fr").map(\.id) == ["fr-sms", "fr-voice"])
        #expect(library.named("gb").map(\.id) == ["gb"])
        #expect(library.named("us-strictest").map(\.id) == ["us-strictest"])
        #expect(library.named("us-xx").isEmpty)
    }

    static let caps = [("us-fl", 3), ("us-ok", 3), ("us-md", 3), ("fr-voice", 4)]

    @Test("the limits that laws set come along", arguments: caps)
    func capsOf(id: String, limit: Int) throws {
        let preset = try #require(Self.shipped.library[id])
        let cap = try #require(preset.caps.first)
        let isFrench = id == "fr-voice"
        #expect(preset.caps.count == 1 && cap.limit == limit && cap.preset == id && cap.messageClass == .marketing)
        #expect(cap.window == .rolling(.seconds(isFrench ? 30 * 86_400 : 86_400)))
        #expect(cap.channels == (isFrench ? [.voice] : [.sms, .voice]))
        #expect(cap.perPerson && cap.perAddress && cap.perCampaign != isFrench)
        #expect(cap.jurisdictions == preset.covers)
        #expect(cap.covers(.voice) && cap.covers(.sms) != isFrench && !cap.covers(.email))
    }

    @Test("no other preset brings a cap")
    func onlyThose() {
        let library = Self.shipped.library
        #expect(library.ids.filter { library[$0]?.caps.isEmpty == false }.sorted() == Self.caps.map(\.0).sorted())
    }

    @Test("a preset covers its place and what lies in it")
    func covers() throws {
        let library = Self.shipped.library
        let (us, florida, unknown, rest) = (
            library["us"]!, library["us-fl"]!, library["us-default"]!, library["default"]!
        )
        let (country, state) = (Jurisdiction(country: "US"), Jurisdiction(country: "US", region: "US-FL"))
        #expect(us.covers(country) && us.covers(state) && us.covers(Jurisdiction(country: "PR")))
        #expect(florida.covers(state) && !florida.covers(country))
        #expect(unknown.covers(country) && !unknown.covers(state))
        #expect(!rest.covers(country) && rest.coversTheRest && !us.coversTheRest)
    }

    @Test("us-strictest lies within every member of the family")
    func strictestIsStrictest() throws {
        let library = Self.shipped.library
        let strictest = try #require(library["us-strictest"])
        for preset in library.family("us") + ["us-pa-strict", "us-nj-strict"].compactMap({ library[$0] }) {
            for (own, other) in zip(strictest.week, preset.week) {
                #expect(
                    own.allSatisfy { w in other.contains { $0.open <= w.open && w.close <= $0.close } },
                    "\(preset.id)")
            }
        }
    }

    @Test("every data file of the directory is in the binary, as it is")
    func everythingIsEmbedded() throws {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var expected: [String: Data] = [:]
        let kinds = [
            ("policies/presets", "toml"), ("policies/holidays", "toml"), ("policies/places", "csv"),
            ("providers", "toml"),
        ]
        for (path, end) in kinds {
            let directory = root.appendingPathComponent("config/\(path)")
            let folder = directory.lastPathComponent
            for file in try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            where file.pathExtension == end {
                expected["\(folder)/\(file.lastPathComponent)"] = try Data(contentsOf: file)
            }
        }
        #expect(expected.count > 50)
        #expect(Set(expected.keys) == Set(ShippedFile.all.map(\.name)), "run config/embed.py")
        for file in ShippedFile.all {
            #expect(expected[file.name] == Data(file.bytes), "\(file.name) differs: build again")
        }
    }
}
