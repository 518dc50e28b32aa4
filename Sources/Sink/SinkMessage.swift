// SPDX-License-Identifier: Apache-2.0

/// A message received whole.
struct SinkMessage: Equatable {
    /// Empty for the null reverse-path.
    var sender: String
    var recipients: [String]
    /// CRLF line ends, dots unstuffed.
    var content: [UInt8]

    /// The value of the first Message-ID field, its folds undone.
    var messageID: String? {
        content.withUnsafeBufferPointer { bytes in
            var line = 0
            while line < bytes.count, bytes[line] != 0x0D {
                let end = lineEnd(bytes, from: line)
                if bytes[line] | 0x20 == UInt8(ascii: "m"), names(bytes[line..<end]) {
                    var value = UnsafeBufferPointer(rebasing: bytes[line + 11..<end])
                    if end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == 0x09 {
                        value = UnsafeBufferPointer(rebasing: bytes[line + 11..<lineEnd(bytes, from: end)])
                    }
                    return String(decoding: value.filter { $0 > 0x20 }, as: UTF8.self)
                }
                line = end
            }
            return nil
        }
    }

    private func names(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        line.count > 11
            && line.prefix(11).lazy.map { $0 | 0x20 }.elementsEqual("message-id:".utf8.lazy.map { $0 | 0x20 })
    }

    private func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        return min(index + 1, bytes.count)
    }
}
