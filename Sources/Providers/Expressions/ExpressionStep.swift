// SPDX-License-Identifier: Apache-2.0

/// What a value is led through, one after the other. A value that is not there stays so, but for `or` and `else`.
public enum ExpressionStep: Hashable, Sendable {
    /// E.164 without its plus.
    case digits
    case text
    case number
    /// Of a time: Unix seconds.
    case seconds
    case milliseconds
    /// `2026-11-21T20:00:00Z`.
    case iso8601
    /// `2026-11-21`, in UTC.
    case date
    /// `20:00`, in UTC.
    case time
    case clamp(ClosedRange<Int>)
    case map(ExpressionMap)
    case prefix(String)
    case suffix(String)
    /// Before and behind the value. May hold settings (`SettingPlaces`), which binding puts in.
    case within(String, String)
    /// Behind the value a line end and another name's value, where that is there.
    case line(ExpressionName)
    /// Behind the value a last line that we know it by again: the line end, `ref `, and the name's value.
    case mark(ExpressionName, lineEnd: String)
    /// Lower-case; what is no UUID is unusable.
    case guid
    /// At most so many UTF-16 units, at a character's end.
    case cut(Int)
    /// An array of one.
    case list
    case upper
    case lower
    case html
    case yesno
    case not
    /// A constant in its place, where there is a value.
    case then(String)
    /// `else`: a constant where there is none.
    case otherwise(String)
    /// Another name where there is none.
    case or(ExpressionName)
    /// In a path: may hold slashes, each segment is encoded by itself.
    case path
}

/// `[map.NAME]`.
public struct ExpressionMap: Hashable, Sendable {
    public var name: String
    public var values: [String: ExpressionValue]
    /// Nil: what is not in it is left out.
    public var fallback: ExpressionValue?
}
