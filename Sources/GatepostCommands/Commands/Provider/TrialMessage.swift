// SPDX-License-Identifier: Apache-2.0
//
// TrialMessage: a text or task to try a provider with: the sample, with what was given in its place.

import GatewayModel
import Providers
import Texting

struct TrialMessage {
    /// Looks like a job's own.
    static let reference = "gatepostprovidertrysample2"

    private(set) var message: ProviderMessage
    /// For an amendment, with a note as the daemon writes it.
    private(set) var taskID = "12345"
    private(set) var note = ""
    /// How a text travels; nil for a task.
    private(set) var segmentation: Segmentation?
    /// What was replaced in a text so that it fits GSM-7.
    private(set) var changes: [String] = []

    /// - Parameters:
    ///   - data: what replaces the sample's; nil: nothing.
    ///   - transliterates: as the route would.
    /// - Throws: exit 65, with every mistake in the data.
    init(channel: ChannelKind, data: JSONObject?, transliterates: Bool, now: Instant) throws(CommandFailure) {
        var reader = TrialReader(data ?? JSONObject())
        switch channel {
        case .sms:
            let given = reader.text("body") ?? "Hello Ada, your table for two is booked for tonight at 20:00."
            let (body, changes) = transliterates ? Transliteration.gsm7(given) : (given, [])
            let segmentation = Segmentation.of(body)
            var text = TextContent(
                to: reader.phone("to") ?? "+33612345678", body: body,
                encoding: TextContent.Encoding(segmentation.encoding), segments: segmentation.parts)
            (text.validity, text.validUntil) = (reader.validity("valid_until", now), reader.time("valid_until"))
            (self.segmentation, self.changes) = (segmentation, changes)
            message = ProviderMessage(.text(text), token: Self.reference, messageClass: .transactional)
        case .crmTask, .email:
            var task = TaskContent(
                title: reader.text("title") ?? "Call Ada Lovelace about her trial",
                body: reader.text("body") ?? "Her trial ends on Friday.\nShe asked for a quote for ten seats.",
                priority: reader.word("priority") { Priority(word: $0) } ?? .normal)
            (task.due, task.owner) = (reader.time("due") ?? now + .seconds(86_400), reader.text("owner"))
            task.contact = reader.text("contact") ?? "12345"
            task.intendedChannel = reader.word("intended_channel") { ContactChannel(rawValue: $0) } ?? .voice
            message = ProviderMessage(.task(task), token: Self.reference, messageClass: .marketing)
            if let id = reader.text("id") { taskID = id }
            let way = task.intendedChannel.map { " by \($0.rawValue)" } ?? ""
            note =
                reader.text("note")
                ?? "Withdrawn: do not contact\(way) (consent withdrawn \(now.rfc3339.prefix(10)))"
        }
        if let given = reader.word("class", { MessageClass(rawValue: $0) }) { message.messageClass = given }
        (message.brand, message.campaign) = (reader.text("brand") ?? "acme", reader.text("campaign"))
        message.topic = reader.text("topic")
        try reader.finish()
    }
}

extension TextContent.Encoding {
    init(_ encoding: Segmentation.Encoding) {
        switch encoding {
        case .gsm7: self = .gsm7
        case .ucs2: self = .ucs2
        }
    }
}

extension Segmentation {
    /// `GSM-7, 34 units, 1 part`.
    var words: String {
        let alphabet =
            switch encoding {
            case .gsm7: "GSM-7"
            case .ucs2: "UCS-2"
            }
        return "\(alphabet), \(counted(units, "unit")), \(counted(parts, "part"))"
    }
}

/// Takes the given object apart, member by member; unknown ones are a mistake.
private struct TrialReader {
    private let object: JSONObject
    private var asked: [String] = []
    private var mistakes: [String] = []

    init(_ object: JSONObject) { self.object = object }

    private mutating func value<Value>(_ key: String, _ shape: String, _ read: (String) -> Value?) -> Value? {
        asked.append(key)
        guard let given = object[key] else { return nil }
        if let text = given.string, let value = read(text) { return value }
        let mistake = "\(key): must be \(shape)"
        if !mistakes.contains(mistake) { mistakes.append(mistake) }
        return nil
    }

    mutating func text(_ key: String) -> String? { value(key, "a string that is not empty") { $0.isEmpty ? nil : $0 } }
    mutating func word<Value>(_ key: String, _ read: (String) -> Value?) -> Value? {
        value(key, "one of the contract's words", read)
    }
    mutating func phone(_ key: String) -> String? {
        value(key, "a phone number as \"+33612345678\" (E.164)") { PhoneNumber($0)?.description }
    }
    mutating func time(_ key: String) -> Instant? {
        value(key, "a time as \"2026-12-01T09:00:00Z\"") { Instant(rfc3339: $0) }
    }
    mutating func validity(_ key: String, _ now: Instant) -> Duration? { time(key).map { max(.zero, $0 - now) } }

    func finish() throws(CommandFailure) {
        let strays = object.members.map(\.key).filter { !asked.contains($0) }
        var known: [String] = []
        for key in asked where !known.contains(key) { known.append(key) }
        let all = mistakes + strays.map { "\($0): unknown; known here: \(known.joined(separator: ", "))" }
        for mistake in all { Say.line(mistake) }
        guard all.isEmpty else {
            throw CommandFailure(.badData, "the data does not fit", advice: "mend what is named above")
        }
    }
}
