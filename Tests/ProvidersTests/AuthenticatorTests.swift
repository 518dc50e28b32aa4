// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Providers

@Suite("How a route shows who asks")
struct AuthenticatorTests {
    private static let sigv4 = AuthDescription.sigv4(
        .init(
            service: .constant("sms-voice"), region: .constant("eu-central-1"), accessKey: .secret("id"),
            secretKey: .secret("key"), sessionToken: .secret("session")))
    private static let jwt = AuthDescription.jwt(
        .init(
            algorithm: .rs256, key: .secret("key"), keyID: nil,
            claims: [NamedExpression("application_id", .constant("app"))], lifetime: .seconds(900)))

    // MARK: Without a token

    @Test("none, basic, bearer, header")
    func simple() throws {
        var bench = try AuthBench(.none)
        #expect(try bench.headers() == [:])
        bench = try AuthBench(
            .basic(.init(username: .constant("AC1"), password: .secret("token"))), secrets: ["token": "pä:ss"])
        #expect(try bench.headers() == ["Authorization": "Basic \(Array("AC1:pä:ss".utf8).base64)"])
        bench = try AuthBench(.basic(.init(username: .secret("key"), password: .constant(""))), secrets: ["key": "K"])
        #expect(try bench.headers() == ["Authorization": "Basic Szo="])
        bench = try AuthBench(.bearer(.init(token: .secret("key"))), secrets: ["key": "KEY1"])
        #expect(try bench.headers() == ["Authorization": "Bearer KEY1"])
        let prefixed = Expression(.name(.secret("key")), steps: [.prefix("AccessKey ")])
        bench = try AuthBench(.header(.init(name: "Authorization", value: prefixed)), secrets: ["key": "KEY1"])
        #expect(try bench.headers() == ["Authorization": "AccessKey KEY1"])
        #expect(try bench.tokenRequest() == nil)
        #expect(!bench.authenticator.canRenew)
    }

    @Test(
        "a secret that no header can carry is told, and not quoted",
        arguments: [
            ("hunter2\n", "auth.token holds a line end"), ("hun\r\nX: y", "auth.token holds a line end"),
            (" hunter2", "auth.token holds a blank at its start or end"), ("", "auth.token is empty or not there"),
            ("hünter2", "auth.token holds a character that no header may carry: printable ASCII only"),
        ])
    func unfit(_ secret: String, _ words: String) throws {
        let bench = try AuthBench(.bearer(.init(token: .secret("key"))), secrets: ["key": secret])
        #expect(throws: AuthMistake(words)) { try bench.headers() }
    }

    @Test("a secret that cannot be read is named; a colon cannot stand in a username")
    func unreadable() throws {
        var bench = try AuthBench(.bearer(.init(token: .secret("key"))), secrets: ["key": "x"])
        bench.secrets = [:]
        let mistake = #expect(throws: AuthMistake.self) { try bench.headers() }
        #expect(mistake?.words.contains("secrets.key") == true)
        bench = try AuthBench(
            .basic(.init(username: .constant("a:b"), password: .secret("key"))), secrets: ["key": "x"])
        #expect(throws: AuthMistake("auth.username holds a colon (RFC 7617 section 2)")) { try bench.headers() }
    }

    // MARK: Signed

    @Test("SigV4 over the request's exact bytes; a rotated key counts from the next request")
    func aws() throws {
        let vector = try #require(SigV4Vector.byBotocore.first { $0.session != nil })
        let bench = try AuthBench(
            Self.sigv4, base: "https://sms-voice.eu-central-1.amazonaws.com",
            secrets: [
                "id": "AKIDEXAMPLE", "key": vector.credentials.secretKey, "session": try #require(vector.session),
            ])
        bench.now = vector.moment
        var load = RequestLoad(purpose: .create, method: "POST", target: "/", reference: "jobtoken")
        (load.contentType, load.body, load.headers) = (vector.contentType, Array(vector.body.utf8), vector.headers)
        let secrets = bench.secrets
        let headers = try bench.authenticator.headers(for: load, url: vector.url, now: bench.now) { secrets[$0]! }
        #expect(headers.last?.value == vector.authorization)
        bench.secrets["key"] = "another"
        let first = try bench.headers()["Authorization"]
        bench.secrets["key"] = "a third"
        #expect(try bench.headers()["Authorization"] != first)
        bench.secrets["session"] = ""
        #expect(try bench.headers()["X-Amz-Security-Token"] == nil)
        let lasting = try AuthBench(Self.sigv4, secrets: ["id": "A", "key": "B"])
        #expect(try lasting.headers()["X-Amz-Security-Token"] == nil, "a secret the route does not have")
    }

