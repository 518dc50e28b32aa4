// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

@Suite("What a token endpoint answers")
struct AuthTokenAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: HTTPAnswer
        let reading: TokenReading

        init(_ name: String, _ status: Int, _ body: String, isCut: Bool = false, _ reading: TokenReading) {
            self.name = name
            answer = HTTPAnswer(status: status, body: Array(body.utf8), isCut: isCut)
            self.reading = reading
        }
        var testDescription: String { name }
    }

    private static func token(
        _ lifetime: Duration?, refreshToken: String? = nil, baseURL: String? = nil
    ) -> TokenReading {
        .token(AccessToken(text: "T0", lifetime: lifetime, refreshToken: refreshToken, baseURL: baseURL))
    }

    static let taken: [Case] = [
        Case(
            "RFC 6749 section 5.1", 200, #"{"access_token":"T0","token_type":"Bearer","expires_in":3600}"#,
            token(.seconds(3600))),
        Case(
            "HubSpot's", 200, #"{"token_type":"bearer","refresh_token":"R1","access_token":"T0","expires_in":1800}"#,
            token(.seconds(1800), refreshToken: "R1")),
        Case(
            "Entra's older one, numbers as text", 200,
            #"{"access_token":"T0","expires_in":"3599","ext_expires_in":"0"}"#, token(.seconds(3599))),
        Case(
            "Salesforce's: no end is told", 200,
            #"{"access_token":"T0","instance_url":"https://acme.my.salesforce.com/","id":"x","token_type":"Bearer"}"#,
            token(nil, baseURL: "https://acme.my.salesforce.com")),
        Case(
            "Zoho's", 200,
            #"{"access_token":"T0","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#,
            token(.seconds(3600))),
        Case(
            "Zoho's old one, in milliseconds", 200,
            #"{"access_token":"T0","expires_in":3600000,"expires_in_sec":3600}"#, token(.seconds(3600))),
        Case("an end that is past is none", 200, #"{"access_token":"T0","expires_in":0}"#, token(nil)),
        Case(
            "an end beyond all measure", 200, #"{"access_token":"T0","expires_in":1e300}"#, token(.seconds(31 * 86_400))
        ),
        Case("no error is no error", 200, #"{"access_token":"T0","error":null,"refresh_token":""}"#, token(nil)),
    ]

    static let refused: [Case] = [
        Case(
            "the grant", 400, #"{"error":"invalid_grant","error_description":"authentication failure"}"#,
            .refused("answered 400: invalid_grant: authentication failure")),
        Case("the client", 401, #"{"error":"invalid_client"}"#, .refused("answered 401: invalid_client")),
        Case("Zoho's, with 200", 200, #"{"error":"invalid_code"}"#, .refused("answered 200: invalid_code")),
        Case(
            "HubSpot's", 400, #"{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid refresh token"}"#,
            .refused("answered 400: BAD_REFRESH_TOKEN: missing or invalid refresh token")),
        Case(
            "a token given back is not quoted", 400,
            #"{"error":"invalid_grant","error_description":"token 1000.8cb99dxxxxx0.8d9dd33f is\nexpired"}"#,
            .refused("answered 400: invalid_grant: token … is expired")),
        Case(
            "no JSON", 200, "<html>Sign in</html>", .refused("answered 200 without a JSON object; is token_url right?")),
        Case("no object", 200, "[]", .refused("answered 200 without a JSON object; is token_url right?")),
        Case("no token", 200, #"{"token_type":"Bearer"}"#, .refused("the answer has no access_token")),
        Case("a token that is no text", 200, #"{"access_token":17}"#, .refused("the answer has no access_token")),
        Case(
            "a token that would end the header", 200, #"{"access_token":"T0\r\nX: y"}"#,
            .refused("the answer's access_token holds characters that no header may carry")),
        Case(
            "another type of token", 200, #"{"access_token":"T0","token_type":"mac"}"#,
            .refused("the answer's token_type is neither Bearer nor Bearer")),
        Case(
            "an address inside", 200, #"{"access_token":"T0","instance_url":"https://169.254.169.254"}"#,
            .refused("the answer's instance_url is no public https:// address")),
        Case(
            "an address that is no text", 200, #"{"access_token":"T0","instance_url":1}"#,
            .refused("the answer's instance_url is no public https:// address")),
        Case("a redirect", 302, "", .refused("answered 302; redirects are not followed: is token_url right?")),
        Case("no such page", 404, "not found", .refused("answered 404")),
    ]

    static let passing: [Case] = [
        Case("down", 503, "", .transient("answered 503")),
        Case("throttled", 429, #"{"error":"invalid_grant"}"#, .transient("answered 429")),
        Case(
            "Zoho's throttling", 400,
            #"{"error_description":"You have made too many requests continuously.","error":"Access Denied"}"#,
            .transient("answered 400: Access Denied: You have made too many requests continuously.")),
        Case(
            "Salesforce's passing fault", 400, #"{"error":"unknown_error","error_description":"retry your request"}"#,
            .transient("answered 400: unknown_error: retry your request")),
        Case(
            "OAuth's own word", 400, #"{"error":"temporarily_unavailable"}"#,
            .transient("answered 400: temporarily_unavailable")),
        Case("half an answer", 200, #"{"access_token":"T0"}"#, isCut: true, .transient("the answer broke off")),
    ]

    @Test("is read", arguments: taken + refused + passing)
    func reading(_ given: Case) {
        #expect(TokenReading(given.answer, scheme: "Bearer", baseURLFrom: "instance_url") == given.reading)
    }

    @Test("Zoho's scheme may stand as the type")
    func scheme() {
        let answer = HTTPAnswer(status: 200, body: Array(#"{"access_token":"T0","token_type":"Zoho-OAuthToken"}"#.utf8))
        #expect(TokenReading(answer, scheme: "Zoho-oauthtoken", baseURLFrom: nil) == Self.token(nil))
    }

    @Test(
        "addresses that requests may go to",
        arguments: [
            ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
            ("https://www.zohoapis.com.cn/", "https://www.zohoapis.com.cn"),
            ("https://Api.Example.com:8443/base//", "https://Api.Example.com:8443/base"),
            ("HTTPS://api.example.com", nil),
            ("http://acme.my.salesforce.com", nil), ("https://localhost", nil), ("https://sink", nil),
            ("https://10.0.0.1", nil), ("https://127.1", nil), ("https://0x7f.0x1", nil), ("https://[::1]", nil),
            ("https://db.internal", nil), ("https://printer.local", nil), ("https://a@evil.example.com", nil),
            ("https://good.example.com@10.0.0.1", nil), ("https://good.example.com\\@10.0.0.1", nil),
            ("https://good.example.com?x", nil), ("https://good.example.com#x", nil),
            ("https://go od.example.com", nil),
            ("https://good.example.com\r\nX: y", nil), ("https://.example.com", nil), ("https://example..com", nil),
            ("https://exämple.com", nil), ("https://", nil), ("https:///path", nil), ("", nil),
            ("https://good.example.com:80:90", nil), ("https://good.example.com:x", nil),
            ("https://good.example.com.", nil),
        ] as [(String, String?)])
    func address(_ url: String, _ base: String?) {
        #expect(PublicAddress.base(url) == base)
    }
}
