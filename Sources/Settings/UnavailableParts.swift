// SPDX-License-Identifier: Apache-2.0
//
// Parts of the contract this version does not have yet. They are known, and refused: whoever writes one down believes
// that it holds. Each issue that brings a part takes its lines out of here.

import StrictTOML

enum UnavailableParts {
    private static let words = "not available in this version"
    private static let httpKeys = ["provider", "base_url", "allow_private_network", "settings", "secrets"]

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

    static func readHTTPRoute(_ route: inout StrictTable) {
        ignoreHTTPRoute(&route)
        route.complain("type = \"http\" is \(words)", about: "type")
    }

    /// Counts the keys as known.
    static func ignoreHTTPRoute(_ route: inout StrictTable) {
        for key in httpKeys { _ = route.raw(key) }
    }

    private static func entries(of item: TOMLItem) -> [TOMLItem] {
        if case .array(let items) = item.content { items } else { [item] }
    }
}
