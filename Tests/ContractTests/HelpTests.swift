// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite("Help and usage")
struct HelpTests {
    static let commands = [
        "init", "run", "check", "enqueue", "render", "provider", "provider list", "provider show", "provider try",
        "schema", "status", "queue", "queue list", "queue show",
        "queue release", "queue retry", "queue cancel", "queue accept-clock", "hold", "hold add", "hold list",
        "hold remove", "route", "route list", "route pause", "route resume", "outcomes", "report", "journal",
        "journal verify", "journal export", "journal operators", "journal policy", "evidence", "sink", "demo",
    ]

    @Test("every command has help with an example, on standard output", arguments: commands)
    func help(_ command: String) throws {
        let binary = try #require(GatepostBinary.built)
        let ending = try binary.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(ending.code == 0)
        #expect(ending.output.contains("USAGE: gatepost \(command)"))
        #expect(ending.output.contains("gatepost \(command)") && ending.output.contains("Example"))
        #expect(ending.words.isEmpty)
    }

    @Test("the root lists every command")
    func root() throws {
        let ending = try #require(GatepostBinary.built).run(["--help"])
        for command in Self.commands where !command.contains(" ") { #expect(ending.output.contains("\n  \(command) ")) }
    }

    static let wrong: [[String]] = [
        ["nonsense"], ["queue", "cancel"], ["queue", "cancel", "--all", "--brand", "acme"],
        ["hold", "add", "--why", "x"],
        ["hold", "add", "--all"], ["schema", "nothing"], ["render"], ["status", "--format", "xml"],
        ["outcomes", "--since", "yesterday"], ["report", "--by", "colour"], ["enqueue", "--wait", "--dry-run"],
        ["queue", "list", "--state", "lost"], ["sink", "--listen", "here"], ["outcomes", "--limit", "0"],
        ["evidence"], ["evidence", "ada@example.com", "--job", "a"],
        ["evidence", "ada@example.com", "--producer", "a"],
        ["report", "--month", "2026-11"], ["report", "--review", "--month", "November"],
        ["report", "--review", "--since", "7d"], ["journal", "policy", "latest"],
    ]

    @Test("wrong usage exits 64 and says so on standard error", arguments: wrong)
    func usage(_ arguments: [String]) throws {
        let ending = try #require(GatepostBinary.built).run(arguments)
        #expect(ending.code == 64)
        #expect(ending.output.isEmpty && ending.words.contains("Usage: gatepost"))
    }
}
