// SPDX-License-Identifier: Apache-2.0

import Settings
import Synchronization

/// What a channel is doing at this moment.
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

/// Where the reactor shows a channel's state and any thread reads it.
final class StatusBoard: Sendable {
    private let shown: Mutex<ChannelStatus>

    init(_ first: ChannelStatus) { shown = Mutex(first) }

    var status: ChannelStatus { shown.withLock { $0 } }
    func show(_ status: ChannelStatus) { shown.withLock { $0 = status } }
}
