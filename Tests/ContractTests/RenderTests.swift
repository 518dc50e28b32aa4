// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("render")
struct RenderTests {
    @Test("every shipped template renders from its sample", arguments: ["welcome", "case-study", "trial-ending"])
    func samples(_ template: String) throws {
        let post = try Post()
        let ending = try post.run("render", template, "--out", "out")
        #expect(ending.code == 0)
        #expect(Set(post.names(in: "out")).isSuperset(of: ["subject.txt", "body.html", "body.txt", "message.eml"]))
        for name in post.names(in: "out") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(post.folder)/out/\(name)"))
            #expect(!bytes.isEmpty)
            if name == "message.eml" { #expect(Self.isWireForm([UInt8](bytes))) }
        }
    }

    /// CRLF only, and no line over 998 octets (RFC 5322 section 2.1.1).
    private static func isWireForm(_ bytes: [UInt8]) -> Bool {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.last == []
            && lines.dropLast().allSatisfy { $0.last == 0x0D && $0.count <= 999 && !$0.dropLast().contains(0x0D) }
    }

    @Test("a part by itself is all of standard output")
    func part() throws {
        let post = try Post()
        let subject = try post.run("render", "welcome", "--part", "subject")
        #expect(subject.code == 0 && subject.lines.count == 1 && subject.words.isEmpty)
        let french = try post.run("render", "welcome", "--part", "subject", "--locale", "fr-CA")
        #expect(french.code == 0 && french.output != subject.output)
        let raw = try post.run("render", "welcome", "--part", "raw", "--to", "Zoë <zoe@example.com>")
        #expect(raw.output.contains("To: =?") && raw.output.contains("zoe@example.com"))
    }

    @Test("data that does not fit, and names that are not there, exit 65")
    func wrong() throws {
        let post = try Post()
        let misfit = try post.run("render", "welcome", "--data", "-", input: #"{"nonsense":1}"#)
        #expect(misfit.code == 65 && misfit.words.contains("data.nonsense"))
        #expect(try post.run("render", "welcome", "--data", "-", input: "{").code == 65)
        let unknown = try post.run("render", "welcom")
        #expect(unknown.code == 65 && unknown.words.contains("did you mean \"welcome\"?"))
        #expect(try post.run("render", "welcome", "--brand", "other").code == 64)
    }
}
