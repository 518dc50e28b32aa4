// SPDX-License-Identifier: Apache-2.0

/// What the server offered in its last answer to EHLO: the one after STARTTLS, where there was one (RFC 3207 section 4.2).
struct SMTPCapabilities: Hashable, Sendable {
    /// RFC 2920.
    var pipelining = false
    /// RFC 6152.
    var eightBitMIME = false
    /// RFC 6531.
    var smtpUTF8 = false
    /// RFC 1870.
    var size = false
    /// Octets; nil: offered without a limit, or not offered.
    var sizeLimit: Int?
    /// RFC 4954.
    var authentication = false

    init() {}

    /// Reads all replies of the connecting phase. Only EHLO is answered with 250 there.
    init(transcript: [UInt8]) {
        guard let reply = SMTPReplyReader.replies(in: transcript).last(where: { $0.code == 250 }) else { return }
        for line in reply.raw.split(separator: UInt8(ascii: "\n")).dropFirst() {
            take(String(decoding: line, as: UTF8.self))
        }
    }

    private mutating func take(_ line: String) {
        let words = line.uppercased().split(separator: " ")
        switch words.first {
        case "PIPELINING": pipelining = true
        case "8BITMIME": eightBitMIME = true
        case "SMTPUTF8": smtpUTF8 = true
        case "AUTH": authentication = true
        case "SIZE":
            size = true
            sizeLimit = words.dropFirst().first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        default: break
        }
    }
}
