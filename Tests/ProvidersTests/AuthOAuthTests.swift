// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Providers

@Suite("An access token's life")
struct AuthOAuthTests {
    private static func oauth(
        _ grant: AuthDescription.Grant, clientAuth: AuthDescription.ClientAuth = .form, scheme: String = "Bearer",
        baseURLFrom: String? = nil
    ) -> AuthDescription {
        .oauth2(
            .init(
                grant: grant, tokenURL: URLTemplate(pieces: [.literal("https://login.example.com/oauth2/token")]),
                clientID: .constant("client"), clientSecret: .secret("secret"), scope: .constant("send read"),
                audience: .constant("api"), clientAuth: clientAuth, scheme: scheme, baseURLFrom: baseURLFrom))
    }

    private static let assertion = AuthDescription.Grant.jwtBearer(
        .init(
            issuer: .constant("client"), subject: .constant("robot@example.com"),
            audience: .constant("https://login.example.com"), privateKey: .secret("key"), lifetime: .seconds(180)))

    private static let secrets = ["secret": "geheim:1", "refresh": "R0", "key": TestKeys.pkcs8]

    private static func bench(_ auth: AuthDescription, base: String = "https://api.example.com") throws -> AuthBench {
        try AuthBench(auth, base: base, secrets: secrets)
    }

    private static let hour = #"{"access_token":"T1","token_type":"Bearer","expires_in":3600}"#

    // MARK: Asking

