// SPDX-License-Identifier: Apache-2.0

/// How a text part travels (RFC 2045 section 6): always as ASCII lines that no relay has a reason to touch.
enum TransferEncoding: String, Sendable {
    case sevenBit = "7bit"
    case quotedPrintable = "quoted-printable"
    case base64

    var name: StaticString {
        switch self {
        case .sevenBit: "7bit"
        case .quotedPrintable: "quoted-printable"
        case .base64: "base64"
        }
    }

    /// Writes the part with CRLF line ends: CRLF, LF and CR each count as one.
    func encode(_ source: UnsafeBufferPointer<UInt8>, into out: inout ByteWriter) {
        switch self {
        case .sevenBit: LineEnds.write(source, into: &out)
        case .quotedPrintable: QuotedPrintable.encode(source, into: &out)
        case .base64: LineEnds.canonical(source).withUnsafeBufferPointer { Base64.encodeLines($0, into: &out) }
        }
    }
}

/// One look over a part: which encoding suits it, and how many bytes that takes at most.
struct PartSurvey {
    let encoding: TransferEncoding
    let encodedCapacity: Int

    init(_ part: [UInt8]) {
        let (encoding, capacity) = part.withUnsafeBufferPointer { source in
            let counts = ByteCounts(source)
            return (Self.choose(source, counts), counts)
        }
        self.encoding = encoding
        switch encoding {
        case .sevenBit: encodedCapacity = part.count + capacity.lineEnds
        case .quotedPrintable: encodedCapacity = capacity.quotedPrintableCapacity
        case .base64: encodedCapacity = Base64.lineCapacity(part.count + capacity.lineEnds)
        }
    }

    private static func choose(_ source: UnsafeBufferPointer<UInt8>, _ counts: ByteCounts) -> TransferEncoding {
        if counts.beyondASCII == 0, counts.controls == 0, LineEnds.suitSevenBit(source) { return .sevenBit }
        return counts.isMostlyASCII || counts.quotedPrintableSize <= counts.base64Size ? .quotedPrintable : .base64
    }
}

/// Counted without branches, so that it runs at memory speed.
private struct ByteCounts {
    private let total: Int
    private(set) var beyondASCII = 0
    /// Below 0x20 but for TAB, CR and LF; and DEL.
    private(set) var controls = 0
    /// CRs and LFs: at least the number of line ends.
    private(set) var lineEnds = 0
    private var equalSigns = 0

    init(_ source: UnsafeBufferPointer<UInt8>) {
        total = source.count
        var (high, low, ends, tabs, equal) = (0, 0, 0, 0, 0)
        for byte in source {
            high &+= byte >= 0x80 ? 1 : 0
            low &+= byte < 0x20 || byte == 0x7F ? 1 : 0
            ends &+= byte == 0x0A || byte == 0x0D ? 1 : 0
            tabs &+= byte == 0x09 ? 1 : 0
            equal &+= byte == UInt8(ascii: "=") ? 1 : 0
        }
        (beyondASCII, controls, lineEnds, equalSigns) = (high, low - ends - tabs, ends, equal)
    }

    private var escaped: Int { beyondASCII + controls + equalSigns }
    /// Stays readable in quoted-printable, and filters look askance at base64 without need.
    var isMostlyASCII: Bool { escaped * 4 <= total }
    var quotedPrintableSize: Int { (total + 2 * escaped) * 78 / 75 }
    var base64Size: Int { (total + lineEnds / 2) * 4 / 3 * 78 / 76 }

    /// Each physical line may add a CR, an escaped dot or `F` at its start, an escaped space at its end, a soft break; and
    /// only lines that could not take a scalar of four bytes (12 columns) are broken before column 75.
    var quotedPrintableCapacity: Int {
        let size = total + 2 * escaped
        return size + 10 * (size / 60 + lineEnds + 2)
    }
}
