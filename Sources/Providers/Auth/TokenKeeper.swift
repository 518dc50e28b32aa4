// SPDX-License-Identifier: Apache-2.0
//
// One account's access token through its life: asked for, held, renewed a minute before its end, forgotten when refused
// (RFC 6749). A value without I/O; that only one request for a token is under way at a time is its owner's doing.

import GatewayModel

/// What a token endpoint's answer means.
public enum TokenVerdict: Hashable, Sendable {
    /// There is a token: the new one, or the old one while it lasts and its renewal failed for the moment.
    case have
    /// Our clock was off by more than a minute and is set right now: worth asking once more at once.
    case again(String)
    /// The credentials are not taken, or the endpoint is not one: nothing helps until somebody mends it.
    case refused(String)
    /// Certainly not our fault, and not for long.
    case transient(String)
}

struct TokenKeeper: Sendable {
    let description: AuthDescription.OAuth2
    private let tokenURL: String
    /// Whether the operator put a base URL of his own in the place of the provider's: then no answer names another.
    private let keepsBaseURL: Bool

    private struct Held: Sendable {
        var token: AccessToken
        var renewFrom: Instant?
        var end: Instant?
    }
    private var held: Held?

    /// The refresh token that stands in the configuration, and the one that took its place since.
    private var configuredRefreshToken: String?
    private(set) var rotatedRefreshToken: String?

    private var key = ParsedSigningKey()
    private var clock = ClockOffset()
    private var hasAskedAgain = false

    init(_ description: AuthDescription.OAuth2, _ provider: Provider) {
        self.description = description
        let own = provider.description.baseURL.flatMap { URLShape.base(provider.url(of: $0)) }
        keepsBaseURL = own != provider.baseURL
        tokenURL = Self.tokenURL(provider.url(of: description.tokenURL), baseURL: provider.baseURL)
    }

    /// Where requests go to a peer inside (the sink, a test), tokens come from the same peer, by the same path: real
    /// credentials do not leave for a test, and no test's token goes to a provider.
    private static func tokenURL(_ url: String, baseURL: String) -> String {
        guard let host = PublicAddress.host(of: baseURL), !PublicAddress.isPublic(host) else { return url }
        return baseURL + PublicAddress.path(of: url)
    }

    var baseURL: String? { keepsBaseURL ? nil : held?.token.baseURL }

    /// The token, whether or not its renewal is due; nil once it has ended.
    func token(now: Instant) -> String? {
        guard let held, held.end.map({ now < $0 }) ?? true else { return nil }
        return held.token.text
    }

    /// A token that has ended is, however lately its renewal failed.
    func isDue(now: Instant) -> Bool {
        guard let held, token(now: now) != nil else { return true }
        return held.renewFrom.map { now >= $0 } ?? false
    }

    mutating func forget() { held = nil }

    mutating func request(_ values: AuthValues) throws(AuthMistake) -> TokenRequest {
        try description.tokenRequest(url: tokenURL, grant: try grantFields(values), values)
    }

    private mutating func grantFields(_ values: AuthValues) throws(AuthMistake) -> [(String, String)] {
        switch description.grant {
        case .clientCredentials: return [("grant_type", "client_credentials")]
        case .refreshToken(let expression):
            let configured = try values.text(expression, "refresh_token")
            if configured != configuredRefreshToken {
                (configuredRefreshToken, rotatedRefreshToken) = (configured, nil)
            }
            return [("grant_type", "refresh_token"), ("refresh_token", rotatedRefreshToken ?? configured)]
        case .jwtBearer(let assertion):
            let signed = try assertion.signed(at: clock.applied(to: values.now), &key, values)
            return [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", signed)]
        }
    }

    mutating func take(_ answer: HTTPAnswer, now: Instant) -> TokenVerdict {
        switch TokenReading(answer, scheme: description.scheme, baseURLFrom: description.baseURLFrom) {
        case .token(let token):
            keep(token, now: now)
            hasAskedAgain = false
            return .have
        case .refused(let words):
            if signsTime, !hasAskedAgain, (400...401).contains(answer.status), clock.learn(from: answer, now: now) {
                hasAskedAgain = true
                return .again(words)
            }
            hasAskedAgain = false
            // Then the configured one is all that is left to try.
            if (400...401).contains(answer.status) { rotatedRefreshToken = nil }
            return .refused(words)
        case .transient(let words):
            guard token(now: now) != nil else { return .transient(words) }
            held?.renewFrom = now + Self.pause
            return .have
        }
    }

    /// How long the old token serves on where its renewal failed for the moment.
    private static let pause = Duration.seconds(10)

    private var signsTime: Bool { if case .jwtBearer = description.grant { true } else { false } }

    private mutating func keep(_ token: AccessToken, now: Instant) {
        let lifetime = token.lifetime
        held = Held(
            token: token, renewFrom: lifetime.map { now + $0 - AccessToken.margin(of: $0) },
            end: lifetime.map { now + $0 })
        if case .refreshToken = description.grant, let fresh = token.refreshToken,
            fresh != rotatedRefreshToken ?? configuredRefreshToken
        {
            rotatedRefreshToken = fresh
        }
    }
}
