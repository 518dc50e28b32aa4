// SPDX-License-Identifier: Apache-2.0
//
// Explanation: a decision for somebody who was not there. One plain sentence for each rule that was asked, with the
// sources of the hours it went by. Pure; reads nothing but the decision and the policy.

import GatewayModel

public struct Explanation: Hashable, Sendable {
    /// What an answer means for the message.
    public enum Standing: String, Hashable, Sendable, CaseIterable {
        /// The rule has nothing against it.
        case allows
        /// Not now.
        case waits
        /// Not at all.
        case refuses
    }

    /// Where a preset's hours come from. Not law: what somebody read, and when.
    public struct Source: Hashable, Sendable {
        public var preset: String
        /// The version that the decision went by.
        public var version: String
        /// The version in the policy at hand, where that is another one: then the rest speaks of that.
        public var versionNow: String?
        public var text: String
        public var asOf: CalendarDay
        public var confidence: Confidence
        public var note: String?
    }

    public struct Line: Hashable, Sendable {
        public var rule: String
        /// The rule's own word, as decisions keep it.
        public var said: String
        public var standing: Standing
        public var text: String
        public var sources: [Source]
    }

    /// The verdict in one sentence; nil for a stored decision read without it.
    public var headline: String?
    public var lines: [Line]

    /// - Parameter policy: gives sources, places on the clock, and the words of blackouts. Best the one the decision was
    ///   made under; what it no longer knows is left out.
    public init(_ decision: Decision, policy: GatePolicy) {
        self.init(decision.answers, policy: policy)
        headline = Self.headline(decision.verdict)
    }

    /// Explains answers read back from the journal.
    public init(_ answers: [RuleAnswer], policy: GatePolicy) {
        lines = answers.map { Self.line($0, policy) }
        headline = nil
    }

    /// The answers of a stored decision; nil where it is none.
    public static func answers(in stored: [UInt8]) -> [RuleAnswer]? {
        guard let rules = (try? JSONValue.parse(stored))?.object?["rules"]?.array else { return nil }
        return rules.compactMap { rule in
            guard let parts = rule.array, parts.count == 4, let name = parts[0].string, let version = parts[1].string,
                let said = parts[2].string, let saw = parts[3].object
            else { return nil }
            return RuleAnswer(rule: name, version: version, saw: saw, said: said)
        }
    }

    static func headline(_ verdict: Verdict) -> String {
        switch verdict {
        case .proceed: "May go now."
        case .postpone(let until?, let reason): "Not now (\(reason.rawValue)): due again \(until.short)."
        case .postpone(nil, .unknownZone): "Held (unknown_zone) until the recipient's zone is known."
        case .postpone(nil, let reason): "Held (\(reason.rawValue))."
        case .withhold(let reason): "May not go (\(reason.rawValue))."
        }
    }

    private static func line(_ answer: RuleAnswer, _ policy: GatePolicy) -> Line {
        let words = AnswerWords(answer, policy)
        let (standing, text): (Standing, String) =
            switch answer.rule {
            case "expiry": words.expiry
            case "suppression": words.suppression
            case "consent": words.consent
            case "schedule": words.schedule
            case "places": words.places
            case "quiet_hours": words.quietHours
            case "blackout": words.blackout
            case "cap": words.cap
            default: (.allows, "\(answer.said): \(answer.saw.text)")
            }
        return Line(rule: answer.rule, said: answer.said, standing: standing, text: text, sources: words.sources)
    }
}

extension Explanation {
    /// For machines.
    public var json: JSONObject {
        let rules = lines.map { line -> JSONValue in
            var object = JSONObject([
                ("rule", .string(line.rule)), ("said", .string(line.said)),
                ("standing", .string(line.standing.rawValue)),
                ("text", .string(line.text)),
            ])
            if !line.sources.isEmpty { object.note("sources", .array(line.sources.map { .object($0.json) })) }
            return .object(object)
        }
        return JSONObject([("verdict", .text(headline)), ("rules", .array(rules))])
    }
}

extension Explanation.Source {
    fileprivate var json: JSONObject {
        var object = JSONObject([
            ("preset", .string(preset)), ("version", .string(version)), ("source", .string(text)),
            ("as_of", .string(asOf.description)), ("confidence", .string(confidence.rawValue)),
        ])
        if let versionNow { object.note("version_now", .string(versionNow)) }
        if let note { object.note("note", .string(note)) }
        return object
    }
}
