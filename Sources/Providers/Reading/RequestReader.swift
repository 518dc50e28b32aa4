// SPDX-License-Identifier: Apache-2.0
//
// `[request]`, `[inquiry]`, `[amend]`: how a request is made.

import StrictTOML

struct RequestReader {
    let context: ReadingContext
    let kind: ExpressionScope.Request

    private static let logged = "addresses are written to logs; a secret stands in [auth], or in fields"

    func read(_ table: inout StrictTable, defaultMethod: String?) -> RequestDescription? {
        let words = TOMLShape<String>.word(of: ["GET", "POST", "PUT", "PATCH", "DELETE"])
        let method =
            defaultMethod == nil ? table.required("method", words) : table.optional("method", words) ?? defaultMethod
        let path = self.path(&table)
        let bodyKind = table.optional("body", TOMLShape<RequestDescription.BodyKind>.word) ?? .none
        let contentType = table.optional("content_type", .text)
        let query = named("query", &table, context.scope(kind, noSecrets: Self.logged, lists: true))
        let headers = self.headers(&table)
        let body = self.body(bodyKind, &table)
        if bodyKind == .none, contentType != nil { table.complain("there is no body", about: "content_type") }
        if let method, method == "GET", bodyKind != .none { table.complain("a GET has no body", about: "body") }
        guard let method, let path else { return nil }
        return RequestDescription(
            method: method, path: path, query: query, headers: headers, bodyKind: bodyKind, contentType: contentType,
            body: body)
    }

    // MARK: Path

    private func path(_ table: inout StrictTable) -> PathTemplate? {
        let scope = context.scope(kind, noSecrets: Self.logged)
        let shape = TOMLShape<PathTemplate>("a path, as \"/v1/{settings.account}/messages\"") { item, complaints in
            guard case .string(let text) = item.content else {
                complaints.append(TOMLComplaint("must be a path, not \(item.content.kind)"))
                return nil
            }
            do throws(ExpressionFault) {
                return try PathTemplate(text, scope)
            } catch {
                complaints.append(context.complaint(error, within: text, item))
                return nil
            }
        }
        return table.required("path", shape)
    }

    // MARK: Headers and query

    private func named(
        _ key: String, _ table: inout StrictTable, _ scope: ExpressionScope,
        check: (String, StrictTable) -> Void = { _, _ in }
    ) -> [NamedExpression] {
        var parts: [NamedExpression] = []
        table.table(key) { inner in
            for (name, _) in inner.item.members {
                check(name, inner)
                guard let value = inner.optional(name, context.expression(scope)) else { continue }
                parts.append(NamedExpression(name, value))
            }
        }
        return parts
    }

    private func headers(_ table: inout StrictTable) -> [NamedExpression] {
        named("headers", &table, context.scope(kind, noSecrets: "it has its place in [auth]")) { name, headers in
            if !HeaderRules.isName(name) { headers.complain("is no name of a header", about: name) }
            if let why = HeaderRules.reserved(name) { headers.complain("must not stand here: \(why)", about: name) }
        }
    }

    // MARK: Body

    private func body(_ bodyKind: RequestDescription.BodyKind, _ table: inout StrictTable) -> BodyNode {
        guard let item = table.raw("fields") else {
            if bodyKind == .form { table.complain("[\(table.item.path).fields] is missing") }
            return .object([])
        }
        guard bodyKind != .none else {
            table.complain("stands without a body: write body = \"json\" or \"form\"", about: "fields")
            return .object([])
        }
        let kept = context.keepsRequests && kind == .create
        let scope = context.scope(
            kind, noSecrets: kept ? "with repeat by key, requests are kept on disk" : nil, lists: true)
        var complaints: [TOMLComplaint] = []
        let node = self.node(item, scope, bodyKind, depth: 0, &complaints) ?? .object([])
        for complaint in complaints {
            let blamed = complaint.item ?? item
            table.findings.add(TOMLProblem(at: blamed.place, keyPath: blamed.path, complaint.message))
        }
        if case .object = node { return node }
        table.complain("must be a table", about: "fields")
        return .object([])
    }

    private func node(
        _ item: TOMLItem, _ scope: ExpressionScope, _ body: RequestDescription.BodyKind, depth: Int,
        _ complaints: inout [TOMLComplaint]
    ) -> BodyNode? {
        switch item.content {
        case .table:
            if body == .form, depth > 0 {
                complaints.append(TOMLComplaint("a form is flat: put the whole name in quotes, as \"a.b\"", at: item))
                return nil
            }
            return .object(
                item.members.compactMap { key, member in
                    do throws(ExpressionFault) {
                        try SettingPlaces.check(key, context.settings)
                    } catch {
                        complaints.append(TOMLComplaint(error.words, at: member))
                    }
                    return node(member, scope, body, depth: depth + 1, &complaints).map { BodyNode.Member(key, $0) }
                })
        case .array(let items):
            if body == .form, depth > 1 {
                complaints.append(TOMLComplaint("a form has no lists of lists", at: item))
                return nil
            }
            return .array(items.compactMap { node($0, scope, body, depth: depth + 1, &complaints) })
        case .string, .integer, .boolean, .float, .dateTime:
            return context.expression(item, scope, &complaints).map(BodyNode.value)
        }
    }
}

extension PathTemplate {
    /// `/a/{settings.x}/b`: braces hold expressions without their dollar.
    init(_ text: String, _ scope: ExpressionScope) throws(ExpressionFault) {
        guard text.hasPrefix("/") else { throw ExpressionFault("a path begins with /", at: 0) }
        var pieces: [Piece] = []
        var rest = text[...]
        func offset(_ index: String.Index) -> Int { text.unicodeScalars.distance(from: text.startIndex, to: index) }
        while !rest.isEmpty {
            let literal = rest.prefix { $0 != "{" }
            if !literal.isEmpty {
                try Self.check(literal, offset(literal.startIndex))
                pieces.append(.literal(String(literal)))
            }
            rest = rest[literal.endIndex...]
            guard !rest.isEmpty else { break }
            let start = rest.index(after: rest.startIndex)
            guard let end = rest.firstIndex(of: "}") else {
                throw ExpressionFault("the closing } is missing", at: offset(rest.startIndex))
            }
            do throws(ExpressionFault) {
                pieces.append(.value(try ExpressionParser.expression(rest[start..<end], scope)))
            } catch {
                throw ExpressionFault(error.words, at: offset(start) + (error.offset ?? 0))
            }
            rest = rest[rest.index(after: end)...]
        }
        self.pieces = pieces
    }

    private static func check(_ literal: Substring, _ offset: Int) throws(ExpressionFault) {
        if let mark = literal.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            let place = literal.unicodeScalars.distance(from: literal.startIndex, to: mark)
            throw ExpressionFault(
                "a path ends before its query, which has its place in [request.query]", at: offset + place)
        }
        if literal.contains("}") { throw ExpressionFault("a } stands without its {", at: offset) }
        guard URLShape.isPath(literal) else {
            throw ExpressionFault("holds characters that a path writes as %XX", at: offset)
        }
        guard !literal.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw ExpressionFault("a path has no . and ..", at: offset)
        }
    }
}
