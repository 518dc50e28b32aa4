// SPDX-License-Identifier: Apache-2.0
//
// HTTPHandle: one of libcurl's easy handles and the transfer it carries at the moment. Used over and over, for one
// client; only what differs from the last request is set anew.
//
// Lives on the thread "reactor". libcurl 7.88.1 sends a request again by itself where a kept connection dies before a
// byte of the answer (`Curl_retry_request`). Every such try goes through `gate`, which lets none through once a byte of
// the body was handed over; what has no body and may not be repeated gets a new connection, which libcurl never retries.
// Where a kept connection is seen to be dead, or all it tried were, and nothing was handed over, the transfer is begun
// once more on a new connection.

import CCurl
import GatewayModel
import Glibc

final class HTTPHandle {
    let easy: UnsafeMutableRawPointer
    private(set) var transfer: HTTPTransfer?
    private unowned let client: HTTPClient
    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var reader: HTTPAnswerReader
    private var deadline: LoopTimer?
    /// What libcurl has been told last.
    private var lastWords = HTTPWords()
    private var list: UnsafeMutablePointer<curl_slist>?

    /// Bytes of the body handed to libcurl.
    private var handedOver = 0
    private var sent = HTTPFailure.Sent.none
    private var hasMetDead = false
    private var hasStartedAnew = false
    /// An address was refused, and none was not.
    private var metOnlyForbidden = false
    private var metAllowed = false

    init(_ client: HTTPClient) {
        guard let easy = curl_easy_init() else { preconditionFailure("libcurl gave no handle") }
        (self.client, self.easy) = (client, easy)
        reader = HTTPAnswerReader(mostBodyBytes: client.options.maxAnswerBytes)
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        deadline = client.loop.timer { [unowned self] in self.client.gaveUp(self, .overdue) }
        HTTPWords.configure(easy, client.options)
        gatepost_easy_set_error_buffer(easy, errorBuffer)
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(list)
        errorBuffer.deallocate()
    }

    /// - Throws: what makes the request impossible to send.
    func load(_ transfer: HTTPTransfer) throws(HTTPFailure) {
        let words = try HTTPWords(transfer.request)
        (handedOver, sent, metOnlyForbidden, metAllowed) = (0, .none, false, false)
        (hasMetDead, hasStartedAnew) = (false, false)
        reader = HTTPAnswerReader(mostBodyBytes: client.options.maxAnswerBytes)
        errorBuffer.pointee = 0
        words.set(easy, after: lastWords, &list)
        lastWords = words
        self.transfer = transfer
        transfer.stage = .connecting(self)
    }

    func unload() {
        deadline?.set(nil)
        transfer = nil
    }

    /// Whether the transfer, which libcurl gives up, may start once more on a new connection, now set up for that: it
    /// met dead ones only, and nothing can have been acted on.
    func startsAnew() -> Bool {
        guard let transfer, !hasStartedAnew, !reader.hasBegun, sent == .none || transfer.request.isRepeatable
        else { return false }
        var isBegun: Bool { if case .begun = transfer.stage { true } else { false } }
        guard hasMetDead || isBegun && gatepost_easy_opened_connections(easy) == 0 else { return false }
        if hasMetDead { gatepost_easy_set_long(easy, CURLOPT_FORBID_REUSE, 0) }
        (hasMetDead, hasStartedAnew, handedOver) = (false, true, 0)
        lastWords.insistOnNewConnection(easy)
        return true
    }

    /// How the transfer ends, now that nothing more is done for it.
    func end(_ cause: HTTPClient.Cause) -> HTTPEnd {
        if let answer = reader.answer(isCut: cause != .finished(CURLE_OK)) { return .answered(answer) }
        guard case .begun = transfer?.stage else { return .failed(failureBeforeRequest(cause)) }
        if reader.isOverfull {
            return .failed(HTTPFailure(.brokeOff, bodySent: sent, "the answer's header is too long"))
        }
        return .failed(HTTPFailure(cause == .overdue ? .timedOut : .brokeOff, bodySent: sent, words(for: cause)))
    }

    private func failureBeforeRequest(_ cause: HTTPClient.Cause) -> HTTPFailure {
        if metOnlyForbidden {
            let why = "its address lies inside, where this route may not connect to"
            return HTTPFailure(.forbiddenAddress, bodySent: .none, why)
        }
        guard case .finished(let code) = cause else {
            return HTTPFailure(.brokeOff, bodySent: .none, words(for: cause))
        }
        return HTTPFailure(HTTPFailure.Kind(beforeRequest: code), bodySent: .none, words(for: cause))
    }

