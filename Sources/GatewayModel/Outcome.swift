// SPDX-License-Identifier: Apache-2.0

/// An event in the life of a job, as the journal and its side rows tell it (CONTRACT 7).
public struct Outcome: Hashable, Sendable {
    public var seq: Int64
    public var time: Instant
    public var event: Event
    public var producer: String?
    public var job: String?
    public var channel: ChannelKind?
    public var recipient: String?
    public var person: String?
    public var template: String?
    public var templateDigest: String?
    public var messageClass: MessageClass?
    public var brand: String?
    public var topic: String?
    public var campaign: String?
    public var route: String?
    public var attempt: Int?
    public var reason: String?
    public var detail: String?
    public var until: Instant?
    public var messageID: String?
    public var contentSHA256: String?
    public var segments: Int?
    public var provider: Provider?
    public var reference: JSONValue?
    public var cause: String?
    public var settles: Int64?
    /// The stored decision, where asked for.
    public var decision: JSONValue?

    public struct Provider: Hashable, Sendable {
        public var id: String?
        public var code: String?
        public var enhanced: String?
        public init(id: String?, code: String?, enhanced: String?) {
            (self.id, self.code, self.enhanced) = (id, code, enhanced)
        }
    }

    public init(seq: Int64, time: Instant, event: Event) {
        (self.seq, self.time, self.event) = (seq, time, event)
        (producer, job, channel, recipient, person, template, templateDigest) = (nil, nil, nil, nil, nil, nil, nil)
        (messageClass, brand, topic, campaign, route, attempt, reason) = (nil, nil, nil, nil, nil, nil, nil)
        (detail, until, messageID, contentSHA256, segments, provider) = (nil, nil, nil, nil, nil, nil)
        (reference, cause, settles, decision) = (nil, nil, nil, nil)
    }

    /// One object, in the contract's order of members.
    public var json: JSONObject {
        var members: [(String, JSONValue)] = [
            ("seq", .integer(seq)), ("time", .time(time)), ("event", .string(event.rawValue)),
            ("producer", .text(producer)), ("job", .text(job)), ("channel", .text(channel?.rawValue)),
            ("recipient", .text(recipient)), ("person", .text(person)), ("template", .text(template)),
            ("template_digest", .text(templateDigest)), ("class", .text(messageClass?.rawValue)),
            ("brand", .text(brand)),
            ("topic", .text(topic)), ("campaign", .text(campaign)), ("route", .text(route)),
            ("attempt", .integer(attempt)), ("reason", .text(reason)), ("detail", .text(detail)),
            ("until", .time(until)), ("message_id", .text(messageID)), ("content_sha256", .text(contentSHA256)),
            ("segments", .integer(segments)), ("provider", provider?.json ?? .null), ("reference", reference ?? .null),
            ("cause", .text(cause)), ("settles", .integer(settles)),
        ]
        if let decision { members.append(("decision", decision)) }
        return JSONObject(members)
    }
}

extension Outcome.Provider {
    var json: JSONValue {
        .object(JSONObject([("id", .text(id)), ("code", .text(code)), ("enhanced", .text(enhanced))]))
    }
}
