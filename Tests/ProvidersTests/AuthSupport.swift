// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

/// What a test asks an authenticator with: a route's settings and secrets, and a clock that the test owns.
final class AuthBench {
    var authenticator: Authenticator
    var secrets: [String: String]
    var now = Instant(seconds: 1_795_291_200)
    let base: String

    struct NoSecret: Error {}

    init(_ auth: AuthDescription, base: String = "https://api.example.com", secrets: [String: String] = [:]) throws {
        let provider = try Provider(
            ProviderDescription(auth, secrets: secrets.keys.sorted()), settings: [:], secretNames: Set(secrets.keys),
            baseURL: base == ownBase ? nil : base,
            callbackURL: nil)
        authenticator = Authenticator(auth, provider: provider)
        (self.secrets, self.base) = (secrets, base)
    }

    func tokenRequest() throws -> TokenRequest? {
        try authenticator.tokenRequest(now: now) { [secrets] in try secrets[$0] ?? { throw NoSecret() }() }
    }

    /// The fields of the token request that is due.
    func tokenForm() throws -> [String: String] {
        let request = try #require(try tokenRequest())
        return fields(of: request.body)
    }

    func answer(_ status: Int, _ body: String, date: Instant? = nil) -> TokenVerdict {
        authenticator.tokenAnswer(HTTPAnswer(status: status, date: date, body), now: now)
    }

    func headers(
        method: String = "POST", target: String = "/v1/messages", body: String = "{}",
        purpose: RequestLoad.Purpose = .create
    ) throws -> [String: String] {
        var load = RequestLoad(purpose: purpose, method: method, target: target, reference: "jobtoken")
        (load.contentType, load.body) = ("application/json", Array(body.utf8))
        let headers = try authenticator.headers(for: load, url: base + target, now: now) { [secrets] in
            try secrets[$0] ?? { throw NoSecret() }()
        }
        return Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
    }

    func hint(_ status: Int, _ body: String = "", date: Instant?) -> Bool {
        authenticator.clockHint(HTTPAnswer(status: status, date: date, body), now: now)
    }
}

private let ownBase = "https://api.example.com"

func fields(of form: [UInt8]) -> [String: String] {
    let pairs = String(decoding: form, as: UTF8.self).split(separator: "&").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]).replacing("%3A", with: ":").replacing("%20", with: " "))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
}

extension HTTPAnswer {
    init(status: Int, date: Instant?, _ body: String) {
        self.init(status: status, body: Array(body.utf8))
        if let date { headers = [HeaderField("date", Self.httpDate(date))] }
    }

    private static func httpDate(_ instant: Instant) -> String {
        let local = LocalTime(utc: instant)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (date, time) = (local.dateText.split(separator: "-"), local.description.split(separator: "T")[1])
        return "Sun, \(date[2]) \(months[local.month - 1]) \(date[0]) \(time) GMT"
    }
}

extension Expression {
    static func secret(_ name: String) -> Expression { Expression(.name(.secret(name))) }
}

extension ProviderDescription {
    /// As little of a provider as there can be, with that authentication.
    init(_ auth: AuthDescription, secrets: [String]) {
        let request = RequestDescription(
            method: "POST", path: PathTemplate(pieces: [.literal("/v1/messages")]), query: [], headers: [],
            bodyKind: .none, contentType: nil, body: .object([]))
        self.init(
            name: "example", title: "Example", channel: .sms, asOf: "2026-11-21", sources: [], digest: "",
            isShipped: false,
            baseURL: URLTemplate(pieces: [.literal(ownBase)]), answerKind: .json, quota: [], settings: [],
            secrets: secrets.map { SecretDeclaration(name: $0, isRequired: false, about: nil) },
            oneOf: [], auth: auth, request: request, inquiry: nil, amendment: nil, repeatRule: nil,
            answers: AnswerDescription(), examples: [])
    }
}