    private func words(for cause: HTTPClient.Cause) -> String {
        switch cause {
        case .overdue: "no answer in time"
        case .closed: "the client is closed"
        // libcurl would have sent the request again, and its own words are of what kept it from that.
        case .finished(CURLE_SEND_FAIL_REWIND): "the connection was dropped before an answer came"
        case .finished(let code):
            errorBuffer.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorBuffer)
        }
    }

    // MARK: From within libcurl

    /// Whether the connection from that port may now be used for the request.
    private func gate(localPort: Int32) -> Bool {
        guard let transfer else { return false }
        if gatepost_easy_opened_connections(easy) == 0, client.sockets.hasEnded(localPort: localPort) {
            hasMetDead = true
            gatepost_easy_set_long(easy, CURLOPT_FORBID_REUSE, 1)  // else libcurl would keep it
            return false
        }
        if case .connecting = transfer.stage {
            transfer.stage = .begun(self)
            waitForAnswer()
            transfer.owner?.transferBegan(transfer)
            if transfer.request.body.isEmpty { handOverLast(transfer) }
            return true
        }
        waitForAnswer()
        return handedOver == 0 && (transfer.request.isRepeatable || !transfer.request.body.isEmpty)
    }

    private func handOver(_ room: UnsafeMutableRawBufferPointer) -> Int {
        guard let transfer else { return 0 }
        let rest = transfer.request.body[handedOver...].prefix(room.count)
        guard !rest.isEmpty else { return 0 }
        if rest.endIndex == transfer.request.body.count { handOverLast(transfer) } else { sent = .part }
        waitForAnswer()
        rest.withUnsafeBytes { room.copyMemory(from: $0) }
        handedOver = rest.endIndex
        return rest.count
    }

    private func handOverLast(_ transfer: HTTPTransfer) {
        sent = .whole
        transfer.owner?.transferEnds(transfer)
    }

    private func waitForAnswer() { deadline?.set(client.loop.now + client.options.answerTimeout) }

    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let isAllowed =
            !client.isGuarded || withUnsafePointer(to: &address.pointee.addr) { AddressGuard.isPublic($0) }
        metAllowed = metAllowed || isAllowed
        metOnlyForbidden = !metAllowed
        guard isAllowed else { return CURL_SOCKET_BAD }
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let opened = socket(address.pointee.family, kind, address.pointee.protocol)
        if opened >= 0 { client.sockets.opened(opened) }
        return opened
    }

    private func setCallbacks() {
        let me = Unmanaged.passUnretained(self).toOpaque()
        gatepost_easy_set_before_request_function(
            easy,
            { me, _, _, _, localPort in
                HTTPHandle.from(me).gate(localPort: localPort) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }, me)
        gatepost_easy_set_read_function(
            easy,
            { bytes, size, count, me in
                HTTPHandle.from(me).handOver(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            }, me)
        gatepost_easy_set_header_function(
            easy,
            { bytes, size, count, me in
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return HTTPHandle.from(me).reader.take(headerLine: line) ? line.count : 0
            }, me)
        gatepost_easy_set_write_function(
            easy,
            { bytes, size, count, me in
                let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return HTTPHandle.from(me).reader.take(body: piece) ? piece.count : 0
            }, me)
        gatepost_easy_set_open_socket_function(
            easy,
            { me, _, address in
                guard let address else { return CURL_SOCKET_BAD }
                return HTTPHandle.from(me).openSocket(address)
            }, me)
        gatepost_easy_set_close_socket_function(
            easy,
            { sockets, socket in
                guard let sockets else { return 1 }
                Unmanaged<KeptSockets>.fromOpaque(sockets).takeUnretainedValue().close(socket)
                return 0
            }, Unmanaged.passUnretained(client.sockets).toOpaque())
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> HTTPHandle {
        guard let pointer else { preconditionFailure("libcurl lost its owner") }
        return Unmanaged<HTTPHandle>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension HTTPFailure.Kind {
    /// What libcurl's verdict means where nothing of the request has left.
    init(beforeRequest code: CURLcode) {
        switch LinkFailure.Kind(code) {
        case .unreachable, .refused, .noEncryption: self = .unreachable
        case .untrusted: self = .untrusted
        case .setup, .loginRefused: self = .setup  // a URL with a password in it
        }
    }
}
