// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import StrictTOML

/// A recorded answer: tests and `gatepost check` judge it, the sink plays it.
public struct ProviderExample: Hashable, Sendable {
    public enum Question: String, Hashable, Sendable, CaseIterable { case request, inquiry, amend, token }

    /// The sink's behaviour that answers with it.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        case accept, bounce, full, greylist, policy, stop, again, unauthorised, token
    }

    public enum Expectation: Hashable, Sendable {
        case result(ResultWord)
        case inquiry(InquiryWord)
        /// Of a token endpoint: not judged here.
        case nothing
    }
    public enum InquiryWord: String, Hashable, Sendable, CaseIterable {
        case found, absent
        case noAnswer = "no_answer"
    }

    public var name: String
    /// In the description's file.
    public var place: TOMLPlace
    public var question: Question
    public var plays: Part?
    public var status: Int
    /// Names in lower case.
    public var headers: [HeaderField]
    /// May hold `{to}`, `{id}`, `{token}`, `{uuid}`, `{body}`.
    public var body: String
    public var isCut: Bool
    public var expects: Expectation
    public var code: String?
    public var id: String?
    public var retryAfter: Duration?
    /// Of an inquiry: what is sought, by its path within an element.
    public var match: [String: String]

    /// The placeholders that bodies, header values and ids may hold.
    public static let placeholders = ["to", "id", "token", "uuid", "body"]

    /// With its placeholders filled in. In a JSON body values are escaped as JSON strings are, in XML as XML's.
    public func answer(filling values: [String: String]) -> HTTPAnswer {
        let isXML = headers.contains { $0.name == "content-type" && $0.value.contains("xml") }
        let escaped = values.mapValues { isXML ? Self.escapedXML($0) : Self.escapedJSON($0) }
        return HTTPAnswer(
            status: status,
            headers: headers.map { HeaderField($0.name, Self.fill($0.value, values)) },
            body: Array(Self.fill(body, escaped).utf8), isCut: isCut)
    }

    static func fill(_ text: String, _ values: [String: String]) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var filled = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            filled += rest[..<open]
            rest = rest[open...]
            let name = rest.dropFirst().prefix { $0 != "}" && $0 != "{" && $0 != "\"" }
            if let value = values[String(name)], name.endIndex < rest.endIndex, rest[name.endIndex] == "}" {
                filled += value
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                filled += "{"
                rest = rest.dropFirst()
            }
        }
        return filled + rest
    }

    private static func escapedJSON(_ text: String) -> String {
        String(JSONValue.string(text).text.dropFirst().dropLast())
    }

    private static func escapedXML(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
