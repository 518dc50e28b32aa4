// SPDX-License-Identifier: Apache-2.0
//
// RequestPattern: one request of a description, the other way round: whether a request that came is it, what it lacks, and
// what values it was made from.

import GatewayModel
import Providers

struct RequestPattern {
    let request: RequestDescription
    /// Settings that every route has.
    private let surely: Set<String>
    private let contentType: String?

    init(_ request: RequestDescription, of description: ProviderDescription) {
        self.request = request
        surely = Set(description.settings.filter { $0.isRequired || $0.fallback != nil }.map(\.name))
        contentType =
            switch request.bodyKind {
            case .json: request.contentType ?? "application/json"
            case .form: request.contentType ?? "application/x-www-form-urlencoded"
            case .none: nil
            }
    }

    /// - Parameter values: those of the path.
    func read(_ came: SinkRequest, _ body: RequestBodies, path values: [(expression: Expression, text: String)])
        -> Reading
    {
        var reading = Reading()
        for (expression, text) in values { reading.note(expression, text) }
        read(request.query, in: came.query, "query", &reading)
        for header in request.headers {
            read(
                header.value, came.header(header.name.lowercased()).map(JSONValue.string), "header \(header.name)",
                &reading)
        }
        guard let contentType else { return reading }
        let type = came.header("content-type") ?? ""
        if !type.lowercased().hasPrefix(contentType.prefix { $0 != ";" }.lowercased()) {
            reading.lacks.append("header Content-Type: \(contentType)")
        }
        switch body.read(request.bodyKind, came.body) {
        case .failure(let fault): reading.lacks.append("a readable body: \(fault.words)")
        case .success(let value): read(request.body, value, "", &reading)
        }
        return reading
    }

    private func read(_ parts: [NamedExpression], in fields: [HeaderField], _ place: String, _ reading: inout Reading) {
        for part in parts {
            let value = fields.first { $0.name == part.name }?.value
            read(part.value, value.map(JSONValue.string), "\(place) \(part.name)", &reading)
        }
    }

    private func read(_ node: BodyNode, _ value: JSONValue?, _ place: String, _ reading: inout Reading) {
        switch node {
        case .value(let expression): read(expression, value, place, &reading)
        case .object(let members):
            for member in members {
                read(
                    member.node, value?.object?.value(under: member.key, beside: members),
                    place.isEmpty ? member.key : "\(place).\(member.key)",
                    &reading)
            }
        case .array(let nodes): read(nodes[...], (value?.array ?? [])[...], place, &reading)
        }
    }

    /// What a message has no value for is left out, and what is behind it moves up: each node takes the next element or,
    /// where it need not be there, none.
    private func read(
        _ nodes: ArraySlice<BodyNode>, _ items: ArraySlice<JSONValue>, _ place: String, _ reading: inout Reading
    ) {
        guard let node = nodes.first else { return }
        let (rest, own) = (nodes.dropFirst(), "\(place)[\(nodes.startIndex)]")
        var taken = reading
        read(node, items.first, own, &taken)
        read(rest, items.dropFirst(), place, &taken)
        if taken.lacks.count > reading.lacks.count, !items.isEmpty {
            var skipped = reading
            read(node, nil, own, &skipped)
            if skipped.lacks.count == reading.lacks.count {
                read(rest, items, place, &skipped)
                if skipped.lacks.count < taken.lacks.count { taken = skipped }
            }
        }
        reading = taken
    }

    private func read(_ expression: Expression, _ value: JSONValue?, _ place: String, _ reading: inout Reading) {
        guard let value, value != .null else {
            if isAlwaysSent(expression) { reading.lacks.append(place) }
            return
        }
        if case .constant(let constant) = expression.source, expression.steps.isEmpty {
            if let text = constant.plainText, text != value.plainText { reading.lacks.append("\(place) = \(text)") }
        } else if let text = value.firstText {
            reading.note(expression, text)
        }
    }

    private func isAlwaysSent(_ expression: Expression) -> Bool {
        if expression.isAlwaysThere { return true }
        guard case .setting(let name)? = expression.name, surely.contains(name) else { return false }
        return Expression(.constant(.text("")), steps: expression.steps).isAlwaysThere
    }
}

/// A body read once, whatever number of patterns look at it.
final class RequestBodies {
    private var json: Result<JSONValue, RequestFault>?
    private var form: Result<JSONValue, RequestFault>?

    func read(_ kind: RequestDescription.BodyKind, _ bytes: [UInt8]) -> Result<JSONValue, RequestFault> {
        switch kind {
        case .none: return .success(.null)
        case .json:
            if let json { return json }
            let read = Self.json(bytes)
            json = read
            return read
        case .form:
            if let form { return form }
            let members = FormText.fields(bytes).map { JSONObject.Member($0.name, .string($0.value)) }
            let read = Result<JSONValue, RequestFault>.success(.object(JSONObject(members: members)))
            form = read
            return read
        }
    }

    private static func json(_ bytes: [UInt8]) -> Result<JSONValue, RequestFault> {
        do {
            return .success(try JSONValue.parse(bytes))
        } catch {
            return .failure(RequestFault(400, "\(error)"))
        }
    }
}

extension JSONObject {
    /// Of a key that holds a setting: the member that it can be, and no other of the description's is.
    fileprivate func value(under key: String, beside others: [BodyNode.Member]) -> JSONValue? {
        if let value = self[key] { return value }
        guard key.contains("{settings.") else { return nil }
        return members.first { member in
            !others.contains { $0.key == member.key }
                && SettingPlaces.end(of: key, in: member.key[...]) == member.key.endIndex
        }?.value
    }
}

extension ExpressionValue {
    fileprivate var plainText: String? {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .time, .list: nil
        }
    }
}

extension JSONValue {
    /// As text, what can be compared.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.literal
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// Of a list its first element's.
    fileprivate var firstText: String? { array.map { $0.first?.plainText } ?? plainText }
}
