// SPDX-License-Identifier: Apache-2.0
//
// Where a value of a request comes from: a constant, or a name and the steps it is led through. Typed: a request is never
// made by pasting strings.

import GatewayModel

/// `"$text.to | digits"`, compiled.
public struct Expression: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        case constant(ExpressionValue)
        case name(ExpressionName)
        /// A setting that the route does not give.
        case nothing
    }

    public var source: Source
    public var steps: [ExpressionStep]
    /// `$name!`: without it no request can be made.
    public var isRequired: Bool

    public init(_ source: Source, steps: [ExpressionStep] = [], isRequired: Bool = false) {
        (self.source, self.steps, self.isRequired) = (source, steps, isRequired)
    }

    public static func constant(_ text: String) -> Expression { Expression(.constant(.text(text))) }

    /// The name it begins with; nil for a constant.
    public var name: ExpressionName? { if case .name(let name) = source { name } else { nil } }

    /// Whether it gives a value for every message.
    public var isAlwaysThere: Bool {
        if isRequired { return true }
        for step in steps.reversed() {
            switch step {
            case .otherwise: return true
            case .or(let name) where name.isAlwaysThere: return true
            case .map(let map) where map.fallback == nil: return false
            default: continue
            }
        }
        switch source {
        case .constant: return true
        case .name(let name): return name.isAlwaysThere
        case .nothing: return false
        }
    }
}

public enum ExpressionValue: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case time(Instant)
    case list([ExpressionValue])
}
