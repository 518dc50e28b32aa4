// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayModel
import Settings
import Spool
import Store

struct ConsentRecording: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record that somebody agreed, or took it back; prints the event's number.",
        discussion: """
            Grants are strict: channel, brand and topic must be known. An opt-out (withdrawn, objected, reassigned) is taken \
            whatever is left out or wrong, and reaches further for it. It returns when matching messages in flight have \
            ended, at most after --wait; then it exits 75 with the number left.

            Examples:  gatepost consent record ada@example.com --channel email --brand acme --topic newsletter \
            --type granted --method paper --wording form.txt --attach scan.pdf
                       gatepost consent record +33612345678 --channel sms --type withdrawn --method phone --actor jane
                       gatepost consent record ada@example.com --type corrected --corrects c812 --why 'wrong person'
            """)

    @Argument(help: "A mail address or a telephone number, in any spelling.") var address: String
    @Option(help: "email, sms or voice; an opt-out without one holds for all.") var channel: String?
    @Option(help: "\(ConsentType.allCases.map(\.rawValue).joined(separator: ", ")).") var type: String
    @Option(help: "The brand; may be left out where one is configured.") var brand: String?
    @Option(help: "A topic; repeat it for several.") var topic: [String] = []
    @Option(
        help: "On what it rests (default: express): \(ConsentBasis.allCases.map(\.rawValue).joined(separator: ", ")).")
    var basis: String?
    @Option(help: "The day of the purchase or inquiry, for implied_purchase and implied_inquiry.") var basisDate:
        String?
    @Option(help: "How: web-form, paper, phone, …") var method: String?
    @Option(help: "When: a day, or RFC 3339 (default: now).") var occurredAt: String?
    @Option(help: ArgumentHelp("The text that was shown.", valueName: "file")) var wording: String?
    @Option(help: "The language of the wording.") var language: String?
    @Option(help: ArgumentHelp("What proves it, a JSON object.", valueName: "json")) var evidence: String?
    @Option(help: ArgumentHelp("A file to keep with it; repeat it for several.", valueName: "file")) var attach:
        [String] = []
    @Option(help: "The event that a correction makes void, as c812.") var corrects: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    func validate() throws {
        if type == ConsentType.corrected.rawValue, corrects == nil || signing.why == nil {
            throw ValidationError("a correction needs --corrects and --why: somebody will ask")
        }
    }

    func run() async throws {
        let contact = try ContactAddress(typed: address)
        if let zero = TrunkZero(in: contact) { throw zero.refusal(of: address) }
        let fields = try fields(contact)
        let files = try attach.map {
            (name: $0.split(separator: "/").last.map(String.init) ?? $0, bytes: try Self.read($0))
        }
        try await record.withStore(.command) { store, settings in
            var consent = try read(fields, settings)
            for file in files {
                consent.details.attachments.append(try await store.keepAttachment(file.bytes, name: file.name))
            }
            if !files.isEmpty { consent.event.hasEvidence = true }
            let recorded = try await store.record([consent], by: signing.signature)
            guard let event = recorded.first else { return }
            let output = Output()
            try output.line("c\(event.number)")
            try output.flush()
            guard consent.event.type.isOptOut else { return }
            SentBetween.say(event.sentBetween)
            try await FlightWait(limit: waiting.wait.duration).untilLanded { try await store.inFlight(to: contact) }
        }
    }

    /// The event, by the rules of the file queue.
    private func read(_ fields: JSONObject, _ settings: GatewaySettings) throws(CommandFailure) -> NewConsent {
        let reader = ConsentReader(
            rules: IntakeRules(books: settings), door: .command, now: SystemTimepiece().now())
        switch reader.read(fields) {
        case .taken(let new):
            for problem in new.problems { Say.line("warning: \(problem.sentence)") }
            return new.consent
        case .refused(let problems), .lost(let problems):
            for problem in problems { Say.line(problem.sentence) }
            throw CommandFailure(.badData, "nothing was recorded")
        }
    }

    /// As a record of the file queue has them.
    private func fields(_ contact: ContactAddress) throws(CommandFailure) -> JSONObject {
        var members: [(String, JSONValue)] = [("address", .string(contact.description)), ("type", .string(type))]
        let texts = [
            ("channel", channel), ("brand", brand), ("basis", basis), ("method", method), ("occurred_at", occurredAt),
            ("language", language), ("corrects", corrects), ("actor", signing.signature.actor),
        ]
        for (name, text) in texts { if let text { members.append((name, .string(text))) } }
        if !topic.isEmpty { members.append(("topics", .array(topic.map(JSONValue.string)))) }
        if let basisDate { members.append(("basis_facts", .object(JSONObject([("date", .string(basisDate))])))) }
        if let wording { members.append(("wording", .string(try Self.text(wording)))) }
        if let evidence {
            guard let value = try? JSONValue.parse(Array(evidence.utf8)) else {
                throw CommandFailure(.usage, "--evidence is no JSON", advice: "as --evidence '{\"form\":\"contact\"}'")
            }
            members.append(("evidence", value))
        }
        return JSONObject(members)
    }

    private static func text(_ path: String) throws(CommandFailure) -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw CommandFailure(.badData, "the wording is not UTF-8", at: path)
        }
        return text
    }

    private static let mostBytes = 16 << 20

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw .system("cannot read the file", path, otherwise: .badData)
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: mostBytes + 1) else {
            throw CommandFailure(.badData, "cannot read the file", at: path)
        }
        guard data.count <= mostBytes else {
            throw CommandFailure(.badData, "the file is larger than 16 MiB", at: path)
        }
        return [UInt8](data)
    }
}

extension Problem {
    /// For people.
    fileprivate var sentence: String { TextWidth.shown([field, message].compactMap(\.self).joined(separator: ": ")) }
}

/// What went between the moment somebody opted out and the moment we heard of it.
enum SentBetween {
    private static let most = 10

    static func say(_ sent: [SentMessage]) {
        guard !sent.isEmpty else { return Say.line("nothing was sent between the opt-out and now") }
        Say.line("\(counted(sent.count, "message")) went between the opt-out and now:")
        for message in sent.prefix(most) {
            let parts = [message.job, message.template, message.brand, message.topic].compactMap(\.self)
            Say.line("  \(TimeText.short(message.sentAt))  \(TextWidth.shown(parts.joined(separator: "  ")))")
        }
        if sent.count > most { Say.line("  and \(sent.count - most) more") }
    }
}
