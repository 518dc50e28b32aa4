// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Files laid over each other")
struct ConfFolderTests {
    static func route(_ name: String) -> String {
        "[[route]]\nname = \"\(name)\"\nchannel = \"email\"\ntype = \"smtp\"\nurl = \"smtp://h\"\n"
    }

    @Test("a scalar's last value wins, in order of names; files not named *.toml do not count")
    func scalars() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "drain_timeout = '1s'\n[keep]\nbodies = '1d'\nreceipts = '1d'",
            "conf.d/10.toml": "drain_timeout = '2s'",
            "conf.d/20.toml": "drain_timeout = '3s'\n[keep]\nbodies = '2d'",
            "conf.d/99.toml.bak": "drain_timeout = '9s'",
            "conf.d/.98.toml": "drain_timeout = '8s'",
        ])
        let reading = folder.load()
        let settings = try #require(reading.settings)
        #expect(settings.drainTimeout == .seconds(3))
        #expect(settings.keep.bodies == .days(2))
        #expect(settings.keep.receipts == .days(1))
        #expect(reading.files.map { $0.split(separator: "/").last } == ["gatepost.toml", "10.toml", "20.toml"])
    }

    @Test("tables of arrays append; lists of words are replaced")
    func arrays() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": Self.route("a")
                + "rate = ['1/s']\n[sandbox]\nredirect = {email = 'q@a.example'}\nallow = ['*@a.example']",
            "conf.d/b.toml": "sandbox.allow = ['*@b.example']\n" + Self.route("b"),
            "conf.d/c.toml": Self.route("c") + Self.route("d"),
        ])
        let settings = try #require(folder.load().settings)
        #expect(settings.routes.map(\.name) == ["a", "b", "c", "d"])
        #expect(settings.sandbox?.allow == ["*@b.example"])
        #expect(settings.sandbox?.redirect[.email] == "q@a.example")
    }

    @Test("the same name twice names both places")
    func twice() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "\n" + Self.route("a"), "conf.d/b.toml": Self.route("a"),
        ])
        #expect(
            folder.lines(folder.load().errors) == [
                "conf.d/b.toml:2: route[1].name: \"a\" is already at gatepost.toml:3"
            ])
    }

    @Test("a mistake is told in the file that made it, under its number in the whole")
    func places() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": Self.route("a"),
            "conf.d/b.toml":
                "\n[[route]]\nnam = 'b'\ntype = 'smtp'\nchannel = 'email'\nurl = 'smtp://h'\nmatch = { classes = ['x'] }\n",
        ])
        #expect(
            folder.lines(folder.load().errors) == [
                "conf.d/b.toml:2: route[1]: \"name\" is missing; it must be 1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)",
                "conf.d/b.toml:3: route[1].nam: unknown key; did you mean \"name\"?",
                "conf.d/b.toml:7: route[1].match.classes[0]: must be \"marketing\" or \"transactional\"",
            ])
    }

    @Test("a table here and something else there cannot be joined")
    func clash() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "[keep]\nbodies = '1d'", "conf.d/b.toml": "\nkeep = 1",
            "conf.d/c.toml": "[route]\nname = 'x'\n", "conf.d/a.toml": Self.route("a"),
        ])
        #expect(
            folder.lines(folder.load().errors) == [
                "conf.d/b.toml:2: keep: is an integer here and a table at gatepost.toml:1",
                "conf.d/c.toml:1: route: is a table here and an array at conf.d/a.toml:1",
            ])
    }

    @Test("all files are read though one is broken")
    func broken() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "x = 1", "conf.d/a.toml": "= 1", "conf.d/b.toml": "[keep]\ny = 1",
        ])
        #expect(
            folder.lines(folder.load().errors).map { $0.split(separator: " ")[0] } == [
                "gatepost.toml:1:", "conf.d/a.toml:1:", "conf.d/b.toml:2:",
            ])
    }
}
