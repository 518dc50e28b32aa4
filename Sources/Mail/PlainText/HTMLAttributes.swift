// SPDX-License-Identifier: Apache-2.0

/// The attributes of one start tag, looked up in place.
struct HTMLAttributes {
    private let source: UnsafeBufferPointer<UInt8>
    private let range: Range<Int>

    init(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) { (self.source, self.range) = (source, range) }

    var isEmpty: Bool { range.isEmpty }

    /// Whether the element is not to be seen: `hidden`, or a style that hides it, as preheaders have it.
    var isHidden: Bool {
        guard range.count >= 6 else { return false }
        if self["hidden"] != nil { return true }
        guard let style = self["style"] else { return false }
        var tight: [UInt8] = []
        for byte in source[style] where byte > 0x20 { tight.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
        return hidingStyles.contains { declaration in
            declaration.withUTF8Buffer { occurs($0, in: tight) }
        }
    }

    /// The value with its references read, trimmed; nil where the attribute is missing or empty.
    func text(_ name: StaticString) -> [UInt8]? {
        guard let range = self[name] else { return nil }
        var value: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if source[index] == UInt8(ascii: "&"), let (scalar, end) = CharacterReferences.read(source, at: index),
                end <= range.upperBound
            {
                value.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
                index = end
            } else {
                value.append(source[index])
                index += 1
            }
        }
        let first = value.firstIndex { $0 > 0x20 } ?? value.endIndex
        let last = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? first
        return first < last ? Array(value[first..<last]) : nil
    }

    /// Where the attribute's value stands; empty where it has none.
    subscript(name: StaticString) -> Range<Int>? {
        var index = range.lowerBound
        while index < range.upperBound {
            while index < range.upperBound, source[index] <= 0x20 || source[index] == UInt8(ascii: "/") { index += 1 }
            let nameStart = index
            while index < range.upperBound, source[index] > 0x20, source[index] != UInt8(ascii: "=") { index += 1 }
            let found = nameStart..<index
            let value = takeValue(&index)
            if isName(found, name) { return value }
            if found.isEmpty && value.isEmpty { index += 1 }
        }
        return nil
    }

    private func takeValue(_ index: inout Int) -> Range<Int> {
        let nameEnd = index
        while index < range.upperBound, source[index] <= 0x20 { index += 1 }
        guard index < range.upperBound, source[index] == UInt8(ascii: "=") else {
            index = nameEnd
            return index..<index
        }
        index += 1
        while index < range.upperBound, source[index] <= 0x20 { index += 1 }
        guard index < range.upperBound else { return index..<index }
        let quote = source[index]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let start = index
            while index < range.upperBound, source[index] > 0x20 { index += 1 }
            return start..<index
        }
        index += 1
        let start = index
        while index < range.upperBound, source[index] != quote { index += 1 }
        let end = index
        index = min(index + 1, range.upperBound)
        return start..<end
    }

    private func isName(_ found: Range<Int>, _ name: StaticString) -> Bool {
        guard found.count == name.utf8CodeUnitCount else { return false }
        for place in 0..<found.count {
            let byte = source[found.lowerBound + place]
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if lower != name.utf8Start[place] { return false }
        }
        return true
    }
}

private let hidingStyles: [StaticString] = [
    "display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "max-height:0",
]

/// Whether the mark stands in the text, and no digit or point goes on behind it (`max-height:0.5em` is seen).
private func occurs(_ mark: UnsafeBufferPointer<UInt8>, in text: [UInt8]) -> Bool {
    guard text.count >= mark.count else { return false }
    for start in 0...(text.count - mark.count) where text[start] == mark[0] {
        let end = start + mark.count
        if text[start..<end].elementsEqual(mark), end == text.count || !(0x2E...0x39).contains(text[end]) {
            return true
        }
    }
    return false
}
