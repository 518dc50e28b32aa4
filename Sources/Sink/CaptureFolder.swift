// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Glibc

/// Accepted messages, texts and tasks as files, one each, in the order they came.
///
/// A file appears whole: it is written under a name with a leading dot and renamed. Not synced: captures are for looking at.
struct CaptureFolder: Sendable {
    private let path: String

    /// Makes the folder, and those above it, where missing.
    init(_ path: String) throws(SinkError) {
        self.path = path
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o755) != 0, errno != EEXIST, errno != EISDIR { throw .cannotUseFolder(path, errno: errno) }
        }
        if access(path, W_OK | X_OK) != 0 { throw .cannotUseFolder(path, errno: errno) }
    }

    /// Writes the message under its time and id, with the envelope as fields on top.
    ///
    /// - Returns: whether it is there.
    func keep(_ message: SinkMessage, id: String, at time: Instant) -> Bool {
        var bytes = Array("X-Envelope-From: <\(message.sender)>\r\n".utf8)
        for recipient in message.recipients { bytes += Array("X-Envelope-To: <\(recipient)>\r\n".utf8) }
        return keep(bytes + message.content, as: "\(id).eml", at: time)
    }

    /// Writes a request as it came, the values of those headers left out.
    ///
    /// - Returns: whether it is there.
    func keep(_ request: SinkRequest, hiding secrets: Set<String>, id: String, at time: Instant) -> Bool {
        keep(request.shown(hiding: secrets), as: "\(id).http", at: time)
    }

    private func keep(_ bytes: [UInt8], as ending: String, at time: Instant) -> Bool {
        let name = "\(Self.stamp(time))-\(ending)"
        let hidden = "\(path)/.\(name)"
        guard Self.write(bytes, to: hidden), rename(hidden, "\(path)/\(name)") == 0 else {
            unlink(hidden)
            return false
        }
        return true
    }

    /// `20261121T200000.123456Z`: sorts by time.
    private static func stamp(_ time: Instant) -> String {
        String(decoding: time.rfc3339.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { return false }
        defer { close(file) }
        return bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }
}

func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
