// SPDX-License-Identifier: Apache-2.0

/// Text broken into lines for paper: between words, never within one. Its own line ends stay.
enum TextWrap {
    /// - Parameters:
    ///   - width: columns of a line; a word that is wider has a line of its own.
    ///   - first: what stands before the first line, and as blanks before the others.
    static func lines(_ text: String, width: Int, first: String = "") -> [String] {
        let room = max(20, width - TextWidth.of(first))
        let margin = String(repeating: " ", count: TextWidth.of(first))
        let paragraphs = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let broken = paragraphs.flatMap { paragraph in words(TextWidth.shown(String(paragraph)), in: room) }
        return broken.enumerated().map { index, line in
            line.isEmpty ? "" : (index == 0 ? first : margin) + line
        }
    }

    private static func words(_ paragraph: String, in room: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in paragraph.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if TextWidth.of(line) + 1 + TextWidth.of(String(word)) <= room {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }
}
