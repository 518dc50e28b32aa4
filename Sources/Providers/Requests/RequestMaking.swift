// SPDX-License-Identifier: Apache-2.0
//
// A description's request and one message's values make the exact request: each value in its place, encoded as that place
// demands.

import GatewayModel

struct RequestMaking {
    let request: RequestDescription
    let facts: ExpressionFacts

    func load(_ purpose: RequestLoad.Purpose, _ secrets: SecretLookUp) throws(RequestMistake) -> RequestLoad {
        var load = RequestLoad(
            purpose: purpose, method: request.method, target: try target(secrets), reference: facts.token ?? "")
        load.headers = try headers(secrets)
        switch request.bodyKind {
        case .none: break
        case .json:
            load.contentType = request.contentType ?? "application/json"
            load.body = (try json(request.body, secrets) ?? .object(JSONObject())).encoded
        case .form:
            load.contentType = request.contentType ?? "application/x-www-form-urlencoded"
            load.body = try form(secrets)
        }
        return load
    }

    // MARK: Path and query

    private func target(_ secrets: SecretLookUp) throws(RequestMistake) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        for piece in request.path.pieces {
            switch piece {
            case .literal(let text): bytes += text.utf8
            case .value(let expression): try append(expression, to: &bytes, secrets)
            }
        }
        var separator = UInt8(ascii: "?")
        for part in request.query {
            guard let value = try part.value.value(facts, secrets) else { continue }
            for element in value.elements {
                bytes.append(separator)
                separator = UInt8(ascii: "&")
                PercentCoding.append(part.name, to: &bytes)
                bytes.append(UInt8(ascii: "="))
                PercentCoding.append(element.text, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A segment of the path, or with the step `path` some; none may be empty or lead elsewhere.
    private func append(_ expression: Expression, to bytes: inout [UInt8], _ secrets: SecretLookUp)
        throws(RequestMistake)
    {
        let name = expression.name?.words ?? "a setting"
        guard let value = try expression.value(facts, secrets)?.text else {
            throw RequestMistake(blame: expression.blame, words: "\(name) is not there, and the path needs it")
        }
        let isPath = expression.steps.last == .path
        let segments = isPath ? value.split(separator: "/", omittingEmptySubsequences: false) : [value[...]]
        for (number, segment) in segments.enumerated() {
            guard !segment.isEmpty, segment != ".", segment != ".." else {
                throw RequestMistake(blame: expression.blame, words: "\(name) cannot stand in a path")
            }
            if number > 0 { bytes.append(UInt8(ascii: "/")) }
            PercentCoding.append(String(segment), to: &bytes)
        }
    }

    // MARK: Headers

    private func headers(_ secrets: SecretLookUp) throws(RequestMistake) -> [HeaderField] {
        var fields: [HeaderField] = []
        fields.reserveCapacity(request.headers.count + 1)
        for header in request.headers {
            guard let value = try header.value.value(facts, secrets)?.text else { continue }
            guard HeaderRules.isValue(value) else {
                throw RequestMistake(
                    blame: header.value.blame, words: "the header \(header.name) cannot hold its value")
            }
            fields.append(HeaderField(header.name, value))
        }
        return fields
    }

    // MARK: Bodies

    /// Nil where nothing of it is there; what was written empty stays.
    private func json(_ node: BodyNode, _ secrets: SecretLookUp) throws(RequestMistake) -> JSONValue? {
        switch node {
        case .value(let expression): return try expression.value(facts, secrets)?.json
        case .array(let nodes):
            var items: [JSONValue] = []
            for node in nodes {
                if let item = try json(node, secrets) { items.append(item) }
            }
            return items.isEmpty && !nodes.isEmpty ? nil : .array(items)
        case .object(let members):
            var object = JSONObject()
            object.members.reserveCapacity(members.count)
            for member in members {
                if let value = try json(member.node, secrets) { object.members.append(.init(member.key, value)) }
            }
            return object.isEmpty && !members.isEmpty ? nil : .object(object)
        }
    }

    /// Of a list each element under the same name.
    private func form(_ secrets: SecretLookUp) throws(RequestMistake) -> [UInt8] {
        guard case .object(let members) = request.body else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        for member in members {
            for expression in member.node.expressions {
                guard let value = try expression.value(facts, secrets) else { continue }
                for element in value.elements { FormEncoding.append(member.key, element.text, to: &bytes) }
            }
        }
        return bytes
    }
}

extension RequestDescription {
    /// All that it is made of.
    var expressions: [Expression] {
        path.expressions + query.map(\.value) + headers.map(\.value) + body.expressions
    }
}

extension PathTemplate {
    fileprivate var expressions: [Expression] {
        pieces.compactMap { if case .value(let expression) = $0 { expression } else { nil } }
    }
}

extension BodyNode {
    /// All that it holds, in order.
    var expressions: [Expression] {
        switch self {
        case .value(let expression): [expression]
        case .array(let nodes): nodes.flatMap(\.expressions)
        case .object(let members): members.flatMap(\.node.expressions)
        }
    }
}
