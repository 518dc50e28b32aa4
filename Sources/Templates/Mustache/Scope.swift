// SPDX-License-Identifier: Apache-2.0
//
// What names mean where they stand: known when a template is compiled, because all data is declared. Pure.

import StrictTOML

/// The stack of contexts at one place of a template. Frame 0 holds what is built in, frame 1 the job's data, each
/// section around the place adds one. At run time the frames are the same in number.
struct Scope {
    private(set) var frames: [DataType]

    init(_ schema: DataSchema) { frames = [.object(Self.builtIn), .object(schema.fields)] }

    mutating func push(_ type: DataType) { frames.append(type) }
    mutating func pop() { frames.removeLast() }

    /// CONTRACT 6.
    static let builtIn: [DataField] = [
        DataField(
            "brand", .object(["id", "name", "from", "reply_to", "postal_address"].map { DataField($0, .string) })),
        DataField("to", .object([DataField("name", .string)])),
        DataField("unsubscribe_url", .string), DataField("preferences_url", .string),
        DataField("postal_address", .string), DataField("now", .date),
    ]

    /// A name's meaning.
    struct Meaning {
        /// Innermost first; all of one type.
        var sources: [(frame: Int, field: DataField?)]
        var path: [DataField]
        var type: DataType
        /// Set where the name ends in a date's part.
        var part: DateForm?
    }

    enum Failure: Error {
        case undeclared(nearest: String?)
        case hasNo(part: String, owner: String, known: [String])
        case onlyAtRoot
    }

    /// Mustache's rule: the first part is looked for from the innermost frame outwards, the rest inside what it found.
    func meaning(of name: String) throws(Failure) -> Meaning {
        if name == "." { return try implicit() }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var found: Meaning?
        for frame in frames.indices.reversed() {
            if case .date = frames[frame], parts.count == 1, let part = DateForm(word: name), found == nil {
                return Meaning(sources: [(frame, nil)], path: [], type: .date, part: part)
            }
            guard case .object(let fields) = frames[frame], let field = fields.first(where: { $0.name == parts[0] })
            else {
                continue
            }
            if found == nil {
                found = try rest(of: parts, from: field)
            } else if found?.sources.last?.field?.type != field.type {
                break
            }
            found?.sources.append((frame, field))
            if field.required || field.fallback != nil { break }
        }
        guard let found else { throw .undeclared(nearest: Wording.nearest(to: parts[0], among: visibleNames)) }
        return found
    }

    private func implicit() throws(Failure) -> Meaning {
        guard frames.count > 2 else { throw .onlyAtRoot }
        return Meaning(sources: [(frames.count - 1, nil)], path: [], type: frames[frames.count - 1], part: nil)
    }

    private func rest(of parts: [String], from field: DataField) throws(Failure) -> Meaning {
        var meaning = Meaning(sources: [], path: [], type: field.type, part: nil)
        for (index, part) in parts.enumerated().dropFirst() {
            let owner = parts[..<index].joined(separator: ".")
            switch meaning.type {
            case .object(let fields):
                guard let next = fields.first(where: { $0.name == part }) else {
                    throw .hasNo(part: part, owner: owner, known: fields.map(\.name))
                }
                meaning.path.append(next)
                meaning.type = next.type
            case .date:
                guard meaning.part == nil, let form = DateForm(word: part) else {
                    throw .hasNo(part: part, owner: owner, known: meaning.part == nil ? DateForm.words : [])
                }
                meaning.part = form
            case .string, .number, .boolean, .list: throw .hasNo(part: part, owner: owner, known: [])
            }
        }
        return meaning
    }

    private var visibleNames: [String] {
        frames.flatMap { type -> [String] in
            switch type {
            case .object(let fields): fields.map(\.name)
            case .string, .number, .boolean, .date, .list: []
            }
        }
    }
}
