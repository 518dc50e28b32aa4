// SPDX-License-Identifier: Apache-2.0
//
// ListColumns: what the columns of a list mean, whatever they are called.

import GatewayModel

/// What a column says.
enum ListColumn: Int, CaseIterable, Sendable {
    case email, phone, md5, sha1, sha256, target
    case reason, code, status, error, date, expires, tags, group, origin, source, scope, note, ip

    /// Other names; capitals, blanks, hyphens and underscores make no difference.
    private var names: [String] {
        switch self {
        case .email: ["email", "emailaddress", "mail", "recipient", "recipientemail", "to", "subscriber"]
        case .phone: ["phone", "msisdn", "phonenumber", "mobile", "number", "telephone"]
        case .md5: ["md5", "emailmd5", "md5hash"]
        case .sha1: ["sha1", "emailsha1", "sha1hash"]
        case .sha256: ["sha256", "emailsha256", "sha256hash"]
        case .target: ["address", "target", "domain", "hash"]
        case .reason: ["reason", "suppressionreason", "type"]
        case .code: ["code", "smtpcode"]
        case .status: ["status", "enhancedcode"]
        case .error: ["error", "description", "diagnostic", "detail"]
        case .date:
            [
                "createdat", "created", "date", "time", "timestamp", "lastupdatetime", "updatedat", "suppressedat",
                "since",
            ]
        case .expires: ["expiresat", "expires"]
        case .tags: ["tags", "tag"]
        case .group: ["groupid", "groupname"]
        case .origin: ["origin"]
        case .source: ["source"]
        case .scope: ["scope"]
        case .note: ["note", "comment", "notes"]
        case .ip: ["ip"]
        }
    }

    private static let known: [String: ListColumn] = Dictionary(
        allCases.flatMap { column in column.names.map { ($0, column) } }, uniquingKeysWith: { first, _ in first })

    init?(header: String) {
        guard let column = Self.known[header.lowercased().filter { $0.isLetter || $0.isNumber }] else { return nil }
        self = column
    }
}

/// One entry of a list, by column.
struct ListRow {
    /// Nil where the list has none, or nothing in it.
    private var cells: [String?]

    /// - Parameter plan: the place of each column, in order of `ListColumn.allCases`.
    init(_ fields: [String], plan: [Int?]) {
        cells = plan.map { place in
            guard let place, place < fields.count else { return nil }
            let text = fields[place].trimmed
            return text.isEmpty ? nil : text
        }
    }

    /// Members that are objects or lists are kept as JSON.
    init(_ object: JSONObject) {
        cells = Array(repeating: nil, count: ListColumn.allCases.count)
        for member in object.members {
            guard let place = ListColumn(header: member.key)?.rawValue, cells[place] == nil else { continue }
            switch member.value {
            case .null: continue
            case .string(let text): cells[place] = text.trimmed.isEmpty ? nil : text.trimmed
            case .bool, .number, .array, .object: cells[place] = member.value.text
            }
        }
    }

    subscript(column: ListColumn) -> String? { cells[column.rawValue] }

    /// Where each column stands in a header.
    static func plan(for header: [String]) -> [Int?] {
        let columns = header.map { ListColumn(header: $0) }
        return ListColumn.allCases.map { column in columns.firstIndex(of: column) }
    }
}
