// SPDX-License-Identifier: Apache-2.0
//
// What an expression gives for one message. Pure.

import GatewayModel

/// All that names stand for, at one moment.
struct ExpressionFacts {
    var message: ProviderMessage?
    /// The job's token; of a message its own.
    var token: String?
    var now: Instant
    var since: Instant?
    var taskID: String?
    var note: String?
    /// Whether the task's title and body are there: they are kept for a while only.
    var hasWords = true
    var callbackURL: String?
    var settings: [String: ExpressionValue]

    init(now: Instant, settings: [String: ExpressionValue]) { (self.now, self.settings) = (now, settings) }
}

extension Expression {
    /// Nil: not there.
    func value(_ facts: ExpressionFacts, _ secrets: SecretLookUp) throws(RequestMistake) -> ExpressionValue? {
        var value: ExpressionValue?
        switch source {
        case .constant(let constant): value = constant
        case .nothing: value = nil
        case .name(let name): value = try name.value(facts, secrets)
        }
        for step in steps {
            value = try step.apply(value, facts, secrets, blame)
        }
        if value == nil, isRequired { throw RequestMistake(blame: blame, words: "\(words) is not there, and must be") }
        return value
    }

    /// Who is to blame where it cannot be used.
    var blame: RequestMistake.Blame { name?.blame ?? .configuration }
    private var words: String { name?.words ?? "a setting" }
}

extension ExpressionName {
    var blame: RequestMistake.Blame {
        switch self {
        case .setting, .secret, .callbackURL: .configuration
        case .text, .task, .job, .now, .attemptSince: .message
        }
    }

    /// As files write it.
    var words: String {
        switch self {
        case .text(let name): "text.\(name.rawValue)"
        case .task(let name): "task.\(name.rawValue)"
        case .job(let name): "job.\(name.rawValue)"
        case .setting(let name): "settings.\(name)"
        case .secret(let name): "secrets.\(name)"
        case .callbackURL: "callback.url"
        case .now: "now"
        case .attemptSince: "attempt.since"
        }
    }

    func value(_ facts: ExpressionFacts, _ secrets: SecretLookUp) throws(RequestMistake) -> ExpressionValue? {
        switch self {
        case .text(let name):
            guard case .text(let text) = facts.message?.content else { return nil }
            return text.value(of: name)
        case .task(let name):
            guard case .task(let task) = facts.message?.content else { return nil }
            return task.value(of: name, facts)
        case .job(let name): return Self.value(of: name, facts)
        case .setting(let name): return facts.settings[name]
        case .secret(let name):
            do {
                return .text(try secrets(name))
            } catch {
                throw RequestMistake(blame: .configuration, words: "secrets.\(name) cannot be had: \(error)")
            }
        case .callbackURL: return facts.callbackURL.map { .text(CallbackURL.with(reference: facts.token ?? "", $0)) }
        case .now: return .time(facts.now)
        case .attemptSince: return facts.since.map(ExpressionValue.time)
        }
    }

    private static func value(of name: JobName, _ facts: ExpressionFacts) -> ExpressionValue? {
        switch name {
        case .token: facts.token.map(ExpressionValue.text)
        case .uuid: facts.token.map { .text(JobUUID.of(token: $0)) }
        case .brand: facts.message?.brand.map(ExpressionValue.text)
        case .campaign: facts.message?.campaign.map(ExpressionValue.text)
        case .topic: facts.message?.topic.map(ExpressionValue.text)
        case .messageClass: facts.message.map { .text($0.messageClass.rawValue) }
        }
    }
}

extension TextContent {
    fileprivate func value(of name: ExpressionName.TextName) -> ExpressionValue? {
        switch name {
        case .to: .text(to)
        case .body: .text(body)
        case .encoding: .text(encoding.rawValue)
        case .segments: .integer(segments)
        case .validity: validity.map { .integer(Int($0.wholeSeconds)) }
        case .validUntil: validUntil.map(ExpressionValue.time)
        }
    }
}

extension TaskContent {
    fileprivate func value(of name: ExpressionName.TaskName, _ facts: ExpressionFacts) -> ExpressionValue? {
        switch name {
        case .title: facts.hasWords ? .text(title) : nil
        case .body: facts.hasWords ? .text(body) : nil
        case .due: due.map(ExpressionValue.time)
        case .owner: owner.map(ExpressionValue.text)
        case .priority: .text(priority.word)
        case .contact: contact.map(ExpressionValue.text)
        case .intendedChannel: intendedChannel.map { .text($0.rawValue) }
        case .id: facts.taskID.map(ExpressionValue.text)
        case .note: facts.note.map(ExpressionValue.text)
        }
    }
}
