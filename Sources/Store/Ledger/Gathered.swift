// SPDX-License-Identifier: Apache-2.0
//
// What one transaction gathers beside its rows.

import GatewayModel

struct Gathered {
    var lastSeq: Int64 = 0
    var journalled = 0
    /// The highest job key given, once one was asked for.
    var lastJobKey: Int64?
    /// Jobs more or fewer in the queue.
    var queued: Int64 = 0
    var stats: [StatKey: StatSum] = [:]
    var launches: [LaneMinute: Int64] = [:]
    /// Lanes that got work, with the earliest due time.
    var arrivals: [LaneID: Instant] = [:]
    var ordersChanged = false
    /// Standing holds, once they were read in this transaction.
    var holds: [StandingOrders.Hold]?
    /// Routes paused by an operator, likewise.
    var pausedRoutes: Set<String>?
    /// Suppressions by counter, once they were read in this transaction.
    var suppressionKinds: [Int64: Int64]?
    /// Who is in the air, once it was asked in this transaction.
    var census: FlightCensus?
    /// Whether any task is kept that was made, once it was asked in this transaction.
    var hasTasks: Bool?
    /// Jobs in the queue when the transaction began, once it was asked.
    var queuedBefore: Int64?
    var traffic = Traffic()
    var slotsTaken: [WireSlot] = []
    var slotsToFree: [WireSlot] = []

    mutating func arrived(_ lane: LaneID, due: Instant) {
        if let have = arrivals[lane], have <= due { return }
        arrivals[lane] = due
    }
}

struct LaneMinute: Hashable {
    var minute: Int64
    var lane: LaneID
}

/// One cell of the hourly aggregate. Dimensions are interned words, 0 where there is none.
struct StatKey: Hashable {
    var hour: Int64
    var event: Int64
    var reason: String
    var producer: Int64
    var channel: Int64
    var messageClass: Int64
    var brand: Int64
    var template: Int64
    var route: Int64
    var campaign: Int64
}

/// Delays are from acceptance to the event, in milliseconds.
struct StatSum {
    var count: Int64 = 0
    var delay: Int64 = 0
    var longest: Int64 = 0

    mutating func add(delay: Int64) {
        count += 1
        self.delay += delay
        longest = max(longest, delay)
    }
}

extension Ledger {
    func count(_ event: Event, _ reason: String?, _ job: JobRow, at now: Instant) throws {
        let route = try words.number(of: laneBook.key(of: job.lane, in: session).route, in: session)
        let key = StatKey(
            hour: now.seconds / 3600, event: event.number, reason: reason ?? "", producer: job.producer,
            channel: job.channel, messageClass: job.messageClass, brand: job.brand, template: job.template,
            route: route,
            campaign: job.campaign ?? 0)
        let delay = event == .sent ? max(0, (now.microseconds - job.accepted.microseconds) / 1000) : 0
        gathered.stats[key, default: StatSum()].add(delay: delay)
    }

    func writeStats() throws {
        for (key, sum) in gathered.stats {
            let upsert = try session.prepared(
                """
                INSERT INTO stat VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO UPDATE SET
                    count = count + excluded.count, delay = delay + excluded.delay, longest = max(longest, excluded.longest)
                """)
            upsert.bind(1, key.hour).bind(2, key.event).bind(3, key.reason).bind(4, key.producer).bind(5, key.channel)
            upsert.bind(6, key.messageClass).bind(7, key.brand).bind(8, key.template).bind(9, key.route)
            try upsert.bind(10, key.campaign).bind(11, sum.count).bind(12, sum.delay).bind(13, sum.longest).run()
        }
    }

    func writeTallies() throws {
        for (cell, count) in gathered.launches {
            let upsert = try session.prepared(
                """
                INSERT INTO lane_minute (minute, lane, count) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET count = count + excluded.count
                """)
            try upsert.bind(1, cell.minute).bind(2, cell.lane.rawValue).bind(3, count).run()
        }
    }
}
