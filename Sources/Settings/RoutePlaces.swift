// SPDX-License-Identifier: Apache-2.0

import StrictTOML

/// Where a route and its keys stand: for complaints by those who know what a provider wants.
public struct RoutePlaces: Hashable, Sendable {
    private let table: TOMLItem

    init(_ table: TOMLItem) { self.table = table }

    /// A problem at the place of `key`, as `provider` or `settings.from`; where that is not there, at what it would stand in.
    public func problem(about key: String, _ message: String) -> TOMLProblem {
        var item = table
        for step in key.split(separator: ".") {
            guard let next = item.members.first(where: { $0.key == step })?.item else { break }
            item = next
        }
        let path = table.path.isEmpty ? key : "\(table.path).\(key)"
        return TOMLProblem(at: item.place, keyPath: path, message)
    }
}
