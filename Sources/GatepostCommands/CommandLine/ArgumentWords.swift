// SPDX-License-Identifier: Apache-2.0
//
// How the words of the command line become values of the house.

import ArgumentParser
import GatewayModel
import Store
import StrictTOML

/// A span of time: `30s`, `5m`, `1h30m`.
struct DurationArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    var duration: Duration
    init(_ duration: Duration) { self.duration = duration }
    init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        self.duration = duration
    }
    var description: String { DurationText.print(duration) }
    var defaultValueDescription: String { description }
}

/// A moment: RFC 3339, a date (midnight UTC), or so long ago (`24h`, `7d`).
enum MomentArgument: ExpressibleByArgument, Hashable, Sendable {
    case at(Instant)
    case ago(Duration)

    init?(argument: String) {
        if let instant = Instant(rfc3339: argument) {
            self = .at(instant)
        } else if let midnight = LocalTime("\(argument)T00:00") {
            self = .at(midnight.asUTC)
        } else if let duration = DurationText.parse(argument) {
            self = .ago(duration)
        } else {
            return nil
        }
    }

    func instant(now: Instant) -> Instant {
        switch self {
        case .at(let instant): instant
        case .ago(let duration): now - duration
        }
    }
}

/// A place in the journal that somebody remembered: `81200`, or with the journal it belongs to, `JOURNAL_ID:81200`.
struct CursorArgument: ExpressibleByArgument, Hashable, Sendable {
    var journal: String?
    var seq: Int64

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let seq = Int64(parts[parts.count - 1]), seq >= 0, parts[0] != "" else {
            return nil
        }
        (journal, self.seq) = (parts.count == 2 ? String(parts[0]) : nil, seq)
    }
}

extension MessageClass: ExpressibleByArgument {}
extension JobState: ExpressibleByArgument {
    /// `unknown`, as the outcome is called, is `doubt`, as the state is.
    public init?(argument: String) {
        if argument == Event.unknown.rawValue { self = .doubt } else { self.init(rawValue: argument) }
    }
}
extension Event: ExpressibleByArgument {}

/// Comma-separated words of a closed set: `campaign,channel`.
struct WordList<Word: RawRepresentable & CaseIterable & Hashable & Sendable>: ExpressibleByArgument, Sendable
where Word.RawValue == String {
    var words: [Word]
    init(_ words: [Word]) { self.words = words }
    init?(argument: String) {
        let parts = argument.split(separator: ",").map(String.init)
        words = parts.compactMap { Word(rawValue: $0) }
        guard !parts.isEmpty, words.count == parts.count, Set(words).count == words.count else { return nil }
    }
    static var allValueStrings: [String] { Word.allCases.map(\.rawValue) }
    var defaultValueDescription: String { words.isEmpty ? "none" : words.map(\.rawValue).joined(separator: ",") }
}
