// SPDX-License-Identifier: Apache-2.0
//
// ExplainReport: what is said of one job. A decision of the moment, or the stored one of a job that has ended.

import Engine
import GatewayModel
import Policy
import Store

struct ExplainReport {
    /// What becomes of it.
    enum Ending {
        /// Asked just now.
        case verdict(Verdict)
        /// It has ended, as that outcome says; nil where the journal keeps none of it any more.
        case ended(Outcome?)
    }

    var job: String
    /// The file it is in; nil for one that is on record.
    var file: String?
    /// `ready`, `held`, … of a queued job, with why.
    var state: String
    var why: String?
    var facts: JobFacts?
    /// What else keeps it here, whatever the gate says: holds, a paused route, a part that is gone.
    var obstacles: [String] = []
    /// What it waits for where an attempt of it may have gone; the verdict then is what would be said of another.
    var doubt: DoubtWait?
    var at: Instant
    var policyVersion: String?
    var ending: Ending
    var answers: [RuleAnswer]
    var explanation: Explanation
    /// Nil where the decision is a stored one.
    var places: CandidatePlaces?
    var policy: GatePolicy

    /// A job that is only a file.
    init(_ filed: JobFile.FiledJob, _ snapshot: GatewaySnapshot, _ store: Store, at moment: Instant) async throws {
        let recipient = try await store.recipientFacts(for: filed.subject, at: moment, interest: snapshot.interest)
        self.init(job: filed.id, state: "not handed in", filed.facts, recipient, snapshot, at: moment)
        file = filed.name
    }

    init(
        queued job: JobRecord, _ facts: JobFacts, _ recipient: RecipientFacts, _ orders: StandingOrders,
        _ snapshot: GatewaySnapshot, at moment: Instant
    ) {
        let state = job.queued?.state.rawValue ?? "ended"
        self.init(job: job.id, state: state, snapshot.inStricterClass(facts), recipient, snapshot, at: moment)
        why = job.queued?.why
        obstacles = orders.obstacles(to: facts) + [snapshot.missingParts(of: facts)].compactMap(\.self)
        doubt = job.queued?.doubt
    }

    private init(
        job: String, state: String, _ facts: JobFacts, _ recipient: RecipientFacts, _ snapshot: GatewaySnapshot,
        at moment: Instant
    ) {
        let policy = snapshot.gate.policy
        let decision = snapshot.gate.decide(facts, recipient, at: moment)
        (self.job, self.state, self.facts, self.policy) = (job, state, facts, policy)
        (at, policyVersion, ending) = (decision.at, decision.policy, .verdict(decision.verdict))
        (answers, explanation) = (decision.answers, Explanation(decision, policy: policy))
        places = CandidatePlaces.resolve(
            recipient.place, places: policy.places, regions: policy.regions, countries: policy.zones)
    }

    /// The last decision on record of a job that has ended.
    init(ended job: JobRecord, _ snapshot: GatewaySnapshot) {
        policy = snapshot.gate.policy
        let decided = job.outcomes.last { $0.decision != nil }?.decision?.object
        (self.job, state) = (job.id, "ended")
        ending = .ended(job.outcomes.last { $0.event.isTerminal })
        at = decided?["at"]?.string.flatMap { Instant(rfc3339: $0) } ?? job.acceptedAt
        policyVersion = decided?["policy"]?.string
        answers = (decided?["rules"]?.array ?? []).compactMap(RuleAnswer.init(stored:))
        explanation = Explanation(answers, policy: policy)
    }

    /// Every preset that an answer went by, once.
    var sources: [Explanation.Source] {
        explanation.lines.flatMap(\.sources).reduce(into: []) { list, source in
            if !list.contains(where: { $0.preset == source.preset }) { list.append(source) }
        }
    }
}

extension StandingOrders {
    fileprivate func obstacles(to facts: JobFacts) -> [String] {
        holds.filter { $0.matches(facts) }.map { "hold \($0.id): \($0.why)" }
            + [pausedRoutes[facts.route].map { "route \(facts.route) is paused: \($0)" }].compactMap(\.self)
    }
}

