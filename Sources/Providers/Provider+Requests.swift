// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Provider {
    /// The request that makes a text or a task.
    public func request(
        for message: ProviderMessage, now: Instant, secrets: SecretLookUp
    ) throws(RequestMistake) -> RequestLoad {
        try expect(message)
        var load = try RequestMaking(request: requests.create, facts: facts(of: message, now: now)).load(
            .create, secrets)
        if case .key(let header, _) = description.repeatRule { load.headers.append(HeaderField(header, message.token)) }
        return load
    }

    /// The question whether an attempt that left at `since` made it. Nil: the provider cannot be asked.
    public func inquiry(
        for message: ProviderMessage, since: Instant, now: Instant, secrets: SecretLookUp
    ) throws(RequestMistake) -> RequestLoad? {
        guard let inquiry = requests.inquiry else { return nil }
        try expect(message)
        var facts = facts(of: message, now: now)
        facts.since = since
        var load = try RequestMaking(request: inquiry.request, facts: facts).load(.inquire, secrets)
        for condition in inquiry.found.conditions {
            guard let value = try condition.value.value(facts, secrets) else {
                throw RequestMistake(
                    blame: condition.value.blame, words: "what \(condition.path) is to be equal to is not there")
            }
            load.match[condition.path.description] = value.text
        }
        return load
    }

    /// The request that closes or annotates a task. Nil: the provider knows no such thing.
    ///
    /// - Parameters:
    ///   - taskID: the provider's id of it; nil where it gave none. Who needs it cannot be asked then.
    ///   - note: why, for people, written before the task's own words. Nil where those are no longer kept: what the task
    ///     says at the provider then is left as it is, whatever the message holds.
    public func amendment(
        for message: ProviderMessage, taskID: String?, note: String?, now: Instant, secrets: SecretLookUp
    ) throws(RequestMistake) -> RequestLoad? {
        guard let amendment = requests.amendment else { return nil }
        try expect(message)
        if taskID == nil, amendment.expressions.contains(where: { $0.name == .task(.id) }) {
            throw RequestMistake(
                blame: .message,
                words: "the provider's id of the task is not known; look there for the reference \(message.token)")
        }
        var facts = facts(of: message, now: now)
        (facts.taskID, facts.note, facts.hasWords) = (taskID, note, note != nil)
        return try RequestMaking(request: amendment, facts: facts).load(.amend, secrets)
    }

    private func facts(of message: ProviderMessage, now: Instant) -> ExpressionFacts {
        var facts = ExpressionFacts(now: now, settings: settings)
        (facts.message, facts.token, facts.callbackURL) = (message, message.token, callbackURL)
        return facts
    }

    private func expect(_ message: ProviderMessage) throws(RequestMistake) {
        switch (message.content, description.channel) {
        case (.text, .sms), (.task, .crmTask): return
        default:
            throw RequestMistake(
                blame: .configuration, words: "provider \(description.name) takes \(description.channel.rawValue) only")
        }
    }
}

// MARK: - For authentication

extension Provider {
    /// A value of `[auth]` as text, from settings, secrets, `now` and, where there is a request, its job's token and UUID.
    /// Nil: it is not there.
    func text(
        of expression: Expression, secrets: SecretLookUp, now: Instant, reference: String? = nil
    ) throws(RequestMistake) -> String? {
        try value(of: expression, secrets, now, reference)?.text
    }

    /// The same as JSON: a claim.
    func json(
        of expression: Expression, secrets: SecretLookUp, now: Instant
    ) throws(RequestMistake) -> JSONValue? {
        try value(of: expression, secrets, now, nil)?.json
    }

    private func value(
        of expression: Expression, _ secrets: SecretLookUp, _ now: Instant, _ reference: String?
    ) throws(RequestMistake) -> ExpressionValue? {
        var facts = ExpressionFacts(now: now, settings: settings)
        facts.token = reference
        return try expression.value(facts, secrets)
    }

    /// With the route's settings in it; checked when the provider was bound.
    func url(of template: URLTemplate) -> String {
        template.pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .setting(let name): settings[name]?.text ?? ""
            }
        }.joined()
    }
}
