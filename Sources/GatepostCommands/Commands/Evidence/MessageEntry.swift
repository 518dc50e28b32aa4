// SPDX-License-Identifier: Apache-2.0
//
// Events of messages as entries of the timeline.

import GatewayModel
import Policy

/// A stored decision, explained by the policy it was made under.
struct EvidenceDecision: Sendable {
    var at: Instant?
    var policy: PolicyThen?
    var explanation: Explanation

    /// - Parameter policies: by version.
    init?(_ stored: JSONValue?, policies: [String: PolicyThen]) {
        guard let object = stored?.object, let rules = object["rules"]?.array else { return nil }
        at = object["at"]?.string.flatMap { Instant(rfc3339: $0) }
        policy = object["policy"]?.string.flatMap { policies[$0] }
        let answers = rules.compactMap(\.object).compactMap { rule -> RuleAnswer? in
            guard let name = rule["rule"]?.string, let version = rule["version"]?.string,
                let said = rule["said"]?.string
            else { return nil }
            return RuleAnswer(rule: name, version: version, saw: rule["saw"]?.object ?? JSONObject(), said: said)
        }
        explanation = Explanation(answers, policy: (policy ?? .unknown("")).explaining)
    }

    var json: JSONObject {
        let basis = policy.map { policy in
            JSONValue.object(
                JSONObject([
                    ("version", .string(policy.version)), ("sha256", .text(policy.sha256)),
                    ("in_force_since", .time(policy.since)),
                ]))
        }
        return JSONObject([
            ("at", .time(at)), ("policy", basis ?? .null),
            ("rules", explanation.json["rules"] ?? .array([])),
        ])
    }
}

extension EvidenceEntry {
    /// - Parameters:
    ///   - aim: of a task, where it is known.
    ///   - inFull: every rule's answer and the presets' sources, not only what stood in the way.
    init(_ outcome: Outcome, _ decision: EvidenceDecision?, aim: TaskAim?, marks: [EvidenceMark], inFull: Bool) {
        var detail = outcome.json
        if let decision { detail.members.append(JSONObject.Member("explained", .object(decision.json))) }
        if outcome.event == .accepted, let aim { detail.members += aim.members }
        self.init(
            seq: outcome.seq, time: outcome.time, kind: .message, what: outcome.event.rawValue, id: outcome.job,
            summary: outcome.sentence, marks: marks, detail: detail)
        if outcome.event == .accepted {
            noteJob(outcome)
            note("asks for", aim?.words)
        }
        note("until", outcome.until.map(TimeText.short))
        note("answer", outcome.detail)
        note("provider", outcome.provider.flatMap { [$0.id.map { "id \($0)" }, $0.code, $0.enhanced].joined })
        note("message id", outcome.messageID)
        note("content sha256", outcome.contentSHA256)
        note("template digest", outcome.templateDigest)
        note("cause", outcome.cause)
        if let decision { note(decision, inFull: inFull) }
    }

    private mutating func noteJob(_ job: Outcome) {
        note("to", [job.recipient ?? "erased", job.person.map { "person:\($0)" }].joined)
        note("template", [job.template, job.messageClass?.rawValue].joined)
        note(
            "for",
            [
                job.brand.map { "brand \($0)" }, job.topic.map { "topic \($0)" }, job.campaign.map { "campaign \($0)" },
            ].joined)
        note("producer", job.producer)
    }

    private mutating func note(_ decision: EvidenceDecision, inFull: Bool) {
        let under = decision.policy.map { " under policy \($0.version)" } ?? ""
        note("decided", "\(decision.at.map(TimeText.short) ?? "at an unknown time")\(under)")
        for line in decision.explanation.lines where inFull || line.standing != .allows || line.rule == "consent" {
            note("  \(line.rule)", line.text)
        }
        guard inFull else { return }
        for source in decision.explanation.lines.flatMap(\.sources) {
            note(
                "  preset",
                "\(source.preset) version \(source.version): \(source.text), as of \(source.asOf), confidence "
                    + source.confidence.rawValue)
        }
    }
}

extension Outcome {
    /// An `unknown` that says only why what may have gone does not go again: nothing left with it.
    var isNoDeparture: Bool { event == .unknown && attempt == nil }

    /// What happened, in a sentence.
    var sentence: String {
        let by = route.map { " by route \($0)" } ?? ""
        let because = reason.map { " (\($0))" } ?? ""
        switch event {
        case .accepted: return "Taken in from \(producer ?? "a producer") for \(channel?.rawValue ?? "a channel")."
        case .postponed: return "Postponed\(because)\(until.map { " until \(TimeText.short($0))" } ?? "")."
        case .sent: return "Sent\(by): the relay or provider took responsibility."
        case .withheld: return "Withheld\(because): it did not go."
        case .failed: return "Failed\(because)\(by): it did not go."
        case .unknown where isNoDeparture: return "It may have gone before, and does not go again."
        case .unknown: return "No verdict came back\(by)\(because): it may have gone."
        case .cancelled:
            return "Cancelled\(reason.map { " by \($0 == "operator" ? "an operator" : "its producer")" } ?? "")."
        case .delivered: return "Delivered."
        case .bounced: return "Bounced\(because)."
        case .complained: return "The recipient complained\(because)."
        case .unsubscribed: return "The recipient unsubscribed\(because)."
        case .replied: return "The recipient replied."
        case .consentChanged: return "A consent was recorded\(because)."
        case .suppressed: return "A suppression was recorded\(because)."
        }
    }
}