extension RuleAnswer {
    /// Nil for what is no rule's answer.
    fileprivate init?(stored value: JSONValue) {
        guard let object = value.object, let rule = object["rule"]?.string, let said = object["said"]?.string else {
            return nil
        }
        self.init(
            rule: rule, version: object["version"]?.string ?? "", saw: object["saw"]?.object ?? JSONObject(), said: said
        )
    }
}

// MARK: - For programs

extension ExplainReport {
    var json: JSONObject {
        JSONObject(
            [
                ("job", .string(job)), ("file", .text(file)), ("state", .string(state)), ("why", .text(why)),
                ("obstacles", .array((obstacles + doubtObstacle).map(JSONValue.string))),
                ("channel", .text(facts?.channel.rawValue)),
                ("contact", .text(facts?.contact.rawValue)),
                ("class", .text(facts?.messageClass.rawValue)), ("template", .text(facts?.template)),
                ("route", .text(facts.flatMap { $0.route.isEmpty ? nil : $0.route })), ("at", .time(at)),
                ("policy", .text(policyVersion)),
            ] + endingMembers + doubtMembers + [
                ("rules", .array(zip(answers, explanation.lines).map(Self.rule))),
                ("presets", .array(sources.map(Self.source))),
            ] + placeMembers)
    }

    private var endingMembers: [(String, JSONValue)] {
        switch ending {
        case .verdict(.proceed):
            [("verdict", .string("proceed")), ("reason", .null), ("until", .null)]
        case .verdict(.postpone(let until, let reason)):
            [("verdict", .string("postpone")), ("reason", .string(reason.rawValue)), ("until", .time(until))]
        case .verdict(.withhold(let reason)):
            [("verdict", .string("withhold")), ("reason", .string(reason.rawValue)), ("until", .null)]
        case .ended(let outcome):
            [
                ("event", .text(outcome?.event.rawValue)), ("reason", .text(outcome?.reason)),
                ("time", .time(outcome?.time)),
            ]
        }
    }

    /// Of a doubt that does not go again by itself.
    private var doubtObstacle: [String] {
        switch doubt {
        case .inquiry, .person:
            ["a doubt: an attempt may have gone and got no verdict; its provider settles it, a person, or 7 days"]
        case .resending, .landing, .release, nil: []
        }
    }

    /// Beside a verdict: whether it is of another attempt, after one that may have gone.
    private var doubtMembers: [(String, JSONValue)] {
        if case .verdict = ending { [("in_doubt", .bool(doubt != nil))] } else { [] }
    }

    private static func rule(_ answer: RuleAnswer, _ line: Explanation.Line) -> JSONValue {
        .object(
            JSONObject([
                ("rule", .string(answer.rule)), ("version", .string(answer.version)), ("said", .string(answer.said)),
                ("standing", .string(line.standing.rawValue)), ("text", .string(line.text)),
                ("saw", .object(answer.saw)),
            ]))
    }

    private static func source(_ source: Explanation.Source) -> JSONValue {
        .object(
            JSONObject([
                ("id", .string(source.preset)), ("version", .string(source.version)), ("source", .string(source.text)),
                ("as_of", .string(source.asOf.description)), ("confidence", .string(source.confidence.rawValue)),
                ("note", .text(source.note)),
            ]))
    }

    private var placeMembers: [(String, JSONValue)] {
        guard let places else { return [] }
        let trail = places.trail.map { piece in
            JSONValue.object(
                JSONObject([
                    ("evidence", .string(piece.evidence.rawValue)), ("standing", .string(piece.standing.rawValue)),
                    ("zones", .array(piece.zones.map(JSONValue.string))),
                    ("jurisdictions", .array(piece.jurisdictions.map { .string($0.description) })),
                ]))
        }
        return [
            ("zones", .array(places.zones.map(JSONValue.string))),
            ("jurisdictions", .array(places.jurisdictions.map { .string($0.description) })),
            ("evidence", .array(trail)),
        ]
    }
}
