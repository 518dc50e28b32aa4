// SPDX-License-Identifier: Apache-2.0
//
// SMTPConnection: the shell round one conversation. Moves bytes between link and conversation, performs actions in
// order, keeps the one deadline. Decides nothing. Lives on the thread "reactor".

import GatewayModel
import Settings
import Transport

final class SMTPConnection: LinkOwner {
    private unowned let route: SMTPRoute
    private let loop: ReactorLoop
    private var link: Link?
    private var conversation: SMTPConversation?
    private var reader = SMTPReplyReader()
    private var outbox = Outbox()
    private var timer: LoopTimer?
    private var retireAfter: LoopTime?
    /// Reused from turn to turn.
    private var actions: [SMTPConversation.Action] = []
    private var findings: [SMTPReplyReader.Finding] = []

    init(_ route: SMTPRoute, _ loop: ReactorLoop, to target: LinkTarget) {
        (self.route, self.loop) = (route, loop)
        timer = loop.timer { [unowned self] in timedOut() }
        link = loop.connect(to: target, owner: self)
    }

    /// As it stood before the event being served: the conversation asks the route for work while it is being changed.
    private(set) var standing = Standing.connecting

    enum Standing: Hashable {
        case connecting
        /// Takes a message at once.
        case idle
        case busy
        /// Begins no message any more; does not count among the route's connections.
        case leaving
    }

    /// Lets an idle conversation fetch from the route's queue.
    func work() {
        perform { conversation, actions, next in conversation.work(next: next, into: &actions) }
    }

    /// Ends politely: what is under way runs on, QUIT follows.
    func retire() {
        guard conversation != nil else { return drop() }
        perform { conversation, actions, _ in conversation.retire(into: &actions) }
    }

    // MARK: Link

    func linkOpened(_ link: Link) {
        let capabilities = SMTPCapabilities(transcript: link.transcript)
        guard route.opened(self, capabilities) else { return drop() }
        conversation = SMTPConversation(route.rules, capabilities)
        standing = .idle
        retireAfter = loop.now + route.settings.maxAge
        work()
    }

    func linkFailed(_ link: Link, _ failure: LinkFailure) {
        self.link = nil
        standing = .leaving
        let lastReply = SMTPReplyReader.replies(in: link.transcript).last
        route.failedToOpen(self, failure, lastReply)
    }

    func linkReadable(_ link: Link) {
        let end = readAll(link)
        let endUnsent = outbox.holdsEnd
        let found = findings
        findings.removeAll(keepingCapacity: true)
        perform { conversation, actions, next in
            if let end {
                conversation.heardLast(found, end, endUnsent: endUnsent, next: next, into: &actions)
            } else {
                conversation.heard(found, endUnsent: endUnsent, next: next, into: &actions)
            }
        }
    }

    func linkWritable(_ link: Link) { flush() }

    /// More than all the replies that can be owed at once. Who says more in one go never stops, and would hold the thread.
    private static let mostAtOnce = 1 << 20

    /// Reads what there is into `findings`; says why the link has ended, if it has.
    private func readAll(_ link: Link) -> String? {
        var total = 0
        while true {
            switch link.read({ bytes in reader.read(bytes, into: &findings) }) {
            case .bytes(let count):
                total += count
                if total > Self.mostAtOnce { return "the server does not stop talking" }
                if !link.mayHoldMore(after: count) { return nil }
            case .blocked: return nil
            case .ended: return "the server closed the connection"
            case .lost(let why): return why
            }
        }
    }

    private func timedOut() {
        let endUnsent = outbox.holdsEnd
        perform { conversation, actions, _ in conversation.timedOut(endUnsent: endUnsent, into: &actions) }
    }

    // MARK: Acting

    private func perform(
        _ step: (inout SMTPConversation, inout [SMTPConversation.Action], () -> MailParcel?) -> Void
    ) {
        guard conversation != nil else { return }
        let isYoung = retireAfter.map { loop.now < $0 } ?? true
        let route = route
        let isIdle = standing == .idle
        if !isYoung { conversation?.retire(into: &actions) }
        step(&conversation!, &actions) { route.next(forIdle: isIdle) }
        act()
    }

    private func act() {
        var taken: [SMTPConversation.Action] = []
        swap(&taken, &actions)
        var wrote = false
        for action in taken {
            switch action {
            case .send(let output):
                outbox.add(output)
                wrote = true
            case .noteAnswered(let slot, let reply): route.noteAnswered(slot, reply)
            case .report(let report): route.report(report)
            case .giveBack(let parcel, let evidence): route.takeBack(parcel, evidence)
            case .downgrade(let level, let why): route.downgrade(to: level, because: why)
            case .drop: return drop()
            }
        }
        taken.removeAll(keepingCapacity: true)
        if actions.isEmpty { swap(&taken, &actions) }
        if wrote { flush() }
        guard let conversation else { return }
        timer?.set(loop.now + conversation.patience)
        standing = conversation.isIdle ? .idle : conversation.phase == .serving ? .busy : .leaving
    }

    private func flush() {
        guard let link else { return }
        let notes = route.notes
        let flushed = outbox.flush(atMost: link.mostPerWrite, note: { notes.noteEndHandedOver($0) }) { bytes in
            switch link.write(bytes) {
            case .bytes(let count): .bytes(count)
            case .blocked: .blocked
            case .lost(let why): .lost(why)
            }
        }
        switch flushed {
        case .all: link.watchWriting(false)
        case .blocked(let advanced):
            link.watchWriting(true)
            if advanced, let conversation { timer?.set(loop.now + conversation.patience) }
        case .lost(let why): lostWhileWriting(why, link)
        }
    }

    /// What the server said before it went may still lie there.
    private func lostWhileWriting(_ why: String, _ link: Link) {
        linkReadable(link)
        let endUnsent = outbox.holdsEnd
        perform { conversation, actions, _ in conversation.lost(why, endUnsent: endUnsent, into: &actions) }
    }

    private func drop() {
        timer?.set(nil)
        outbox.clear()
        link?.close()
        link = nil
        conversation = nil
        standing = .leaving
        route.closed(self)
    }
}
