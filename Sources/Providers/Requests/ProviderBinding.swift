// SPDX-License-Identifier: Apache-2.0
//
// ProviderBinding: a route's own words against what its provider wants. Tells every mistake, then puts the settings into
// the requests, so that what they alone decide is worked out once.

import GatewayModel
import StrictTOML

/// The requests with settings put in.
struct BoundRequests: Sendable {
    var create: RequestDescription
    var inquiry: InquiryDescription?
    var amendment: RequestDescription?
}

struct ProviderBinding {
    private let description: ProviderDescription
    private let given: [String: ProviderSetting]
    private let secretNames: Set<String>
    private let baseURL: String?
    private let callbackURL: String?
    private var mistakes: [ProviderMistakes.Mistake] = []

    init(
        _ description: ProviderDescription, _ settings: [String: ProviderSetting], _ secretNames: Set<String>,
        _ baseURL: String?, _ callbackURL: String?
    ) {
        (self.description, given, self.secretNames) = (description, settings, secretNames)
        (self.baseURL, self.callbackURL) = (baseURL, callbackURL)
    }

    typealias Bound = (baseURL: String, settings: [String: ExpressionValue], requests: BoundRequests)

    func bound() throws(ProviderMistakes) -> Bound {
        var work = self
        let settings = work.settings()
        work.checkChoices()
        work.checkSecrets()
        let base = work.base(settings)
        if let url = callbackURL, !URLShape.isCallback(url) {
            work.blame("callback_url", "must be an absolute https:// or http:// URL")
        }
        let requests = work.requests(settings)
        guard work.mistakes.isEmpty else { throw ProviderMistakes(mistakes: work.mistakes) }
        return (base, settings, requests)
    }

    private mutating func blame(_ key: String, _ words: String) {
        mistakes.append(ProviderMistakes.Mistake(key: key, words: words))
    }

    // MARK: Settings and secrets

    private mutating func settings() -> [String: ExpressionValue] {
        let names = description.settings.map(\.name)
        for name in given.keys.sorted() where !names.contains(name) {
            if isSecret(name) {
                let places = "{ file = … }, { env = … } or { credential = … }"
                blame("settings.\(name)", "is a secret: give it under secrets, as \(places)")
                continue
            }
            let near = Wording.suggestion(for: name, among: names)
            let known = names.isEmpty ? "; it has none" : "; it has \(names.joined(separator: ", "))"
            blame("settings.\(name)", "provider \(description.name) has no such setting\(near.isEmpty ? known : near)")
        }
        var values: [String: ExpressionValue] = [:]
        for declaration in description.settings {
            guard let setting = given[declaration.name] ?? declaration.fallback else {
                if declaration.isRequired { blame("settings.\(declaration.name)", missing(declaration.about)) }
                continue
            }
            if let words = declaration.complaint(about: setting) { blame("settings.\(declaration.name)", words) }
            values[declaration.name] = ExpressionValue(setting)
        }
        return values
    }

    private func isSecret(_ name: String) -> Bool { description.secrets.contains { $0.name == name } }

    /// A secret that stands among the settings: told there.
    private func isMisplaced(_ name: String) -> Bool {
        given[name] != nil && !description.settings.contains { $0.name == name }
    }

    private func missing(_ about: String?) -> String {
        "is missing\(about.map { ": \($0)" } ?? ""); provider \(description.name) needs it"
    }

    private mutating func checkChoices() {
        for names in description.oneOf {
            let there = names.filter { given[$0] != nil }
            guard there.count != 1 else { continue }
            let choice = names.joined(separator: ", ")
            blame(
                "settings.\(there.last ?? names.first ?? "")",
                there.isEmpty ? "is missing: one of \(choice) must be there" : "only one of \(choice) may be there")
        }
    }

    private mutating func checkSecrets() {
        let names = description.secrets.map(\.name)
        for name in secretNames.sorted() where !names.contains(name) {
            let near = Wording.suggestion(for: name, among: names)
            blame("secrets.\(name)", "provider \(description.name) has no such secret\(near)")
        }
        for declaration in description.secrets
        where declaration.isRequired && !secretNames.contains(declaration.name) && !isMisplaced(declaration.name) {
            blame("secrets.\(declaration.name)", missing(declaration.about))
        }
    }

    // MARK: URLs

    private mutating func base(_ settings: [String: ExpressionValue]) -> String {
        if let baseURL {
            guard let url = URLShape.base(baseURL) else {
                blame("base_url", "must be an https:// URL without query and account")
                return ""
            }
            return url
        }
        guard let template = description.baseURL else {
            blame("base_url", "is missing: provider \(description.name) has none of its own")
            return ""
        }
        let before = mistakes.count
        let url = fill(template, settings)
        if case .oauth2(let oauth) = description.auth { _ = fill(oauth.tokenURL, settings) }
        return before == mistakes.count ? URLShape.base(url) ?? "" : ""
    }

