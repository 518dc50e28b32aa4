// SPDX-License-Identifier: Apache-2.0
//
// Link: a connection that libcurl has made (TCP, TLS, STARTTLS, SASL) and that we converse over (DESIGN D1).
//
// Lives on the thread "reactor". Reads and writes never block. Closing sends nothing and never blocks: politeness
// (QUIT) is the owner's business, before.

import CCurl
import Glibc

/// Who speaks over a link. Called on the reactor's thread.
public protocol LinkOwner: AnyObject {
    /// The link is open: everything the other side said so far is in `link.transcript`.
    func linkOpened(_ link: Link)
    /// There will be no link; it is closed already.
    func linkFailed(_ link: Link, _ failure: LinkFailure)
    /// There is something to read, or the end of it.
    func linkReadable(_ link: Link)
    /// There is room to write again.
    func linkWritable(_ link: Link)
}

public final class Link {
    public enum Read: Hashable {
        case bytes(Int)
        /// Nothing more for now.
        case blocked
        /// The other side has closed.
        case ended
        case lost(String)
    }
    public enum Write: Hashable {
        case bytes(Int)
        /// No room for now: ask for `linkWritable`, then offer the same bytes at the same address again (TLS insists).
        case blocked
        case lost(String)
    }
    private enum State {
        case connecting
        case open(socket: Int32)
        case closed
    }

    public let number: UInt32
    unowned let loop: ReactorLoop
    private weak var owner: (any LinkOwner)?
    private var state = State.connecting
    /// libcurl's; freed by `CurlConnecting.drop`.
    var handle: UnsafeMutableRawPointer?
    let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// Every reply line of the greeting, EHLO, STARTTLS and AUTH, as they came. Bounded: where there is too much, what came first goes.
    public internal(set) var transcript: [UInt8] = []
    /// Whether TLS is spoken. Then reading goes on until `.blocked`: epoll does not see what TLS has buffered.
    public private(set) var isEncrypted = false
    private var watchesWriting = false

    init(number: UInt32, loop: ReactorLoop, owner: any LinkOwner) {
        (self.number, self.loop, self.owner) = (number, loop, owner)
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { errorBuffer.deallocate() }

    /// Reads what has come, at most `scratch`'s size at a time; the bytes are valid inside `take` only.
    public func read(_ take: (UnsafeRawBufferPointer) -> Void) -> Read {
        guard case .open = state, let handle else { return .ended }
        var count = 0
        switch curl_easy_recv(handle, loop.scratch.baseAddress, loop.scratch.count, &count) {
        case CURLE_OK where count == 0: return .ended
        case CURLE_OK:
            take(UnsafeRawBufferPointer(rebasing: loop.scratch[..<count]))
            return .bytes(count)
        case CURLE_AGAIN: return .blocked
        case let code: return .lost(describe(code))
        }
    }

    /// Whether a read that gave that many bytes may have left some behind that epoll would not tell of.
    public func mayHoldMore(after count: Int) -> Bool { isEncrypted || count == loop.scratch.count }

    /// What to offer to `write` at a time. Over TLS one record (RFC 8446 section 5.1): of several, some may have gone out
    /// whole when the write is told to be blocked or to have failed, and a message's end with them.
    public var mostPerWrite: Int { isEncrypted ? 16_384 : .max }

    public func write(_ bytes: UnsafeRawBufferPointer) -> Write {
        guard case .open = state, let handle else { return .lost("the link is closed") }
        var count = 0
        switch curl_easy_send(handle, bytes.baseAddress, bytes.count, &count) {
        case CURLE_OK: return .bytes(count)
        case CURLE_AGAIN: return .blocked
        case let code: return .lost(describe(code))
        }
    }

    /// Whether `linkWritable` is wanted.
    public func watchWriting(_ wanted: Bool) {
        guard case .open(let socket) = state, wanted != watchesWriting else { return }
        watchesWriting = wanted
        loop.poll.watch(socket, for: wanted ? [.readable, .writable] : .readable, as: .link(number))
    }

    /// Drops the link, whatever its state. The owner hears nothing more of it.
    public func close() {
        if case .closed = state { return }
        if case .open(let socket) = state { loop.poll.forget(socket) }
        state = .closed
        owner = nil
        loop.remove(self)
    }

    // MARK: For the loop

    func serve(_ readiness: Readiness) {
        if readiness.contains(.writable) { owner?.linkWritable(self) }
        if !readiness.isDisjoint(with: [.readable, .broken]) { owner?.linkReadable(self) }
    }

    func opened(socket: Int32) {
        state = .open(socket: socket)
        isEncrypted = gatepost_easy_is_encrypted(handle) != 0
        loop.poll.watch(socket, for: .readable, as: .link(number))
        owner?.linkOpened(self)
    }

    func failed(_ code: CURLcode) {
        let failure = LinkFailure(LinkFailure.Kind(code), describe(code))
        let owner = owner
        close()
        owner?.linkFailed(self, failure)
    }

    private func describe(_ code: CURLcode) -> String {
        errorBuffer.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorBuffer)
    }
}

extension LinkFailure.Kind {
    /// What libcurl's verdict on connecting means for us; a reply in the transcript may tell more.
    init(_ code: CURLcode) {
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            self = .untrusted
        case CURLE_USE_SSL_FAILED: self = .noEncryption
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: self = .loginRefused
        case CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED: self = .refused
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CRL_BADFILE,
            CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT:
            self = .setup
        default: self = .unreachable
        }
    }
}
