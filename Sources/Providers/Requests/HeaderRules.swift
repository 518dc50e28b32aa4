// SPDX-License-Identifier: Apache-2.0
//
// What may stand in a header field (RFC 9110 section 5).

enum HeaderRules {
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isToken[Int($0)] }
    }

    /// Visible ASCII, blanks and tabs: no line can be ended.
    static func isValue(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } }

    /// Written by those who carry the request, or by authentication: no description sets them.
    static func reserved(_ name: String) -> String? {
        switch name.lowercased() {
        case "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token":
            "a secret has its place in [auth]"
        case "content-type": "write content_type beside \"body\""
        case "content-length", "host", "transfer-encoding", "connection", "expect", "te", "upgrade", "accept-encoding":
            "it is set when the request is sent"
        default: nil
        }
    }

    private static let isToken: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()
}
