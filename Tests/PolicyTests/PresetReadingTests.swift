// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import StrictTOML
import Testing

@testable import Policy

@Suite("Reading presets and calendars strictly")
struct PresetReadingTests {
    static let good = """
        id = "us-xa"
        version = "1"
        as_of = 2026-11-21
        source = "somewhere"
        confidence = "M"
        covers = ["US-FL"]
        channels = ["sms"]
        [hours]
        monday = ["08:00-12:00", "14:00-20:00"]
        tuesday = []
        wednesday = []
        thursday = []
        friday = []
        saturday = []
        sunday = []
        """

    /// (what is put in the place of what, the line of the complaint, a part of it)
    static let slips: [(String, String, Int, String)] = [
        ("source = \"somewhere\"\n", "", 1, "\"source\" is missing"),
        ("as_of = 2026-11-21\n", "", 1, "\"as_of\" is missing"),
        ("as_of = 2026-11-21", "as_of = \"2026-11-21\"", 3, "a date as 2026-11-21"),
        ("confidence = \"M\"", "confidence = \"?\"", 5, "\"L\", \"M\" or \"H\""),
        ("[\"US-FL\"]", "[\"US-ZZ\"]", 6, "is no region of US"),
        ("[\"US-FL\"]", "[\"XX\"]", 6, "a code as"),
        ("[\"US-FL\"]", "[\"us-fl\"]", 6, "is written \"US-FL\""),
        ("[\"US-FL\"]", "[\"FR-J\"]", 6, "is written \"FR-IDF\""),
        ("[\"US-FL\"]", "[]", 6, "must name a place"),
        ("[\"sms\"]", "[\"fax\"]", 7, "\"email\", \"sms\" or \"voice\""),
        ("[\"sms\"]", "[]", 7, "must name a channel"),
        ("channels = [\"sms\"]", "chanels = [\"sms\"]", 7, "did you mean \"channels\"?"),
        ("12:00\", \"14:00", "14:30\", \"14:00", 9, "overlap"),
        ("08:00-12:00", "08:00-08:00", 9, "opens and closes at once"),
        ("08:00-12:00", "24:00-08:00", 9, "when the day is over"),
        ("08:00-12:00", "8-12", 9, "a window as"),
        ("08:00-12:00", "08:00-24:01", 9, "a window as"),
        ("08:00-12:00", "08:60-12:00", 9, "a window as"),
        ("sunday = []", "", 8, "\"sunday\" is missing"),
        ("saturday = []\nsunday = []", "saturday = [\"20:00-02:00\"]\nsunday = [\"01:00-03:00\"]", 15, "overlap"),
        ("[hours]", "zone = \"America/Nowhere\"\n[hours]", 8, "an IANA zone"),
        ("[hours]", "zone = \"EST\"\n[hours]", 8, "an IANA zone"),
        ("[hours]", "holidays = \"us-all\"\n[hours]", 8, "no holiday calendar \"us-all\"; did you mean \"us-al\"?"),
        ("[hours]", "on_holidays = [\"08:00-09:00\"]\n[hours]", 8, "no meaning without"),
        (
            "[hours]",
            "[[cap]]\nchannels = [\"sms\"]\nlimit = -1\nwindow = \"rolling 1d\"\nper = [\"person\"]\n[hours]", 10,
            "an integer"
        ),
        (
            "[hours]", "[[cap]]\nchannels = [\"sms\"]\nlimit = 1\nwindow = \"rolling\"\nper = [\"person\"]\n[hours]",
            11, "rolling D"
        ),
        (
            "[hours]",
            "[[cap]]\nchannels = [\"sms\"]\nlimit = 1\nwindow = \"rolling 1d\"\nper = [\"campaign\"]\n[hours]", 12,
            "whose messages"
        ),
        ("id = \"us-xa\"", "id = \"US xa\"", 1, "lower-case"),
        ("version = \"1\"", "version = 1", 2, "not an integer"),
    ]

    private func read(_ text: String) -> (preset: Preset?, problems: [TOMLProblem]) {
        let findings = TOMLFindings()
        let calendars = ["us-al": HolidayCalendar(id: "us-al")]
        do {
            let document = try TOMLDocument(text: text, file: "x.toml")
            return (PresetReader.read(document, findings)?.preset(calendars, findings), findings.errors)
        } catch {
            return (nil, [error])
        }
    }

