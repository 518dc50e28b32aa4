// SPDX-License-Identifier: Apache-2.0
//
// Parts of the contract this version does not have yet. They are known, and refused: whoever writes one down believes
// that it holds. Each issue that brings a part takes its lines out of here.

import StrictTOML

enum UnavailableParts {
    private static let words = "not available in this version"

    static func read(_ root: inout StrictTable) {
        if root.raw("http") != nil { root.complain("\(words): nothing would listen", about: "http") }
    }

    static func readDKIM(_ brand: inout StrictTable) {
        guard let item = brand.raw("dkim") else { return }
        for entry in entries(of: item) {
            brand.findings.add(
                TOMLProblem(
                    at: entry.place, keyPath: entry.path, "\(words): mail would leave unsigned; sign at the relay"))
        }
    }

    private static func entries(of item: TOMLItem) -> [TOMLItem] {
        if case .array(let items) = item.content { items } else { [item] }
    }
}
