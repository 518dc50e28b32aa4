// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayModel
import Mail
import Settings
import Templates

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Preview a template.",
        discussion: """
            Without --data the template's own sample.json is used. --part raw is the whole mail as it would leave; \
            without --part every part of the template is shown under a heading. Of a text message it is said how it \
            travels: its alphabet, its units there, its parts.

            Examples:  gatepost render welcome --part html > welcome.html
                       gatepost render welcome --data ada.json --locale fr --part raw
                       gatepost render welcome --out preview/
            """)

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case html, text, subject, sms, raw
        case taskTitle = "task-title"
        case taskBody = "task-body"
    }

    @Argument(help: "The template's name.")
    var template: String

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "JSON with the template's data; - is standard input (default: its sample.json).", completion: .file())
    var data: String?

    @Option(help: "Which part.")
    var part: Part?

    @Option(help: "The recipient's language, as fr-CA.")
    var locale: String?

    @Option(help: "The brand (default: the only one there is).")
    var brand: String?

    @Option(help: "Whom it is made out to.")
    var to = "Ada Lovelace <ada@example.com>"

    @Option(help: "Write every part into this directory instead.", completion: .directory)
    var out: String?

    func validate() throws {
        if out != nil && part != nil { throw ValidationError("--out writes every part; leave out --part") }
    }

    func run() async throws {
        let settings = try configuration.loadQuietly()
        let preview = try Preview(
            settings: settings, template: template, brand: brand, data: readData(), locale: locale, to: recipient())
        if let out {
            try write(preview, into: out)
        } else {
            try print(preview)
        }
    }

    private func recipient() throws -> Mailbox {
        guard let mailbox = Mailbox(text: to) else {
            throw ValidationError("--to takes an address, as \"Ada Lovelace <ada@example.com>\"")
        }
        return mailbox
    }

    /// Nil where the sample is to be used.
    private func readData() throws(CommandFailure) -> JSONObject? {
        guard let data else { return nil }
        return try DataFile.object(data, as: "{\"first_name\":\"Ada\"}")
    }

    private func print(_ preview: Preview) throws {
        let output = Output()
        if let part {
            let bytes = try preview.bytes(of: part)
            try output.bytes(bytes)
            if part != .raw, bytes.last != 0x0A { try output.bytes([0x0A]) }
            if part == .sms { for line in preview.segmentation(of: bytes) { Say.line(line) } }
        } else {
            let terminal = Terminal.standardOutput
            for (part, bytes) in try preview.everyPart() where part != .raw {
                let travel = part == .sms ? " (\(preview.segmentation(of: bytes).joined(separator: "; ")))" : ""
                try output.line(terminal.paint("=== \(part.rawValue)\(travel)", .strong))
                try output.bytes(bytes + (bytes.last == 0x0A ? [] : [0x0A]))
            }
        }
        try output.flush()
    }

    private func write(_ preview: Preview, into directory: String) throws {
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw CommandFailure.system("cannot make the directory", directory, otherwise: .cannotCreate)
        }
        let output = Output()
        for (part, bytes) in try preview.everyPart() {
            let path = "\(directory)/\(part.fileName)"
            guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
                throw CommandFailure.system("cannot write the file", path, otherwise: .cannotCreate)
            }
            try output.line(path)
        }
        try output.flush()
    }
}

extension RenderCommand.Part {
    fileprivate var fileName: String {
        switch self {
        case .html: "body.html"
        case .text: "body.txt"
        case .subject: "subject.txt"
        case .sms: "sms.txt"
        case .raw: "message.eml"
        case .taskTitle: "task.title.txt"
        case .taskBody: "task.body.txt"
        }
    }
}
