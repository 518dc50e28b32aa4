// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A stored decision for people: when and under which policy, then each rule with what it said and what it saw.
enum DecisionLines {
    static func of(_ decision: JSONValue) -> [String] {
        guard let object = decision.object, let rules = object["rules"]?.array else { return [decision.text] }
        let policy = object["policy"]?.string.map { " under policy \($0)" } ?? ""
        return ["decided at \(object["at"]?.string ?? "an unknown time")\(policy)"] + rules.map(line)
    }

    private static func line(_ rule: JSONValue) -> String {
        guard let parts = rule.object, let name = parts["rule"]?.string, let said = parts["said"]?.string else {
            return "  \(rule.text)"
        }
        let saw = parts["saw"]?.object.map { $0.members.isEmpty ? "" : "  \($0.text)" } ?? ""
        return "  \(name): \(said)\(saw)"
    }
}
