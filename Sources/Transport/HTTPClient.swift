// SPDX-License-Identifier: Apache-2.0
//
// HTTPClient: sends requests over a bounded number of kept connections (RFC 9112 section 9), with libcurl.
//
// Lives on the thread "reactor". What is more than may be under way waits here, in the order it came, and is nowhere
// else: it can be taken back. A redirect is an answer like any other; it is not followed.

import CCurl
import GatewayModel

public final class HTTPClient: CurlMultiOwner {
    /// Why nothing more is done for a transfer.
    enum Cause: Hashable {
        case finished(CURLcode)
        case overdue
        case closed
    }

    public let options: HTTPClientOptions
    unowned let loop: ReactorLoop
    let sockets = KeptSockets()
    private lazy var multi = loop.curlMulti(for: self, keeping: sockets)
    private var handles: [UnsafeMutableRawPointer: HTTPHandle] = [:]
    private var free: [HTTPHandle] = []
    private var waiting = TransferQueue()
    /// Ends that became clear inside `begin`, told of in a turn to come.
    private var unsaid: [(HTTPTransfer, HTTPFailure)] = []
    private var soon: LoopTimer?
    private var isClosed = false

    init(_ loop: ReactorLoop, _ options: HTTPClientOptions) {
        (self.loop, self.options) = (loop, options)
        soon = loop.timer { [unowned self] in sayUnsaid() }
        multi.set(CURLMOPT_MAX_TOTAL_CONNECTIONS, max(1, options.connections))
        multi.set(CURLMOPT_MAXCONNECTS, max(1, options.connections))
    }

    deinit {
        for (easy, handle) in handles where handle.transfer != nil {
            multi.remove(easy)
            handle.transfer?.forget()
        }
        loop.retire(multi)
    }

    /// Whether addresses inside are refused. A proxy's address is its operator's word, and it alone is connected to.
    var isGuarded: Bool { !options.allowsPrivateNetwork && options.proxy == nil }

    /// Sends the request, now or when it is its turn. The owner hears of the end in a later turn of the loop.
    public func begin(_ request: HTTPRequest, owner: any HTTPTransferOwner) -> HTTPTransfer {
        let transfer = HTTPTransfer(request, self, owner)
        if isClosed {
            sayLater(transfer, HTTPFailure(.brokeOff, bodySent: .none, "the client is closed"))
        } else {
            waiting.append(transfer)
            feed()
        }
        return transfer
    }

    /// Drops every connection. Each transfer that has not ended fails before this returns, with what was sent of it.
    public func close() {
        isClosed = true
        let abandoned = waiting.removeAll()
        for handle in handles.values where handle.transfer != nil { gaveUp(handle, .closed) }
        for transfer in abandoned {
            transfer.end(.failed(HTTPFailure(.brokeOff, bodySent: .none, "the client is closed")))
        }
        sayUnsaid()
        free = []
        handles = [:]
    }

    /// Requests with libcurl: they have begun, or will as soon as a connection is there.
    public var underWay: Int { handles.count - free.count }

    private func feed() {
        while underWay < options.transfers, !multi.isActing, let transfer = waiting.next() {
            let handle = free.popLast() ?? newHandle()
            do throws(HTTPFailure) {
                try handle.load(transfer)
                multi.add(handle.easy)
            } catch {
                free.append(handle)
                sayLater(transfer, error)
            }
        }
    }

    private func newHandle() -> HTTPHandle {
        let handle = HTTPHandle(self)
        handles[handle.easy] = handle
        return handle
    }

    private func sayLater(_ transfer: HTTPTransfer, _ failure: HTTPFailure) {
        unsaid.append((transfer, failure))
        soon?.set(loop.now)
    }

    private func sayUnsaid() {
        let ends = unsaid
        unsaid = []
        for (transfer, failure) in ends { transfer.end(.failed(failure)) }
    }

    // MARK: How transfers end

    /// From the transfer: it has not begun. Whether it could be taken back.
    func takeBack(_ handle: HTTPHandle) -> Bool {
        guard !multi.isActing else { return false }
        release(handle)
        feed()
        return true
    }

    func finished(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) {
        guard let handle = handles[easy], handle.transfer != nil else { return }
        if result != CURLE_OK, handle.startsAnew() {
            multi.remove(easy)
            multi.add(easy)
        } else {
            gaveUp(handle, .finished(result))
        }
    }

    func gaveUp(_ handle: HTTPHandle, _ cause: Cause) {
        guard let transfer = handle.transfer else { return }
        let end = handle.end(cause)
        release(handle)
        transfer.end(end)
    }

    func collected() { feed() }

    private func release(_ handle: HTTPHandle) {
        multi.remove(handle.easy)
        handle.unload()
        free.append(handle)
    }
}

/// Transfers in the order they came; those taken back meanwhile are passed over.
private struct TransferQueue {
    private var transfers: [HTTPTransfer] = []
    private var first = 0

    mutating func append(_ transfer: HTTPTransfer) { transfers.append(transfer) }

    mutating func next() -> HTTPTransfer? {
        while first < transfers.count {
            let transfer = transfers[first]
            first += 1
            if first == transfers.count || first >= 1024 {
                transfers.removeFirst(first)
                first = 0
            }
            if case .waiting = transfer.stage { return transfer }
        }
        return nil
    }

    mutating func removeAll() -> [HTTPTransfer] {
        defer { (transfers, first) = ([], 0) }
        return Array(transfers[first...])
    }
}
