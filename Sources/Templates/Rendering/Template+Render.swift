// SPDX-License-Identifier: Apache-2.0
//
// Step 7 of 10, first half: template, data and brand make the words of a message.

import GatewayModel

extension Template {
    /// One part as UTF-8 bytes. Subject and title are one line without blanks around it and never empty; a text
    /// message has no blanks around it.
    ///
    /// - Parameter locale: BCP 47; falls back `fr-CA` → `fr` → the files outside locale folders.
    public func render(_ part: TemplatePart, locale: String?, context: RenderContext) throws(RenderError) -> [UInt8] {
        for folder in LocaleChain.of(locale) where languages[folder]?[part] != nil {
            return try render(part, in: folder, context)
        }
        throw RenderError(template: name, part: part, name: nil, reason: .noSuchPart)
    }

    /// Subject and bodies of an e-mail. The bodies come from one folder, so that a message never speaks two languages.
    public func renderEmail(locale: String?, context: RenderContext) throws(RenderError) -> RenderedMessage {
        let chain = LocaleChain.of(locale)
        guard let folder = chain.first(where: { languages[$0]?[.html] != nil || languages[$0]?[.text] != nil }) else {
            throw RenderError(template: name, part: .html, name: nil, reason: .noSuchPart)
        }
        let subject = try render(.subject, locale: locale, context: context)
        var html: [UInt8]?
        var text: [UInt8]?
        if languages[folder]?[.html] != nil { html = try render(.html, in: folder, context) }
        if languages[folder]?[.text] != nil { text = try render(.text, in: folder, context) }
        return RenderedMessage(
            subject: String(decoding: subject, as: UTF8.self), html: html, text: text,
            locale: folder.isEmpty ? settings.language : folder)
    }

    private func render(_ part: TemplatePart, in folder: String, _ context: RenderContext) throws(RenderError)
        -> [UInt8]
    {
        guard let program = languages[folder]?[part] else {
            throw RenderError(template: name, part: part, name: nil, reason: .noSuchPart)
        }
        var bytes: [UInt8]
        do throws(Interpreter.Failure) {
            bytes = try Interpreter.run(
                program, builtIn: context.builtIn(withNow: program.usesNow), data: context.data,
                language: DateLanguage(locale: folder.isEmpty ? settings.language : folder), limit: part.limit)
        } catch {
            throw RenderError(template: name, part: part, name: error.name, reason: error.reason)
        }
        guard part.isOneLine || part == .sms else { return bytes }
        bytes.trimBlanks()
        if bytes.isEmpty { throw RenderError(template: name, part: part, name: nil, reason: .empty) }
        if part.isOneLine, !EscapeWriter.isOneLine(String(decoding: bytes, as: UTF8.self)) {
            throw RenderError(template: name, part: part, name: nil, reason: .headerInjection)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Takes off spaces, tabs and line ends at both ends.
    fileprivate mutating func trimBlanks() {
        while let last, last == 0x20 || (0x09...0x0D).contains(last) { removeLast() }
        let lead = prefix { $0 == 0x20 || (0x09...0x0D).contains($0) }.count
        if lead > 0 { removeFirst(lead) }
    }
}
