// SPDX-License-Identifier: Apache-2.0

extension SuppressionReason {
    /// Reads `hard_bounce`, `Hard Bounce`, ` hard-bounce `: capitals, blanks and hyphens make no difference.
    public init?(word: String) {
        let parts = word.lowercased().split { $0 == " " || $0 == "-" || $0 == "_" }
        self.init(rawValue: parts.joined(separator: "_"))
    }
}
