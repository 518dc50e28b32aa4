// SPDX-License-Identifier: Apache-2.0
//
// Reactor: the one thread that owns every connection of every route (DESIGN D10).
//
// This is its face to the rest of the process: work is left in an inbox, in arrays, and one eventfd write wakes the
// thread for all that was left since it last looked. What runs on the thread is `ReactorLoop`; what lives there is a
// `ReactorTenant`, made on the thread and never seen by another.

import CCurl
import Glibc
import Synchronization

/// Owns the thread "reactor" from `init` until `stop` returns.
public final class Reactor: Sendable {
    typealias Errand = @Sendable (ReactorLoop) -> Void

    private struct Inbox {
        var errands: [Errand] = []
        var tenants = 0
        var hasEnded = false
    }

    private let inbox = Mutex(Inbox())
    private let wakeDescriptor: Int32

    /// Starts the thread. SIGPIPE is ignored from here on in the whole process: a peer that has gone is an error of the
    /// write, never a signal.
    ///
    /// - Throws: `ReactorError` where the system gives no descriptors or no thread.
    public init() throws(ReactorError) {
        signal(SIGPIPE, SIG_IGN)
        CurlLibrary.start()
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else { throw ReactorError(during: "eventfd", code: errno) }
        let poll = try EventPoll(wakeDescriptor: wakeDescriptor)
        try startThread(poll)
    }

    deinit { close(wakeDescriptor) }

    /// Makes a tenant on the thread. Work given to the tenancy before it is made waits for it.
    public func settle<Tenant: ReactorTenant & SendableMetatype>(
        _ make: @escaping @Sendable (ReactorLoop) -> Tenant
    ) -> Tenancy<Tenant> {
        let number = inbox.withLock { inbox in
            inbox.tenants += 1
            return inbox.tenants
        }
        leave { loop in loop.admit(make(loop), as: number) }
        return Tenancy(reactor: self, number: number)
    }

    /// Ends the thread; connections still open are dropped without a word. Close the channels first.
    public func stop() async {
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            let isGone = inbox.withLock { inbox in
                if !inbox.hasEnded { inbox.errands.append { loop in loop.stop { ended.resume() } } }
                return inbox.hasEnded
            }
            if isGone { ended.resume() } else { wake() }
        }
    }

    /// Leaves an errand for the thread; false where it has ended and never will run it.
    @discardableResult
    func leave(_ errand: @escaping Errand) -> Bool {
        let errands = inbox.withLock { inbox -> Int? in
            guard !inbox.hasEnded else { return nil }
            inbox.errands.append(errand)
            return inbox.errands.count
        }
        if errands == 1 { wake() }
        return errands != nil
    }

    /// On the thread: everything left since the last call, in order.
    func takeErrands() -> [Errand] {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
        return inbox.withLock { inbox in
            var taken: [Errand] = []
            swap(&taken, &inbox.errands)
            return taken
        }
    }

    /// On the thread, as its last act: nothing is taken any more. Returns what was left meanwhile.
    func endInbox() -> [Errand] {
        inbox.withLock { $0.hasEnded = true }
        return takeErrands()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    /// What the new thread is given; it alone touches it.
    private final class Start {
        let reactor: Reactor
        let poll: EventPoll
        init(_ reactor: Reactor, _ poll: EventPoll) { (self.reactor, self.poll) = (reactor, poll) }
    }

    private func startThread(_ poll: EventPoll) throws(ReactorError) {
        let start = Unmanaged.passRetained(Start(self, poll))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                gatepost_name_thread("reactor")
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                ReactorLoop(start.reactor, start.poll).run()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw ReactorError(during: "pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}

/// The system refused what the reactor cannot do without.
public struct ReactorError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    init(during call: String, code: Int32) { description = "\(call): \(String(cString: strerror(code)))" }
}

/// What lives on the reactor's thread.
public protocol ReactorTenant: AnyObject {
    /// Called after each turn of the loop, when all its events, timers and errands have been served.
    func turnEnded()
}

/// The way to a tenant from any thread.
public struct Tenancy<Tenant: ReactorTenant & SendableMetatype>: Sendable {
    let reactor: Reactor
    let number: Int

    /// Runs `body` with the tenant on the reactor's thread, in the order of the calls; returns at once.
    ///
    /// Where the tenant has left or the reactor has ended, `body` is given nil, perhaps on the caller's thread.
    public func run(_ body: @escaping @Sendable (Tenant?) -> Void) {
        let number = number
        let isLeft = reactor.leave { loop in body(loop.tenant(number) as? Tenant) }
        if !isLeft { body(nil) }
    }

    /// The tenant leaves; what it owned goes with it.
    public func leave() {
        let number = number
        reactor.leave { loop in loop.dismiss(number) }
    }
}
