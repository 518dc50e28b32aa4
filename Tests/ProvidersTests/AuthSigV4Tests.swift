// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

/// A request and the signature another implementation gave it.
struct SigV4Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let service: String, region: String, time: String
    let method: String, url: String
    let contentType: String?
    let headers: [HeaderField]
    let body: String
    let session: String?
    let authorization: String

    init(
        _ name: String, service: String, region: String, time: String, method: String, url: String,
        contentType: String?, headers: [(String, String)], body: String, session: String?, authorization: String
    ) {
        (self.name, self.service, self.region, self.time) = (name, service, region, time)
        (self.method, self.url, self.contentType) = (method, url, contentType)
        self.headers = headers.map { HeaderField($0.0, $0.1) }
        (self.body, self.session, self.authorization) = (body, session, authorization)
    }

    /// One of AWS's own ("Signature Version 4 test suite", and the ListUsers request of "Create a signed AWS API
    /// request"): its time, region and account are always the same.
    init(
        published name: String, service: String = "service", _ method: String, _ url: String,
        contentType: String? = nil,
        signedHeaders: String = "host;x-amz-date", signature: String
    ) {
        self.init(
            name, service: service, region: "us-east-1", time: "20150830T123600Z", method: method, url: url,
            contentType: contentType, headers: [], body: "", session: nil,
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, "
                + "SignedHeaders=\(signedHeaders), Signature=\(signature)")
    }

    static let byAWS: [SigV4Vector] = [
        SigV4Vector(
            published: "get-vanilla", "GET", "https://example.amazonaws.com/",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        SigV4Vector(
            published: "post-vanilla", "POST", "https://example.amazonaws.com/",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        SigV4Vector(
            published: "get-vanilla-query-order-key-case", "GET",
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        SigV4Vector(
            published: "get-utf8", "GET", "https://example.amazonaws.com/\u{1234}",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        SigV4Vector(
            published: "get-space", "GET", "https://example.amazonaws.com/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        SigV4Vector(
            published: "ListUsers", service: "iam", "GET",
            "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            contentType: "application/x-www-form-urlencoded; charset=utf-8",
            signedHeaders: "content-type;host;x-amz-date",
            signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    ]

    var testDescription: String { name }

    var moment: Instant {
        let digits = Array(time)
        let text = { (range: Range<Int>) in String(digits[range]) }
        return LocalTime(
            "\(text(0..<4))-\(text(4..<6))-\(text(6..<8))T\(text(9..<11)):\(text(11..<13)):\(text(13..<15))")!
            .asUTC
    }

    var request: SigV4Request {
        SigV4Request(
            method: method, target: PublicAddress.path(of: url), host: PublicAddress.hostHeader(of: url)!,
            contentType: contentType, headers: headers, body: Array(body.utf8))
    }

    var credentials: AWSCredentials {
        AWSCredentials(
            accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: session)
    }
}

@Suite("AWS Signature Version 4")
struct AuthSigV4Tests {
    @Test("signs as botocore and AWS's own examples do", arguments: SigV4Vector.byAWS + SigV4Vector.byBotocore)
    func vector(_ vector: SigV4Vector) {
        var signer = SigV4Signer(service: vector.service, region: vector.region)
        let headers = signer.headers(for: vector.request, as: vector.credentials, at: vector.moment)
        #expect(headers.last == HeaderField("Authorization", vector.authorization))
        #expect(headers.first == HeaderField("X-Amz-Date", vector.time))
        #expect(headers.contains { $0.name == "X-Amz-Security-Token" } == (vector.session != nil))
        let again = signer.headers(for: vector.request, as: vector.credentials, at: vector.moment)
        #expect(again == headers, "the day's key is kept")
    }

    @Test("a key of one day, secret or body is not that of another")
    func changes() throws {
        let vector = try #require(SigV4Vector.byBotocore.first)
        var signer = SigV4Signer(service: vector.service, region: vector.region)
        var request = vector.request
        let first = signer.headers(for: request, as: vector.credentials, at: vector.moment)
        let nextDay = signer.headers(for: request, as: vector.credentials, at: vector.moment + .seconds(86_400))
        var credentials = vector.credentials
        credentials.secretKey += "x"
        let otherSecret = signer.headers(for: request, as: credentials, at: vector.moment)
        request.body.append(0x20)
        let otherBody = signer.headers(for: request, as: vector.credentials, at: vector.moment)
        #expect(Set([first, nextDay, otherSecret, otherBody].map(\.last)).count == 4)
        var fresh = SigV4Signer(service: vector.service, region: vector.region)
        #expect(
            fresh.headers(for: vector.request, as: vector.credentials, at: vector.moment + .seconds(86_400)) == nextDay)
    }

    @Test("what a proxy may change is not signed")
    func unsigned() throws {
        let vector = try #require(SigV4Vector.byBotocore.first)
        var request = vector.request
        request.headers.append(HeaderField("User-Agent", "gatepost"))
        request.headers.append(HeaderField("Accept", "*/*"))
        #expect(request.canonical == vector.request.canonical)
    }

    @Test(
        "queries are spelled one way, whatever spelling came",
        arguments: [
            ("a=%e2%82%ac", "a=%E2%82%AC"), ("a=%7E", "a=~"), ("%61=1", "a=1"), ("a", "a="), ("", ""),
            ("&&a=1&", "a=1"),
            ("a=b=c", "a=b%3Dc"), ("a=100%", "a=100%25"), ("a=%2", "a=%252"), ("a=+", "a=%2B"),
            ("a-b=1&a=2", "a=2&a-b=1"),
        ])
    func query(_ given: String, _ wanted: String) {
        #expect(SigV4Request.canonicalQuery(given[...]) == wanted)
    }
}
