// SPDX-License-Identifier: Apache-2.0
//
// AnswerWords: what each rule said, in words. Reads the answer as the rule coded it; a word it does not know, from an
// older or newer Gatepost, is given as it is.

import GatewayModel

/// One answer on its way to a sentence.
struct AnswerWords {
    typealias Words = (standing: Explanation.Standing, text: String)

    let said: String
    let saw: JSONObject
    let policy: GatePolicy

    init(_ answer: RuleAnswer, _ policy: GatePolicy) { (said, saw, self.policy) = (answer.said, answer.saw, policy) }

    var expiry: Words {
        let end = saw["expires_at"]?.string
        if said == "expired" { return (.refuses, "Expired at \(end ?? "an unknown time").") }
        return (.allows, end.map { "Expires at \($0)." } ?? "Does not expire.")
    }

    var schedule: Words {
        let start = saw["not_before"]?.string
        if said == "later" { return (.waits, "Not before \(start ?? "an unknown time").") }
        return (.allows, start.map { "Its time came at \($0)." } ?? "Has no start time.")
    }

    var suppression: Words {
        guard said == "suppressed" else {
            let elsewhere = saw["elsewhere"]?.number?.int ?? 0
            if elsewhere == 0 { return (.allows, "Not on the suppression list.") }
            return (.allows, "\(elsewhere) on the suppression list, for other messages than this.")
        }
        let entries = (saw["by"]?.array ?? []).compactMap(\.array).filter { $0.count == 3 }.map { entry in
            "s\(entry[0].text) (\(entry[1].string ?? ""), matched by \(entry[2].string ?? ""))"
        }
        let more = (saw["more"]?.number?.int).map { " and \($0) more" } ?? ""
        return (.refuses, "Suppressed by \(entries.joined(separator: ", "))\(more).")
    }

    var places: Words {
        let by = list("by").isEmpty ? "" : "By \(list("by").joined(separator: " and ")): "
        let unread = list("unread")
        let rest = unread.isEmpty ? "" : " The \(unread.joined(separator: " and ")) names no place that is known."
        switch said {
        case "not_asked": return (.allows, "No rule asks where the recipient is.")
        case "known": return (.allows, "\(by)in \(named("in", "places")), clock of \(named("zones", "zones")).\(rest)")
        case "place_unknown":
            return (
                .allows, "\(by)clock of \(named("zones", "zones")); the country is not known, so it may be any.\(rest)"
            )
        case "zone_unknown": return (.allows, "Nothing says what time it is where the recipient is.\(rest)")
        default: return unknown
        }
    }

    var blackout: Words {
        switch said {
        case "none": return (.allows, "No blackout holds here.")
        case "open": return (.allows, "No blackout is on.")
        case "closed":
            guard let shut = saw["shut"]?.array, shut.count == 2, let index = shut[0].number?.int,
                policy.rules.blackouts.indices.contains(index)
            else { return (.waits, "A blackout is on.") }
            let rule = policy.rules.blackouts[index]
            let regions = rule.regions.isEmpty ? "everywhere" : rule.regions.joined(separator: ", ")
            let why = rule.why.map { " (\($0))" } ?? ""
            let span = "from \(rule.from.description) to \(rule.to.description)"
            return (.waits, "Blackout\(why) for \(regions) \(span) on the clock of \(shut[1].string ?? "the place").")
        default: return unknown
        }
    }

    var cap: Words {
        if said == "none" { return (.allows, "No frequency cap matches.") }
        let caps = (saw["caps"]?.array ?? []).compactMap(\.array).filter { $0.count >= 3 }.map { cap -> String in
            let used = "\(cap[0].string ?? "cap"): \(cap[1].text) of \(cap[2].text) used"
            guard cap.count > 3 else { return used }
            return used + (cap[3].string.map { ", room from \($0)" } ?? ", never room")
        }
        let more = (saw["more"]?.number?.int).map { "; \($0) more have room" } ?? ""
        return (said == "over" ? .waits : .allows, caps.joined(separator: "; ") + more + ".")
    }

    var unknown: Words { (.allows, "\(said): \(saw.text)") }

    func list(_ key: String) -> [String] { (saw[key]?.array ?? []).compactMap(\.string) }

    /// The names, or how many there are.
    private func named(_ key: String, _ plural: String) -> String {
        if let count = saw[key]?.number?.int { return "any of \(count) \(plural)" }
        return list(key).joined(separator: ", ")
    }
}
