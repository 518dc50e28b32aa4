// SPDX-License-Identifier: Apache-2.0
//
// HTTPChannel: an account at a provider of texts or tasks, as the engine sees it (step 8). From any thread; the work is
// `HTTPRoute`'s, on the reactor.

import GatewayModel
import Logging
import Providers
import Settings
import Transport

public final class HTTPChannel: Channel {
    private let tenancy: Tenancy<HTTPRoute>
    private let statusBoard = StatusBoard(HTTPRouteStatus())
    private let receiver: any ReportReceiver
    private let name: String

    /// Opens nothing yet: the first parcels do.
    ///
    /// - Parameters:
    ///   - provider: bound to this route's settings.
    ///   - secrets: called on the reactor's thread, for each secret at most once a turn in which requests are signed; must
    ///     be quick. What it throws ends the waiting attempts as `configuration`.
    ///   - receiver: gets one array of reports a turn of the reactor, on its thread.
    public init(
        route: RouteSettings, provider: Provider, reactor: Reactor, notes: any AttemptNotes,
        receiver: any ReportReceiver, secrets: @escaping SecretSource, timepiece: any Timepiece = SystemTimepiece(),
        logger: Logger = Logger(label: "gatepost.http")
    ) {
        let account = HTTPAccount(route, provider, secrets)
        let board = statusBoard
        (self.receiver, name) = (receiver, route.name)
        tenancy = reactor.settle { loop in
            HTTPRoute(
                account, loop: loop, notes: notes, receiver: receiver, timepiece: timepiece, statusBoard: board,
                logger: logger)
        }
    }

    /// As of the reactor's last turn.
    public var status: HTTPRouteStatus { statusBoard.status }

    /// Parcels that come after `close` are reported as `recalled`.
    ///
    /// Inquiries end as `accepted` (it is there), `absent` (certainly not sent), `unknown` (asked, not settled),
    /// `unreachable` or `configuration` before the answer (not asked: the account is down, or does not let us in) or
    /// `recalled`.
    public func send(_ parcels: [Parcel]) {
        let (receiver, name) = (receiver, name)
        tenancy.run { route in
            guard let route else { return receiver.receive(parcels.map { .recalled($0.attempt) }, from: name) }
            route.take(parcels)
        }
    }

    /// Attempts of which not a byte has left are recalled; the others run on.
    public func recall(_ attempts: [AttemptID]) {
        tenancy.run { $0?.recall(attempts) }
    }

    /// Attempts that have not begun are reported as `recalled`; those in flight run on to their verdict (bounded by
    /// `answerTimeout`).
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
