// SPDX-License-Identifier: Apache-2.0
//
// All providers there are: the binary's own, and those of the operator's folder, which win.

import GatewayModel
import StrictTOML

public struct ProviderCatalog: Sendable {
    private let descriptions: [String: ProviderDescription]

    public init(_ descriptions: [ProviderDescription]) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { _, later in later }
    }

    public subscript(name: String) -> ProviderDescription? { descriptions[name] }
    /// In order.
    public var names: [String] { descriptions.keys.sorted() }
    /// In order of name.
    public var all: [ProviderDescription] { names.compactMap { descriptions[$0] } }
}
