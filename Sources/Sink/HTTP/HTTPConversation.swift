// SPDX-License-Identifier: Apache-2.0
//
// HTTPConversation: one connection seen from the server (RFC 9112 section 9), without a socket.
//
// A value. The shell feeds it bytes, sends what gathers in `output`, and does what `standing` asks for. Answers leave in the
// order of their requests: a late one holds up those behind it.

import GatewayModel

struct HTTPConversation: LinkConversation {
    /// What the shell has to do once `output` is sent.
    enum Standing: Equatable {
        case reading
        /// Call `proceed` after so long.
        case waiting(seconds: Int)
        /// Nothing, ever: the client waits for an answer.
        case silent
        case closing
    }

    private(set) var standing = Standing.reading
    var output: [UInt8] = []
    /// What became of texts and tasks, for the shell to note; it empties the list.
    var notes: [SinkEvent] = []
    private var reader: RequestReader
    /// Due when the wait is over.
    private var late: [UInt8] = []
    private var lateKeepsAlive = true

    init(maxBody: Int) { reader = RequestReader(maxBody: maxBody) }

    var isReading: Bool { standing == .reading }

    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ desk: ProviderDesk, at now: Instant) {
        reader.add(bytes)
        readOn(desk, at: now)
    }

    /// The wait is over.
    mutating func proceed(_ desk: ProviderDesk, at now: Instant) {
        guard case .waiting = standing else { return }
        output += late
        late = []
        standing = lateKeepsAlive ? .reading : .closing
        readOn(desk, at: now)
    }

    private mutating func readOn(_ desk: ProviderDesk, at now: Instant) {
        while standing == .reading {
            switch reader.next() {
            case .needsMore: return
            case .expectsContinue: output += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            case .request(let request): answer(request, desk, at: now)
            case .failed(let fault):
                AnswerBytes.write(.complaint(fault.status, fault.words), keepsAlive: false, into: &output)
                standing = .closing
            }
        }
    }

    private mutating func answer(_ request: SinkRequest, _ desk: ProviderDesk, at now: Instant) {
        let ruling = desk.answer(request, at: now)
        if let event = ruling.event { notes.append(event) }
        switch ruling.ending {
        case .answer(let answer, afterSeconds: 0):
            AnswerBytes.write(answer, keepsAlive: request.keepsAlive, into: &output)
            if !request.keepsAlive { standing = .closing }
        case .answer(let answer, let seconds):
            AnswerBytes.write(answer, keepsAlive: request.keepsAlive, into: &late)
            lateKeepsAlive = request.keepsAlive
            standing = .waiting(seconds: seconds)
        case .drop: standing = .closing
        case .silence: standing = .silent
        }
    }
}

/// An answer on its way out (RFC 9112 section 4).
enum AnswerBytes {
    static func write(_ answer: HTTPAnswer, keepsAlive: Bool, into output: inout [UInt8]) {
        var head = "HTTP/1.1 \(answer.status) \(reason(answer.status))\r\n"
        for header in answer.headers where !ownHeaders.contains(header.name) {
            head += "\(header.name): \(header.value)\r\n"
        }
        if answer.status != 204 { head += "content-length: \(answer.body.count)\r\n" }
        head += keepsAlive ? "\r\n" : "connection: close\r\n\r\n"
        output.append(contentsOf: head.utf8)
        if answer.status != 204 { output.append(contentsOf: answer.body) }
    }

    /// What the connection decides, whatever was recorded.
    private static let ownHeaders: Set<String> = [
        "content-length", "transfer-encoding", "connection", "content-encoding",
    ]

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Status \(status)"
        }
    }
}

extension HTTPAnswer {
    /// The sink's own words, where no provider's are at hand.
    static func complaint(_ status: Int, _ words: String, missing: [String] = []) -> HTTPAnswer {
        var error = [("message", JSONValue.string(words))]
        if !missing.isEmpty { error.append(("missing", .array(missing.map(JSONValue.string)))) }
        return HTTPAnswer(
            status: status, headers: [HeaderField("content-type", "application/json")],
            body: JSONObject([("error", .object(JSONObject(error)))]).encoded)
    }
}
