// SPDX-License-Identifier: Apache-2.0
//
// What the tests of a channel stand on: a reactor, a receiver that can be waited for, notes that are remembered.

import GatewayModel
import Settings
import Synchronization
import Testing
import Transport

@testable import Channels

/// Collects reports; a test waits for their number, never for time.
final class ReportCollector: ReportReceiver {
    private struct State {
        var reports: [AttemptReport] = []
        var wanted = Int.max
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func receive(_ reports: [AttemptReport], from route: String) {
        let waiter = state.withLock { state in
            state.reports += reports
            return state.reports.count >= state.wanted ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Returns once there are that many, in the order they came; fewer only where the test's time limit cancelled it.
    func reports(_ count: Int) async -> [AttemptReport] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.reports.count >= count || Task.isCancelled { return true }
                    (state.wanted, state.waiter) = (count, continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
        return state.withLock { $0.reports }
    }

    var reportsSoFar: [AttemptReport] { state.withLock { $0.reports } }
}

/// Remembers what the wire log would have been told.
final class NoteKeeper: AttemptNotes {
    enum Note: Hashable {
        case endHandedOver(Int)
        case answered(Int, code: Int, text: String)
    }
    private let kept = Mutex<[Note]>([])
    var notes: [Note] { kept.withLock { $0 } }

    func noteEndHandedOver(_ slot: WireSlot) { kept.withLock { $0.append(.endHandedOver(slot.index)) } }
    func noteAnswered(_ slot: WireSlot, code: Int, text: String) {
        kept.withLock { $0.append(.answered(slot.index, code: code, text: text)) }
    }
}

/// A channel to a server on this machine, on a reactor of its own.
struct Bench {
    let reactor: Reactor
    let channel: SMTPChannel
    let collector = ReportCollector()
    let notes = NoteKeeper()

    init(
        port: Int, connections: Int = 20, on reactor: Reactor? = nil, _ adjust: (inout SMTPSettings) -> Void = { _ in }
    )
        throws
    {
        var settings = SMTPSettings(host: "127.0.0.1", port: port)
        settings.tls = .none
        adjust(&settings)
        var route = RouteSettings(name: "relay", channel: .email, transport: .smtp(settings))
        route.connections = connections
        self.reactor = try reactor ?? Reactor()
        channel = SMTPChannel(
            route: route, reactor: self.reactor, notes: notes, receiver: collector,
            secrets: { reference in
                guard case .env(let secret) = reference else { throw NoSecret() }
                return secret
            })
    }

    struct NoSecret: Error {}

    func end() async {
        await channel.close()
        await reactor.stop()
    }
}

extension Parcel {
    /// A small message to that address; its slot is its number.
    static func to(
        _ recipient: String = "ada@example.com", number: UInt32 = 1,
        content: String = "Subject: hello\r\n\r\nHello.\r\n"
    ) -> Parcel {
        Parcel(
            attempt: AttemptID(run: 1, counter: number), slot: WireSlot(index: Int(number)),
            load: .mail(
                MailLoad(
                    sender: EmailAddress("news@acme.example"), recipient: EmailAddress(recipient)!,
                    content: Array(content.utf8))))
    }
}

extension Consignment<MailLoad> {
    /// The same, where no channel is in between.
    static func to(
        _ recipient: String = "ada@example.com", number: UInt32 = 1, content: String = "x\r\n"
    ) -> MailParcel {
        Parcel.to(recipient, number: number, content: content).asMail!
    }
}
