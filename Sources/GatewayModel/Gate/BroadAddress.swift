// SPDX-License-Identifier: Apache-2.0
//
// BroadAddress: spellings that reach the same mailbox or telephone. For suppression and for people who look an address
// up; never for consent, which holds for exactly the address that gave it (DESIGN D7, facts B2).

public enum BroadAddress {
    /// One form for all spellings that reach the same person. What is suppressed and who is written to are compared in
    /// this form. Idempotent; an address without known aliases is its own form.
    ///
    /// - Plus tags go where the domain is known to ignore them; dots for Google's own two domains, which are one.
    /// - Mexico's `+521…` is `+52…`, Argentina's `+549…` is `+54…`, a Brazilian mobile number with its ninth digit is the
    ///   one without.
    public static func canonical(_ address: ContactAddress) -> ContactAddress {
        switch address {
        case .email(let text): .email(mailbox(text))
        case .phone(let text): .phone(telephone(text))
        case .crm: address
        }
    }

    /// The forms under which somebody else's list may have hashed the address: as it is, without its tag, canonical.
    public static func spellings(of address: ContactAddress) -> [ContactAddress] {
        var forms = [address]
        func add(_ form: ContactAddress) { if !forms.contains(form) { forms.append(form) } }
        switch address {
        case .email(let text):
            add(.email(withoutTag(text)))
            add(.email(mailbox(text)))
            if isGoogle(text) {
                for form in forms {
                    guard case .email(let text) = form, let at = text.lastIndex(of: "@") else { continue }
                    add(.email(text[..<at] + "@gmail.com"))
                    add(.email(text[..<at] + "@googlemail.com"))
                }
            }
        case .phone(let text):
            add(.phone(telephone(text)))
            if let longer = withMobileDigit(telephone(text)) { add(.phone(longer)) }
        case .crm: break
        }
        return forms
    }

    /// Domains whose mailboxes ignore what follows a plus sign, by their operators' own pages.
    private static let tagged: Set<String> = [
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "fastmail.com",
        "fastmail.fm", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me",
    ]

    private static func isGoogle(_ text: String) -> Bool {
        text.hasSuffix("@gmail.com") || text.hasSuffix("@googlemail.com")
    }

    private static func withoutTag(_ text: String) -> String {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")),
            let plus = text.utf8[..<at].firstIndex(of: UInt8(ascii: "+")), plus != text.startIndex,
            tagged.contains(String(text[text.utf8.index(after: at)...]))
        else { return text }
        return String(text[..<plus]) + String(text[at...])
    }

    private static func mailbox(_ text: String) -> String {
        let bare = withoutTag(text)
        guard isGoogle(bare), let at = bare.utf8.lastIndex(of: UInt8(ascii: "@")) else { return bare }
        let local = bare.utf8[..<at].filter { $0 != UInt8(ascii: ".") }
        return String(decoding: local, as: UTF8.self) + "@gmail.com"
    }

    private static func telephone(_ text: String) -> String {
        let digits = Array(text.utf8)
        if text.hasPrefix("+521"), digits.count == 14 { return "+52" + text.dropFirst(4) }
        if text.hasPrefix("+549"), digits.count == 14 { return "+54" + text.dropFirst(4) }
        // +55, two digits of area, nine, and what was a mobile number of eight digits before 2016: it began with 6 to 9.
        if text.hasPrefix("+55"), digits.count == 14, digits[5] == UInt8(ascii: "9"), digits[6] >= UInt8(ascii: "6") {
            return String(text.prefix(5) + text.dropFirst(6))
        }
        return text
    }

    /// The longer spelling of a canonical number that may be a mobile one.
    private static func withMobileDigit(_ text: String) -> String? {
        let digits = Array(text.utf8)
        guard digits.count == 13 else { return nil }
        if text.hasPrefix("+52") { return "+521" + text.dropFirst(3) }
        if text.hasPrefix("+54") { return "+549" + text.dropFirst(3) }
        guard text.hasPrefix("+55"), digits[5] >= UInt8(ascii: "6") else { return nil }
        return text.prefix(5) + "9" + text.dropFirst(5)
    }
}
