// SPDX-License-Identifier: Apache-2.0
//
// HTTPLoop: the one thread of the sink's HTTP side: epoll over the listening socket and all links.
//
// A slow or silent link costs an entry and nothing more. Everything here, the desk too, is owned by the thread "sink-http";
// others reach it through `wake`, which ends it.

import COpenSSL
import GatewayModel
import Glibc

struct HTTPLoop: ~Copyable {
    private typealias Link = SinkLink<HTTPConversation>

    private let sockets: SinkSockets
    private let configuration: SinkConfiguration
    private let tls: ServerTLS?
    private let desk: ProviderDesk
    private let ledger: SinkLedger
    private let time: any Timepiece
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var links: [Int32: Link] = [:]
    private var timers: [Timer] = []
    private var nextLink = 0

    private struct Timer {
        var due: Duration
        var socket: Int32
        var link: Int
    }

    init(
        sockets: SinkSockets, configuration: SinkConfiguration, tls: ServerTLS?, desk: ProviderDesk,
        ledger: SinkLedger, time: any Timepiece
    ) {
        (self.sockets, self.configuration, self.tls) = (sockets, configuration, tls)
        (self.desk, self.ledger, self.time) = (desk, ledger, time)
    }

    deinit { buffer.deallocate() }

    /// Until `wake` can be read.
    mutating func run() {
        var ready = [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let count = epoll_wait(sockets.poll, &ready, Int32(ready.count), millisecondsToNextTimer())
            if count < 0, errno != EINTR { return }
            for event in ready.prefix(Int(max(0, count))) {
                if event.data.fd == sockets.wake { return }
                if event.data.fd == sockets.listener { acceptLinks() } else { handle(event) }
            }
            fireTimers()
        }
    }

    private mutating func acceptLinks() {
        while let socket = sockets.accept() {
            guard links.count < configuration.maxConnections else {
                var words: [UInt8] = []
                AnswerBytes.write(.complaint(503, "too many connections"), keepsAlive: false, into: &words)
                SinkSockets.turnAway(socket, with: String(decoding: words, as: UTF8.self))
                continue
            }
            nextLink += 1
            let conversation = HTTPConversation(maxBody: configuration.maxMessageBytes)
            let link = Link(socket: socket, number: nextLink, conversation: conversation)
            links[socket] = link
            link.interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
            sockets.watch(socket, link.interest, EPOLL_CTL_ADD)
            if let tls {
                guard let session = tls.session(on: socket) else { return drop(link) }
                link.begin(session)
            }
        }
    }

    private mutating func handle(_ event: epoll_event) {
        guard let link = links[event.data.fd] else { return }
        if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return drop(link) }
        let isReading = link.isShakingHands || link.conversation.isReading
        if event.events & EPOLLRDHUP.rawValue != 0, !isReading { return drop(link) }
        if link.isShakingHands {
            switch link.handshake() {
            case .done: break
            case .wantsRead, .wantsWrite: return updateInterest(link)
            case .ended: return drop(link)
            }
        }
        readAll(link)
    }

    /// Reads once; over TLS until there is no more, because epoll does not see what TLS has buffered.
    private mutating func readAll(_ link: Link) {
        while link.conversation.isReading {
            switch link.read(into: buffer) {
            case .done(let count):
                let bytes = UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count])
                link.conversation.take(bytes, desk, at: time.now())
                guard settle(link) else { return }
                if link.tls == nil { return }  // epoll will say if there is more; others come first
            case .wantsRead, .wantsWrite:
                settle(link)
                return
            case .ended: return drop(link)
            }
        }
        settle(link)
    }

    /// Does what the conversation asks for, and sends its answers. Returns whether the link still is there.
    @discardableResult
    private mutating func settle(_ link: Link) -> Bool {
        publish(link)
        guard link.flush() else {
            drop(link)
            return false
        }
        switch link.conversation.standing {
        case .reading, .silent: break
        case .waiting(let seconds):
            if !timers.contains(where: { $0.link == link.number }) {
                timers.append(Timer(due: time.sinceBoot() + .seconds(seconds), socket: link.socket, link: link.number))
            }
        case .closing:
            if !link.hasUnsent {
                drop(link)
                return false
            }
        }
        updateInterest(link)
        return true
    }

    /// Counts and tells what happened, before the answers that speak of it leave: who has read one can rely on the ledger.
    private mutating func publish(_ link: Link) {
        guard !link.conversation.notes.isEmpty || desk.hasNewErrands else { return }
        ledger.note(link.conversation.notes, errands: desk.takeErrands())
        link.conversation.notes.removeAll(keepingCapacity: true)
    }

    private func updateInterest(_ link: Link) {
        let wanted = link.wantedInterest
        guard wanted != link.interest else { return }
        link.interest = wanted
        sockets.watch(link.socket, wanted, EPOLL_CTL_MOD)
    }

    private mutating func drop(_ link: Link) {
        link.farewell()
        links[link.socket] = nil
    }
}

// MARK: Slow answers

extension HTTPLoop {
    private func millisecondsToNextTimer() -> Int32 {
        guard let due = timers.lazy.map(\.due).min() else { return -1 }
        let wait = due - time.sinceBoot()
        return wait <= .zero ? 0 : Int32(min(wait.wholeMicroseconds / 1000 + 1, 60_000))
    }

    private mutating func fireTimers() {
        guard !timers.isEmpty else { return }
        let now = time.sinceBoot()
        let due = timers.filter { $0.due <= now }
        guard !due.isEmpty else { return }
        timers.removeAll { $0.due <= now }
        for timer in due {
            guard let link = links[timer.socket], link.number == timer.link else { continue }
            link.conversation.proceed(desk, at: time.now())
            if settle(link) { readAll(link) }
        }
    }
}
