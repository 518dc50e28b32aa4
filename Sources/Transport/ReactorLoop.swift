// SPDX-License-Identifier: Apache-2.0
//
// ReactorLoop: what runs on the thread "reactor", and on no other.
//
// One turn: wait, serve events, fire timers, collect what libcurl has finished (links that connected, HTTP transfers),
// tell the tenants that the turn has ended. Nothing in a turn may block.

import Glibc

public final class ReactorLoop {
    private let reactor: Reactor
    let poll: EventPoll
    let timers = LoopTimers()
    /// The time this turn began.
    public private(set) var now = LoopTime.now()
    private var tenants: [Int: any ReactorTenant] = [:]
    private var links: [UInt32: Link] = [:]
    private var lastLink: UInt32 = 0
    private var stopped: (() -> Void)?
    private lazy var connecting = CurlConnecting(self)
    private var multis: [UInt32: CurlMulti] = [:]
    private var lastMulti: UInt32 = 0
    /// Those in which something may have finished this turn.
    private var acted: [CurlMulti] = []
    /// Room to read into, for whoever reads at the moment.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)

    init(_ reactor: Reactor, _ poll: EventPoll) { (self.reactor, self.poll) = (reactor, poll) }

    deinit { scratch.deallocate() }

    /// A stopped timer. It ends with its last reference.
    public func timer(_ fire: @escaping () -> Void) -> LoopTimer { LoopTimer(timers, fire) }

    /// Begins to connect; the owner hears of the end, `linkOpened` or `linkFailed`, in a later turn.
    public func connect(to target: LinkTarget, owner: any LinkOwner) -> Link {
        lastLink &+= 1
        let link = Link(number: lastLink, loop: self, owner: owner)
        links[link.number] = link
        connecting.begin(link, target)
        return link
    }

    /// A client with connections of its own; they end with it. Its owner is a tenant of this loop.
    public func httpClient(_ options: HTTPClientOptions) -> HTTPClient { HTTPClient(self, options) }

    // MARK: The thread

    func run() {
        while stopped == nil { turn() }
        for link in Array(links.values) { link.close() }
        tenants = [:]
        for late in reactor.endInbox() { late(self) }
        tenants = [:]
        stopped?()
    }

    private func turn() {
        let count = poll.wait(milliseconds: timers.patience(at: LoopTime.now()))
        now = LoopTime.now()
        for index in 0..<count {
            let (target, readiness) = poll.event(index)
            switch target {
            case .inbox: for errand in reactor.takeErrands() { errand(self) }
            case .curl(let number, let descriptor): multis[number]?.serve(descriptor, readiness)
            case .link(let number): links[number]?.serve(readiness)
            }
        }
        timers.fireDue(at: now)
        collectFinished()
        for tenant in tenants.values { tenant.turnEnded() }
    }

    private func collectFinished() {
        while !acted.isEmpty {
            var now: [CurlMulti] = []
            swap(&now, &acted)
            for multi in now { multi.collectFinished() }
        }
    }

    /// Late callers of `stop` are told too.
    func stop(_ told: @escaping () -> Void) {
        let earlier = stopped
        stopped = {
            earlier?()
            told()
        }
    }

    // MARK: Tenants and links

    func admit(_ tenant: any ReactorTenant, as number: Int) { tenants[number] = tenant }
    func tenant(_ number: Int) -> (any ReactorTenant)? { tenants[number] }
    func dismiss(_ number: Int) { tenants[number] = nil }

    func link(_ number: UInt32) -> Link? { links[number] }

    /// Takes a link out of the loop and frees what libcurl holds for it.
    func remove(_ link: Link) {
        links[link.number] = nil
        connecting.drop(link)
    }

    // MARK: libcurl

    /// A new multi handle; it ends with `retire`, or with the loop. `kept` is kept until its last connection is closed.
    func curlMulti(for owner: any CurlMultiOwner, keeping kept: AnyObject? = nil) -> CurlMulti {
        repeat { lastMulti = (lastMulti + 1) % PollTarget.multis } while multis[lastMulti] != nil
        let multi = CurlMulti(number: lastMulti, self, owner, keeping: kept)
        multis[lastMulti] = multi
        return multi
    }

    func retire(_ multi: CurlMulti) {
        multis[multi.number] = nil
        acted.removeAll { $0 === multi }
    }

    func collectLater(_ multi: CurlMulti) { acted.append(multi) }
}
