// SPDX-License-Identifier: Apache-2.0
//
// GatepostBinary: the real program, run to its end; what it printed and how it ended.

import Foundation

public struct GatepostBinary: Sendable {
    /// How a run ended.
    public struct Ending: Sendable {
        public var code: Int32
        public var output: String
        public var words: String

        /// Lines of standard output.
        public var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    public let path: String

    /// `GATEPOST_BINARY`, else the one built beside the tests; nil where neither is there.
    public static let built: GatepostBinary? = {
        var candidates: [String] = []
        if let named = ProcessInfo.processInfo.environment["GATEPOST_BINARY"] { candidates.append(named) }
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        for place in [tests, Bundle.main.bundleURL] {
            candidates.append(place.deletingLastPathComponent().appendingPathComponent("gatepost").path)
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }.map { GatepostBinary(path: $0) }
    }()

    public init(path: String) { self.path = path }

    /// Runs it to its end. Blocks.
    ///
    /// - Parameters:
    ///   - wrapper: a program with arguments that starts it, as `setpriv`.
    ///   - environment: laid over this process's own, without `GATEPOST_…`.
    public func run(
        _ arguments: [String], input: String = "", in directory: String? = nil, environment: [String: String] = [:],
        under wrapper: [String] = []
    ) throws -> Ending {
        let running = try start(arguments, input: input, in: directory, environment: environment, under: wrapper)
        return try running.ending()
    }

    /// Starts it; `ending` waits for its end.
    public func start(
        _ arguments: [String], input: String = "", in directory: String? = nil, environment: [String: String] = [:],
        under wrapper: [String] = []
    ) throws -> Running {
        try Running(wrapper + [path] + arguments, input: input, directory, environment)
    }

    /// A run that goes on. Used by one test; killed with its end.
    public final class Running {
        private let process = Process()
        private let folder: URL

        fileprivate init(_ words: [String], input: String, _ directory: String?, _ extra: [String: String]) throws {
            folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(
                "gatepost-run-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // Files, not pipes: nobody has to read both at once.
            for name in ["in", "out", "err"] {
                try Data(name == "in" ? Array(input.utf8) : []).write(to: folder.appendingPathComponent(name))
            }
            process.executableURL = URL(fileURLWithPath: words[0])
            process.arguments = Array(words.dropFirst())
            if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
            let clean = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GATEPOST_") }
            process.environment = clean.merging(extra) { $1 }
            process.standardInput = try FileHandle(forReadingFrom: folder.appendingPathComponent("in"))
            process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
            process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
            try process.run()
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }

        public var processID: Int32 { process.processIdentifier }
        public var isRunning: Bool { process.isRunning }
        /// What it has said so far.
        public var words: String { text("err") }

        public func interrupt() { process.interrupt() }

        public func ending() throws -> Ending {
            process.waitUntilExit()
            // As a shell tells it: a signal counts from 128.
            let code = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
            return Ending(code: code, output: text("out"), words: text("err"))
        }

        private func text(_ name: String) -> String {
            String(decoding: (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
        }
    }
}