    @Test("client credentials, as form fields and as Basic")
    func clientCredentials() throws {
        var bench = try Self.bench(Self.oauth(.clientCredentials))
        let request = try #require(try bench.tokenRequest())
        #expect(request.url == "https://login.example.com/oauth2/token")
        #expect(request.method == "POST")
        #expect(request.contentType == "application/x-www-form-urlencoded")
        #expect(request.headers == [HeaderField("Accept", "application/json")])
        #expect(
            fields(of: request.body) == [
                "grant_type": "client_credentials", "client_id": "client", "client_secret": "geheim:1",
                "scope": "send+read", "audience": "api",
            ])
        bench = try Self.bench(Self.oauth(.clientCredentials, clientAuth: .basic))
        let basic = try #require(try bench.tokenRequest())
        #expect(basic.headers.last == HeaderField("Authorization", "Basic \(Array("client:geheim%3A1".utf8).base64)"))
        #expect(fields(of: basic.body)["client_secret"] == nil)
    }

    @Test("a refresh token that comes back changed takes the old one's place, for as long as the configuration stays")
    func rotation() throws {
        let bench = try Self.bench(Self.oauth(.refreshToken(.secret("refresh"))))
        #expect(try bench.tokenForm()["refresh_token"] == "R0")
        #expect(bench.answer(200, #"{"access_token":"T1","refresh_token":"R0"}"#) == .have)
        #expect(bench.authenticator.rotatedRefreshToken == nil)
        bench.authenticator.tokenRejected()
        #expect(try bench.tokenForm()["refresh_token"] == "R0")
        #expect(bench.answer(200, #"{"access_token":"T2","refresh_token":"R1"}"#) == .have)
        #expect(bench.authenticator.rotatedRefreshToken == "R1")
        bench.authenticator.tokenRejected()
        #expect(try bench.tokenForm()["refresh_token"] == "R1")
        #expect(bench.answer(503, "") == .transient("answered 503"))
        #expect(try bench.tokenForm()["refresh_token"] == "R1")
        bench.secrets["refresh"] = "R9"
        #expect(try bench.tokenForm()["refresh_token"] == "R9", "the operator's word is the newer one")
        #expect(bench.authenticator.rotatedRefreshToken == nil)
    }

    @Test("where the changed one is refused, the configured one is tried next")
    func rotationRefused() throws {
        let bench = try Self.bench(Self.oauth(.refreshToken(.secret("refresh"))))
        _ = try bench.tokenRequest()
        #expect(bench.answer(200, #"{"access_token":"T1","refresh_token":"R1"}"#) == .have)
        bench.authenticator.tokenRejected()
        _ = try bench.tokenRequest()
        #expect(bench.answer(404, "") == .refused("answered 404"))
        #expect(bench.authenticator.rotatedRefreshToken == "R1", "a wrong address says nothing of the token")
        #expect(bench.answer(400, #"{"error":"invalid_grant"}"#) == .refused("answered 400: invalid_grant"))
        #expect(try bench.tokenForm()["refresh_token"] == "R0")
    }

    @Test("a signed assertion")
    func jwtBearer() throws {
        let bench = try Self.bench(Self.oauth(Self.assertion))
        let form = try bench.tokenForm()
        #expect(form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        #expect(form["audience"] == nil)
        let (_, claims, signed, signature) = try parts(of: try #require(form["assertion"]))
        #expect(isRS256(signature, of: signed, publicKey: TestKeys.publicHalf))
        #expect(
            claims.text == #"{"iss":"client","sub":"robot@example.com","aud":"https://login.example.com","#
                + #""iat":1795291200,"exp":1795291380}"#)
        bench.secrets["key"] = "no key"
        let mistake = #expect(throws: AuthMistake.self) { try bench.tokenRequest() }
        #expect(
            mistake?.words == "auth.private_key is no PEM text: a line \"-----BEGIN PRIVATE KEY-----\" was expected")
    }

    // MARK: Holding

    @Test("is renewed 60 s before its end, and forgotten when refused")
    func life() throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials))
        #expect(throws: AuthMistake("there is no access token")) { try bench.headers() }
        _ = try bench.tokenRequest()
        #expect(bench.answer(200, Self.hour) == .have)
        #expect(try bench.headers() == ["Authorization": "Bearer T1"])
        bench.now = bench.now + .seconds(3539)
        #expect(try bench.tokenRequest() == nil)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.tokenRequest() != nil)
        #expect(try bench.headers() == ["Authorization": "Bearer T1"], "good while the new one is under way")
        bench.now = bench.now + .seconds(60)
        #expect(throws: AuthMistake("there is no access token")) { try bench.headers() }
        #expect(bench.answer(200, Self.hour) == .have)
        #expect(try bench.tokenRequest() == nil)
        bench.authenticator.tokenRejected()
        #expect(try bench.tokenRequest() != nil)
        #expect(bench.authenticator.canRenew)
    }

    @Test("a short life is halved; one without an end lasts until it is refused")
    func shortAndEndless() throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials))
        #expect(bench.answer(200, #"{"access_token":"T1","expires_in":40}"#) == .have)
        bench.now = bench.now + .seconds(19)
        #expect(try bench.tokenRequest() == nil)
        bench.now = bench.now + .seconds(1)
        #expect(try bench.tokenRequest() != nil)
        #expect(bench.answer(200, #"{"access_token":"T2"}"#) == .have)
        bench.now = bench.now + .seconds(1_000_000)
        #expect(try bench.tokenRequest() == nil)
        #expect(try bench.headers() == ["Authorization": "Bearer T2"])
    }

    @Test("where renewal fails for the moment, the old token serves on to its end")
    func servesOn() throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials))
        #expect(bench.answer(200, Self.hour) == .have)
        bench.now = bench.now + .seconds(3550)
        #expect(try bench.tokenRequest() != nil)
        #expect(bench.answer(503, "") == .have)
        #expect(try bench.tokenRequest() == nil)
        #expect(try bench.headers() == ["Authorization": "Bearer T1"])
        bench.now = bench.now + .seconds(10)
        #expect(try bench.tokenRequest() != nil)
        bench.now = bench.now + .seconds(40)
        #expect(bench.answer(503, "") == .transient("answered 503"))
    }

    @Test("a token that ended right after a failed renewal is asked for at once, not missed")
    func endsInThePause() throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials))
        #expect(bench.answer(200, Self.hour) == .have)
        bench.now = bench.now + .seconds(3595)
        #expect(bench.answer(503, "") == .have)
        #expect(try bench.tokenRequest() == nil)
        bench.now = bench.now + .seconds(5)
        #expect(try bench.tokenRequest() != nil)
    }

    @Test("Zoho's scheme")
    func scheme() throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials, scheme: "Zoho-oauthtoken"))
        #expect(bench.answer(200, Self.hour) == .have)
        #expect(try bench.headers() == ["Authorization": "Zoho-oauthtoken T1"])
    }

    // MARK: Where requests go

    private static let elsewhere = #"{"access_token":"T1","instance_url":"https://acme.my.salesforce.com"}"#

    @Test("the answer names the base URL, but not in the place of the operator's")
    func baseURL() throws {
        var bench = try Self.bench(Self.oauth(.clientCredentials, baseURLFrom: "instance_url"))
        #expect(bench.authenticator.baseURL == nil)
        #expect(bench.answer(200, Self.elsewhere) == .have)
        #expect(bench.authenticator.baseURL == "https://acme.my.salesforce.com")
        bench = try Self.bench(
            Self.oauth(.clientCredentials, baseURLFrom: "instance_url"), base: "https://gateway.example.net/crm")
        #expect(try bench.tokenRequest()?.url == "https://login.example.com/oauth2/token")
        #expect(bench.answer(200, Self.elsewhere) == .have)
        #expect(bench.authenticator.baseURL == nil)
    }

    @Test(
        "where requests go to a peer inside, tokens come from there",
        arguments: ["http://127.0.0.1:8025", "https://sink:8443", "http://[::1]:8025", "http://localhost"])
    func insidePeer(_ base: String) throws {
        let bench = try Self.bench(Self.oauth(.clientCredentials), base: base)
        #expect(try bench.tokenRequest()?.url == "\(base)/oauth2/token")
    }

    // MARK: The clock

    @Test("an assertion refused for its time is signed once more with the server's")
    func clock() throws {
        let bench = try Self.bench(Self.oauth(Self.assertion))
        let refusal = #"{"error":"invalid_grant","error_description":"assertion is not valid yet"}"#
        let theirs = bench.now - .seconds(600)
        _ = try bench.tokenRequest()
        #expect(
            bench.answer(400, refusal, date: theirs)
                == .again("answered 400: invalid_grant: assertion is not valid yet"))
        let (_, claims, _, _) = try parts(of: try #require(try bench.tokenForm()["assertion"]))
        #expect(claims.object?["iat"] == .integer(theirs.seconds))
        #expect(
            bench.answer(400, refusal, date: theirs + .seconds(900))
                == .refused("answered 400: invalid_grant: assertion is not valid yet"),
            "once, whatever their clock does")
        let other = try Self.bench(Self.oauth(.clientCredentials))
        #expect(
            other.answer(400, refusal, date: theirs)
                == .refused("answered 400: invalid_grant: assertion is not valid yet"))
    }
}
