// SPDX-License-Identifier: Apache-2.0
//
// SinkHTTPServer: the sink's second listener (CONTRACT 10): plays the APIs of providers from their descriptions, over
// HTTP/1.1 (RFC 9112), with the same behaviours, ledger and events as the mail side.

import GatewayModel
import Providers

/// A receiver of texts and tasks of this process, for tests, `gatepost sink` and `gatepost demo`. Delivers nothing to
/// anyone.
///
/// A request is known by its method and path, and by its body where several providers share them; under `baseURL(of:)`
/// only the one named is looked at. It must show who asks and hold what the description always sends, else it gets the
/// provider's 401 or a 400 that says what is missing. The recipient's last four characters say what becomes of it; the
/// description's examples are the answers, by their `plays`.
/// A text or task repeated by key or own id counts once, and is answered whatever befell it the first time.
public final class SinkHTTPServer: Sendable {
    /// Where it listens: the actual port, also where any free one was asked for.
    public let port: UInt16
    public let address: String
    /// What a client has to trust; nil without TLS.
    public let certificatePEM: String?

    private let ledger: SinkLedger
    private let thread: SinkThread

    /// Listens from the return on. With either kind of TLS in the configuration it speaks HTTPS from the first byte.
    ///
    /// - Throws: `SinkError` where the address, the port, the folder or the certificate cannot be used.
    public init(
        _ configuration: SinkConfiguration = .init(), providers: [ProviderDescription],
        time: any Timepiece = SystemTimepiece()
    ) throws(SinkError) {
        let tls = if let identity = configuration.tls.identity { try ServerTLS(identity) } else { ServerTLS?.none }
        let folder = if let path = configuration.captureFolder { try CaptureFolder(path) } else { CaptureFolder?.none }
        let sockets = try SinkSockets(configuration.address, configuration.port)
        let ledger = SinkLedger(maxTallies: configuration.maxTallies)
        (port, address, certificatePEM) = (sockets.port, configuration.address, tls?.certificatePEM)
        self.ledger = ledger
        thread = SinkThread("sink-http", sockets) {
            let desk = ProviderDesk(
                Playbook(providers), folder: folder, memory: configuration.maxTallies,
                firstID: UInt64(bitPattern: time.now().seconds) * 1000)
            var loop = HTTPLoop(
                sockets: sockets, configuration: configuration, tls: tls, desk: desk, ledger: ledger, time: time)
            loop.run()
            ledger.close()
        }
    }

    /// Closes all links and the listening socket, and ends all event streams. Blocks for as long as that takes; may be
    /// called again.
    public func stop() { thread.stop() }
}

extension SinkHTTPServer {
    public convenience init(
        _ configuration: SinkConfiguration = .init(), catalog: ProviderCatalog, time: any Timepiece = SystemTimepiece()
    ) throws(SinkError) {
        try self.init(configuration, providers: catalog.names.compactMap { catalog[$0] }, time: time)
    }

    /// As a route's `base_url`, without a slash at its end; any provider.
    public var baseURL: String {
        let host = address.contains(":") ? "[\(address)]" : address
        return "\(certificatePEM == nil ? "http" : "https")://\(host):\(port)"
    }
    /// As a route's `base_url` that leaves no doubt which provider is meant.
    public func baseURL(of provider: String) -> String { "\(baseURL)/\(provider)" }

    /// What happens from now on, one event a text, task or amendment; at most `newest` are kept for a reader that lags.
    /// Ends with `stop`. The sender is the provider, the message id our reference.
    public func events(keeping newest: Int = 10_000) -> AsyncStream<SinkEvent> { ledger.events(keeping: newest) }

    /// - Parameter recipient: E.164, or the contact's id.
    public func tally(ofRecipient recipient: String) -> SinkTally { ledger.tally(ofRecipient: recipient) }
    /// - Parameter reference: the job's token or UUID, whichever the provider is given.
    public func tally(ofReference reference: String) -> SinkTally { ledger.tally(ofMessageID: reference) }
    /// How many texts or tasks there are with that reference: taken, whether answered or not, repeats left aside.
    public func distinct(_ reference: String) -> Int { tally(ofReference: reference).taken }
    /// Per recipient, up to `maxTallies`.
    public var talliesByRecipient: [String: SinkTally] { ledger.byRecipient }
    /// Per reference, up to `maxTallies`.
    public var talliesByReference: [String: SinkTally] { ledger.byMessageID }
    /// Of all texts and tasks.
    public var total: SinkTally { ledger.total }
    /// What else was asked.
    public var errands: SinkErrands { ledger.errands }
    /// Tokens given out by OAuth token endpoints.
    public var tokenRequests: Int { errands.tokens }
}
