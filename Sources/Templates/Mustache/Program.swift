// SPDX-License-Identifier: Apache-2.0
//
// A compiled part: one flat array of plain instructions with the tables they point into. Partials, parents and blocks
// are already in place; nothing is looked up by file when it runs. Immutable and shared by all threads.

import GatewayModel

/// How a value's bytes are written where it stands.
enum Escape: UInt8, Sendable {
    /// `& < > " '` as entities; controls dropped.
    case html
    /// As it is; CRLF becomes LF, controls other than LF and TAB are dropped.
    case plain
    /// One line: any control but TAB is an error, never dropped (facts G6).
    case line
    /// Inside a link's path: what a URL cannot hold is percent-encoded, then HTML.
    case urlPath
    /// Behind a link's `?` or `#`: all but RFC 3986 unreserved is percent-encoded.
    case urlQuery
    /// The inside of a JSON string.
    case json
}

enum Instruction: Sendable {
    case text(start: Int32, end: Int32)
    case value(reference: Int32, escape: Escape)
    /// Runs what follows up to its `next` once for each item; goes to `end` where there is none.
    case section(reference: Int32, end: Int32)
    case inverted(reference: Int32, end: Int32)
    /// The end of a section: back to `body` while there are items.
    case next(body: Int32)
    /// A link whose value begins with a value begins, or ends, here.
    case linkStart, linkEnd
}

struct Program: Sendable {
    var instructions: [Instruction] = []
    var text: [UInt8] = []
    var references: [Reference] = []
    var chains: [Chain] = []
    var steps: [Step] = []
    var names: [String] = []
    var fallbacks: [JSONValue] = []
    /// Whether `now` is printed: it need not be written out otherwise.
    var usesNow = false

    /// A name as it was used. Its chains are tried in order, innermost frame first; the first that has a value gives it.
    struct Reference: Sendable {
        /// The whole name, for messages.
        var name: Int32
        var chains: Range<Int32>
        /// The parts behind the first dot.
        var steps: Range<Int32>
        var form: Form
    }

    enum Form: Sendable {
        case plain
        case date(DateForm)
        /// List or object: for sections only.
        case structure
    }

    /// The first part of a name, in one frame of the stack. How deep a frame lies is known when the part is compiled.
    struct Chain: Sendable {
        var frame: Int32
        /// Nil: the frame's value itself.
        var step: Step?
    }

    struct Step: Sendable {
        var name: Int32
        /// Stands for the missing value.
        var fallback: Int32?
    }
}
