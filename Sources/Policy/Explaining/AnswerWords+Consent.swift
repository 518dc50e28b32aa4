// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension AnswerWords {
    var consent: Words {
        switch said {
        case "exempt": (.allows, "A transactional message; no rule asks for consent.")
        case "not_required": (.allows, "No grant is asked for, and nothing stands withdrawn.")
        case "given": (.allows, "\(needed); \(grant) gives it\(isConfirmed ? ", by double opt-in" : "").")
        case "no_consent": (.refuses, missing)
        case "consent_withdrawn":
            (.refuses, "Withdrawn by \(event("out") ?? "an opt-out"), and no grant by the person came after.")
        case "consent_expired": (.refuses, "\(needed); \(grant) has run out.")
        case "consent_too_weak": (.refuses, "\(needed); \(grant) is not enough\(lacks).")
        default: unknown
        }
    }

    private var missing: String {
        if saw["address"]?.bool == false {
            return "The recipient has no address for this contact: nothing can be known."
        }
        guard let asked = event("asked") else { return "\(needed); none is on record." }
        return "\(needed); \(asked) asked for a double opt-in that was not completed in time."
    }

    private var needed: String {
        switch saw["need"]?.string {
        case "any": "Some consent is needed"
        case "express": "Express consent is needed"
        case "express_written": "Express written consent is needed"
        case "confirmed": "Express consent with double opt-in is needed"
        case "express_written+confirmed": "Express written consent with double opt-in is needed"
        case "any+confirmed": "Consent with double opt-in is needed"
        case let other: "Consent is needed (\(other ?? "unstated"))"
        }
    }

    /// `c812 (express)`.
    private var grant: String { "\(event("in") ?? "a grant") (\(saw["basis"]?.string ?? "express"))" }

    private var isConfirmed: Bool { saw["confirmed"]?.bool == true }

    private var lacks: String {
        var parts: [String] = []
        if saw["proof"]?.bool == false, saw["unproven"] == nil { parts.append("no wording or evidence is on record") }
        if saw["need"]?.string?.hasSuffix("confirmed") == true, !isConfirmed {
            parts.append("the double opt-in was not completed")
        }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }

    private func event(_ key: String) -> String? { (saw[key]?.number?.literal).map { "c\($0)" } }
}
