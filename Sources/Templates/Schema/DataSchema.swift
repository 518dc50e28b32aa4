// SPDX-License-Identifier: Apache-2.0

/// What data a template takes, as its `[data]` declares it (CONTRACT 6).
public struct DataSchema: Hashable, Sendable {
    /// In order of name.
    public var fields: [DataField]

    public init(_ fields: [DataField] = []) { self.fields = fields.sorted { $0.name < $1.name } }

    public subscript(name: String) -> DataField? { fields.first { $0.name == name } }
}
