// SPDX-License-Identifier: Apache-2.0
//
// DemoCast: the sample jobs, and what is to become of each.

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
        var to: String
        var more: [(String, JSONValue)] = []
        var fate: Fate
    }

    let parts: [Part]

    init(now: Instant) {
        parts = [
            Part(id: "demo-1", shows: "goes out", to: "ada@example.com", fate: .event(.sent, reason: nil)),
            Part(
                id: "demo-2", shows: "the mailbox does not exist", to: "bounce@example.com",
                fate: .event(.failed, reason: FailureReason.badAddress.rawValue)),
            Part(
                id: "demo-3", shows: "greylisted, then taken", to: "greylist@example.com",
                fate: .event(.sent, reason: nil)),
            Part(
                id: "demo-4", shows: "not before tomorrow", to: "grace@example.com",
                more: [("not_before", .time(now + .seconds(86_400)))],
                fate: .event(.postponed, reason: PostponeReason.notBefore.rawValue)),
            Part(
                id: "demo-5", shows: "a broken address is rejected at the door", to: "not an address",
                fate: .rejected(.badAddress)),
        ]
    }

    /// The file that holds them all.
    var records: [UInt8] { parts.flatMap { $0.record.encoded + [UInt8(ascii: "\n")] } }
    static let fileName = "demo.ndjson"
}

extension DemoCast.Part {
    fileprivate var record: JSONObject {
        JSONObject(
            [
                ("id", .string(id)), ("channel", .string("email")), ("template", .string("hello")),
                ("to", .object(JSONObject([("email", .string(to))]))), ("topic", .string("newsletter")),
                ("data", .object(JSONObject([("first_name", .string("Ada"))]))),
            ] + more)
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
