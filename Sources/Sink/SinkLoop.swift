// SPDX-License-Identifier: Apache-2.0
//
// SinkLoop: the sink's one thread: epoll over the listening socket and all links.
//
// A slow or silent link costs an entry and nothing more. Everything here is owned by the thread "sink"; others reach it
// through `wake`, which ends it.

import COpenSSL
import GatewayModel
import Glibc

struct SinkLoop: ~Copyable {
    private typealias Link = SinkLink<SinkConversation>

    private let sockets: SinkSockets
    private let configuration: SinkConfiguration
    private let tls: ServerTLS?
    private let folder: CaptureFolder?
    private let ledger: SinkLedger
    private let time: any Timepiece
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var links: [Int32: Link] = [:]
    private var memory = SinkMemory()
    private var timers: [Timer] = []
    private var nextLink = 0
    private var nextID: UInt64
    private var events: [SinkEvent] = []

    private struct Timer {
        var due: Duration
        var socket: Int32
        var link: Int
    }

    init(
        sockets: SinkSockets, configuration: SinkConfiguration, tls: ServerTLS?, folder: CaptureFolder?,
        ledger: SinkLedger, time: any Timepiece
    ) {
        (self.sockets, self.configuration) = (sockets, configuration)
        (self.tls, self.folder, self.ledger, self.time) = (tls, folder, ledger, time)
        nextID = UInt64(bitPattern: time.now().seconds) << 24
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
                SinkSockets.turnAway(socket, with: "\(SinkReply.tooManyConnections)\r\n")
                continue
            }
            open(socket)
        }
    }

    private mutating func open(_ socket: Int32) {
        nextLink += 1
        let rules = SinkConversation.Rules(configuration: configuration, offersTLS: configuration.tls.isAfterCommand)
        let isImplicit = configuration.tls.isImplicit
        let link = Link(
            socket: socket, number: nextLink, conversation: SinkConversation(rules: rules, hasTLS: isImplicit))
        links[socket] = link
        sockets.watch(socket, EPOLLIN.rawValue | EPOLLRDHUP.rawValue, EPOLL_CTL_ADD)
        link.interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
        if isImplicit {
            guard let session = tls?.session(on: socket) else { return drop(link) }
            link.begin(session)
        }
        if !link.isShakingHands { settle(link) }
    }

    private mutating func handle(_ event: epoll_event) {
        guard let link = links[event.data.fd] else { return }
        if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return drop(link) }
        let isReading = link.isShakingHands || link.conversation.standing == .reading
        if event.events & EPOLLRDHUP.rawValue != 0, !isReading { return drop(link) }
        if link.isShakingHands {
            switch link.handshake() {
            case .done: if case .startingTLS = link.conversation.standing { link.conversation.tlsIsUp() }
            case .wantsRead, .wantsWrite: return updateInterest(link)
            case .ended: return drop(link)
            }
        }
        readAll(link)
    }

    /// Reads once; over TLS until there is no more, because epoll does not see what TLS has buffered.
    private mutating func readAll(_ link: Link) {
        while link.conversation.standing == .reading {
            switch link.read(into: buffer) {
            case .done(let count):
                link.conversation.take(
                    UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count]), &memory)
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

    /// Does what the conversation asks for, and sends its replies. Returns whether the link still is there.
    @discardableResult
    private mutating func settle(_ link: Link) -> Bool {
        noteEvents(of: link)
        while case .delivering(let message, 0) = link.conversation.standing {
            deliver(message, over: link)
        }
        publish()
        guard link.flush() else {
            drop(link)
            return false
        }
        switch link.conversation.standing {
        case .reading, .silent: break
        case .delivering(_, let seconds):
            timers.append(Timer(due: time.sinceBoot() + .seconds(seconds), socket: link.socket, link: link.number))
        case .startingTLS:
            if !link.isShakingHands, !link.hasUnsent {
                guard let session = tls?.session(on: link.socket) else {
                    drop(link)
                    return false
                }
                link.begin(session)
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

// MARK: Messages

extension SinkLoop {
    private mutating func deliver(_ message: SinkMessage, over link: Link) {
        nextID += 1
        let id = String(nextID, radix: 16, uppercase: true)
        let now = time.now()
        var answer = SinkReply(250, "2.0.0", "Ok: queued as \(id)")
        var verdict = SinkEvent.Verdict.accepted(id: id)
        if let folder, !folder.keep(message, id: id, at: now) {
            answer = SinkReply(451, "4.3.0", "Cannot keep the message")
            verdict = .refused(answer)
        }
        let messageID = message.messageID
        for recipient in message.recipients {
            events.append(
                SinkEvent(
                    time: now, sender: message.sender, recipient: recipient, verdict: verdict,
                    size: message.content.count,
                    messageID: messageID))
        }
        link.conversation.answer(answer)
        link.conversation.proceed(&memory)
        noteEvents(of: link)
    }

    private mutating func noteEvents(of link: Link) {
        guard !link.conversation.notes.isEmpty else { return }
        let now = time.now()
        for note in link.conversation.notes {
            events.append(
                SinkEvent(
                    time: now, sender: note.sender, recipient: note.recipient, verdict: note.verdict,
                    size: note.message?.content.count, messageID: note.message?.messageID))
        }
        link.conversation.notes.removeAll()
    }
}

extension SinkLoop {
    /// Counts and tells what happened, before the replies that speak of it leave: who has read a reply can rely on the ledger.
    private mutating func publish() {
        ledger.note(events)
        events.removeAll(keepingCapacity: true)
    }
}

// MARK: Slow answers

extension SinkLoop {
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
            guard let link = links[timer.socket], link.number == timer.link,
                case .delivering(let message, _) = link.conversation.standing
            else { continue }
            deliver(message, over: link)
            if settle(link) { readAll(link) }
        }
    }
}

extension SinkTLS {
    fileprivate var isAfterCommand: Bool { if case .startTLS = self { true } else { false } }
    fileprivate var isImplicit: Bool { if case .implicit = self { true } else { false } }
    var identity: SinkIdentity? {
        switch self {
        case .none: nil
        case .startTLS(let identity), .implicit(let identity): identity
        }
    }
}
