// SPDX-License-Identifier: Apache-2.0

/// How a request is made: `[request]`, `[inquiry]`, `[amend]`.
public struct RequestDescription: Hashable, Sendable {
    public enum BodyKind: String, Hashable, Sendable, CaseIterable { case form, json, none }

    /// Upper case.
    public var method: String
    public var path: PathTemplate
    public var query: [NamedExpression]
    public var headers: [NamedExpression]
    public var bodyKind: BodyKind
    /// Nil: that of the body's kind.
    public var contentType: String?
    /// Always an object; empty where there is no body.
    public var body: BodyNode
}

/// A body before its values are known: mirrors the JSON, or is flat for a form.
public indirect enum BodyNode: Hashable, Sendable {
    case value(Expression)
    /// In the file's order.
    case object([Member])
    case array([BodyNode])

    public struct Member: Hashable, Sendable {
        /// May hold settings (`SettingPlaces`), which binding puts in.
        public var key: String
        public var node: BodyNode
        public init(_ key: String, _ node: BodyNode) { (self.key, self.node) = (key, node) }
    }
}

/// `/v1/{settings.account}/messages`: pieces of a path, the values percent-encoded.
public struct PathTemplate: Hashable, Sendable {
    public enum Piece: Hashable, Sendable {
        /// As it stands, percent-encoded already.
        case literal(String)
        /// Must be there.
        case value(Expression)
    }
    public var pieces: [Piece]
}

/// An absolute URL that may hold settings in its host: `https://{settings.region}.example.com/v1`.
public struct URLTemplate: Hashable, Sendable {
    public enum Piece: Hashable, Sendable {
        case literal(String)
        /// Letters, digits, dots and hyphens only.
        case setting(String)
    }
    public var pieces: [Piece]
}

/// `[inquiry]`: settles a doubt by asking.
public struct InquiryDescription: Hashable, Sendable {
    public var request: RequestDescription
    /// Not before so long after the attempt.
    public var after: Duration
    /// Asks at most so often, each time after twice as long.
    public var tries: Int
    public var found: FoundRule
}

/// Which element of an inquiry's answer is ours.
public struct FoundRule: Hashable, Sendable {
    /// The list of candidates; an object counts as a list of one. Nil: the whole answer.
    public var list: AnswerPath?
    /// All must hold; no two of the same path.
    public var conditions: [Condition]
    public var id: AnswerPath?
    /// Where this path finds something but null, false and the empty text, there is more than the answer holds: what is
    /// not found in it may be there all the same.
    public var more: AnswerPath?
    /// Statuses that say that there is no such thing.
    public var absentStatuses: [Int]
    /// Whether what is not found was certainly not sent. False: lists lag behind, and nothing found settles nothing.
    public var provesAbsence: Bool

    public struct Condition: Hashable, Sendable {
        public enum Test: Hashable, Sendable { case equals, contains }
        public var path: AnswerPath
        public var test: Test
        /// As text.
        public var value: Expression
    }
}
