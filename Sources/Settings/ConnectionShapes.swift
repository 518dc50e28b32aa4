// SPDX-License-Identifier: Apache-2.0
//
// What routes of every transport say of their connections: files of certificates, and a proxy.

import Foundation
import StrictTOML

extension StrictTable {
    /// A file that can be read now; told where it cannot.
    mutating func readableFile(_ key: String) -> String? {
        guard let path = optional(key, .absolutePath) else { return nil }
        if access(path, R_OK) != 0 { complain("cannot be read: \(String(cString: strerror(errno)))", about: key) }
        return path
    }

    /// `client_cert` and `client_key`: both or neither.
    mutating func clientIdentity() -> (certificate: String?, key: String?) {
        let (certificate, key) = (readableFile("client_cert"), readableFile("client_key"))
        for (one, other) in [("client_cert", "client_key"), ("client_key", "client_cert")]
        where has(one) && !has(other) {
            complain("needs a \"\(other)\" with it", about: one)
        }
        return (certificate, key)
    }
}

extension TOMLShape where Value == String {
    /// Never quotes the text: someone may have put a password there.
    static var proxy: TOMLShape<String> {
        TOMLShape<String>.line.refined("a proxy as \"http://127.0.0.1:3128\"") {
            (text, _) throws(TOMLComplaint) in
            let scheme = text.prefix { $0 != ":" }.lowercased()
            guard ["http", "socks5", "socks5h"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://") else {
                throw TOMLComplaint("must begin with http://, socks5:// or socks5h://")
            }
            var authority = text.dropFirst(scheme.count + 3)
            if authority.contains("@") {
                throw TOMLComplaint("must not hold user or password; a proxy that wants them is not supported")
            }
            if authority.last == "/" { authority.removeLast() }
            guard authority.range(of: ":[0-9]+$", options: .regularExpression) != nil,
                let address = try? RelayURL("smtp://\(authority)")
            else {
                throw TOMLComplaint("must end with host and port (1 to 65535): \(scheme)://host:port")
            }
            let host = address.host.contains(":") ? "[\(address.host)]" : address.host
            return "\(scheme)://\(host):\(address.port)"
        }
    }
}
