// SPDX-License-Identifier: Apache-2.0
//
// HTTPAnswerReader: puts an answer together from the header lines and body pieces that libcurl hands up. A value; it
// does no I/O.
//
// There is an answer once the header of one that is no 1xx has ended (RFC 9110 section 15.2). All of its header, what
// went before it included, and its body are bounded; whoever sends more is not listened to any longer.

import GatewayModel

struct HTTPAnswerReader {
    /// Of all header lines together, 1xx and trailers too.
    static let mostHeaderBytes = 65_536

    private enum Stage { case statusLine, header, body }

    private let mostBodyBytes: Int
    private var stage = Stage.statusLine
    private var headerBytes = 0
    private var status = 0
    private var headers: [HeaderField] = []
    private var body: [UInt8] = []
    /// More was sent than is read.
    private(set) var isOverfull = false

    init(mostBodyBytes: Int) { self.mostBodyBytes = mostBodyBytes }

    /// Whether anything came.
    var hasBegun: Bool { headerBytes > 0 }

    /// The answer, if its header has ended; `isCut` as given, or where it was too long.
    func answer(isCut: Bool) -> HTTPAnswer? {
        guard stage == .body else { return nil }
        return HTTPAnswer(status: status, headers: headers, body: body, isCut: isCut || isOverfull)
    }

    /// One line of a header with its line end; the empty one ends it. Returns whether to go on.
    mutating func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.mostHeaderBytes else {
            isOverfull = true
            return false
        }
        let content = line.trimmedOfLineEnd
        switch stage {
        case .statusLine: begin(content)
        case .header where content.isEmpty: stage = (100..<200).contains(status) ? .statusLine : .body
        case .header: field(content)
        case .body: break  // trailers
        }
        return true
    }

    /// A piece of the body. Returns whether to go on.
    mutating func take(body piece: UnsafeRawBufferPointer) -> Bool {
        let room = mostBodyBytes - body.count
        body.append(contentsOf: piece.prefix(room))
        if piece.count > room { isOverfull = true }
        return !isOverfull
    }

    /// `HTTP/1.1 200 OK`, `HTTP/2 200 ` (RFC 9112 section 4).
    private mutating func begin(_ line: UnsafeRawBufferPointer) {
        guard let blank = line.firstIndex(of: UInt8(ascii: " ")) else { return }
        let digits = line[(blank + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count == 3 else { return }
        status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        headers.removeAll(keepingCapacity: true)
        stage = .header
    }

    private mutating func field(_ line: UnsafeRawBufferPointer) {
        if line[0] == UInt8(ascii: " ") || line[0] == UInt8(ascii: "\t") {  // folded (RFC 9112 section 5.2)
            if !headers.isEmpty { headers[headers.count - 1].value += " " + text(line[...]) }
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        headers.append(HeaderField(lowered(line[..<colon]), text(line[(colon + 1)...])))
    }

    private func lowered(_ name: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: name.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Without blanks around it.
    private func text(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = value.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var trimmedOfLineEnd: UnsafeRawBufferPointer {
        var count = count
        while count > 0, self[count - 1] == 0x0A || self[count - 1] == 0x0D { count -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[..<count])
    }
}