    @Test("Standard Webhooks: a create keeps its id, other purposes have their own")
    func webhooks() throws {
        let vector = WebhookVector.byLibrary[0]
        let bench = try AuthBench(.standardWebhooks(.init(secret: .secret("s"))), secrets: ["s": vector.secret])
        let first = try bench.headers()
        bench.now = bench.now + .seconds(30)
        let second = try bench.headers()
        #expect(first["webhook-id"] == "jobtoken")
        #expect(second["webhook-id"] == "jobtoken")
        #expect(first["webhook-timestamp"] != second["webhook-timestamp"])
        #expect(first["webhook-signature"] != second["webhook-signature"])
        #expect(try bench.headers(purpose: .amend)["webhook-id"] == "jobtoken-amend")
        bench.secrets["s"] = "whsec_QUJD"
        let mistake = #expect(throws: AuthMistake.self) { try bench.headers() }
        #expect(mistake?.words == "auth.secret decodes to 3 bytes: Standard Webhooks has 24 to 64")
    }

    @Test("a JWT of our own is signed once for many requests, and anew after a 401")
    func ownToken() throws {
        let bench = try AuthBench(Self.jwt, secrets: ["key": TestKeys.pkcs8])
        let first = try bench.headers()
        #expect(try bench.headers(body: "other") == first)
        #expect(bench.authenticator.canRenew)
        bench.authenticator.tokenRejected()
        let second = try #require(try bench.headers()["Authorization"])
        #expect(first["Authorization"] != second)
        let token = try parts(of: String(second.dropFirst("Bearer ".count)))
        #expect(token.claims.object?["application_id"] == .string("app"))
        #expect(isRS256(token.signature, of: token.signed, publicKey: TestKeys.publicHalf))
        bench.secrets["key"] = TestKeys.locked
        let mistake = #expect(throws: AuthMistake.self) { try bench.headers() }
        #expect(mistake?.words.hasPrefix("auth.key is locked with a passphrase") == true)
    }

    // MARK: The clock

    @Test("AWS refuses a time that is off: signed once more with the server's")
    func awsClock() throws {
        let bench = try AuthBench(Self.sigv4, secrets: ["id": "A", "key": "B"])
        let theirs = bench.now + .seconds(1000)
        let tooSkewed = #"{"__type":"InvalidSignatureException","message":"Signature expired"}"#
        #expect(!bench.hint(200, tooSkewed, date: theirs), "nothing was refused")
        #expect(!bench.hint(400, #"{"__type":"ValidationException"}"#, date: theirs), "refused for another reason")
        #expect(!bench.hint(403, tooSkewed, date: nil), "no word of their time")
        #expect(!bench.hint(403, tooSkewed, date: bench.now - .seconds(59)), "our clock is right: the key is wrong")
        #expect(try bench.headers()["X-Amz-Date"] == "20261121T200000Z")
        #expect(bench.hint(403, tooSkewed, date: theirs))
        #expect(try bench.headers()["X-Amz-Date"] == "20261121T201640Z")
        #expect(!bench.hint(403, tooSkewed, date: theirs), "once")
        #expect(bench.hint(403, "<Code>SignatureDoesNotMatch</Code>", date: bench.now), "our clock was set right")
        #expect(try bench.headers()["X-Amz-Date"] == "20261121T200000Z")
    }

    @Test("a JWT that is not valid yet is signed again with the server's time")
    func jwtClock() throws {
        let bench = try AuthBench(Self.jwt, secrets: ["key": TestKeys.pkcs8])
        _ = try bench.headers()
        #expect(bench.hint(401, date: bench.now - .seconds(3600)))
        let value = try #require(try bench.headers()["Authorization"])
        let claims = try parts(of: String(value.dropFirst("Bearer ".count))).claims
        #expect(claims.object?["iat"] == .integer(bench.now.seconds - 3600))
    }

    @Test("what signs no time learns nothing from a clock")
    func noClock() throws {
        let bench = try AuthBench(.bearer(.init(token: .secret("key"))), secrets: ["key": "K"])
        #expect(!bench.hint(401, date: bench.now + .seconds(5000)))
    }
}
