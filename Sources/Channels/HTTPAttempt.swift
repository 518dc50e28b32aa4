// SPDX-License-Identifier: Apache-2.0
//
// HTTPAttempt: one parcel's request on its way, and how far it has come. Lives on the thread "reactor".

import GatewayModel
import Transport

final class HTTPAttempt: HTTPTransferOwner {
    let parcel: RequestParcel
    /// In which it was signed.
    let turn: Int
    /// Its last byte has been handed over. An answer may come before: then what is refused was not sent.
    private(set) var isWhole = false
    private unowned let route: HTTPRoute
    private var transfer: HTTPTransfer?

    /// The request leaves as soon as there is a connection for it.
    init(_ parcel: RequestParcel, _ request: HTTPRequest, turn: Int, _ route: HTTPRoute, over client: HTTPClient) {
        (self.parcel, self.turn, self.route) = (parcel, turn, route)
        transfer = client.begin(request, owner: self)
    }

    /// Takes it back where not a byte has left; returns whether.
    func cancel() -> Bool { transfer?.cancel() ?? false }

    func transferBegan(_ transfer: HTTPTransfer) {}

    /// Asking and amending leave nothing behind that a crash could leave in doubt.
    func transferEnds(_ transfer: HTTPTransfer) {
        isWhole = true
        if parcel.load.purpose == .create { route.notes.noteEndHandedOver(parcel.slot) }
    }

    func transferEnded(_ transfer: HTTPTransfer, _ end: HTTPEnd) {
        self.transfer = nil
        route.ended(self, end)
    }
}

/// The one fetching of a token that all who wait share.
final class HTTPTokenFetch: HTTPTransferOwner {
    private unowned let route: HTTPRoute

    init(_ route: HTTPRoute) { self.route = route }

    func transferBegan(_ transfer: HTTPTransfer) {}
    func transferEnds(_ transfer: HTTPTransfer) {}
    func transferEnded(_ transfer: HTTPTransfer, _ end: HTTPEnd) { route.tokenFetched(end) }
}
