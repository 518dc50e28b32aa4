// SPDX-License-Identifier: Apache-2.0

/// One thing wrong with the templates: where it is, what it is, and how it is mended.
public struct TemplateProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path below the templates directory, with `/`.
    public var file: String
    /// From 1.
    public var line: Int?
    /// From 1, in Unicode scalars.
    public var column: Int?
    public var message: String
    /// What to do about it.
    public var hint: String?

    public init(file: String, line: Int? = nil, column: Int? = nil, _ message: String, hint: String? = nil) {
        (self.file, self.line, self.column, self.message, self.hint) = (file, line, column, message, hint)
    }

    /// `welcome/subject.txt:1:7: message (hint)`.
    public var description: String {
        let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
        return "\(file)\(place): \(message)" + (hint.map { " (\($0))" } ?? "")
    }
}