    private mutating func fill(_ template: URLTemplate, _ settings: [String: ExpressionValue]) -> String {
        var url = ""
        for piece in template.pieces {
            switch piece {
            case .literal(let text): url += text
            case .setting(let name):
                let value = settings[name]?.text ?? ""
                if settings[name] != nil, !URLShape.isHostText(value) {
                    blame("settings.\(name)", "stands in a host name: letters, digits, dots and hyphens only")
                }
                url += value
            }
        }
        return url
    }

    // MARK: Requests

    private mutating func requests(_ settings: [String: ExpressionValue]) -> BoundRequests {
        var requests = BoundRequests(create: bind(description.request, settings))
        if var inquiry = description.inquiry {
            inquiry.request = bind(inquiry.request, settings)
            for number in inquiry.found.conditions.indices {
                inquiry.found.conditions[number].value = bind(inquiry.found.conditions[number].value, settings)
            }
            requests.inquiry = inquiry
        }
        requests.amendment = description.amendment.map { bind($0, settings) }
        return requests
    }

    private mutating func bind(_ request: RequestDescription, _ settings: [String: ExpressionValue])
        -> RequestDescription
    {
        var bound = request
        bound.path.pieces = request.path.pieces.map { piece in
            guard case .value(let expression) = piece else { return piece }
            return .value(bind(expression, settings))
        }
        bound.query = request.query.map { NamedExpression($0.name, bind($0.value, settings)) }
        bound.headers = request.headers.map { NamedExpression($0.name, bind($0.value, settings)) }
        bound.body = bind(request.body, settings)
        return bound
    }

    private mutating func bind(_ node: BodyNode, _ settings: [String: ExpressionValue]) -> BodyNode {
        switch node {
        case .value(let expression): .value(bind(expression, settings))
        case .array(let nodes): .array(nodes.map { bind($0, settings) })
        case .object(let members): .object(bind(members, settings))
        }
    }

    private mutating func bind(_ members: [BodyNode.Member], _ settings: [String: ExpressionValue]) -> [BodyNode.Member]
    {
        var bound: [BodyNode.Member] = []
        for member in members {
            let key = fill(member.key, settings)
            if key != member.key, members.contains(where: { $0.key == key }) {
                blame("settings.\(SettingPlaces.names(in: member.key)[0])", "there is a field \(key) already")
            }
            bound.append(.init(key, bind(member.node, settings)))
        }
        return bound
    }

    /// A key, or what stands around a value: nothing in it may break out of its place.
    private mutating func fill(_ text: String, _ settings: [String: ExpressionValue]) -> String {
        for name in SettingPlaces.names(in: text) {
            guard let value = settings[name]?.text, !SettingPlaces.isIdentifier(value) else { continue }
            blame("settings.\(name)", "stands in the name of a field: letters, digits and _ only")
        }
        return SettingPlaces.filled(text) { settings[$0]?.text ?? "" }
    }

    private mutating func bind(_ steps: [ExpressionStep], _ settings: [String: ExpressionValue]) -> [ExpressionStep] {
        steps.map { step in
            guard case .within(let before, let behind) = step else { return step }
            return .within(fill(before, settings), fill(behind, settings))
        }
    }

    /// A setting becomes its value; where no other name takes part, so does what the steps make of it.
    private mutating func bind(_ expression: Expression, _ settings: [String: ExpressionValue]) -> Expression {
        var expression = expression
        expression.steps = bind(expression.steps, settings)
        guard case .name(.setting(let name)) = expression.source else { return expression }
        let needsOthers = expression.steps.contains { step in
            switch step {
            case .or, .line, .mark: true
            default: false
            }
        }
        guard !needsOthers else { return expression }
        let facts = ExpressionFacts(now: Instant(microseconds: 0), settings: settings)
        do throws(RequestMistake) {
            let value = try expression.value(facts) { _ in "" }
            let isPath = expression.steps.last == .path
            return Expression(value.map(Expression.Source.constant) ?? .nothing, steps: isPath ? [.path] : [])
        } catch {
            // What is missing has been told already.
            if settings[name] != nil || expression.isRequired { blame("settings.\(name)", error.words) }
            return expression
        }
    }
}

extension SettingDeclaration {
    /// What is wrong with a route's value; nil: nothing.
    func complaint(about setting: ProviderSetting) -> String? {
        switch (kind, setting) {
        case (.string, .text(let text)): patternComplaint([text])
        case (.list, .list(let items)): patternComplaint(items)
        case (.integer, .integer), (.boolean, .boolean): nil
        case (.string, _): "must be a string"
        case (.list, _): "must be a list of strings"
        case (.integer, _): "must be an integer"
        case (.boolean, _): "must be true or false"
        }
    }

    private func patternComplaint(_ texts: [String]) -> String? {
        let hasControls = texts.contains { text in
            text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }
        }
        if hasControls { return "must not hold control characters" }
        if kind == .string, texts == [""] { return "must not be empty" }
        guard let pattern, let regex = try? Regex(pattern) else { return nil }
        guard !texts.allSatisfy({ (try? regex.wholeMatch(in: $0)) != nil }) else { return nil }
        return "does not look right\(about.map { " for \($0)" } ?? ""): it must match \(pattern)"
    }
}
