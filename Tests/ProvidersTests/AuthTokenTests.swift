// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Cryptography
import GatewayModel
import Testing

@testable import Providers

struct TokenVector: Sendable, CustomTestStringConvertible {
    let name: String, claims: String
    let keyID: String?
    let token: String

    init(_ name: String, claims: String, keyID: String?, token: String) {
        (self.name, self.claims, self.keyID, self.token) = (name, claims, keyID, token)
    }
    var testDescription: String { name }
}

/// Whether libcrypto takes the signature, from the public key's text.
func isRS256(_ signature: [UInt8], of bytes: [UInt8], publicKey pem: String) -> Bool {
    let text = Array(pem.utf8)
    let bio = BIO_new_mem_buf(text, Int32(text.count))
    defer { BIO_free(bio) }
    guard let key = PEM_read_bio_PUBKEY(bio, nil, nil, nil), let context = EVP_MD_CTX_new() else { return false }
    defer {
        EVP_PKEY_free(key)
        EVP_MD_CTX_free(context)
    }
    return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
        && EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
}

/// The three parts of a token, the last decoded.
func parts(of token: String) throws -> (header: JSONValue, claims: JSONValue, signed: [UInt8], signature: [UInt8]) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    try #require(parts.count == 3)
    let decoded = try parts.map { part in
        let plain = String(part.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        return try #require([UInt8](base64: plain))
    }
    return (
        try JSONValue.parse(decoded[0]), try JSONValue.parse(decoded[1]), Array("\(parts[0]).\(parts[1])".utf8),
        decoded[2]
    )
}

@Suite("JSON Web Tokens and their keys")
struct AuthTokenTests {
    @Test("signs as PyJWT does, and libcrypto takes it", arguments: TokenVector.byPyJWT)
    func vector(_ vector: TokenVector) throws {
        let claims = try #require(try JSONValue.parse(Array(vector.claims.utf8)).object)
        let token = JSONWebToken.signed(claims, with: try RSASigningKey(pem: TestKeys.pkcs8), keyID: vector.keyID)
        #expect(token == vector.token)
        let (_, _, signed, signature) = try parts(of: token)
        #expect(isRS256(signature, of: signed, publicKey: TestKeys.publicHalf))
        #expect(!isRS256(signature, of: signed + [0x20], publicKey: TestKeys.publicHalf))
    }

    @Test("either notation of a private key, with blank lines around it")
    func notations() throws {
        let key = try RSASigningKey(pem: TestKeys.pkcs8)
        #expect(key.bits == 2048)
        for pem in [TestKeys.pkcs1, "\n\n" + TestKeys.pkcs8, TestKeys.pkcs8.replacing("\n", with: "\r\n")] {
            #expect(try RSASigningKey(pem: pem).signature(of: [1, 2]) == key.signature(of: [1, 2]))
        }
    }

    struct BadKey: Sendable, CustomTestStringConvertible {
        let testDescription: String, pem: String
        let problem: SigningKeyProblem

        init(_ name: String, _ pem: String, _ problem: SigningKeyProblem) {
            (testDescription, self.pem, self.problem) = (name, pem, problem)
        }

        static let all = [
            BadKey("nothing", "", .empty),
            BadKey("white space", " \n\t", .empty),
            BadKey("a password", "hunter2", .noPEM),
            BadKey("a public key", TestKeys.publicHalf, .publicKey),
            BadKey("a certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", .certificate),
            BadKey("locked", TestKeys.locked, .encrypted),
            BadKey("locked, in the old notation", TestKeys.lockedPKCS1, .encrypted),
            BadKey("of a curve", TestKeys.curve, .notRSA),
            BadKey("short", TestKeys.short, .tooShort(bits: 1024)),
            BadKey("cut", String(TestKeys.pkcs8.prefix(800)), .damaged),
            BadKey("damaged", TestKeys.pkcs8.replacing("MII", with: "MIA"), .damaged),
            BadKey("on one line", TestKeys.pkcs8.replacing("\n", with: "\\n"), .escapedLineEnds),
        ]
    }

    @Test("a key that is none is told in clear words", arguments: BadKey.all)
    func bad(_ key: BadKey) {
        #expect(throws: key.problem) { try RSASigningKey(pem: key.pem) }
        #expect(ERR_peek_error() == 0, "libcrypto's queue of errors is left empty")
    }

    @Test("a token of our own serves until a minute before its end, for the same claims and key")
    func reuse() throws {
        var bearer = SelfSignedBearer()
        let claims = JSONObject([("application_id", .string("a"))])
        let start = Instant(seconds: 1_795_291_200)
        func token(_ claims: JSONObject, after seconds: Int, pem: String = TestKeys.pkcs8) throws -> String {
            try bearer.token(claims, pem: pem, keyID: nil, lifetime: .seconds(900), now: start + .seconds(seconds))
        }
        let first = try token(claims, after: 0)
        #expect(try token(claims, after: 839) == first)
        let second = try token(claims, after: 840)
        #expect(second != first)
        #expect(try token(claims, after: 600) != second, "a clock set back is believed")
        let third = try token(JSONObject([("application_id", .string("b"))]), after: 840)
        #expect(try token(claims, after: 840) != third)
        bearer.forget()
        let (header, made, signed, signature) = try parts(of: token(claims, after: 840))
        #expect(header.object?["alg"] == .string("RS256"))
        #expect(made.object?["iat"] == .integer(start.seconds + 840))
        #expect(made.object?["exp"] == .integer(start.seconds + 1740))
        #expect(made.object?["jti"]?.string?.isEmpty == false)
        #expect(isRS256(signature, of: signed, publicKey: TestKeys.publicHalf))
        #expect(throws: AuthMistake("auth.key is empty")) { try token(claims, after: 0, pem: " ") }
    }
}

@Suite("Base64")
struct AuthBase64Tests {
    /// RFC 4648 section 10, and what tells the two alphabets apart.
    @Test(
        "writes and reads",
        arguments: [
            ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg"),
            ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/", "fn5-Pz8_"),
        ])
    func vectors(_ text: String, _ plain: String, _ url: String) {
        let bytes = Array(text.utf8)
        #expect(bytes.base64 == plain)
        #expect(bytes.base64URL == url)
        #expect([UInt8](base64: plain) == bytes)
        #expect([UInt8](base64: String(plain.prefix { $0 != "=" })) == bytes)
    }

    @Test(
        "what is none is none",
        arguments: ["A", "AAAAA", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zm9v====", "Z g=", "Zm-_", "Zh==", "Zm9", "é"])
    func bad(_ text: String) {
        #expect([UInt8](base64: text) == nil)
    }
}
