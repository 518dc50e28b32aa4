// SPDX-License-Identifier: Apache-2.0
//
// Reads `template.toml` (CONTRACT 6): every problem in it, each with its line.

import GatewayModel
import StrictTOML

struct TemplateManifest {
    /// Nil where it cannot be used.
    private(set) var settings: TemplateSettings?
    /// Whether channels are declared; otherwise they follow from the parts that are there.
    private(set) var declaresChannels = false
    private(set) var problems: [TemplateProblem] = []

    init(_ file: SourceFile) {
        let findings = TOMLFindings()
        do throws(TOMLProblem) {
            let document = try TOMLDocument(text: String(decoding: file.bytes, as: UTF8.self), file: file.name)
            var table = StrictTable(document, findings)
            settings = read(&table)
            table.finish()
        } catch {
            problems.append(TemplateProblem(error))
        }
        problems += findings.errors.map { TemplateProblem($0) }
        if !problems.isEmpty { settings = nil }
    }

    private mutating func read(_ table: inout StrictTable) -> TemplateSettings? {
        let messageClass = table.required("class", TOMLShape<MessageClass>.word)
        let channels = table.optional("channels", TOMLShape.list(of: TOMLShape<ChannelKind>.word, "a list of channels"))
        declaresChannels = channels != nil
        var settings = TemplateSettings(messageClass: messageClass ?? .marketing, channels: Set(channels ?? []))
        settings.purpose = table.optional("purpose", TOMLShape<TemplatePurpose>.word)
        if let word = table.optional("max_priority", TOMLShape<String>.word(of: Priority.allCases.map(\.word))) {
            settings.maxPriority = Priority(word: word) ?? .high
        }
        settings.maxSegments = table.optional("max_segments", TOMLShape<Int>.integer(in: 1...255))
        settings.description = table.optional("description", TOMLShape<String>.string)
        table.set(&settings.language, "language", TOMLShape<String>.languageTag)
        settings.schema =
            table.table("data") { DataSchema(DataDeclaration.fields(&$0, taken: Self.builtInNames)) } ?? DataSchema()
        checkPurpose(messageClass, settings, table)
        return messageClass == nil ? nil : settings
    }

    private func checkPurpose(_ messageClass: MessageClass?, _ settings: TemplateSettings, _ table: StrictTable) {
        switch messageClass {
        case .transactional where !table.has("purpose"):
            let words = Wording.choice(TemplatePurpose.allCases.map(\.rawValue))
            table.complain("a transactional template declares its purpose: \(words)", about: "class")
        case .marketing where table.has("purpose"):
            table.complain(
                "only a transactional template has a purpose; take it out, or change the class", about: "purpose")
        case .transactional, .marketing, nil: break
        }
    }

    private static let builtInNames = Set(Scope.builtIn.map(\.name))
}

extension TOMLShape where Value == String {
    fileprivate static var languageTag: TOMLShape {
        text.refined("a language tag as \"en\" or \"pt-BR\"") { text, _ in LocaleChain.isTag(text) ? text : nil }
    }
}

extension TemplateProblem {
    init(_ problem: TOMLProblem) {
        let path = problem.keyPath.map { $0.isEmpty ? "" : "\($0): " } ?? ""
        self.init(file: problem.file, line: problem.line, column: problem.column, path + problem.message)
    }
}
