// SPDX-License-Identifier: Apache-2.0
//
// JobRules: whether a job, sound in itself, may be taken in: what must be there, what configuration and templates allow.

import GatewayModel

struct JobRules {
    let rules: IntakeRules
    let producer: IntakeRules.Producer
    let now: Instant

    /// The job and its place in the queue; nil where the findings say why not.
    func admit(_ given: JobDraft, _ findings: inout Findings) -> (Job, Placement)? {
        var draft = given
        draft.brand = brand(of: draft, &findings)
        required(draft, &findings)
        let template = template(of: draft, &findings)
        if let template { topic(of: draft, class: template.messageClass, &findings) }
        recipient(of: draft, class: template?.messageClass, &findings)
        speakers(of: draft, &findings)
        route(of: draft, &findings)
        onlyFor(draft, &findings)
        if let expiry = draft.expiresAt, expiry <= now {
            findings.note(.expired, "expires_at", "the job had expired before it came (\(expiry.rfc3339))")
        }
        guard findings.problems.isEmpty, let template, let job = draft.job() else { return nil }
        return place(job, template, &findings).map { (job, $0) }
    }

    private func required(_ draft: JobDraft, _ findings: inout Findings) {
        for field in [JobDraft.Field.id, .channel, .template, .to] where !draft.given.contains(field) {
            findings.note(.missingField, field.rawValue, "every job needs \"\(field.rawValue)\"")
        }
    }

    private func brand(of draft: JobDraft, _ findings: inout Findings) -> String? {
        guard let brand = draft.brand ?? (draft.given.contains(.brand) ? nil : rules.onlyBrand) else {
            if !draft.given.contains(.brand) {
                findings.note(.missingField, "brand", "\"brand\" may be left out only where one brand is configured")
            }
            return nil
        }
        guard rules.brands[brand] != nil else {
            let known = rules.brands.keys.sorted()
            let list = known.isEmpty ? "none is configured" : "configured: \(known.joined(separator: ", "))"
            findings.note(.unknownBrand, "brand", "\(unknown("brand", brand, among: known)); \(list)")
            return nil
        }
        if let allowed = producer.brands, !allowed.contains(brand) {
            findings.note(.notPermitted, "brand", "this producer may not send for the brand \"\(brand)\"")
        }
        return brand
    }

    private func template(of draft: JobDraft, _ findings: inout Findings) -> IntakeRules.Template? {
        guard let name = draft.template else { return nil }
        // Where the brand is not known, the template's own form still tells whether there is one at all.
        guard let template = rules.template(name, draft.brand ?? "") else {
            findings.note(.unknownTemplate, "template", unknown("template", name, among: rules.templateNames))
            return nil
        }
        if let channel = draft.channel, !template.channels.contains(channel) {
            let offered = template.channels.map(\.rawValue).sorted().joined(separator: ", ")
            findings.note(
                .badValue, "channel", "the template \"\(name)\" is made for \(offered), not for \(channel.rawValue)")
        }
        findings.note(template.check(draft.data))
        return template
    }

    private func topic(of draft: JobDraft, class messageClass: MessageClass, _ findings: inout Findings) {
        guard let topic = draft.topic else {
            if messageClass == .marketing, !draft.given.contains(.topic) {
                findings.note(.missingField, "topic", "a job with a marketing template needs \"topic\"")
            }
            return
        }
        guard let brand = draft.brand else { return }
        guard !rules.isDeclared(topic: topic, brand: brand) else { return }
        let declared = rules.topics.filter { $0.brand == nil || $0.brand == brand }.map(\.id)
        findings.note(.unknownTopic, "topic", unknown("topic of \"\(brand)\"", topic, among: declared))
    }

