// SPDX-License-Identifier: Apache-2.0
//
// QueueInput: a file or standard input, read in pieces, and whether it holds one record or one a line.

import Foundation
import GatewayModel
import Spool

/// Used by one task. Closes its descriptor with its end.
final class QueueInput {
    /// The file's name as given; "-" for standard input.
    let name: String
    private(set) var form: SpoolFileName.Form
    private let descriptor: Int32
    private var head: [UInt8]
    private static let pieceSize = 1 << 20

    init(_ name: String, isNDJSON: Bool) throws(CommandFailure) {
        self.name = name
        descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("cannot read the file", name, otherwise: .badData) }
        head = try Self.piece(from: descriptor, of: name)
        form = Self.form(name, isNDJSON: isNDJSON, head: head)
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// A stem for a name in the spool: what the file's own name has of permitted characters.
    var stem: String {
        if name == "-" { return "stdin" }
        let base = URL(filePath: name).deletingPathExtension().lastPathComponent
        let kept = base.utf8.map { SpoolFileName.allows($0) ? $0 : UInt8(ascii: "-") }
        let text = String(decoding: kept.drop { $0 == UInt8(ascii: ".") }.prefix(100), as: UTF8.self)
        return text.isEmpty ? "jobs" : text
    }

    /// The next piece, up to 1 MiB; nil at the end.
    func next() throws(CommandFailure) -> [UInt8]? {
        let piece = head.isEmpty ? try Self.piece(from: descriptor, of: name) : head
        head = []
        return piece.isEmpty ? nil : piece
    }

    /// Empty at the end.
    private static func piece(from descriptor: Int32, of name: String) throws(CommandFailure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: pieceSize)
        var count = 0
        while count < buffer.count {
            let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .system("cannot read the file", name, otherwise: .badData) }
            if got == 0 { break }
            count += got
        }
        return Array(buffer[..<count])
    }

    private static func form(_ name: String, isNDJSON: Bool, head: [UInt8]) -> SpoolFileName.Form {
        if isNDJSON || name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") { return .lines }
        if name.hasSuffix(".json") { return .single }
        return looksLikeLines(head) ? .lines : .single
    }

    /// A first line that is a whole document, with something behind it, is the first of several.
    private static func looksLikeLines(_ head: [UInt8]) -> Bool {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        let text = head.drop(while: isBlank)
        guard let end = text.firstIndex(of: 0x0A), !text[end...].allSatisfy(isBlank) else { return false }
        return (try? JSONValue.parse(Array(text[..<end]))) != nil
    }
}

extension SpoolFileName {
    /// `A-Z a-z 0-9 . _ -` (CONTRACT 3.1).
    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
