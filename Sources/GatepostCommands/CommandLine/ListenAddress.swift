// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `127.0.0.1:2525`, `[::1]:2525`; a port alone is this machine's.
struct ListenAddress: ExpressibleByArgument, Hashable, Sendable {
    var host: String
    var port: UInt16

    init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    init?(argument: String) {
        if let port = UInt16(argument) {
            self.init(host: "127.0.0.1", port: port)
            return
        }
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else {
            return nil
        }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }

    var defaultValueDescription: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
