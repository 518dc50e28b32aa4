// SPDX-License-Identifier: Apache-2.0

import Settings
import Synchronization

/// What a mail channel is doing at this moment.
public struct ChannelStatus: Hashable, Sendable {
    /// Open connections that take messages.
    public var connections: Int
    public var connecting: Int
    /// Parcels that have not begun.
    public var waiting: Int
    /// Parcels whose envelope has begun and that have no verdict yet.
    public var inFlight: Int
    /// The level in force; lower than configured after the server did not keep step.
    public var pipelining: SMTPSettings.Pipelining
}

/// What the channel of an HTTP account is doing at this moment.
public struct HTTPRouteStatus: Hashable, Sendable {
    /// Parcels that have not been given to a connection.
    public var waiting = 0
    /// Requests under way or about to leave, without a verdict yet.
    public var inFlight = 0
    /// All that waits does so for a new token.
    public var isFetchingToken = false
}

/// Where the reactor shows a channel's state and any thread reads it.
final class StatusBoard<Status: Sendable>: Sendable {
    private let shown: Mutex<Status>

    init(_ first: Status) { shown = Mutex(first) }

    var status: Status { shown.withLock { $0 } }
    func show(_ status: Status) { shown.withLock { $0 = status } }
}
