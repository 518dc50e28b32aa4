// SPDX-License-Identifier: Apache-2.0

/// A mail's body and the fields that describe it (RFC 2045, RFC 2046).
///
/// With html: multipart/alternative, text first. Without: the text alone.
struct MIMEContent {
    let body: [UInt8]
    private let shape: Shape

    private enum Shape {
        case text(TransferEncoding)
        case alternative(boundary: [UInt8])
    }

    init(_ mail: OutgoingMail) throws(MailError) {
        let given = mail.text.flatMap { $0.isEmpty ? nil : $0 }
        guard let html = mail.html else {
            guard let given else { throw .noContent }
            let part = PartSurvey(given)
            shape = .text(part.encoding)
            body = Self.single(given, part)
            return
        }
        // Neither quoted-printable (a bare `=` is escaped) nor base64 can show `=_`, and 7bit is not chosen where it stands.
        let boundary = Array("=_\(mail.messageID.token)".utf8)
        shape = .alternative(boundary: boundary)
        body = Self.alternative(given ?? TextFromHTML.text(of: html), html, boundary: boundary)
    }

    /// Writes `Content-Type` and, for a single part, `Content-Transfer-Encoding`.
    func describe(in header: inout HeaderBlock) {
        switch shape {
        case .text(let encoding):
            header.raw("Content-Type", "text/plain; charset=utf-8")
            header.raw("Content-Transfer-Encoding", encoding.rawValue)
        case .alternative(let boundary):
            let name = String(decoding: boundary, as: UTF8.self)
            header.raw("Content-Type", "multipart/alternative;\r\n boundary=\"\(name)\"")
        }
    }

    private static func single(_ text: [UInt8], _ survey: PartSurvey) -> [UInt8] {
        text.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: survey.encodedCapacity + 2) { buffer, count in
                var out = ByteWriter(buffer)
                survey.encoding.encode(source, into: &out)
                if out.last != 0x0A { out.lineEnd() }
                count = out.count
            }
        }
    }

    private static func alternative(_ text: [UInt8], _ html: [UInt8], boundary: [UInt8]) -> [UInt8] {
        let parts: [(StaticString, [UInt8], PartSurvey)] = [
            ("text/plain", text, PartSurvey(text)), ("text/html", html, PartSurvey(html)),
        ]
        let capacity = parts.reduce(boundary.count + 16) { $0 + $1.2.encodedCapacity + boundary.count + 128 }
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var out = ByteWriter(buffer)
            for (type, bytes, survey) in parts {
                out.write("--")
                out.write(boundary)
                out.write("\r\nContent-Type: ")
                out.write(type)
                out.write("; charset=utf-8\r\nContent-Transfer-Encoding: ")
                out.write(survey.encoding.name)
                out.write("\r\n\r\n")
                bytes.withUnsafeBufferPointer { survey.encoding.encode($0, into: &out) }
                out.lineEnd()
            }
            out.write("--")
            out.write(boundary)
            out.write("--\r\n")
            count = out.count
        }
    }
}
