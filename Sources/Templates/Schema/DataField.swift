// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// One declared name: its type, whether it must be there, and what stands for it where it is not.
public struct DataField: Hashable, Sendable {
    public var name: String
    public var type: DataType
    public var required: Bool
    /// Of the field's type; stands for a missing or null value.
    public var fallback: JSONValue?
    public var description: String?

    public init(
        _ name: String, _ type: DataType, required: Bool = false, fallback: JSONValue? = nil, description: String? = nil
    ) {
        (self.name, self.type, self.required) = (name, type, required)
        (self.fallback, self.description) = (fallback, description)
    }
}

public indirect enum DataType: Hashable, Sendable {
    case string, number, boolean
    /// An RFC 3339 date or date-time, as a string.
    case date
    case list(of: DataType)
    case object([DataField])

    /// The type's name as `template.toml` and messages say it.
    public var word: String {
        switch self {
        case .string: "string"
        case .number: "number"
        case .boolean: "boolean"
        case .date: "date"
        case .list: "list"
        case .object: "object"
        }
    }
}
