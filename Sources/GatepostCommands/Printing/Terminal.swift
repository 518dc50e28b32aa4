// SPDX-License-Identifier: Apache-2.0
//
// What can be shown on a descriptor: width, and whether colour is welcome (https://no-color.org).

import Foundation

struct Terminal: Hashable, Sendable {
    /// Columns; nil where the descriptor is no terminal, so that nothing is ever cut off in a pipe.
    var width: Int?
    var hasColour: Bool

    static let plain = Terminal(width: nil, hasColour: false)
    static var standardOutput: Terminal { Terminal(descriptor: STDOUT_FILENO) }
    static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }

    init(width: Int?, hasColour: Bool) { (self.width, self.hasColour) = (width, hasColour) }

    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard isatty(descriptor) == 1 else {
            self = .plain
            return
        }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = isKnown ? Int(size.ws_col) : environment["COLUMNS"].flatMap { Int($0) } ?? 80
        hasColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    var isTerminal: Bool { width != nil }

    func paint(_ text: String, _ tone: Tone) -> String {
        guard hasColour, let code = tone.code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

/// What a colour says; never the only place where it is said.
enum Tone: Hashable, Sendable {
    case plain, good, bad, caution, faint, strong

    /// SGR parameter (ECMA-48 section 8.3.117).
    fileprivate var code: String? {
        switch self {
        case .plain: nil
        case .good: "32"
        case .bad: "31"
        case .caution: "33"
        case .faint: "2"
        case .strong: "1"
        }
    }
}
