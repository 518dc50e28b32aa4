// SPDX-License-Identifier: Apache-2.0
//
// MadeArchive: what was made, for providers that can be asked about it or told to change it. Bounded.

import GatewayModel
import Providers

struct MadeArchive {
    /// Shared by all names that it goes by.
    private final class Entry {
        let id: String
        let reading: Reading

        init(_ id: String, _ reading: Reading) { (self.id, self.reading) = (id, reading) }
    }

    private var entries: NewestEntries<String, [Entry]>
    private static let mostUnderOneName = 200

    init(capacity: Int) { entries = NewestEntries(capacity: capacity) }

    mutating func add(_ id: String, _ reading: Reading, _ part: ProviderPart) {
        guard part.inquiry != nil || part.amendment != nil else { return }
        let entry = Entry(id, reading.kept(for: part.description.inquiry?.found.conditions.map(\.value) ?? []))
        var names = Self.names(of: reading, part)
        if part.amendment != nil {
            names += [id, AnswerValues.uuid(of: id)].map { "\(part.description.name) id \($0)" }
        }
        for name in names {
            var list = entries[name] ?? []
            if list.count == Self.mostUnderOneName { list.removeFirst() }
            list.append(entry)
            entries[name] = list
        }
    }

    private static func names(of reading: Reading, _ part: ProviderPart) -> [String] {
        let provider = part.description.name
        var names = [reading[.job(.token)], reading[.job(.uuid)]].compactMap { $0 }.map { "\(provider) ref \($0)" }
        if let recipient = reading.recipient { names.append("\(provider) to \(recipient)") }
        return names
    }

    /// The task of that id: the provider's, however it is dressed, or our reference; with what made it.
    func original(of id: String, _ part: ProviderPart) -> (id: String, reading: Reading)? {
        let provider = part.description.name
        let digits = id.split { !$0.isNumber }.max { $0.count < $1.count } ?? ""
        let names = ["id \(id)", "ref \(id)", "id \(digits)"]
        return names.lazy.compactMap { entries["\(provider) \($0)"]?.last }.first.map { ($0.id, $0.reading) }
    }

    /// The provider's answer to an inquiry: everything that it has and that agrees with what is asked, newest first.
    func answer(_ part: ProviderPart, _ inquiry: Reading) -> HTTPAnswer {
        guard let rule = part.description.inquiry?.found else { return .complaint(404, "nothing to ask about") }
        let found = Self.names(of: inquiry, part).first.flatMap { entries[$0] } ?? []
        let ours = Array(found.filter { inquiry.agrees(with: $0.reading) }.reversed())
        guard let newest = ours.first else { return Self.nothing(part, rule) }
        let shape = Self.shape(newest, part)
        guard let path = rule.list else {
            return ProviderPart.plain(200, Self.filled(shape, newest, rule, part))
        }
        let elements = ours.map { entry in
            let recorded = Self.shape(entry, part).value(at: path.steps[...])
            let element = recorded?.array?.first ?? recorded.flatMap { $0.object.map(JSONValue.object) }
            return Self.filled(element ?? .object(JSONObject()), entry, rule, part)
        }
        return ProviderPart.plain(200, shape.setting(path.steps[...], to: .array(elements)))
    }

    private static func nothing(_ part: ProviderPart, _ rule: FoundRule) -> HTTPAnswer {
        if let recorded = part.absentAnswer { return recorded.answer(filling: [:]) }
        if let status = rule.absentStatuses.first { return .complaint(status, "there is none") }
        guard let path = rule.list else { return .complaint(404, "there is none") }
        return ProviderPart.plain(200, JSONValue.null.setting(path.steps[...], to: .array([])))
    }

    /// The recorded answer, as it would be about this one.
    private static func shape(_ entry: Entry, _ part: ProviderPart) -> JSONValue {
        let body = part.inquiryAnswer?.answer(filling: AnswerValues(entry.id, entry.reading).byName).body ?? []
        return (try? JSONValue.parse(body)) ?? .object(JSONObject())
    }

    /// With what an inquiry looks for; and with the id, unless the recorded answer has put it in.
    private static func filled(
        _ shape: JSONValue, _ entry: Entry, _ rule: FoundRule, _ part: ProviderPart
    ) -> JSONValue {
        var element = shape
        for condition in rule.conditions {
            guard let text = entry.reading.value(of: condition.value) ?? condition.value.constantText else { continue }
            element = element.setting(condition.path.steps[...], to: .string(text))
        }
        let recorded = part.inquiryAnswer?.body ?? ""
        let hasID = ["{id}", "{uuid}", "{token}"].contains { recorded.contains($0) }
        return hasID ? element : rule.id.map { element.setting($0.steps[...], to: .string(entry.id)) } ?? element
    }
}

extension Expression {
    fileprivate var constantText: String? {
        if case .constant(.text(let text)) = source { text } else { nil }
    }
}

extension JSONValue {
    fileprivate func value(at steps: ArraySlice<AnswerPath.Step>) -> JSONValue? {
        guard let step = steps.first else { return self }
        switch step {
        case .key(let key):
            guard case .object(let object) = self else { return nil }
            return object[key]?.value(at: steps.dropFirst())
        case .index(let index):
            guard case .array(let items) = self, items.indices.contains(index) else { return nil }
            return items[index].value(at: steps.dropFirst())
        case .all: return self
        }
    }

    /// With that at that place, made where it is missing. A number stays a number where the text is one.
    fileprivate func setting(_ steps: ArraySlice<AnswerPath.Step>, to value: JSONValue) -> JSONValue {
        guard let step = steps.first else {
            if case .number = self, let text = value.string, Int(text) != nil {
                return .number(JSONNumber(literal: text))
            }
            return value
        }
        switch step {
        case .key(let key):
            var members: [JSONObject.Member] = []
            if case .object(let object) = self { members = object.members }
            let place = members.firstIndex { $0.key == key }
            let inner = (place.map { members[$0].value } ?? .null).setting(steps.dropFirst(), to: value)
            if let place { members[place].value = inner } else { members.append(JSONObject.Member(key, inner)) }
            return .object(JSONObject(members: members))
        case .index, .all:
            var items: [JSONValue] = []
            if case .array(let existing) = self { items = existing }
            let place = if case .index(let index) = step { index } else { 0 }
            while items.count <= place { items.append(.null) }
            items[place] = items[place].setting(steps.dropFirst(), to: value)
            return .array(items)
        }
    }
}
