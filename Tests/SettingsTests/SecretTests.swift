// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite("Secrets, from where they are kept")
struct SecretTests {
    @Test(
        "from a file, without its last line end",
        arguments: [
            ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), ("s3cret", "s3cret"), ("a\nb\n\n", "a\nb\n"),
            (" x ", " x "),
        ])
    func file(content: String, secret: String) throws {
        let folder = try ConfigurationFolder(["password": content])
        #expect(try SecretResolver(environment: [:]).resolve(.file("\(folder.path)/password")) == secret)
    }

    @Test("from systemd's credentials directory")
    func credential() throws {
        let folder = try ConfigurationFolder(["relay": "s3cret\n"])
        let resolver = SecretResolver(environment: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(try resolver.resolve(.credential("relay")) == "s3cret")
    }

    @Test("from the environment")
    func environment() throws {
        #expect(try SecretResolver(environment: ["TOKEN": "s3cret"]).resolve(.env("TOKEN")) == "s3cret")
    }

    static let missing: [(SecretReference, [String: String], String)] = [
        (.file("/nonexistent/x"), [:], "the secret's file /nonexistent/x cannot be read: No such file or directory"),
        (.file("/"), [:], "the secret's file / cannot be read: Is a directory"),
        (.file("/dev/null"), [:], "the secret is empty"),
        (.file("/dev/zero"), [:], "the secret's file /dev/zero is larger than 64 KiB"),
        (.env("TOKEN"), [:], "the environment variable TOKEN is not set"),
        (.env("TOKEN"), ["TOKEN": ""], "the secret is empty"),
        (
            .credential("r"), ["CREDENTIALS_DIRECTORY": "/nonexistent"],
            "the credential \"r\" cannot be read: No such file or directory"
        ),
        (
            .credential("r"), [:],
            "the credential \"r\" cannot be looked up: CREDENTIALS_DIRECTORY is not set, as it is within the systemd unit"
        ),
    ]

    @Test("what is missing is told clearly", arguments: missing)
    func tellsMissing(reference: SecretReference, environment: [String: String], message: String) {
        #expect {
            _ = try SecretResolver(environment: environment).resolve(reference)
        } throws: {
            "\($0)" == message
        }
    }

    @Test(
        "a file that others can read is a concern",
        arguments: [(0o600, false), (0o640, false), (0o400, false), (0o644, true), (0o660, true), (0o740, true)])
    func modes(mode: mode_t, isConcern: Bool) throws {
        let folder = try ConfigurationFolder([:])
        try folder.write("x", to: "password", mode: mode)
        let concern = SecretResolver(environment: [:]).concern(about: .file("\(folder.path)/password"))
        #expect((concern != nil) == isConcern)
        if let concern { #expect(concern.contains("has mode 0\(String(mode, radix: 8)), wider than 0640")) }
    }

    static func config(_ password: String) -> String {
        "brand = [{ id = 'a', controller = 'A', from = 'a@a.example', postal_address = 'x' }]\n[[route]]\nname = 'r'\n"
            + "channel = 'email'\ntype = 'smtp'\nurl = 'smtp://h'\nusername = 'u'\npassword = \(password)\n"
    }

    @Test("the loader tries each secret, relative to the file that names it")
    func loader() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.config("{ file = 'password' }")])
        #expect(
            folder.lines(folder.load().errors) == [
                "gatepost.toml:8: route[0].password: the secret's file password cannot be read: No such file or directory"
            ])
        try folder.write("a\nb", to: "password")
        #expect(
            folder.lines(folder.load().errors) == ["gatepost.toml:8: route[0].password: the secret must be one line"])
        try folder.write("a", to: "password", mode: 0o644)
        #expect(folder.load().errors.isEmpty)
        #expect(
            folder.lines(folder.load().warnings) == [
                "gatepost.toml:8: route[0].password: the secret's file password has mode 0644, wider than 0640: chmod 0640 it, or narrower"
            ])
    }
}
