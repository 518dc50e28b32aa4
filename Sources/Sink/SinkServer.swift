// SPDX-License-Identifier: Apache-2.0
//
// SinkServer: a receiver for trying things out (CONTRACT 10). Speaks SMTP; `SinkHTTPServer` is its HTTP side.

import GatewayModel

/// An SMTP receiver of this process, for tests, `gatepost sink` and `gatepost demo`. Delivers nothing to anyone.
public final class SinkServer: Sendable {
    /// Where it listens: the actual port, also where any free one was asked for.
    public let port: UInt16
    public let address: String
    /// What a client has to trust; nil without TLS.
    public let certificatePEM: String?

    private let ledger: SinkLedger
    private let thread: SinkThread

    /// Listens from the return on.
    ///
    /// - Throws: `SinkError` where the address, the port, the folder or the certificate cannot be used.
    public init(_ configuration: SinkConfiguration = .init(), time: any Timepiece = SystemTimepiece()) throws(SinkError)
    {
        let tls = if let identity = configuration.tls.identity { try ServerTLS(identity) } else { ServerTLS?.none }
        let folder = if let path = configuration.captureFolder { try CaptureFolder(path) } else { CaptureFolder?.none }
        let sockets = try SinkSockets(configuration.address, configuration.port)
        let ledger = SinkLedger(maxTallies: configuration.maxTallies)
        self.ledger = ledger
        (port, address, certificatePEM) = (sockets.port, configuration.address, tls?.certificatePEM)
        thread = SinkThread("sink", sockets) {
            var loop = SinkLoop(
                sockets: sockets, configuration: configuration, tls: tls, folder: folder, ledger: ledger, time: time)
            loop.run()
            ledger.close()
        }
    }

    /// Closes all links and the listening socket, and ends all event streams. Blocks for as long as that takes; may be
    /// called again.
    public func stop() { thread.stop() }
}

extension SinkServer {
    /// What happens from now on, one event a recipient; at most `newest` are kept for a reader that lags. Ends with `stop`.
    public func events(keeping newest: Int = 10_000) -> AsyncStream<SinkEvent> { ledger.events(keeping: newest) }

    /// How often a message with that id (angle brackets included), or one for that address, was accepted.
    public func received(of key: String) -> Int {
        key.hasPrefix("<") ? tally(ofMessageID: key).accepted : tally(ofRecipient: key).accepted
    }

    public func tally(ofRecipient recipient: String) -> SinkTally { ledger.tally(ofRecipient: recipient) }
    public func tally(ofMessageID id: String) -> SinkTally { ledger.tally(ofMessageID: id) }
    /// Per address as it was given, up to `maxTallies`.
    public var talliesByRecipient: [String: SinkTally] { ledger.byRecipient }
    /// Per Message-ID, up to `maxTallies`.
    public var talliesByMessageID: [String: SinkTally] { ledger.byMessageID }
    /// Recipients of all messages.
    public var total: SinkTally { ledger.total }
    /// Of accepted messages, once a recipient.
    public var acceptedBytes: Int { ledger.acceptedBytes }
}
