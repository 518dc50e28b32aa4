// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers

/// What an example's placeholders stand for in one answer.
struct AnswerValues {
    var to = ""
    /// Digits: good as a number and as a text.
    var id = ""
    var token = ""
    var uuid = ""
    var body = ""

    init(to: String = "", id: String = "") { (self.to, self.id) = (to, id) }

    /// What a request tells, and the id that it is given.
    init(_ id: String, _ reading: Reading) {
        self.init(to: reading.recipient ?? "", id: id)
        token = reading[.job(.token)] ?? ""
        uuid = reading[.job(.uuid)] ?? Self.uuid(of: id)
        body = reading[.text(.body)] ?? ""
    }

    /// For a provider whose ids are UUIDs of its own.
    static func uuid(of id: String) -> String {
        let digits = id.suffix(12)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    var byName: [String: String] {
        Dictionary(uniqueKeysWithValues: ProviderExample.placeholders.map { ($0, value(of: $0)) })
    }

    fileprivate func value(of name: String) -> String {
        switch name {
        case "to": to
        case "id": id
        case "token": token
        case "uuid": uuid
        case "body": body
        default: ""
        }
    }
}

/// An example cut at its placeholders once, because an answer is made thousands of times a second.
struct AnswerTemplate {
    private enum Piece {
        case bytes([UInt8])
        case placeholder(String)
    }

    private let status: Int
    private let headers: [(name: String, pieces: [Piece])]
    private let body: [Piece]
    private let isXML: Bool

    init(_ example: ProviderExample) {
        let marked = example.answer(filling: Self.marks)
        status = marked.status
        headers = marked.headers.map { ($0.name, Self.cut(Array($0.value.utf8))) }
        isXML = example.headers.contains { $0.name == "content-type" && $0.value.contains("xml") }
        body = Self.cut(marked.body)
    }

    func answer(_ values: AnswerValues) -> HTTPAnswer {
        HTTPAnswer(
            status: status,
            headers: headers.map { HeaderField($0.name, String(decoding: fill($0.pieces, values), as: UTF8.self)) },
            body: fill(body, values) { isXML ? Self.escapedXML($0) : Self.escapedJSON($0) })
    }

    private func fill(_ pieces: [Piece], _ values: AnswerValues, escape: (String) -> String = { $0 }) -> [UInt8] {
        if pieces.count == 1, case .bytes(let bytes) = pieces[0] { return bytes }
        var filled: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): filled += bytes
            case .placeholder(let name): filled += escape(values.value(of: name)).utf8
            }
        }
        return filled
    }

    /// Stand in no recorded answer, and need no escape.
    private static let marks = Dictionary(
        uniqueKeysWithValues: ProviderExample.placeholders.map { ($0, "\u{E000}\($0)\u{E001}") })

    private static func cut(_ bytes: [UInt8]) -> [Piece] {
        let text = String(decoding: bytes, as: UTF8.self)
        var pieces: [Piece] = []
        for (number, part) in text.split(separator: "\u{E000}", omittingEmptySubsequences: false).enumerated() {
            var rest = part
            if number > 0, let end = part.firstIndex(of: "\u{E001}") {
                pieces.append(.placeholder(String(part[..<end])))
                rest = part[part.index(after: end)...]
            }
            if !rest.isEmpty { pieces.append(.bytes(Array(rest.utf8))) }
        }
        return pieces
    }

    private static func escapedJSON(_ text: String) -> String {
        var writer = JSONWriter()
        writer.write(text)
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    private static func escapedXML(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
