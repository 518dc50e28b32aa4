// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Mail
import Testing

/// A mail with its own idea of what a reader must get out of it.
struct RandomMail {
    var mail: OutgoingMail
    var text: String
    var html: String?

    init(seed: UInt64) {
        var source = TextSource(random: Seeded(seed))
        mail = sampleMail(subject: source.line(words: 0...30))
        mail.from.name = source.line(words: 0...8)
        mail.to.name = source.line(words: 0...20)
        mail.replyTo = Mailbox(address("help@acme.example"), name: source.line(words: 1...2))
        mail.extraFields = [HeaderField("X-Free", source.line(words: 1...12))]
        text = source.block(lines: 1...12)
        html = seed % 3 == 0 ? nil : source.block(lines: 1...12)
        if text.isEmpty { text = "." }
        mail.text = Array(text.utf8)
        mail.html = html.map { Array($0.utf8) }
    }
}

@Suite("A mail on the wire")
struct WireFormTests {
    @Test("CRLF only, no line over 998, encoded lines within 78, ASCII, ends in CRLF", arguments: 1...300)
    func lines(_ seed: UInt64) throws {
        let bytes = try RandomMail(seed: seed).mail.composed().bytes
        var length = 0
        for (index, byte) in bytes.enumerated() {
            #expect(byte < 0x80 && byte != 0)
            if byte == 0x0D { #expect(index + 1 < bytes.count && bytes[index + 1] == 0x0A) }
            if byte == 0x0A { #expect(index > 0 && bytes[index - 1] == 0x0D) }
            length = byte == 0x0A ? 0 : length + 1
            #expect(length <= 998)
        }
        #expect(bytes.suffix(2) == [0x0D, 0x0A])
        let body = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1)[1]
        #expect(body.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 && !$0.hasPrefix("From ") })
    }

    @Test("Python's email package reads back what was meant", .enabled(if: Python.isThere))
    func readBack() throws {
        var cases: [[String: Any]] = []
        for seed in 1...400 {
            let random = RandomMail(seed: UInt64(seed))
            var entry: [String: Any] = [
                "seed": seed, "bytes": Data(try random.mail.composed().bytes).base64EncodedString(),
                "subject": random.mail.subject, "from_name": random.mail.from.name ?? "",
                "to_name": random.mail.to.name ?? "", "reply_name": random.mail.replyTo?.name ?? "",
                "free": random.mail.extraFields[0].value, "text": random.text,
            ]
            entry["html"] = random.html
            cases.append(entry)
        }
        let verdict = try Python.run(checker, input: JSONSerialization.data(withJSONObject: cases))
        #expect(verdict == "read 400, wrong 0\n")
    }
}

private let checker = """
    import base64, email, email.header, email.policy, email.utils, json, sys
    policy = email.policy.default
    cases = json.load(sys.stdin)
    wrong = 0
    for case in cases:
        mail = email.message_from_bytes(base64.b64decode(case["bytes"]), policy=policy)
        html = case.get("html")
        parts = list(mail.iter_parts()) if html is not None else [mail]
        def lines(text): return text.replace("\\r\\n", "\\n").rstrip("\\n")
        def name(field):
            # email.policy puts a space between two encoded-words of a phrase (RFC 2047 section 6.2 says to drop it);
            # email.header does not.
            raw = dict((k.lower(), v) for k, v in mail.raw_items())[field].replace("\\r\\n", "").replace("\\n", "")
            phrase = raw[:raw.rindex("<")].strip()
            if phrase.startswith('"'): return email.utils.parseaddr(raw)[0]
            return str(email.header.make_header(email.header.decode_header(phrase)))
        def bare(value): return value if value.strip() else ""
        found = {
            "defects": [str(d) for part in [mail] + parts for d in part.defects],
            "subject": mail["subject"], "free": mail["x-free"], "text": lines(parts[0].get_content()),
            "from_name": name("from"), "to_name": name("to"), "reply_name": name("reply-to"),
            "to": mail["to"].addresses[0].addr_spec, "from": mail["from"].addresses[0].addr_spec,
            "kinds": [part.get_content_type() for part in parts], "keys": sorted(set(k.lower() for k in mail.keys())),
        }
        meant = {
            "defects": [], "subject": case["subject"], "free": case["free"], "text": lines(case["text"]),
            "from_name": bare(case["from_name"]), "to_name": bare(case["to_name"]), "reply_name": bare(case["reply_name"]),
            "to": "ada@example.com", "from": "news@acme.example",
            "kinds": ["text/plain", "text/html"] if html is not None else ["text/plain"],
            "keys": sorted(k.lower() for k in mail.keys()),
        }
        if html is not None:
            found["html"], meant["html"] = lines(parts[1].get_content()), lines(html)
        for key in meant:
            if found[key] != meant[key]:
                wrong += 1
                print(case["seed"], key, repr(found[key])[:400], "MEANT", repr(meant[key])[:400])
    print(f"read {len(cases)}, wrong {wrong}")
    """

/// The machine's python3, as a second opinion on what mail is.
enum Python {
    static let path = "/usr/bin/python3"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Standard output of the script fed with that input.
    static func run(_ script: String, input: Data) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (stdin, stdout)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
