// SPDX-License-Identifier: Apache-2.0
//
// DemoCast: the sample records, and what is to become of each job.

import GatewayModel

struct DemoCast: Sendable {
    /// What a job of the demonstration is expected to come to.
    enum Fate: Hashable, Sendable {
        case event(Event, reason: String?)
        /// Rejected when it is read, with that problem.
        case rejected(ProblemCode)
    }

    struct Part: Sendable {
        var id: String
        var shows: String
        var channel = ChannelKind.email
        var to: String
        var template = "hello"
        var data: [(String, JSONValue)] = [("first_name", .string("Ada"))]
        var more: [(String, JSONValue)] = [("topic", .string("newsletter"))]
        var fate: Fate
    }

    static let textProvider = "twilio"
    static let taskProvider = "hubspot"

    let parts: [Part]
    /// What the books say of the recipients, handed in before the jobs.
    private let books: [JSONObject]

    init(now: Instant) {
        parts = Self.sent + Self.stopped + [Self.later(now), Self.broken] + Self.textsAndTasks
        let readers = ["ada", "bounce", "greylist", "grace", "mary", "alan"].map { "\($0)@example.com" }
        books =
            readers.map { Self.consent($0, "granted", at: now - .seconds(86_400)) } + [
                Self.consent("mary@example.com", "withdrawn", at: now - .seconds(3600)),
                JSONObject([
                    ("kind", .string("suppress")), ("id", .string("demo-suppress")),
                    ("target", .string("alan@example.com")), ("reason", .string("complaint")),
                ]),
            ]
    }

    private static let sent = [
        Part(id: "demo-1", shows: "goes out", to: "ada@example.com", fate: .event(.sent, reason: nil)),
        Part(
            id: "demo-2", shows: "the mailbox does not exist", to: "bounce@example.com",
            fate: .event(.failed, reason: FailureReason.badAddress.rawValue)),
        Part(
            id: "demo-3", shows: "greylisted, then taken", to: "greylist@example.com", fate: .event(.sent, reason: nil)),
    ]

    /// What the gate has something to say against.
    private static let stopped = [
        Part(
            id: "demo-4", shows: "a second one on the same day", to: "ada@example.com",
            fate: .event(.postponed, reason: PostponeReason.frequencyCap.rawValue)),
        Part(
            id: "demo-5", shows: "never asked for", to: "linus@example.com",
            fate: .event(.withheld, reason: WithholdReason.noConsent.rawValue)),
        Part(
            id: "demo-6", shows: "asked for, then taken back", to: "mary@example.com",
            fate: .event(.withheld, reason: WithholdReason.consentWithdrawn.rawValue)),
        Part(
            id: "demo-7", shows: "complained once, suppressed for good", to: "alan@example.com",
            fate: .event(.withheld, reason: WithholdReason.suppressed.rawValue)),
    ]

    private static func later(_ now: Instant) -> Part {
        Part(
            id: "demo-8", shows: "not before tomorrow", to: "grace@example.com",
            more: [("topic", .string("newsletter")), ("not_before", .time(now + .seconds(86_400)))],
            fate: .event(.postponed, reason: PostponeReason.notBefore.rawValue))
    }

    private static let broken = Part(
        id: "demo-9", shows: "a broken address is rejected at the door", to: "not an address",
        fate: .rejected(.badAddress))

    /// The last digits of a phone or contact tell the sink what to play.
    private static let textsAndTasks = [
        text("demo-10", "a text goes out", to: "+33612340000", fate: .event(.sent, reason: nil)),
        text(
            "demo-11", "no such number", to: "+33612340001",
            fate: .event(.failed, reason: FailureReason.badAddress.rawValue)),
        text(
            "demo-12", "opted out at the provider: from now on in our books, too", to: "+33612340008",
            fate: .event(.failed, reason: FailureReason.optedOut.rawValue)),
        Part(
            id: "demo-13", shows: "a task for a salesperson", channel: .crmTask, to: "9120000", template: "follow-up",
            more: [("task", .object(JSONObject([("intended_channel", .string("voice"))])))],
            fate: .event(.sent, reason: nil)),
    ]

    private static func text(_ id: String, _ shows: String, to phone: String, fate: Fate) -> Part {
        Part(
            id: id, shows: shows, channel: .sms, to: phone, template: "code", data: [("code", .string("493027"))],
            more: [], fate: fate)
    }

    private static func consent(_ address: String, _ type: String, at time: Instant) -> JSONObject {
        let grant: [(String, JSONValue)] = [
            ("basis", .string("express")), ("wording", .string("Yes, send me your newsletter.")),
            ("language", .string("en")), ("evidence", .object(JSONObject([("form", .string("demo"))]))),
        ]
        return JSONObject(
            [
                ("kind", .string("consent")), ("id", .string("demo-\(type)-\(address.prefix { $0 != "@" })")),
                ("address", .string(address)), ("channel", .string("email")), ("brand", .string("acme")),
                ("topics", .array([.string("newsletter")])), ("type", .string(type)),
                ("method", .string("web-form")), ("occurred_at", .time(time)),
            ] + (type == "granted" ? grant : []))
    }

    /// The file that holds them all.
    var records: [UInt8] { (books + parts.map(\.record)).flatMap { $0.encoded + [UInt8(ascii: "\n")] } }
    static let fileName = "demo.ndjson"
}

extension DemoCast.Part {
    fileprivate var record: JSONObject {
        JSONObject(
            [
                ("id", .string(id)), ("channel", .string(channel.rawValue)), ("template", .string(template)),
                ("to", .object(JSONObject([(address, .string(to))]))), ("data", .object(JSONObject(data))),
            ] + more)
    }

    /// What the channel reaches people by.
    private var address: String {
        switch channel {
        case .email: "email"
        case .sms: "phone"
        case .crmTask: "crm_contact"
        }
    }
}

extension DemoCast.Fate {
    var words: String {
        switch self {
        case .event(let event, let reason): event.rawValue + (reason.map { " (\($0))" } ?? "")
        case .rejected(let code): "rejected (\(code))"
        }
    }
}
