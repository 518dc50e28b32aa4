// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Store

extension JobRecord {
    /// Its task at the provider, for people; nil where it made none that is remembered.
    var taskWords: String? {
        guard let task else { return nil }
        return "\(task.id ?? "of unknown id") on \(task.route), \(task.standing.words(isMade: isTaskMade))"
            + task.rest
    }

    /// False: an attempt may have made it.
    private var isTaskMade: Bool { outcomes.contains { $0.event == .sent } }
}

extension MadeTaskRecord.Standing {
    fileprivate func words(isMade: Bool) -> String {
        switch self {
        case .stands: isMade ? "stands" : "may stand: nobody knows whether it was made"
        case .toBeClosed(let since): "is to be closed since \(TimeText.short(since))"
        case .closed(let at): "closed \(TimeText.short(at))"
        case .notClosed(let at, let why): "could NOT be closed \(TimeText.short(at)): \(why)"
        }
    }

    fileprivate var word: String {
        switch self {
        case .stands: "stands"
        case .toBeClosed: "to_be_closed"
        case .closed: "closed"
        case .notClosed: "not_closed"
        }
    }

    fileprivate var since: Instant? {
        if case .toBeClosed(let since) = self { since } else { nil }
    }
    fileprivate var over: Instant? {
        switch self {
        case .closed(let at), .notClosed(let at, _): at
        case .stands, .toBeClosed: nil
        }
    }
    fileprivate var why: String? {
        if case .notClosed(_, let why) = self { why } else { nil }
    }
}

extension MadeTaskRecord {
    /// What its owner is told; where nobody tells it, how a person finds it.
    fileprivate var rest: String {
        switch standing {
        case .stands: ""
        case .toBeClosed, .closed: note.map { ": \($0)" } ?? ""
        case .notClosed: "; do it by hand (reference \(reference))"
        }
    }

    var json: JSONObject {
        JSONObject([
            ("route", .string(route)), ("id", .text(id)), ("reference", .string(reference)),
            ("standing", .string(standing.word)), ("since", .time(standing.since)), ("over", .time(standing.over)),
            ("why", .text(standing.why)), ("note", .text(note)),
        ])
    }
}
