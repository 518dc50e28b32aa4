// SPDX-License-Identifier: Apache-2.0

/// Why a mail cannot be composed. The field's name is given, never its value: values are personal data.
public enum MailError: Error, Hashable, Sendable {
    /// The value holds CR, LF, NUL or another control, or U+2028 or U+2029 (facts G6). Refused, never stripped.
    case headerInjection(String)
    /// The field is composed from the mail itself, or is not for senders to set (`Return-Path`, `Bcc`, …).
    case reservedField(String)
    /// RFC 5322 section 3.6 allows the field once.
    case duplicateField(String)
    /// RFC 5322 section 2.2: a name is of printable ASCII without colon.
    case badFieldName(String)
    /// A structured field whose grammar has no place for letters beyond ASCII.
    case notASCII(String)
    /// The value has a part without spaces that does not fit into a line of 998 octets.
    case lineTooLong(String)
    /// Neither text nor html.
    case noContent
}
