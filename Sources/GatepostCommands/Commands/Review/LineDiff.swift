// SPDX-License-Identifier: Apache-2.0

/// What differs between two texts, line by line. Pure.
enum LineDiff {
    struct Change: Hashable, Sendable {
        var added: [String]
        var removed: [String]
        /// In order of place: `- …`, `+ …`, and before what lies in a file of its own, its name.
        var lines: [String]
    }

    /// - Parameter heads: whether a line is a heading that changes below it are to be found under.
    static func between(_ old: [String], _ new: [String], heads: @escaping (String) -> Bool = { _ in false }) -> Change
    {
        let difference = new.difference(from: old)
        var removed: [Int: String] = [:]
        var added: [Int: String] = [:]
        for change in difference {
            switch change {
            case .remove(let offset, let line, _): removed[offset] = line
            case .insert(let offset, let line, _): added[offset] = line
            }
        }
        var walk = Walk(heads: heads)
        var (a, b) = (0, 0)
        while a < old.count || b < new.count {
            if let line = removed[a], a < old.count {
                walk.change("- ", line)
                a += 1
            } else if let line = added[b], b < new.count {
                walk.change("+ ", line)
                b += 1
            } else {
                walk.pass(old[a])
                (a, b) = (a + 1, b + 1)
            }
        }
        return Change(
            added: added.sorted { $0.key < $1.key }.map(\.value),
            removed: removed.sorted { $0.key < $1.key }.map(\.value),
            lines: walk.lines)
    }

    private struct Walk {
        let heads: (String) -> Bool
        private(set) var lines: [String] = []
        private var heading: String?

        init(heads: @escaping (String) -> Bool) { self.heads = heads }

        mutating func pass(_ line: String) { if heads(line) { heading = line } }

        mutating func change(_ sign: String, _ line: String) {
            if heads(line) { heading = nil }
            if let heading { lines.append("  \(heading)") }
            heading = nil
            lines.append(sign + line)
        }
    }
}
