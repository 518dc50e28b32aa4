// SPDX-License-Identifier: Apache-2.0
//
// HTTPCredentials: how a route shows who asks, and what it does where that is not taken. A value; it decides and signs,
// and sends nothing.
//
// One token is fetched at a time, for all that wait. A refused token is given up once: each request remembers in whose
// turn it was signed, and only the token whose turn it is can be refused.

import GatewayModel
import Providers
import Transport

struct HTTPCredentials {
    private var authenticator: Authenticator
    private(set) var isFetching = false
    /// Rises with each token that is given up.
    private(set) var turn = 0

    init(_ provider: Provider) { authenticator = Authenticator(provider.description.auth, provider: provider) }

    // MARK: Tokens

    /// What is to be fetched before anything is signed; then `tokenFetched` must follow. Nil where nothing is, or it is
    /// being fetched.
    mutating func tokenRequest(now: Instant, secrets: SecretLookUp) throws(AuthMistake) -> HTTPRequest? {
        guard !isFetching, let wanted = try authenticator.tokenRequest(now: now, secrets: secrets) else { return nil }
        isFetching = true
        return HTTPRequest(
            method: wanted.method, url: wanted.url, headers: wanted.headers, contentType: wanted.contentType,
            body: wanted.body)
    }

    /// Why no request can be signed; nil where it can, or another token is to be asked for at once.
    mutating func tokenFetched(_ end: HTTPEnd, now: Instant) -> HTTPEvidence.TokenTrouble? {
        isFetching = false
        switch end {
        case .answered(let answer):
            switch authenticator.tokenAnswer(answer, now: now) {
            case .have, .again: return nil
            case .refused(let words): return .refused(words)
            case .transient(let words): return .notNow(words)
            }
        case .failed(let failure):
            // As if it had said so itself: a token that has not ended serves on.
            switch authenticator.tokenAnswer(HTTPAnswer(status: 503), now: now) {
            case .have: return nil
            case .again, .refused, .transient: return .failed(failure)
            }
        }
    }

    /// Whether the provider has put another refresh token in the place of the configured one.
    var hasRotatedToken: Bool { authenticator.rotatedRefreshToken != nil }

    // MARK: Requests

    /// - Parameter provider: whose base URL holds where no token's answer named another.
    mutating func sign(
        _ load: RequestLoad, for provider: Provider, now: Instant, secrets: SecretLookUp
    ) throws(AuthMistake) -> HTTPRequest {
        let url = (authenticator.baseURL ?? provider.baseURL) + load.target
        var request = HTTPRequest(
            method: load.method, url: url, headers: load.headers, contentType: load.contentType, body: load.body)
        request.headers += try authenticator.headers(for: load, url: url, now: now, secrets: secrets)
        // The method does not tell: there are accounts that take a text by GET.
        request.isRepeatable = load.purpose == .inquire
        return request
    }

    /// Whether an answer speaks of a token that has had its day, or of a clock that is off: then the same request may go
    /// once again, since what refuses us did nothing.
    ///
    /// - Parameter signedIn: the turn in which the request was signed.
    mutating func isMended(
        after answer: HTTPAnswer, _ sight: HTTPEvidence.Sight, signedIn: Int, now: Instant
    ) -> Bool {
        guard HTTPJudgement.isRefusal(sight) else { return false }
        if authenticator.clockHint(answer, now: now) { return true }
        guard answer.status == 401, HTTPJudgement.isAboutCredentials(sight), authenticator.canRenew else {
            return false
        }
        if signedIn == turn {
            turn += 1
            authenticator.tokenRejected()
        }
        return true
    }
}
