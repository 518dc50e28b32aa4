// SPDX-License-Identifier: Apache-2.0
//
// Preview: one template with data, a brand and a locale, rendered as the engine would; nothing leaves.

import Cryptography
import Engine
import GatewayModel
import Mail
import Settings
import Templates
import Texting

struct Preview {
    private let template: Template
    private let brand: BrandSettings
    private let locale: String?
    private let recipient: Mailbox
    private let context: RenderContext

    init(
        settings: GatewaySettings, template name: String, brand: String?, data: JSONObject?, locale: String?,
        to: Mailbox
    ) throws(CommandFailure) {
        self.brand = try Self.brand(brand, settings)
        let catalog = TemplateCatalog.load(directory: settings.templatesDir, brands: settings.brands.map(\.id))
        template = try Self.template(name, of: self.brand, in: catalog, settings.templatesDir)
        (self.locale, recipient) = (locale, to)
        guard let data = data ?? catalog.sample(name) else {
            throw CommandFailure(
                .badData, "the template has no sample.json", at: "\(settings.templatesDir)/\(name)",
                advice: "write one, or give --data FILE")
        }
        let problems = template.check(data: data)
        for problem in problems { Say.line("\(problem.field ?? "data"): \(problem.message)") }
        guard problems.isEmpty else {
            throw CommandFailure(
                .badData, "the data does not fit the template", at: name, advice: "mend what is named above")
        }
        var context = RenderContext(data: data, brand: TemplateBrand(self.brand), now: SystemTimepiece().now())
        context.toName = to.name
        self.context = context
    }

    func bytes(of part: RenderCommand.Part) throws(CommandFailure) -> [UInt8] {
        do {
            switch part {
            case .html: return try template.render(.html, locale: locale, context: context)
            case .subject: return try template.render(.subject, locale: locale, context: context)
            case .sms: return try template.render(.sms, locale: locale, context: context)
            case .taskTitle: return try template.render(.taskTitle, locale: locale, context: context)
            case .taskBody: return try template.render(.taskBody, locale: locale, context: context)
            case .text: return try text()
            case .raw: return try raw()
            }
        } catch {
            throw CommandFailure(.badData, "\(error)", at: template.name)
        }
    }

    /// All parts that this template has, the whole mail last.
    func everyPart() throws(CommandFailure) -> [(RenderCommand.Part, [UInt8])] {
        var parts: [RenderCommand.Part] = []
        if template.channels.contains(.email) {
            parts += [.subject, .text]
            if template.has(.html, locale: locale) { parts.append(.html) }
            parts.append(.raw)
        }
        if template.has(.sms, locale: locale) { parts.append(.sms) }
        if template.has(.taskTitle, locale: locale) { parts.append(.taskTitle) }
        if template.has(.taskBody, locale: locale) { parts.append(.taskBody) }
        return try parts.map { (part) throws(CommandFailure) in (part, try bytes(of: part)) }
    }

    /// How a text message travels, and what would stop or shorten it.
    func segmentation(of bytes: [UInt8]) -> [String] {
        let body = String(decoding: bytes, as: UTF8.self)
        let segmentation = Segmentation.of(body)
        var lines = [segmentation.words]
        if let most = template.maxSegments, segmentation.parts > most {
            lines.append("more than max_segments = \(most): such a job fails")
        }
        let (other, changes) = Transliteration.gsm7(body)
        if !changes.isEmpty {
            lines.append("with transliterate: \(Segmentation.of(other).words) (\(changes.joined(separator: ", ")))")
        }
        return lines
    }

    /// The template's own, else the one made from the html, as it leaves.
    private func text() throws -> [UInt8] {
        let message = try template.renderEmail(locale: locale, context: context)
        if let text = message.text { return text }
        return TextFromHTML.text(of: message.html ?? [])
    }

    private func raw() throws -> [UInt8] {
        let message = try template.renderEmail(locale: locale, context: context)
        let domain = brand.from.address.domain
        guard let id = MessageID(token: "preview-\(SecureRandom.bytes(8).hex)", domain: domain) else {
            preconditionFailure("a mailbox's domain is a domain")
        }
        var mail = OutgoingMail(
            from: brand.from, to: recipient, subject: message.subject, date: context.now, messageID: id)
        (mail.replyTo, mail.text, mail.html) = (brand.replyTo, message.text, message.html)
        mail.isAutoSubmitted = template.messageClass == .transactional
        return try mail.composed().bytes
    }

    private static func brand(_ id: String?, _ settings: GatewaySettings) throws(CommandFailure) -> BrandSettings {
        let known = settings.brands.map(\.id).joined(separator: ", ")
        guard let id else {
            if settings.brands.count == 1 { return settings.brands[0] }
            throw CommandFailure(
                .usage, settings.brands.isEmpty ? "no brand is configured" : "there are several brands",
                advice: settings.brands.isEmpty ? "write a [[brand]]" : "say which with --brand: \(known)")
        }
        guard let brand = settings.brand(id) else {
            throw CommandFailure(.usage, "there is no brand \"\(id)\"", advice: "configured: \(known)")
        }
        return brand
    }

    private static func template(
        _ name: String, of brand: BrandSettings, in catalog: TemplateCatalog, _ directory: String
    ) throws(CommandFailure) -> Template {
        switch catalog.template(name, brand: brand.id) {
        case .ready(let template): return template
        case .broken(let problems):
            for problem in problems { Say.line(problem.sentence(in: directory)) }
            throw CommandFailure(
                .configuration, "the template has \(counted(problems.count, "problem"))", at: "\(directory)/\(name)")
        case .unknown(let nearest):
            let known = catalog.names.isEmpty ? "there are none" : "there are: \(catalog.names.joined(separator: ", "))"
            throw CommandFailure(
                .badData, "there is no template \"\(name)\"", at: directory,
                advice: nearest.map { "did you mean \"\($0)\"?" } ?? known)
        }
    }
}
