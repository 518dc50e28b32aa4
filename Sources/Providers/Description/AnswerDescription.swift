// SPDX-License-Identifier: Apache-2.0

/// `[answer]`: where things are in an answer, and what it means.
public struct AnswerDescription: Hashable, Sendable {
    /// Of each the first that is there.
    public var id: [AnswerSource] = []
    public var code: [AnswerSource] = []
    public var text: [AnswerSource] = []
    public var segments: [AnswerSource] = []
    /// Lower case; `retry-after` is looked at first, whether named or not.
    public var retryAfter: [String] = []
    /// The first that holds decides.
    public var rules: [AnswerRule] = []
}

/// `[[answer.rule]]`: all conditions given must hold.
public struct AnswerRule: Hashable, Sendable {
    /// Empty: any.
    public var statuses: [StatusRange] = []
    public var has: [AnswerPath] = []
    /// One of them is what `answer.code` finds. Empty: any.
    public var codes: [String] = []
    /// Every element that the path finds is one of these, and there is one.
    public var every: [Match] = []
    /// Some element is.
    public var some: [Match] = []
    /// Some element has one of these within it.
    public var contains: [Match] = []
    public var result: ResultWord

    public struct Match: Hashable, Sendable {
        public var path: AnswerPath
        public var values: [String]
    }

    /// Whether only the status counts.
    public var needsNoBody: Bool {
        has.isEmpty && codes.isEmpty && every.isEmpty && some.isEmpty && contains.isEmpty
    }
}

/// `201`, or `2xx`.
public struct StatusRange: Hashable, Sendable {
    public var range: ClosedRange<Int>
}

/// A path into the body, or `header:NAME`; then what is cut out of the text found.
public struct AnswerSource: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        case body(AnswerPath)
        /// Lower case.
        case header(String)
    }
    public enum Extract: Hashable, Sendable {
        case whole
        /// What stands between the last of the one and the next of the other behind it.
        case between(String, String)
        /// What stands behind the last of it.
        case after(String)
    }
    public var place: Place
    public var extract: Extract
}

/// `a.b[0].c`, `[*].c`, `"a.b".c`.
public struct AnswerPath: Hashable, Sendable, CustomStringConvertible {
    public enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
        case all
    }
    public var steps: [Step]
    /// As it was written.
    public var description: String
}