    @Test("the good file is good")
    func good() throws {
        let (preset, problems) = read(Self.good)
        #expect(problems == [])
        #expect(preset?.week[0] == [.init(open: 480, close: 720), .init(open: 840, close: 1200)])
        #expect(preset?.week[6] == [])
    }

    @Test("each slip is told once, at its line", arguments: slips)
    func slip(what: String, instead: String, line: Int, words: String) throws {
        let text = Self.good.replacingOccurrences(of: what, with: instead)
        #expect(text != Self.good)
        let (preset, problems) = read(text)
        #expect(preset == nil)
        // A misspelt key is an unknown one, and the right one is missing.
        #expect(problems.count == (instead.hasPrefix("chanels") ? 2 : 1), "\(problems)")
        #expect(problems.filter { $0.line == line && $0.message.contains(words) }.count == 1, "\(problems)")
    }

    @Test("a window over midnight is two, and touching ones are one")
    func overMidnight() throws {
        let text = Self.good.replacingOccurrences(of: "saturday = []", with: "saturday = [\"20:00-02:00\"]")
            .replacingOccurrences(of: "sunday = []", with: "sunday = [\"02:00-03:00\", \"22:00-00:00\"]")
        let (preset, problems) = read(text)
        #expect(problems == [])
        #expect(preset?.week[5] == [.init(open: 1200, close: 1440)])
        #expect(preset?.week[6] == [.init(open: 0, close: 180), .init(open: 1320, close: 1440)])
        #expect(preset?.week[0].count == 2)
    }
}

@Suite("The operator's own presets")
struct OwnPresetsTests {
    private func folder(_ files: [String: String]) throws -> String {
        let root = NSTemporaryDirectory() + "gatepost-presets-\(UUID().uuidString)"
        for (name, text) in files {
            let path = "\(root)/\(name)"
            let folder = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        return root
    }

    @Test("stand in for the shipped ones of the same id, calendars too")
    func override() throws {
        let calendar = """
            id = "us-la"
            version = "2"
            as_of = 2026-11-22
            source = "the governor"
            [[holiday]]
            name = "Proclaimed"
            on = "2026-12-24"
            """
        let root = try folder([
            "presets/mine.toml": PresetReadingTests.good,
            "presets/florida.toml": PresetReadingTests.good.replacingOccurrences(of: "us-xa", with: "us-fl"),
            "presets/README.md": "notes", "holidays/la.toml": calendar,
        ])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let (library, problems) = PresetLibrary.load(directory: root)
        #expect(problems == [])
        #expect(library["us-xa"] != nil)
        #expect(library["us-fl"]?.week[1] == [] && library["us-fl"]?.caps == [])
        let louisiana = library["us-la"]?.holidays
        #expect(louisiana?.contains(CalendarDay("2026-12-24")!) == true)
        #expect(louisiana?.contains(CalendarDay("2026-01-08")!) == false)
        #expect(library.digestInput.map(\.name).contains("presets/mine.toml"))
        #expect(library.digestInput.map(\.name).contains("shipped/presets/us-fl.toml"))
    }

    @Test("the same id twice, strange files, no TOML: each is told with its file")
    func mistakes() throws {
        let cyclic = { (id: String, other: String) in
            "id = \"\(id)\"\nversion = \"1\"\nas_of = 2026-11-21\nsource = \"s\"\nincludes = [\"\(other)\"]\n"
        }
        let root = try folder([
            "presets/a.toml": PresetReadingTests.good, "presets/b.toml": PresetReadingTests.good,
            "presets/c.json": "{}", "presets/d.toml": "id = ", "holidays/p.toml": cyclic("p", "q"),
            "holidays/q.toml": cyclic("q", "p"), "holidays/r.toml": cyclic("r", "us-fedral"),
        ])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let problems = PresetLibrary.load(directory: root).problems.map(\.description)
        let told = { (file: String, words: String) in
            problems.contains { $0.hasPrefix("\(root)/\(file):") && $0.contains(words) }
        }
        #expect(told("presets/b.toml:1", "already that of \(root)/presets/a.toml"))
        #expect(told("presets/c.json", "end in .toml"))
        #expect(told("presets/d.toml", "not valid TOML") || told("presets/d.toml:1", ""))
        #expect(told("holidays/p.toml:5", "which includes it"))
        #expect(told("holidays/r.toml:5", "did you mean \"us-federal\"?"))
    }

    @Test("a directory that is not there adds nothing")
    func missing() {
        let (library, problems) = PresetLibrary.load(directory: "/nonexistent")
        #expect(problems == [] && library.ids.contains("us-fl"))
    }
}
