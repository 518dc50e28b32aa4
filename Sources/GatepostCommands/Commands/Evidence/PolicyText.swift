// SPDX-License-Identifier: Apache-2.0
//
// PolicyText: a kept policy taken apart again: its lines, and the files that stand in it in full.

import GatewayModel
import Policy

struct PolicyText: Sendable {
    /// `key = value`, `file …`, `template …`, sorted; the first says which form the text has.
    let lines: [String]
    /// Presets and holidays in full, in order.
    let files: [(name: String, bytes: [UInt8])]

    private static let mark = "==> "

    init(_ bundle: PolicyBundle) {
        var lines: [String] = []
        var files: [(name: String, text: String)] = []
        for line in Self.lines(of: bundle) {
            if line.hasPrefix(Self.mark) {
                files.append((String(line.dropFirst(Self.mark.count)), ""))
            } else if files.isEmpty {
                if !line.isEmpty { lines.append(line) }
            } else {
                files[files.count - 1].text += line + "\n"
            }
        }
        self.lines = lines
        self.files = files.map { ($0.name, Array($0.text.utf8)) }
    }

    /// Every line, as they are compared.
    static func lines(of bundle: PolicyBundle) -> [String] {
        String(decoding: bundle.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }
    /// Whether a file begins with that line.
    static func isHead(_ line: String) -> Bool { line.hasPrefix(mark) }

    /// To explain by: what the presets said then. Rules by their place in the configuration are not told again.
    var explaining: GatePolicy {
        GatePolicy(
            rules: PolicyRules(), presets: PresetLibrary(kept: files), zones: .system(), table: try? ZoneTable(),
            version: nil)
    }
}

/// A policy that decisions were made under.
struct PolicyThen: Sendable {
    /// As decisions carry it.
    var version: String
    /// Lower-case hex; nil where its bytes are not on record.
    var sha256: String?
    var since: Instant?
    var explaining: GatePolicy

    /// Stands in where a decision names no policy, or one that is not on record.
    static func unknown(_ version: String) -> PolicyThen {
        let policy = GatePolicy(
            rules: PolicyRules(), presets: PresetLibrary(), zones: .system(), table: nil, version: nil)
        return PolicyThen(version: version, sha256: nil, since: nil, explaining: policy)
    }
}
