// SPDX-License-Identifier: Apache-2.0

/// An e-mail's rendered parts, UTF-8. At least one of `html` and `text` is there.
public struct RenderedMessage: Hashable, Sendable {
    /// One line, no controls but TAB, not empty.
    public var subject: String
    public var html: [UInt8]?
    /// Nil: to be made from the html.
    public var text: [UInt8]?
    /// The language the bodies are in: the locale folder's name, or the template's own language.
    public var locale: String

    public init(subject: String, html: [UInt8]?, text: [UInt8]?, locale: String) {
        (self.subject, self.html, self.text, self.locale) = (subject, html, text, locale)
    }
}
