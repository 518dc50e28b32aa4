// SPDX-License-Identifier: Apache-2.0
//
// Side rows as bytes: a list of (tag, length, bytes), so that equal words have equal bytes and equal digests.
//
// Tags are stored: never renumbered, never used again.

import GatewayModel

enum FieldTag: UInt8 {
    case producer = 1, id, channel, recipient, person, template, messageClass, brand, topic, campaign, reference,
        intended, contactSubject
    case detail = 32, messageID, contentSHA256, templateDigest, providerID, providerCode, providerEnhanced, cause,
        segments
    case action = 64, actor, systemUser, why, about
    case kind = 96, address, occurredText, method, wordingSHA256, language, basisFacts, disclosures, evidence
    case attachments, damage, recordID, source, note, batch, statedActor
    case purpose = 128, requestMethod, target, headerField, contentType, body, requestReference, match, name, value
}

struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 200) { bytes.reserveCapacity(capacity) }

    mutating func put(_ tag: FieldTag, _ text: String?) {
        guard var text else { return }
        text.withUTF8 { put(tag, UnsafeRawBufferPointer($0)) }
    }
    mutating func put(_ tag: FieldTag, _ content: [UInt8]?) {
        content?.withUnsafeBytes { put(tag, $0) }
    }

    private mutating func put(_ tag: FieldTag, _ content: UnsafeRawBufferPointer) {
        bytes.append(tag.rawValue)
        var length = content.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes.append(contentsOf: content)
    }
}

/// Reads what `FieldWriter` wrote. Tags it does not know are passed over; bytes cut off end the reading.
struct FieldReader {
    private var found: [(tag: UInt8, range: Range<Int>)] = []
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var at = 0
        while at < bytes.count {
            let tag = bytes[at]
            at += 1
            var length = 0
            var shift = 0
            while at < bytes.count, bytes[at] >= 0x80, shift < 35 {
                length |= Int(bytes[at] & 0x7F) << shift
                shift += 7
                at += 1
            }
            guard at < bytes.count else { return }
            length |= Int(bytes[at]) << shift
            at += 1
            guard bytes.count - at >= length else { return }
            found.append((tag, at..<at + length))
            at += length
        }
    }

    subscript(tag: FieldTag) -> String? {
        found.first { $0.tag == tag.rawValue }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }
    func bytes(_ tag: FieldTag) -> [UInt8]? {
        found.first { $0.tag == tag.rawValue }.map { Array(bytes[$0.range]) }
    }
    /// Every field of that tag, in order.
    func all(_ tag: FieldTag) -> [[UInt8]] { found.filter { $0.tag == tag.rawValue }.map { Array(bytes[$0.range]) } }
}
