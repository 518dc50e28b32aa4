// SPDX-License-Identifier: Apache-2.0
//
// All templates of a snapshot. Made once at start and at each reload; read by any thread.

import Cryptography
import GatewayModel
import StrictTOML

/// What the catalog has under a name, for a brand.
public enum TemplateLookup: Sendable {
    case ready(Template)
    /// It is there and cannot be used until these are mended.
    case broken([TemplateProblem])
    case unknown(nearest: String?)
}

public struct TemplateCatalog: Sendable {
    /// Everything wrong, in order of file and place; `gatepost check` fails with any.
    public let problems: [TemplateProblem]
    /// SHA-256, lower-case hex, over the digests of all templates that can be used.
    public let digest: String
    private let entries: [String: Entry]

    struct Entry: Sendable {
        var base: TemplateLookup
        /// Brands for which something differs.
        var brands: [String: TemplateLookup] = [:]
        var sample: JSONObject?
    }

    init(entries: [String: Entry], problems: [TemplateProblem]) {
        (self.entries, self.problems) = (entries, problems)
        var digest = SHA256Digest()
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            for (brand, lookup) in [("", entry.base)] + entry.brands.sorted(by: { $0.key < $1.key }) {
                if case .ready(let template) = lookup {
                    digest.update(Array("\(name) \(brand) \(template.digest)\n".utf8))
                }
            }
        }
        self.digest = digest.finish().hex
    }

    /// A catalog without templates.
    public init() { self.init(entries: [:], problems: []) }

    /// All names, usable or not, in order.
    public var names: [String] { entries.keys.sorted() }

    /// The template that a job of that brand gets.
    public func template(_ name: String, brand: String) -> TemplateLookup {
        guard let entry = entries[name] else {
            return .unknown(nearest: Wording.nearest(to: name, among: entries.keys.sorted()))
        }
        return entry.brands[brand] ?? entry.base
    }

    /// The data of the template's `sample.json`.
    public func sample(_ name: String) -> JSONObject? { entries[name]?.sample }
}
