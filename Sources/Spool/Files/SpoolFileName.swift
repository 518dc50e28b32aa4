// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// The names that files of the queue may have (CONTRACT 3.1).
public enum SpoolFileName {
    public enum Form: Hashable, Sendable {
        /// `NAME.json`: one record, over as many lines as it likes.
        case single
        /// `NAME.ndjson`: one record a line.
        case lines
    }

    /// What a full name says the file holds; nil where the name is none that is taken.
    public static func form(of fullName: String) -> Form? {
        for (suffix, form) in [(".ndjson", Form.lines), (".json", .single)]
        where fullName.utf8.count > suffix.utf8.count {
            guard fullName.hasSuffix(suffix) else { continue }
            let stem = fullName.utf8.dropLast(suffix.utf8.count)
            let isLegal = stem.count <= 180 && stem.first != UInt8(ascii: ".") && stem.allSatisfy(isNameByte)
            return isLegal ? form : nil
        }
        return nil
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

/// A name in `taken/`: all that must be known of a file before the book has heard of it.
/// `<number>~<renamedAtMicros>~<producer>~<NAME>`; none of the parts can hold a `~`.
struct TakenName: Hashable {
    var number: Int64
    var renamedAt: Instant
    var producer: String
    var name: String

    init(number: Int64, renamedAt: Instant, producer: String, name: String) {
        (self.number, self.renamedAt, self.producer, self.name) = (number, renamedAt, producer, name)
    }

    init(_ file: TakenFile) {
        self.init(number: file.number, renamedAt: file.renamedAt, producer: file.producer, name: file.name)
    }

    init?(_ text: String) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 4, let number = Int64(parts[0]), number > 0, let micros = Int64(parts[1]),
            SpoolFileName.form(of: String(parts[3])) != nil
        else { return nil }
        self.init(
            number: number, renamedAt: Instant(microseconds: micros), producer: String(parts[2]), name: String(parts[3])
        )
    }

    /// Twelve digits: names sort by number until there have been 10^12 files.
    var text: String {
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 12 - digits.utf8.count))
        return "\(padding)\(digits)~\(renamedAt.microseconds)~\(producer)~\(name)"
    }
}
