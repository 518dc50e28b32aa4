// SPDX-License-Identifier: Apache-2.0

/// The reply reader's fuzz entry, for `make fuzz`: traps where a promise of the reader does not hold.
///
/// Whatever comes, cut anywhere: the same findings as in one piece, nothing after garbage, texts bounded and of one line.
public func fuzzSMTPReplyReader(_ bytes: UnsafeRawBufferPointer) {
    var whole: [SMTPReplyReader.Finding] = []
    var reader = SMTPReplyReader()
    reader.read(bytes, into: &whole)

    var pieces: [SMTPReplyReader.Finding] = []
    var slowReader = SMTPReplyReader()
    let step = bytes.first.map { Int($0 % 7) + 1 } ?? 1
    for start in stride(from: 0, to: bytes.count, by: step) {
        let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + step)])
        slowReader.read(piece, into: &pieces)
    }
    precondition(whole == pieces, "the cut changed what was read")

    for (index, finding) in whole.enumerated() {
        switch finding {
        case .garbage: precondition(index == whole.count - 1, "read on behind garbage")
        case .reply(let reply):
            precondition((200...599).contains(reply.code), "a code out of range")
            precondition(reply.text.utf8.count <= 512 && reply.wireText.utf8.count <= 480, "text without bound")
            precondition(!reply.text.utf8.contains { $0 < 0x20 }, "a control in the text")
            _ = Judgement.judgeStored(code: reply.code, text: reply.wireText)
            _ = reply.queueID
        }
    }
}
