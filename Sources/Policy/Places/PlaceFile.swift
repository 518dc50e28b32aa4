// SPDX-License-Identifier: Apache-2.0

/// A shipped table of places: comments that begin with `#`, then rows of comma-separated fields without quotes.
struct PlaceFile {
    let rows: [[String]]
    private let remarks: [String: String]

    init(_ text: String) {
        var (rows, remarks): ([[String]], [String: String]) = ([], [:])
        for line in text.split(separator: "\n") {
            if line.first == "#" {
                let parts = line.dropFirst().split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
                if parts.count == 2 { remarks[String(parts[0])] = String(parts[1]) }
            } else {
                rows.append(line.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            }
        }
        (self.rows, self.remarks) = (rows, remarks)
    }

    /// The value of a comment `# name: value`.
    func remark(_ name: String) -> String? { remarks[name] }

    static func list(_ field: String) -> [String] { field.split(separator: " ").map(String.init) }
}
