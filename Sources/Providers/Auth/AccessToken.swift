// SPDX-License-Identifier: Apache-2.0
//
// Reading what a token endpoint answered (RFC 6749 sections 5.1 and 5.2). Pure.

import GatewayModel

/// A token we were given.
struct AccessToken: Hashable, Sendable {
    var text: String
    /// Nil: nobody said (Salesforce never does); it is used until it is refused.
    var lifetime: Duration?
    var refreshToken: String?
    /// Where requests go from now on.
    var baseURL: String?

    /// So long before its end a token is renewed: 60 s, half its life where that is less.
    static func margin(of lifetime: Duration) -> Duration { min(.seconds(60), lifetime / 2) }
}

enum TokenReading: Hashable, Sendable {
    case token(AccessToken)
    /// Asking again does not help until somebody mends the account or the route.
    case refused(String)
    /// The endpoint cannot at the moment.
    case transient(String)

    /// - Parameters:
    ///   - scheme: what the token will stand behind; a `token_type` may say so instead of `Bearer`.
    ///   - baseURLFrom: the member that names the base URL.
    init(_ answer: HTTPAnswer, scheme: String, baseURLFrom: String?) {
        switch answer.status {
        case 200..<300 where answer.isCut: self = .transient("the answer broke off")
        case 200..<300:
            guard let object = answer.jsonObject else {
                self = .refused("answered \(answer.status) without a JSON object; is token_url right?")
                return
            }
            self = Self.refusal(object, answer) ?? Self.token(object, scheme, baseURLFrom)
        case 300..<400: self = .refused("answered \(answer.status); redirects are not followed: is token_url right?")
        case 408, 425, 429: self = .transient("answered \(answer.status)")
        case 400..<500:
            self = answer.jsonObject.flatMap { Self.refusal($0, answer) } ?? .refused("answered \(answer.status)")
        default: self = .transient("answered \(answer.status)")
        }
    }

    /// RFC 6749 section 5.1, and what others make of it.
    private static func token(_ object: JSONObject, _ scheme: String, _ baseURLFrom: String?) -> TokenReading {
        guard let text = object["access_token"]?.string, !text.isEmpty else {
            return .refused("the answer has no access_token")
        }
        guard text.isHeaderValue, !text.contains(" ") else {
            return .refused("the answer's access_token holds characters that no header may carry")
        }
        if let type = object["token_type"]?.string?.lowercased(), type != "bearer", type != scheme.lowercased() {
            return .refused("the answer's token_type is neither Bearer nor \(scheme)")
        }
        var token = AccessToken(text: text, lifetime: lifetime(object))
        token.refreshToken = object["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        if let baseURLFrom, let address = object[baseURLFrom] {
            guard let baseURL = address.string.flatMap(PublicAddress.base) else {
                return .refused("the answer's \(baseURLFrom) is no public https:// address")
            }
            token.baseURL = baseURL
        }
        return .token(token)
    }

    /// Seconds, as a number or as text. Zoho once counted `expires_in` in milliseconds, with `expires_in_sec` beside it.
    private static func lifetime(_ object: JSONObject) -> Duration? {
        guard let value = object["expires_in_sec"] ?? object["expires_in"] else { return nil }
        let seconds = value.number?.double ?? value.string.flatMap(Double.init) ?? 0
        return seconds >= 1 ? .seconds(Int64(min(seconds, longestSeconds))) : nil
    }

    private static let longestSeconds = 31.0 * 86_400

    /// RFC 6749 section 5.2. Zoho says it with status 200, HubSpot in `status` and `message`. Nil: nothing is refused.
    private static func refusal(_ object: JSONObject, _ answer: HTTPAnswer) -> TokenReading? {
        let error = object["error"]
        if answer.status < 300, error == nil || error == .null { return nil }
        let code = error?.string ?? object["status"]?.string ?? object["code"]?.string
        let text = object["error_description"]?.string ?? object["message"]?.string
        let words = ["answered \(answer.status)", code, text].compactMap { $0.map(ForeignWords.tame) }
            .joined(separator: ": ")
        return code.map(passingErrors.contains) == true ? .transient(words) : .refused(words)
    }

    /// The first three are OAuth's own (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5), `unknown_error` is Salesforce's
    /// ("retry your request"), `Access Denied` Zoho's for too many token requests.
    private static let passingErrors: Set<String> = [
        "server_error", "temporarily_unavailable", "slow_down", "unknown_error", "Access Denied",
    ]
}

extension HTTPAnswer {
    fileprivate var jsonObject: JSONObject? { isCut ? nil : (try? JSONValue.parse(body))?.object }
}

/// What a stranger wrote, made fit for a log: one line, short, and nothing in it that could be a secret given back.
enum ForeignWords {
    static let longest = 200
    private static let shortestSecret = 20

    static func tame(_ text: String) -> String {
        let line = String(text.unicodeScalars.prefix(4 * longest).map { $0.value < 0x20 ? " " : Character($0) })
        let words = line.split(separator: " ").map { looksSecret($0) ? "…" : String($0) }
        return String(words.joined(separator: " ").prefix(longest))
    }

    /// Long, without a space, and with a digit in it, as keys and tokens are.
    private static func looksSecret(_ word: Substring) -> Bool {
        word.utf8.count >= shortestSecret && word.contains(where: \.isNumber)
    }
}
