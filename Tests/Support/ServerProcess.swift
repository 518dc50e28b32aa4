// SPDX-License-Identifier: Apache-2.0
//
// ServerProcess: a real server, started for a test on a free port and ended with it.

import Foundation

public final class ServerProcess {
    public struct NotStarted: Error, CustomStringConvertible {
        public let description: String
    }

    public let port: Int
    private let process = Process()

    /// Starts the program with the arguments made for the port, a free one by itself; returns once it accepts connections.
    public init(_ program: String, port: Int? = nil, _ arguments: (_ port: Int) -> [String]) throws {
        self.port = try port ?? LoopbackListener.freePort()
        let port = self.port
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments(port)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 15)
        while !LoopbackListener.accepts(port) {
            guard process.isRunning, Date() < deadline else {
                throw NotStarted(description: "\(program) does not listen")
            }
            poll(nil, 0, 5)  // other programs do not tell when they are ready
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// Programs of the machine that tests use where they are there.
public enum Installed {
    /// Postfix's receiver that accepts everything.
    public static let smtpSink = first(["/usr/sbin/smtp-sink"])
    public static let openssl = first(["/usr/bin/openssl"])

    /// A Python that can import that module: `GATEPOST_PYTHON`, or the one that `make test` puts into `.build/venv`.
    public static func python(with module: String) -> String? {
        let named = ProcessInfo.processInfo.environment["GATEPOST_PYTHON"]
        let candidates = [named, ".build/venv/bin/python3"].compactMap(\.self)
        return candidates.first { run($0, ["-c", "import \(module)"]) == 0 }
    }

    /// Runs a program to its end; returns its exit code, or nil where it could not be started.
    @discardableResult
    public static func run(_ program: String, _ arguments: [String]) -> Int32? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static func first(_ paths: [String]) -> String? {
        paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
