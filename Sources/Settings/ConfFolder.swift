// SPDX-License-Identifier: Apache-2.0
//
// `conf.d/*.toml` beside the configuration: which files there are, and how they become one (CONTRACT 5).

import Foundation
import StrictTOML

enum ConfFolder {
    /// More files than this are a mistake.
    static let fileLimit = 256

    /// Files named `*.toml` in `conf.d` beside `file`, in order of their names' bytes; hidden ones are left out.
    static func files(beside file: String) throws(TOMLProblem) -> [String] {
        let folder = TOMLPath.resolve("conf.d", against: file)
        var status = stat()
        guard stat(folder, &status) == 0 else {
            if errno == ENOENT { return [] }
            throw TOMLProblem(file: folder, "cannot be read: \(String(cString: strerror(errno)))")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw TOMLProblem(file: folder, "cannot be read, or is no directory")
        }
        let chosen = names.filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }
        guard chosen.count <= fileLimit else { throw TOMLProblem(file: folder, "holds more than \(fileLimit) files") }
        return chosen.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder)/\($0)" }
    }
}

/// Lays one file's content over what came before it: tables join key by key, arrays of tables append, of anything else
/// the last value wins. A key that is a table here and something else there is an error.
struct TOMLOverlay {
    let findings: TOMLFindings

    func merge(_ later: TOMLItem, over earlier: TOMLItem) -> TOMLItem {
        switch (earlier.content, later.content) {
        case (.table(let old), .table(let new)):
            var merged = earlier
            merged.content = .table(old.merging(new) { merge($1, over: $0) })
            return merged
        case (.array(let old), .array(let new)) where Self.isTables(old) || Self.isTables(new):
            var merged = earlier
            merged.content = .array(old + new.enumerated().map { renumbered($1, to: old.count + $0, in: earlier.path) })
            return merged
        case (.table, _), (_, .table):
            findings.add(
                TOMLProblem(
                    at: later.place, keyPath: later.path,
                    "is \(later.content.kind) here and \(earlier.content.kind) at \(earlier.place)"))
            return earlier
        default:
            return later
        }
    }

    private static func isTables(_ items: [TOMLItem]) -> Bool {
        !items.isEmpty && items.allSatisfy { if case .table = $0.content { true } else { false } }
    }

    /// The same item under its number in the merged array, with all that is in it.
    private func renumbered(_ item: TOMLItem, to number: Int, in path: String) -> TOMLItem {
        repath(item, from: item.path, to: "\(path)[\(number)]")
    }

    private func repath(_ item: TOMLItem, from old: String, to new: String) -> TOMLItem {
        var moved = item
        if item.path.hasPrefix(old) { moved.path = new + item.path.dropFirst(old.count) }
        switch item.content {
        case .table(let members): moved.content = .table(members.mapValues { repath($0, from: old, to: new) })
        case .array(let items): moved.content = .array(items.map { repath($0, from: old, to: new) })
        case .string, .integer, .float, .boolean, .dateTime: break
        }
        return moved
    }
}
