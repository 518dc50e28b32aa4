// SPDX-License-Identifier: Apache-2.0
//
// StoredVerdict: what is kept of a provider's verdict: in the wire log, and from there in the journal. Pure.
//
// A live answer is brought into this form before it is judged, so that recovery, which has only the line, comes to the
// same result and the same evidence. One line, its fields behind tabs: result word, perhaps a blank and the seconds to
// wait, the provider's code, its id, its words. No field can hold a tab: controls in them have become blanks.

import GatewayModel
import Providers

struct StoredVerdict: Hashable, Sendable {
    /// With every wait known.
    private(set) var result: AnswerResult
    /// At most 64 bytes.
    private(set) var code: String?
    /// At most 200 bytes; a longer one is left out, since half an id finds nothing.
    private(set) var id: String?
    /// As many bytes as the line has left.
    private(set) var text: String

    /// Where a provider asks for patience and does not say how long.
    static let patience = Duration.seconds(1)
    /// Whoever asks for more is asked again after a day.
    static let longestWait = Duration.seconds(86_400)
    /// The wire log keeps no more of a text.
    private static let lineLimit = 480

    init(_ verdict: AnswerVerdict, at now: Instant) {
        result = Self.withItsWait(verdict.result, at: now)
        code = verdict.code.flatMap { Self.field($0, limit: 64) }
        id = verdict.id.flatMap { $0.utf8.count > 200 ? nil : Self.field($0, limit: 200) }
        text = ""
        text = OneLine.of(Array(verdict.text.utf8), dropping: nil, limit: Self.lineLimit - line.utf8.count)
    }

    private static func field(_ text: String, limit: Int) -> String? {
        let kept = OneLine.of(Array(text.utf8), dropping: nil, limit: limit)
        return kept.isEmpty ? nil : kept
    }

    private static func withItsWait(_ result: AnswerResult, at now: Instant) -> AnswerResult {
        switch result {
        case .throttled(let after): .throttled(after: bounded(after ?? patience))
        case .quota(let after): .quota(after: bounded(after ?? untilMidnight(now)))
        case .accepted, .badAddress, .optedOut, .content, .refused, .configuration, .credentials, .transient,
            .unavailable, .unknown:
            result
        }
    }

    /// In whole seconds, rounded up: never asked again too early.
    private static func bounded(_ wait: Duration) -> Duration {
        let kept = min(max(wait, .zero), longestWait)
        return kept > .seconds(kept.wholeSeconds) ? .seconds(kept.wholeSeconds + 1) : kept
    }

    /// A day's allowance comes back at midnight UTC.
    private static func untilMidnight(_ now: Instant) -> Duration { .seconds(86_400 - now.seconds % 86_400) }
}

// MARK: The line

extension StoredVerdict {
    /// At most 480 bytes.
    var line: String {
        [wait.map { "\(result.word.rawValue) \($0.wholeSeconds)" } ?? result.word.rawValue, code ?? "", id ?? "", text]
            .joined(separator: "\t")
    }

    private var wait: Duration? {
        switch result {
        case .throttled(let after), .quota(let after): after
        case .accepted, .badAddress, .optedOut, .content, .refused, .configuration, .credentials, .transient,
            .unavailable, .unknown:
            nil
        }
    }

    /// What a kept line says. One that cannot be read says that there was an answer and not which: `unknown`.
    init(line: String) {
        let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4, let result = Self.result(fields[0]) else {
            (result, code, id, text) = (.unknown, nil, nil, "an answer whose record cannot be read")
            return
        }
        self.result = result
        (code, id) = (fields[1].isEmpty ? nil : fields[1], fields[2].isEmpty ? nil : fields[2])
        text = fields[3]
    }

    private static func result(_ field: String) -> AnswerResult? {
        let parts = field.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = parts.first, let word = ResultWord(rawValue: String(first)) else { return nil }
        switch (word, parts.count) {
        case (.throttled, 2), (.quota, 2):
            guard let seconds = Int64(parts[1]), (0...longestWait.wholeSeconds).contains(seconds) else { return nil }
            return AnswerResult(word, after: .seconds(seconds))
        case (.throttled, _), (.quota, _): return nil
        case (_, let count): return count == 1 ? AnswerResult(word) : nil
        }
    }
}
