// SPDX-License-Identifier: Apache-2.0

/// One request on its way. Lives on the thread "reactor".
public final class HTTPTransfer {
    enum Stage {
        /// In its client's queue.
        case waiting
        /// With libcurl, perhaps until a connection is there; nothing has left.
        case connecting(HTTPHandle)
        case begun(HTTPHandle)
        case ended
    }

    public let request: HTTPRequest
    private(set) var owner: (any HTTPTransferOwner)?
    private unowned let client: HTTPClient
    var stage = Stage.waiting

    init(_ request: HTTPRequest, _ client: HTTPClient, _ owner: any HTTPTransferOwner) {
        (self.request, self.client, self.owner) = (request, client, owner)
    }

    /// Takes the request back where it has not begun; then its owner hears no more of it.
    ///
    /// - Returns: whether it was taken back: not a byte of it has left, nor will.
    public func cancel() -> Bool {
        switch stage {
        case .waiting: break
        case .connecting(let handle): guard client.takeBack(handle) else { return false }
        case .begun, .ended: return false
        }
        forget()
        return true
    }

    /// No word of it any more.
    func forget() { (stage, owner) = (.ended, nil) }

    func end(_ end: HTTPEnd) {
        if case .ended = stage { return }
        let told = owner
        forget()
        told?.transferEnded(self, end)
    }
}
