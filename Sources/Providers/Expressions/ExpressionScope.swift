// SPDX-License-Identifier: Apache-2.0
//
// What may be spoken of in one place of a description, and of what kind it is: what an expression is checked against when
// the file is read, so that none fails for its form later.

import GatewayModel
import StrictTOML

/// The kind of a value, as far as a file's reading can tell.
enum ValueKind: String, Hashable, Sendable {
    case text = "a text"
    case integer = "a whole number"
    case boolean = "true or false"
    case time = "a time"
    case list = "a list"
    /// A text, a number, or true or false: what a map gives.
    case scalar = "a text or a number"
}

struct ExpressionScope {
    enum Request: Hashable { case create, inquire, amend, authenticate }

    var channel: ChannelKind
    var request: Request
    /// Nil: secrets may stand here; else why not.
    var noSecrets: String?
    var allowsLists = false
    var settings: [String: SettingDeclaration]
    var secrets: Set<String>
    var maps: [String: ExpressionMap]

    /// Every name that may stand here, for the nearest right one.
    var names: [String] {
        var names = settings.keys.map { "settings.\($0)" } + ["now", "job.token", "job.uuid"]
        if noSecrets == nil { names += secrets.map { "secrets.\($0)" } }
        guard request != .authenticate else { return names.sorted() }
        switch channel {
        case .sms: names += ExpressionName.TextName.allCases.map { "text.\($0.rawValue)" }
        case .crmTask:
            names += ExpressionName.TaskName.allCases
                .filter { request == .amend || ($0 != .id && $0 != .note) }.map { "task.\($0.rawValue)" }
        case .email: break
        }
        names += ["job.brand", "job.campaign", "job.topic", "job.class", "callback.url"]
        if request == .inquire { names.append("attempt.since") }
        return names.sorted()
    }

    /// - Throws: what is wrong with it, in words that name the nearest right one.
    func name(_ text: String) throws(ExpressionFault) -> ExpressionName {
        if text.hasPrefix("secrets."), let noSecrets {
            throw ExpressionFault("a secret must not stand here: \(noSecrets)")
        }
        guard names.contains(text), let name = Self.read(text) else {
            let near = Wording.suggestion(for: text, among: names)
            throw ExpressionFault("nothing here is called \"\(text)\"\(near.isEmpty ? why(text) : near)")
        }
        return name
    }

    /// Known elsewhere, or to be declared first.
    private func why(_ text: String) -> String {
        switch text.split(separator: ".").first {
        case "settings": "; declare it as [\(text)]"
        case "secrets": "; declare it as [\(text)]"
        case "text" where channel != .sms: "; a task has a title and a body: task.title, task.body"
        case "task" where channel != .crmTask: "; a text has no more than text.to, text.body, …"
        default: Self.read(text) == nil ? "" : ", though elsewhere it is"
        }
    }

    private static func read(_ text: String) -> ExpressionName? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if text == "now" { return .now }
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "text": return ExpressionName.TextName(rawValue: parts[1]).map(ExpressionName.text)
        case "task": return ExpressionName.TaskName(rawValue: parts[1]).map(ExpressionName.task)
        case "job": return ExpressionName.JobName(rawValue: parts[1]).map(ExpressionName.job)
        case "settings": return .setting(parts[1])
        case "secrets": return .secret(parts[1])
        case "callback": return parts[1] == "url" ? .callbackURL : nil
        case "attempt": return parts[1] == "since" ? .attemptSince : nil
        default: return nil
        }
    }

    func kind(of name: ExpressionName) -> ValueKind {
        switch name {
        case .text(let name):
            switch name {
            case .to, .body, .encoding: .text
            case .segments, .validity: .integer
            case .validUntil: .time
            }
        case .task(let name): name == .due ? .time : .text
        case .job, .secret, .callbackURL: .text
        case .now, .attemptSince: .time
        case .setting(let name):
            switch settings[name]?.kind {
            case .integer: .integer
            case .boolean: .boolean
            case .list: .list
            case .string, nil: .text
            }
        }
    }
}

/// What is wrong with an expression, and where in it.
struct ExpressionFault: Error, Hashable {
    var words: String
    /// Unicode scalars before it, from the expression's first character; nil: the part that is being read.
    var offset: Int?
    init(_ words: String, at offset: Int? = nil) { (self.words, self.offset) = (words, offset) }
}
