// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the HTTP client stand on: a reactor with one client, and owners that remember what they are told.

import Foundation
import GatewayModel
import TestSupport
import Transport

/// What the owner of a transfer was told, in order, and the end.
struct Sighting: Sendable {
    enum Step: Hashable { case began, ends }
    var steps: [Step] = []
    var end: HTTPEnd

    var answer: HTTPAnswer? {
        guard case .answered(let answer) = end else { return nil }
        return answer
    }
    var failure: HTTPFailure? {
        guard case .failed(let failure) = end else { return nil }
        return failure
    }
    var text: String? { answer.map { String(decoding: $0.body, as: UTF8.self) } }
}

/// Lives on the reactor.
final class Witness: HTTPTransferOwner {
    private var steps: [Sighting.Step] = []
    private let began: () -> Void
    private let told: (Sighting) -> Void

    init(began: @escaping () -> Void = {}, _ told: @escaping (Sighting) -> Void) {
        (self.began, self.told) = (began, told)
    }

    func transferBegan(_ transfer: HTTPTransfer) {
        steps.append(.began)
        began()
    }
    func transferEnds(_ transfer: HTTPTransfer) { steps.append(.ends) }
    func transferEnded(_ transfer: HTTPTransfer, _ end: HTTPEnd) { told(Sighting(steps: steps, end: end)) }
}

/// A reactor with one client.
final class Desk: Sendable {
    final class Tenant: ReactorTenant {
        let client: HTTPClient
        var transfers: [HTTPTransfer] = []
        init(_ client: HTTPClient) { self.client = client }
        func turnEnded() {}
    }

    let reactor: Reactor
    let tenancy: Tenancy<Tenant>

    init(_ change: (inout HTTPClientOptions) -> Void = { _ in }) throws {
        var options = HTTPClientOptions()
        options.allowsPrivateNetwork = true
        // Whoever tests a time-out sets it: beside tests that keep both processors busy, ten seconds are soon over.
        (options.connectTimeout, options.answerTimeout) = (.seconds(300), .seconds(300))
        change(&options)
        reactor = try Reactor()
        tenancy = reactor.settle { [options] loop in Tenant(loop.httpClient(options)) }
    }

    deinit { tenancy.leave() }

    /// Sends it and waits for its end.
    func send(_ request: HTTPRequest, began: @escaping @Sendable () -> Void = {}) async -> Sighting {
        await withCheckedContinuation { continuation in
            tenancy.run { tenant in
                guard let tenant else { fatalError("the reactor has ended") }
                let witness = Witness(began: began) { continuation.resume(returning: $0) }
                tenant.transfers.append(tenant.client.begin(request, owner: witness))
            }
        }
    }

    func post(_ url: String, _ body: String, method: String = "POST") async -> Sighting {
        await send(.post(url, body, method: method))
    }

    func get(_ url: String) async -> Sighting { await send(HTTPRequest(method: "GET", url: url)) }

    /// Runs on the reactor and gives back what came of it.
    func onReactor<Value: Sendable>(_ body: @escaping @Sendable (Tenant) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            tenancy.run { tenant in
                guard let tenant else { fatalError("the reactor has ended") }
                continuation.resume(returning: body(tenant))
            }
        }
    }
}

extension HTTPRequest {
    static func post(_ url: String, _ body: String, method: String = "POST") -> HTTPRequest {
        HTTPRequest(method: method, url: url, contentType: "text/plain", body: Array(body.utf8))
    }
}
