// SPDX-License-Identifier: Apache-2.0
//
// SMTPChannel: a relay as the engine sees it (step 8). From any thread; the work is `SMTPRoute`'s, on the reactor.

import GatewayModel
import Logging
import Settings
import Transport

public final class SMTPChannel: Channel {
    private let tenancy: Tenancy<SMTPRoute>
    private let statusBoard: StatusBoard<ChannelStatus>
    private let receiver: any ReportReceiver
    private let name: String

    /// Opens nothing yet: the first parcels do.
    ///
    /// - Parameters:
    ///   - secrets: called on the reactor's thread each time connections are opened; must be quick. What it throws ends
    ///     the waiting attempts as `configuration`.
    ///   - receiver: gets one array of reports a turn of the reactor, on its thread.
    public init(
        route: RouteSettings, reactor: Reactor, notes: any AttemptNotes, receiver: any ReportReceiver,
        secrets: @escaping SecretSource, logger: Logger = Logger(label: "gatepost.smtp")
    ) {
        guard case .smtp(let settings) = route.transport else { preconditionFailure("\(route.name) is no SMTP route") }
        let (name, connections) = (route.name, route.connections)
        let board = StatusBoard(
            ChannelStatus(connections: 0, connecting: 0, waiting: 0, inFlight: 0, pipelining: settings.pipelining))
        (statusBoard, self.receiver, self.name) = (board, receiver, name)
        tenancy = reactor.settle { loop in
            SMTPRoute(
                name: name, settings: settings, connections: connections, loop: loop, notes: notes, receiver: receiver,
                secrets: secrets, statusBoard: board, logger: logger)
        }
    }

    /// As of the reactor's last turn.
    public var status: ChannelStatus { statusBoard.status }

    /// Parcels that come after `close` are reported as `recalled`.
    public func send(_ parcels: [Parcel]) {
        let (receiver, name) = (receiver, name)
        tenancy.run { route in
            guard let route else { return receiver.receive(parcels.map { .recalled($0.attempt) }, from: name) }
            route.take(parcels)
        }
    }

    /// Attempts still waiting for a connection are recalled; one whose envelope has begun runs on.
    public func recall(_ attempts: [AttemptID]) {
        tenancy.run { $0?.recall(attempts) }
    }

    /// Attempts that have not begun are reported as `recalled`; those in flight run on to their verdict, however long the
    /// server takes (bounded by `endOfDataTimeout`). Bound the wait outside.
    public func close() async {
        await withCheckedContinuation { closed in
            tenancy.run { route in
                guard let route else { return closed.resume() }
                route.close { closed.resume() }
            }
        }
        tenancy.leave()
    }
}
