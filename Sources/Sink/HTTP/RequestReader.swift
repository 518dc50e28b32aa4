// SPDX-License-Identifier: Apache-2.0
//
// RequestReader: takes requests off a stream of bytes (RFC 9112), one after the other, however the bytes are cut.
//
// A value. Strict where leniency lets requests be smuggled: one framing, one length, CRLF only, no folded fields.

import GatewayModel
import Glibc

struct RequestReader {
    enum Step {
        case needsMore
        /// The client waits with its body until it is told to go on (RFC 9110 section 10.1.1).
        case expectsContinue
        case request(SinkRequest)
        /// Nothing that follows can be read.
        case failed(RequestFault)
    }

    private enum Stage {
        case head
        case body(RequestHead, length: Int)
        case chunked(RequestHead, ChunkedBody)
        case failed(RequestFault)
    }

    private let maxBody: Int
    private var held: [UInt8] = []
    /// What lies before it is read.
    private var start = 0
    /// Up to where the end of the head has been looked for.
    private var searched = 0
    private var stage = Stage.head
    static let longestHead = 64 << 10

    init(maxBody: Int) { self.maxBody = maxBody }

    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        if start == held.count {
            held.removeAll(keepingCapacity: held.capacity <= 1 << 20)
            (start, searched) = (0, 0)
        } else if start > 1 << 16 {
            held.removeSubrange(..<start)
            (start, searched) = (0, searched - start)
        }
        held.append(contentsOf: bytes)
    }

    mutating func next() -> Step {
        do {
            return try step()
        } catch {
            stage = .failed(error)
            return .failed(error)
        }
    }

    private mutating func step() throws(RequestFault) -> Step {
        switch stage {
        case .head:
            guard let head = try head() else { return .needsMore }
            switch head.framing {
            case .length(let length):
                guard length <= maxBody else { throw .bodyTooBig }
                stage = .body(head, length: length)
            case .chunked: stage = .chunked(head, ChunkedBody(maxBytes: maxBody))
            }
            return head.expectsContinue && start == held.count && head.framing != .length(0)
                ? .expectsContinue : try step()
        case .body(let head, let length):
            guard held.count - start >= length else { return .needsMore }
            defer { start += length }
            return done(head, Array(held[start..<start + length]))
        case .chunked(let head, var body):
            stage = .head  // the body has one owner
            let isWhole = try body.read(held, &start)
            guard isWhole else {
                stage = .chunked(head, body)
                return .needsMore
            }
            return done(head, body.bytes)
        case .failed(let fault): throw fault
        }
    }

    private mutating func done(_ head: RequestHead, _ body: [UInt8]) -> Step {
        stage = .head
        return .request(
            SinkRequest(
                method: head.method, target: head.target, headers: head.headers, body: body,
                keepsAlive: head.keepsAlive))
    }

    /// Nil until the empty line has come.
    private mutating func head() throws(RequestFault) -> RequestHead? {
        while start + 1 < held.count, held[start] == 0x0D, held[start + 1] == 0x0A { start += 2 }  // RFC 9112 2.2
        let found = held.withUnsafeBytes { bytes in Self.endOfHead(bytes, from: start, searched: searched) }
        searched = held.count
        guard let end = found else {
            if held.count - start > Self.longestHead { throw .headTooBig }
            return nil
        }
        if end - start > Self.longestHead { throw .headTooBig }
        let range = start..<end
        (start, searched) = (end + 2, end + 2)
        return try held.withUnsafeBufferPointer { (bytes) throws(RequestFault) in
            try RequestHead(UnsafeBufferPointer(rebasing: bytes[range]))
        }
    }

    /// Behind the CRLF of the last field line.
    private static func endOfHead(_ bytes: UnsafeRawBufferPointer, from start: Int, searched: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var index = max(start, searched)
        while index < bytes.count, let found = memchr(base + index, 0x0A, bytes.count - index) {
            let place = base.distance(to: UnsafeRawPointer(found))
            if place - 3 >= start, bytes[place - 1] == 0x0D, bytes[place - 2] == 0x0A, bytes[place - 3] == 0x0D {
                return place - 1
            }
            index = place + 1
        }
        return nil
    }
}

/// What makes a stream unreadable, as the answer says it.
struct RequestFault: Error, Hashable {
    var status: Int
    var words: String

    init(_ status: Int, _ words: String) { (self.status, self.words) = (status, words) }

    static let headTooBig = Self(431, "the header section is longer than \(RequestReader.longestHead) bytes")
    static let bodyTooBig = Self(413, "the body is too long")
    static let badChunk = Self(400, "this is no chunked body")
}
