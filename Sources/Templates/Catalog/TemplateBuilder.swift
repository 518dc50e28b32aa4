// SPDX-License-Identifier: Apache-2.0
//
// Makes one template, for all brands or for one, out of its folder, the folder it overrides, and the partials.
// Pure: files in, template and problems out.

import Cryptography
import GatewayModel

struct TemplateBuilder {
    private let base: TemplateFolder
    private let override: TemplateFolder?
    private let partials: [String: MustachePage]
    private(set) var problems: [TemplateProblem] = []
    /// Names of the partials that take part.
    private(set) var used: Set<String> = []
    private var oneLinePaths: Set<String> = []

    init(_ base: TemplateFolder, override: TemplateFolder?, partials: [String: MustachePage]) {
        (self.base, self.override, self.partials) = (base, override, partials)
    }

    /// Nil where there are problems.
    mutating func build(brand: String?) -> Template? {
        guard let (declared, declaresChannels) = settings() else { return nil }
        var settings = declared
        let languages = compile(settings.schema)
        let present = languages[""] ?? [:]
        if !declaresChannels { settings.channels = Set(languages.values.flatMap { $0.keys.map(\.channel) }) }
        checkParts(settings, present, languages)
        checkLanguages(languages)
        guard problems.isEmpty else { return nil }
        return Template(
            name: base.name, brand: brand, settings: settings, digest: digest(), languages: languages,
            oneLinePaths: oneLinePaths)
    }

    // MARK: Settings

    private mutating func settings() -> (TemplateSettings, declaresChannels: Bool)? {
        guard let file = base.files["template.toml"] else {
            problems.append(
                TemplateProblem(
                    file: base.path, "has no template.toml",
                    hint: "add one with class = \"marketing\" or \"transactional\""))
            return nil
        }
        let manifest = TemplateManifest(file)
        problems += manifest.problems
        guard let own = override?.files["template.toml"] else {
            return manifest.settings.map { ($0, manifest.declaresChannels) }
        }
        let ownManifest = TemplateManifest(own)
        problems += ownManifest.problems
        if let a = manifest.settings, let b = ownManifest.settings, a.messageClass != b.messageClass {
            problems.append(
                TemplateProblem(
                    file: own.name, "an override has the class of what it overrides: \(a.messageClass.rawValue)"))
        }
        return ownManifest.settings.map { ($0, ownManifest.declaresChannels) }
    }

    // MARK: Parts

    private var folders: [String] {
        [""] + Set(base.locales.keys).union(override.map { Set($0.locales.keys) } ?? []).sorted()
    }

    private func file(_ name: String, in folder: String) -> SourceFile? {
        let own = folder.isEmpty ? override?.files[name] : override?.locales[folder]?[name]
        return own ?? (folder.isEmpty ? base.files[name] : base.locales[folder]?[name])
    }

    private mutating func compile(_ schema: DataSchema) -> [String: [TemplatePart: Program]] {
        var languages: [String: [TemplatePart: Program]] = [:]
        for folder in folders {
            for part in TemplatePart.allCases {
                guard let file = file(part.fileName, in: folder) else { continue }
                languages[folder, default: [:]][part] = compile(file, as: part, schema)
            }
        }
        return languages
    }

    private mutating func compile(_ file: SourceFile, as part: TemplatePart, _ schema: DataSchema) -> Program {
        var linker = Linker(rules: part.rules, schema: schema, partials: partials)
        let program = linker.link(MustacheParser.parse(part.isOneLine ? file.withoutLastLineEnd : file))
        problems += linker.problems
        used.formUnion(linker.used)
        for name in linker.used.sorted() { problems += partials[name]?.problems ?? [] }
        guard part.isOneLine else { return program }
        oneLinePaths.formUnion(linker.printedPaths)
        if program.text.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            problems.append(TemplateProblem(file: file.name, "must be one line"))
        }
        return program
    }

    private mutating func checkParts(
        _ settings: TemplateSettings, _ present: [TemplatePart: Program], _ languages: [String: [TemplatePart: Program]]
    ) {
        if settings.channels.isEmpty {
            lacks("any part", "add subject.txt and body.html, or sms.txt, or task.title.txt")
        }
        for channel in ChannelKind.allCases where settings.channels.contains(channel) {
            switch channel {
            case .email:
                if present[.subject] == nil {
                    lacks("subject.txt", "e-mail needs a subject outside the locale folders")
                }
                if present[.html] == nil, present[.text] == nil {
                    lacks("body.html or body.txt", "e-mail needs one of them outside the locale folders")
                }
            case .sms: if present[.sms] == nil { lacks("sms.txt", "the channel sms is declared") }
            case .crmTask: if present[.taskTitle] == nil { lacks("task.title.txt", "the channel crm_task is declared") }
            }
        }
        let parts = Set(languages.values.flatMap(\.keys))
        for part in TemplatePart.allCases where parts.contains(part) && !settings.channels.contains(part.channel) {
            problems.append(
                TemplateProblem(
                    file: "\(base.path)/\(part.fileName)",
                    "is there, but channels does not name \(part.channel.rawValue)"))
        }
        if settings.maxSegments != nil, !settings.channels.contains(.sms) {
            problems.append(TemplateProblem(file: "\(base.path)/template.toml", "max_segments is for the channel sms"))
        }
    }

    private mutating func lacks(_ what: String, _ hint: String) {
        problems.append(TemplateProblem(file: override?.path ?? base.path, "has no \(what)", hint: hint))
    }

    /// A body in one language under a subject in another is a slip.
    private mutating func checkLanguages(_ languages: [String: [TemplatePart: Program]]) {
        for (folder, parts) in languages.sorted(by: { $0.key < $1.key })
        where !folder.isEmpty && (parts[.html] != nil || parts[.text] != nil) {
            let chain = LocaleChain.of(folder).dropLast()
            if !chain.contains(where: { languages[$0]?[.subject] != nil }) {
                problems.append(
                    TemplateProblem(
                        file: "\(base.path)/\(folder)", "has a body and no subject.txt",
                        hint: "the subject would be in another language"))
            }
        }
    }

    // MARK: Digest

    /// Over the files in order of path: path, NUL, length, NUL, bytes.
    private func digest() -> String {
        var sources: [SourceFile] = [override?.files["template.toml"] ?? base.files["template.toml"]].compactMap { $0 }
        for folder in folders { sources += TemplatePart.allCases.compactMap { file($0.fileName, in: folder) } }
        sources += used.compactMap { partials[$0]?.source }
        var digest = SHA256Digest()
        for source in sources.sorted(by: { $0.name < $1.name }) {
            digest.update(Array("\(source.name)\u{0}\(source.bytes.count)\u{0}".utf8))
            digest.update(source.bytes)
        }
        return digest.finish().hex
    }
}

extension SourceFile {
    /// Editors end files with a line end; a subject has none.
    fileprivate var withoutLastLineEnd: SourceFile {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return end == bytes.count ? self : SourceFile(name: name, bytes: Array(bytes[..<end]))
    }
}
