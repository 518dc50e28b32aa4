// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One AUTH exchange (RFC 4954): PLAIN (RFC 4616), LOGIN, XOAUTH2.
enum SASLExchange: Equatable {
    case plain
    case loginName
    case loginPassword(name: String)
    case bearer

    enum Step: Equatable {
        /// 334 with that text, already in base64.
        case challenge(String, then: SASLExchange)
        case granted
        case refused
        /// 501: not base64, or not what the mechanism says.
        case malformed
        /// 504.
        case unknownMechanism
    }

    static func begin(_ mechanism: String, initial: String?, _ credentials: SinkCredentials) -> Step {
        let exchange: SASLExchange
        switch mechanism {
        case "PLAIN": exchange = .plain
        case "LOGIN": exchange = .loginName
        case "XOAUTH2": exchange = .bearer
        default: return .unknownMechanism
        }
        guard let initial else {
            return .challenge(exchange == .loginName ? base64("Username:") : "", then: exchange)
        }
        return exchange.next(initial == "=" ? "" : initial, credentials)
    }

    /// - Parameter line: the client's answer, in base64.
    func next(_ line: String, _ credentials: SinkCredentials) -> Step {
        guard let bytes = Data(base64Encoded: line), let text = String(validating: bytes, as: UTF8.self) else {
            return .malformed
        }
        switch self {
        case .plain:
            let fields = text.split(separator: "\0", omittingEmptySubsequences: false)
            guard fields.count == 3 else { return .malformed }
            return Self.judge(fields[1] == credentials.username && fields[2] == credentials.password)
        case .loginName: return .challenge(Self.base64("Password:"), then: .loginPassword(name: text))
        case .loginPassword(let name): return Self.judge(name == credentials.username && text == credentials.password)
        case .bearer:
            return Self.judge(text == "user=\(credentials.username)\u{1}auth=Bearer \(credentials.password)\u{1}\u{1}")
        }
    }

    private static func judge(_ isRight: Bool) -> Step { isRight ? .granted : .refused }
    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