    /// The address that the channel needs, and for a marketing task the one that its owner will use.
    private func recipient(of draft: JobDraft, class messageClass: MessageClass?, _ findings: inout Findings) {
        guard let channel = draft.channel, let to = draft.to else { return }
        if let zone = to.timezone, !rules.knowsZone(zone) {
            findings.note(
                .badValue, "to.timezone", "\"\(Spelling.shown(zone))\" is no IANA time zone as \"Europe/Paris\"")
        }
        switch channel {
        case .email: need(to.email != nil, "to.email", "an email job", &findings)
        case .sms: need(to.phone != nil, "to.phone", "an sms job", &findings)
        case .crmTask:
            need(to.crmContact != nil, "to.crm_contact", "a crm_task job", &findings)
            guard messageClass == .marketing else { return }
            switch draft.task?.intendedChannel {
            case "email": need(to.email != nil, "to.email", "a marketing task to be done by email", &findings)
            case "sms", "voice": need(to.phone != nil, "to.phone", "a marketing task to be done by phone", &findings)
            default: need(false, "task.intended_channel", "a marketing task", &findings)
            }
        }
    }

    private func need(_ isThere: Bool, _ field: String, _ who: String, _ findings: inout Findings) {
        // An address that was there and bad has been noted already.
        guard !isThere, !findings.problems.contains(where: { $0.field == field }) else { return }
        findings.note(.missingField, field, "\(who) needs \"\(field)\"")
    }

    /// `from` and `reply_to` speak for a person only where the brand's `from_domains` allow it.
    private func speakers(of draft: JobDraft, _ findings: inout Findings) {
        guard let brand = draft.brand.flatMap({ rules.brands[$0] }) else { return }
        for (field, mailbox) in [("from", draft.from), ("reply_to", draft.replyTo)] {
            guard let domain = mailbox?.address.domain, !brand.fromDomains.contains(domain) else { continue }
            findings.note(
                .notPermitted, "\(field).email",
                "\(domain) is not among the brand's from_domains (\(brand.fromDomains.joined(separator: ", ")))")
        }
    }

    private func route(of draft: JobDraft, _ findings: inout Findings) {
        guard let name = draft.route else { return }
        guard let channel = rules.routes[name] else {
            findings.note(.unknownRoute, "route", unknown("route", name, among: Array(rules.routes.keys)))
            return
        }
        if let wanted = draft.channel, wanted != channel {
            findings.note(
                .noRoute, "route", "the route \"\(name)\" carries \(channel.rawValue), not \(wanted.rawValue)")
        }
    }

    /// What has a meaning on one channel only is not swallowed on the others.
    private func onlyFor(_ draft: JobDraft, _ findings: inout Findings) {
        guard let channel = draft.channel else { return }
        if channel != .email {
            for field in [JobDraft.Field.from, .replyTo, .headers] where draft.given.contains(field) {
                findings.note(.badValue, field.rawValue, "only an email job takes \"\(field.rawValue)\"")
            }
        }
        if channel != .crmTask, draft.given.contains(.task) {
            findings.note(.badValue, "task", "only a crm_task job takes \"task\"")
        }
    }

    private func place(_ job: Job, _ template: IntakeRules.Template, _ findings: inout Findings) -> Placement? {
        guard let lane = rules.lane(job, template.messageClass) else {
            let target = job.route.map { "the route \"\($0)\" does not carry" } ?? "no route carries"
            findings.note(.noRoute, "route", "\(target) \(job.channel.rawValue) for this brand, class and country")
            return nil
        }
        let local = job.notBeforeLocal.map { rules.latestInstant($0, job.to) }
        let lifetime = template.messageClass == .marketing ? now + rules.defaultLifetime : nil
        return Placement(
            lane: lane, messageClass: template.messageClass, priority: max(job.priority, template.maxPriority),
            notBefore: [job.notBefore, local].compactMap(\.self).max(), expiresAt: job.expiresAt ?? lifetime)
    }

    private func unknown(_ what: String, _ name: String, among names: [String]) -> String {
        let hint = Spelling.nearest(to: name, among: names.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
        return "there is no \(what) \"\(Spelling.shown(name))\"\(hint)"
    }
}
