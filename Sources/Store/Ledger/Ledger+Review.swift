// SPDX-License-Identifier: Apache-2.0
//
// What went although somebody had said no (facts A4): found from the opt-out, not from the messages.

import GatewayModel

extension Ledger {
    /// Messages that an opt-out would have stopped, and that went after it took effect and were let go before it was
    /// known. What went later, by a new grant or as transactional, is none of them. Empty for what is no opt-out.
    ///
    /// - Parameter controllers: brand to its controller: whom an objection reaches besides the brand it names.
    func sentDespite(consent number: Int64, controllers: [String: String] = [:]) throws -> [SentMessage] {
        let select = try session.prepared(
            """
            SELECT n, at, occurred, type, channel, brand, topics, basis, day, flags, corrects, subject FROM consent
                WHERE n = ?1
            """)
        guard let (event, subject) = try select.bind(1, number).first({ (try consent($0), $0.int(11)) }),
            event.type.isOptOut
        else { return [] }
        var sent: [SentMessage] = []
        for job in try jobs(to: subject) {
            guard let message = try sentMessage(job), message.sentAt >= event.occurredAt,
                message.admittedAt ?? message.sentAt <= event.recordedAt, event.covers(message, controllers)
            else { continue }
            sent.append(message)
        }
        return sent
    }

    /// Jobs to that address or of that person, tasks about it too, in order, the newest first.
    func jobs(to subject: Int64, limit: Int = 10_000) throws -> [Int64] {
        var keys: Set<Int64> = []
        try session.prepared("SELECT key FROM contact WHERE subject = ?1 ORDER BY key DESC LIMIT ?2")
            .bind(1, subject).bind(2, limit).each { keys.insert($0.int(0)) }
        try session.prepared(
            """
            SELECT key FROM job_words WHERE (subject = ?1 OR person = ?1)
                AND key > (SELECT coalesce(max(value), 0) FROM meta WHERE key = 'contacts_mark')
            """
        ).bind(1, subject).each { keys.insert($0.int(0)) }
        return keys.sorted(by: >)
    }

    /// A marketing job's `sent`, with when it was let go; nil where it has none, or its words are gone.
    private func sentMessage(_ job: Int64) throws -> SentMessage? {
        guard let words = try jobWords(of: job), words[.messageClass] == MessageClass.marketing.rawValue else {
            return nil
        }
        let sent = try session.prepared(
            "SELECT seq, at FROM journal WHERE job = ?1 AND event <> 0 AND event = 2 ORDER BY seq DESC LIMIT 1"
        ).bind(1, job).first { ($0.int(0), $0.instant(1)) }
        guard let sent, let channel = words[.channel].flatMap(ChannelKind.init(rawValue:)) else { return nil }
        let decision = try session.prepared("SELECT decision FROM event_words WHERE seq = ?1").bind(1, sent.0).first {
            $0.blobOrNil(0)
        }
        let admitted = (decision ?? nil).flatMap { try? JSONValue.parse($0).object?["at"]?.string }
        let intended = words[.intended].flatMap(ContactChannel.init(rawValue:))
        return SentMessage(
            seq: sent.0, producer: words[.producer], job: words[.id], recipient: words[.recipient],
            channel: ContactChannel(channel, intended: intended), brand: words[.brand], topic: words[.topic],
            template: words[.template], admittedAt: admitted.flatMap { Instant(rfc3339: $0) }, sentAt: sent.1)
    }
}

extension ConsentEvent {
    /// Whether its scope reaches the message.
    fileprivate func covers(_ message: SentMessage, _ controllers: [String: String]) -> Bool {
        if type == .reassigned { return true }
        let topicHolds = topics.map { topics in message.topic.map(topics.contains) ?? true } ?? true
        return (channel ?? message.channel) == message.channel && topicHolds
            && covers(brand: message.brand, controllers)
    }

    /// An objection holds for all brands of the controller.
    private func covers(brand other: String?, _ controllers: [String: String]) -> Bool {
        guard let brand, let other, brand != other else { return true }
        guard type == .objected else { return false }
        // Of a brand that nobody knows any more the controller may be the same.
        return controllers[brand].map { $0 == controllers[other] } ?? true
    }
}
