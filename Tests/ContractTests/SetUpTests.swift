// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("init and check")
struct SetUpTests {
    @Test("init makes everything, and again makes nothing worse")
    func initialise() throws {
        let post = try Post()
        #expect(try post.run("init").code == 0)
        #expect(Set(post.names(in: "state")).isSuperset(of: ["gatepost.db", "keys", "spool"]))
        #expect(
            Set(post.names(in: "state/spool")).isSuperset(of: [
                "tmp", "incoming", "taken", "receipts", "rejected", "outcomes",
            ]))
        let key = FileManager.default.contents(atPath: "\(post.folder)/state/keys/subject.key")
        let again = try post.run("init")
        #expect(again.code == 0 && again.words.contains("found the database"))
        #expect(FileManager.default.contents(atPath: "\(post.folder)/state/keys/subject.key") == key)
    }

    @Test("a sound configuration passes, and what its policy asks is said aloud")
    func soundCheck() throws {
        let ending = try Post().run("check")
        #expect(ending.code == 0)
        #expect(ending.output.isEmpty)
        #expect(ending.words.contains("OK: 1 route, 1 brand, 1 topic"))
        #expect(ending.words.contains("marketing: express (no [[policy.consent]] says otherwise)"))
    }

    @Test("every problem is named with its place, in configuration and templates alike")
    func brokenCheck() throws {
        let wrong = Post.configuration.replacingOccurrences(of: "title = {", with: "titel = {")
        #expect(try Post(wrong).run("check").output.contains("gatepost.toml:5"))

        let post = try Post()
        try post.write("Hello {{frist_name}}\n", to: "templates/welcome/subject.txt")
        let ending = try post.run("check")
        #expect(ending.code == 78)
        #expect(ending.output.contains("templates/welcome/subject.txt:1"))
        let rows = try post.run("check", "--format", "json").lines.map { try $0.object() }
        #expect(rows.contains { $0["severity"] as? String == "error" && $0["line"] as? Int == 1 })
    }

    @Test("no command starts from a broken configuration", arguments: ["status", "enqueue", "init", "render"])
    func refuses(_ command: String) throws {
        let post = try Post("state_dir = 7\n")
        let ending = command == "render" ? try post.run("render", "welcome") : try post.run(command)
        #expect(ending.code == 78)
        #expect(ending.words.contains("gatepost.toml:1"))
    }

    @Test("before init, commands exit 69 and say what to do", arguments: ["status", "outcomes", "report"])
    func uninitialised(_ command: String) throws {
        let ending = try Post().run(command)
        #expect(ending.code == 69)
        #expect(ending.words.contains("gatepost init"))
    }

    @Test("root acts as the owner: nothing in the state directory ever belongs to root", .enabled(if: geteuid() == 0))
    func rootActsAsOwner() throws {
        let post = try Post()
        #expect(try post.run("init", "--owner", "games").code == 0)
        #expect(try post.run("hold", "add", "--all", "--why", "test").code == 0)
        #expect(try post.run("enqueue", input: "{}").code == 0)
        let all = FileManager.default.enumerator(atPath: "\(post.folder)/state")?.compactMap { $0 as? String } ?? []
        #expect(all.count > 10)
        for name in all {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(post.folder)/state/\(name)")
            #expect(facts[.ownerAccountName] as? String == "games", "\(name)")
        }
    }

    private static let stranger = ["/usr/bin/setpriv", "--reuid=games", "--regid=games", "--clear-groups"]

    /// Root can be somebody else, and the build is not behind a directory that is closed to others.
    private static let strangerMayRun: Bool = {
        guard geteuid() == 0, let path = GatepostBinary.built?.path else { return false }
        return Installed.run(stranger[0], stranger.dropFirst() + ["/usr/bin/test", "-x", path]) == 0
    }()

    @Test("who may not read the record exits 77 and hears who may", .enabled(if: strangerMayRun))
    func notPermitted() throws {
        let post = try Post()
        #expect(try post.run("init").code == 0)
        let ending = try post.run("status", under: Self.stranger)
        #expect(ending.code == 77)
        #expect(ending.words.contains("run it as root"))
    }
}
