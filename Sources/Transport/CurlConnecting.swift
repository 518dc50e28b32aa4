// SPDX-License-Identifier: Apache-2.0
//
// CurlConnecting: makes links with libcurl; it carries none of our words.
//
// Lives on the thread "reactor". Traps, all of libcurl 7.88.1:
// - Giving up while a name is being resolved joins the resolver's thread, unless QUICK_EXIT says no.
// - A handle must stay in the multi while its link is used; taking it out closes the connection, without QUIT. So does
//   a refusal while connecting. (After a transfer libcurl would say QUIT and wait for the answer, inside the call.)

import CCurl
import Glibc

final class CurlConnecting: CurlMultiOwner {
    private static let transcriptLimit = 16_384
    private unowned let loop: ReactorLoop
    private lazy var multi = loop.curlMulti(for: self)
    private var numbers: [UnsafeMutableRawPointer: UInt32] = [:]

    init(_ loop: ReactorLoop) { self.loop = loop }

    func begin(_ link: Link, _ target: LinkTarget) {
        guard let easy = curl_easy_init() else { preconditionFailure("libcurl gave no handle") }
        link.handle = easy
        numbers[easy] = link.number
        Self.configure(easy, target)
        gatepost_easy_set_error_buffer(easy, link.errorBuffer)
        let owner = Unmanaged.passUnretained(link).toOpaque()
        gatepost_easy_set_header_function(
            easy,
            { bytes, size, count, owner in
                CurlConnecting.record(bytes, size * count, for: owner)
                return size * count
            }, owner)
        multi.add(easy)
    }

    func drop(_ link: Link) {
        guard let easy = link.handle else { return }
        link.handle = nil
        numbers[easy] = nil
        multi.remove(easy)
        curl_easy_cleanup(easy)
    }

    /// A link has finished connecting, one way or the other.
    func finished(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) {
        guard let number = numbers[easy], let link = loop.link(number) else { return }
        var socket: curl_socket_t = -1
        if result == CURLE_OK, gatepost_easy_get_socket(easy, &socket) == CURLE_OK, socket >= 0 {
            link.opened(socket: socket)
        } else {
            link.failed(result == CURLE_OK ? CURLE_COULDNT_CONNECT : result)
        }
    }

    func collected() {}

    private static func record(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, for owner: UnsafeMutableRawPointer?)
    {
        guard let bytes, let owner else { return }
        let link = Unmanaged<Link>.fromOpaque(owner).takeUnretainedValue()
        // The newest counts: what was said before STARTTLS must not stand in for what came behind it (RFC 3207 section 4.2).
        if link.transcript.count + count > transcriptLimit { link.transcript = [] }
        guard count <= transcriptLimit else { return }
        link.transcript.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    }
}

extension CurlConnecting {
    private static func configure(_ easy: UnsafeMutableRawPointer, _ target: LinkTarget) {
        gatepost_easy_set_text(easy, CURLOPT_URL, target.url)
        gatepost_easy_set_text(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        for (option, value) in [
            (CURLOPT_CONNECT_ONLY, 1), (CURLOPT_FRESH_CONNECT, 1), (CURLOPT_NOSIGNAL, 1), (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_TCP_NODELAY, 1), (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
        ] { gatepost_easy_set_long(easy, option, value) }
        pass(easy, through: target.proxy)
        let milliseconds = Int(max(1, (LoopTime(nanoseconds: 0) + target.connectTimeout).nanoseconds / 1_000_000))
        gatepost_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        gatepost_easy_set_long(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, milliseconds / 1000 + 1)
        if let caFile = target.caFile { gatepost_easy_set_text(easy, CURLOPT_CAINFO, caFile) }
        // Else the system's authorities count beside the file's; and libcurl keeps what it has read of authorities for the
        // next connection only where they all come from one file. Reading the system's is 20 ms, on this thread; a file
        // that was exchanged is seen after a minute, not after libcurl's day.
        gatepost_easy_set_text(easy, CURLOPT_CAPATH, nil)
        gatepost_easy_set_long(easy, CURLOPT_CA_CACHE_TIMEOUT, 60)
        if let certificate = target.clientCertificate, let key = target.clientKey {
            gatepost_easy_set_text(easy, CURLOPT_SSLCERT, certificate)
            gatepost_easy_set_text(easy, CURLOPT_SSLCERTTYPE, "PEM")
            gatepost_easy_set_text(easy, CURLOPT_SSLKEY, key)
        }
        secure(easy, target.security)
        if let login = target.login { identify(easy, login) }
    }

    /// Sets both even without a proxy: what is not set, libcurl takes from the environment.
    private static func pass(_ easy: UnsafeMutableRawPointer, through proxy: String?) {
        gatepost_easy_set_text(easy, CURLOPT_PROXY, proxy ?? "")
        gatepost_easy_set_text(easy, CURLOPT_NOPROXY, "")
        guard let proxy, proxy.hasPrefix("http:") else { return }
        gatepost_easy_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        gatepost_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)  // the transcript is the relay's alone
    }

    private static func secure(_ easy: UnsafeMutableRawPointer, _ security: LinkTarget.Security) {
        let use =
            switch security {
            case .implicit, .required: CURLUSESSL_ALL
            case .opportunistic: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        gatepost_easy_set_long(easy, CURLOPT_USE_SSL, Int(use.rawValue))
        gatepost_easy_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    }

    private static func identify(_ easy: UnsafeMutableRawPointer, _ login: LinkTarget.Login) {
        switch login {
        case .password(let user, let password, let mechanism):
            gatepost_easy_set_text(easy, CURLOPT_USERNAME, user)
            gatepost_easy_set_text(easy, CURLOPT_PASSWORD, password)
            if let mechanism { gatepost_easy_set_text(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=\(mechanism)") }
        case .bearer(let user, let token):
            gatepost_easy_set_text(easy, CURLOPT_USERNAME, user)
            gatepost_easy_set_text(easy, CURLOPT_XOAUTH2_BEARER, token)
            gatepost_easy_set_text(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2")
        }
    }
}
