// SPDX-License-Identifier: Apache-2.0
//
// HTTPWords: a request in libcurl's options, and what every handle of a client is told once.

import CCurl
import GatewayModel

/// What one request sets; kept to tell what the next one changes.
struct HTTPWords {
    private enum Form: Hashable {
        /// libcurl's GET, under another name perhaps: no Content-Length.
        case bodyless
        case head
        /// libcurl's POST, under another name perhaps: the body is read from us.
        case body
    }

    /// A client says these itself.
    private static let ownHeaders: Set<String> = [
        "content-length", "transfer-encoding", "expect", "connection", "content-type",
    ]

    private var url = ""
    private var method = ""
    private var form: Form?
    private var headers: [HeaderField] = []
    private var contentType: String?
    private var count = 0
    private var wantsNewConnection = false

    /// Nothing said yet.
    init() {}

    init(_ request: HTTPRequest) throws(HTTPFailure) {
        (url, method, headers) = (request.url, request.method, request.headers)
        (contentType, count) = (request.contentType, request.body.count)
        form =
            switch request.method {
            case "POST", "PUT", "PATCH": .body
            case "HEAD": .head
            default: count > 0 ? .body : .bodyless
            }
        wantsNewConnection = count == 0 && !request.isRepeatable
        try check()
    }

    /// Nothing may end a line early and smuggle in another (RFC 9110 section 5.5).
    private func check() throws(HTTPFailure) {
        let isMethod = !method.isEmpty && method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        let isPlain = Self.isPlain(url) && Self.isPlain(contentType ?? "") && !(form == .head && count > 0)
        guard isMethod, isPlain else {
            throw HTTPFailure(.setup, bodySent: .none, "no such request can be made: \(method.debugDescription)")
        }
        for header in headers {
            guard Self.isName(header.name), Self.isPlain(header.value),
                !Self.ownHeaders.contains(header.name.lowercased())
            else { throw HTTPFailure(.setup, bodySent: .none, "not a header to send: \(header.name.debugDescription)") }
        }
    }

    /// Without TLS nothing tells before the first answer that it is no HTTP/2 (RFC 9113 section 3.2): whoever waited for
    /// that would wait for the slowest.
    private var isUnencrypted: Bool { url.hasPrefix("http:") }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    }

    /// Says to libcurl what differs. `list` is the header list it was given last, owned by the caller.
    func set(
        _ easy: UnsafeMutableRawPointer, after last: HTTPWords, _ list: inout UnsafeMutablePointer<curl_slist>?
    ) {
        if url != last.url { gatepost_easy_set_text(easy, CURLOPT_URL, url) }
        if isUnencrypted != last.isUnencrypted {
            gatepost_easy_set_long(easy, CURLOPT_PIPEWAIT, isUnencrypted ? 0 : 1)
        }
        if form != last.form || method != last.method { setMethod(easy) }
        if form == .body, count != last.count || form != last.form {
            gatepost_easy_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count))
        }
        if wantsNewConnection != last.wantsNewConnection {
            gatepost_easy_set_long(easy, CURLOPT_FRESH_CONNECT, wantsNewConnection ? 1 : 0)
        }
        guard list == nil || headers != last.headers || contentType != last.contentType else { return }
        let fresh = headerList
        gatepost_easy_set_list(easy, CURLOPT_HTTPHEADER, fresh)
        curl_slist_free_all(list)
        list = fresh
    }

    /// For the request set last; the next one sets what it wants.
    mutating func insistOnNewConnection(_ easy: UnsafeMutableRawPointer) {
        wantsNewConnection = true
        gatepost_easy_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
    }

    private func setMethod(_ easy: UnsafeMutableRawPointer) {
        gatepost_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, nil)
        switch form {
        case .body:
            gatepost_easy_set_long(easy, CURLOPT_POST, 1)
            if method != "POST" { gatepost_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, method) }
        case .head: gatepost_easy_set_long(easy, CURLOPT_NOBODY, 1)
        case .bodyless, nil:
            gatepost_easy_set_long(easy, CURLOPT_HTTPGET, 1)
            if method != "GET" { gatepost_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, method) }
        }
    }

    /// In libcurl's spelling: `Name;` is an empty value, `Name:` leaves out what libcurl would add.
    private var headerList: UnsafeMutablePointer<curl_slist>? {
        var lines = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        lines.append(contentType.map { "Content-Type: \($0)" } ?? "Content-Type:")
        lines.append("Expect:")
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) { lines.append("User-Agent: gatepost") }
        return lines.reduce(nil) { list, line in curl_slist_append(list, line) }
    }
}

extension HTTPWords {
    /// What holds for every request of a client.
    static func configure(_ easy: UnsafeMutableRawPointer, _ options: HTTPClientOptions) {
        for (option, value) in [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_QUICK_EXIT, 1), (CURLOPT_TCP_NODELAY, 1), (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_UPLOAD_BUFFERSIZE, 16_384), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            (CURLOPT_DISALLOW_USERNAME_IN_URL, 1), (CURLOPT_HTTP09_ALLOWED, 0),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connectTimeout)),
            (CURLOPT_MAXAGE_CONN, max(1, milliseconds(options.maxIdle) / 1000)),
            (CURLOPT_MAXLIFETIME_CONN, max(1, milliseconds(options.maxAge) / 1000)),
        ] { gatepost_easy_set_long(easy, option, value) }
        gatepost_easy_set_text(easy, CURLOPT_PROTOCOLS_STR, options.allowsPrivateNetwork ? "https,http" : "https")
        gatepost_easy_set_text(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https")
        switch options.version {
        case .http11: gatepost_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        case .http2:
            gatepost_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            gatepost_easy_set_long(easy, CURLOPT_PIPEWAIT, 1)
        }
        pass(easy, through: options.proxy)
        trust(easy, options)
    }

    /// Sets both even without a proxy: what is not set, libcurl takes from the environment.
    private static func pass(_ easy: UnsafeMutableRawPointer, through proxy: String?) {
        gatepost_easy_set_text(easy, CURLOPT_PROXY, proxy ?? "")
        gatepost_easy_set_text(easy, CURLOPT_NOPROXY, "")
        gatepost_easy_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        gatepost_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)  // an answer is the server's alone
    }

    private static func trust(_ easy: UnsafeMutableRawPointer, _ options: HTTPClientOptions) {
        if let caFile = options.caFile { gatepost_easy_set_text(easy, CURLOPT_CAINFO, caFile) }
        // Else the system's authorities count beside the file's; and libcurl keeps what it has read of authorities for the
        // next connection only where they all come from one file. Reading the system's is 20 ms, on this thread; a file
        // that was exchanged is seen after a minute, not after libcurl's day.
        gatepost_easy_set_text(easy, CURLOPT_CAPATH, nil)
        gatepost_easy_set_long(easy, CURLOPT_CA_CACHE_TIMEOUT, 60)
        if let certificate = options.clientCertificate, let key = options.clientKey {
            gatepost_easy_set_text(easy, CURLOPT_SSLCERT, certificate)
            gatepost_easy_set_text(easy, CURLOPT_SSLCERTTYPE, "PEM")
            gatepost_easy_set_text(easy, CURLOPT_SSLKEY, key)
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(max(1, (LoopTime(nanoseconds: 0) + duration).nanoseconds / 1_000_000))
    }
}
