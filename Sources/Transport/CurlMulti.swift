// SPDX-License-Identifier: Apache-2.0
//
// CurlMulti: one of libcurl's multi handles on the reactor's own epoll, with its sockets and its timer.
//
// Lives on the thread "reactor". libcurl may not be called from within its own callbacks: `isActing` tells.

import CCurl
import Glibc

enum CurlLibrary {
    private static let started: Void = {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()
    /// Once a process, before the first handle.
    static func start() { started }
}

/// Whose handles a multi works on.
protocol CurlMultiOwner: AnyObject {
    func finished(_ easy: UnsafeMutableRawPointer, _ result: CURLcode)
    /// Told of all that had finished; what was put off while libcurl acted may be done now.
    func collected()
}

final class CurlMulti {
    /// Of up to sixteen million others, so that a late event finds nobody.
    let number: UInt32
    private unowned let loop: ReactorLoop
    private weak var owner: (any CurlMultiOwner)?
    /// What its connections' callbacks belong to: outlives them.
    private let kept: AnyObject?
    private let multi: UnsafeMutableRawPointer
    private var timer: LoopTimer?
    private(set) var isActing = false
    private var awaitsCollecting = false

    /// As `ReactorLoop.curlMulti` makes it.
    init(number: UInt32, _ loop: ReactorLoop, _ owner: any CurlMultiOwner, keeping kept: AnyObject?) {
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl gave no multi handle") }
        (self.number, self.loop, self.owner, self.kept, self.multi) = (number, loop, owner, kept, multi)
        timer = loop.timer { [unowned self] in act(CURL_SOCKET_TIMEOUT, 0) }
        let me = Unmanaged.passUnretained(self).toOpaque()
        gatepost_multi_set_socket_function(
            multi,
            { _, socket, what, me, _ in
                CurlMulti.from(me).watch(socket, what)
                return 0
            }, me)
        gatepost_multi_set_timer_function(
            multi,
            { _, milliseconds, me in
                let me = CurlMulti.from(me)
                me.timer?.set(milliseconds < 0 ? nil : LoopTime.now() + .milliseconds(milliseconds))
                return 0
            }, me)
    }

    deinit {
        gatepost_multi_set_socket_function(multi, nil, nil)
        gatepost_multi_set_timer_function(multi, nil, nil)
        curl_multi_cleanup(multi)
    }

    func set(_ option: CURLMoption, _ value: Int) { gatepost_multi_set_long(multi, option, value) }

    /// Its owner hears of its end, `finished`, in a later turn.
    func add(_ easy: UnsafeMutableRawPointer) { curl_multi_add_handle(multi, easy) }

    /// Drops the handle's connection where it is under way.
    func remove(_ easy: UnsafeMutableRawPointer) {
        precondition(!isActing, "libcurl was called from within libcurl")
        curl_multi_remove_handle(multi, easy)
    }

    func serve(_ descriptor: Int32, _ readiness: Readiness) {
        var what: Int32 = 0
        if readiness.contains(.readable) { what |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { what |= CURL_CSELECT_OUT }
        if !readiness.isDisjoint(with: .broken) { what |= CURL_CSELECT_ERR }
        act(descriptor, what)
    }

    /// Tells the owner of the handles that have finished, one way or the other.
    func collectFinished() {
        awaitsCollecting = false
        var result = CURLE_OK
        while let easy = gatepost_multi_next_finished(multi, &result) { owner?.finished(easy, result) }
        owner?.collected()
    }

    private func act(_ descriptor: Int32, _ what: Int32) {
        var running: Int32 = 0
        isActing = true
        curl_multi_socket_action(multi, descriptor, what, &running)
        isActing = false
        guard !awaitsCollecting else { return }
        awaitsCollecting = true
        loop.collectLater(self)
    }

    private func watch(_ socket: Int32, _ what: Int32) {
        let target = PollTarget.curl(multi: number, socket)
        switch what {
        case CURL_POLL_IN: loop.poll.watch(socket, for: .readable, as: target)
        case CURL_POLL_OUT: loop.poll.watch(socket, for: .writable, as: target)
        case CURL_POLL_INOUT: loop.poll.watch(socket, for: [.readable, .writable], as: target)
        default: loop.poll.forget(socket)
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> CurlMulti {
        guard let pointer else { preconditionFailure("libcurl lost its owner") }
        return Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue()
    }
}
