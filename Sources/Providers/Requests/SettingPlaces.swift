// SPDX-License-Identifier: Apache-2.0
//
// Settings within a word: `regardingobjectid_{settings.regarding}_task`, as keys of a body and the step `within` may have
// them. What stands there is letters, digits and underscores, so that the word stays one.

import StrictTOML

public enum SettingPlaces {
    private enum Piece {
        case literal(Substring)
        case setting(Substring)
    }

    private static func pieces(of text: some StringProtocol) -> [Piece] {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstRange(of: "{settings."), let close = rest[open.upperBound...].firstIndex(of: "}") {
            if open.lowerBound > rest.startIndex { pieces.append(.literal(rest[..<open.lowerBound])) }
            pieces.append(.setting(rest[open.upperBound..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return rest.isEmpty ? pieces : pieces + [.literal(rest)]
    }

    /// In their order.
    static func names(in text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return [] }
        return pieces(of: text).compactMap { if case .setting(let name) = $0 { String(name) } else { nil } }
    }

    /// - Throws: where one is not declared, is no string, or may be missing.
    static func check(_ text: String, _ settings: [String: SettingDeclaration]) throws(ExpressionFault) {
        for name in names(in: text) {
            guard let setting = settings[name], setting.kind == .string else {
                let near = Wording.suggestion(for: "settings.\(name)", among: settings.keys.map { "settings.\($0)" })
                throw ExpressionFault("{settings.\(name)} is no setting that is a string\(near)")
            }
            guard setting.isRequired || setting.fallback != nil else {
                throw ExpressionFault("settings.\(name) must be required, or have a default, to stand in a name")
            }
        }
    }

    static func filled(_ text: String, _ value: (String) -> String) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        return pieces(of: text).map { piece in
            switch piece {
            case .literal(let literal): String(literal)
            case .setting(let name): value(String(name))
            }
        }.joined()
    }

    static func isIdentifier(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == UInt8(ascii: "_")
            }
    }

    /// Where what `pattern` gives ends in a text that begins with it, whatever the settings are; nil where it does not.
    public static func end(of pattern: String, in text: Substring) -> String.Index? {
        let pieces = pieces(of: pattern)
        var rest = text
        for (place, piece) in pieces.enumerated() {
            switch piece {
            case .literal(let literal):
                guard rest.hasPrefix(literal) else { return nil }
                rest = rest.dropFirst(literal.count)
            case .setting:
                let word = rest.prefix { isIdentifier(String($0)) }
                guard !word.isEmpty else { return nil }
                guard place + 1 < pieces.count, case .literal(let next) = pieces[place + 1] else {
                    rest = rest[word.endIndex...]
                    continue
                }
                guard let found = rest.dropFirst().firstRange(of: next), found.lowerBound <= word.endIndex else {
                    return nil
                }
                rest = rest[found.lowerBound...]
            }
        }
        return rest.startIndex
    }
}
