// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Policy
import Providers
import Settings
import Templates

/// Configuration, templates and policy as one immutable value: taken once per batch, replaced whole on reload
/// (DESIGN D10).
public struct GatewaySnapshot: Sendable {
    public var settings: GatewaySettings
    public var templates: TemplateCatalog
    public let gate: Gate
    /// The policy that `gate` keeps, as it is recorded.
    public let policy: PolicyBundle
    /// What `gate` wants read and kept for it.
    public let interest: PolicyInterest
    public var routes: RouteTable
    /// The provider of each HTTP route, bound to its settings.
    public let providers: [String: Provider]
    /// Which routes stand in for which.
    let failover: Failover
    /// How many have been taken over before it.
    var number = 0

    /// - Parameter settings: a route without a rate of its own gets its provider's.
    public init(
        settings: GatewaySettings, templates: TemplateCatalog, gate: Gate, policy: PolicyBundle,
        providers: [String: Provider] = [:]
    ) {
        (self.settings, self.templates, self.gate, self.policy) = (settings, templates, gate, policy)
        self.providers = providers
        for index in settings.routes.indices where settings.routes[index].rate.isEmpty {
            let quota = providers[settings.routes[index].name]?.description.quota ?? []
            self.settings.routes[index].rate = quota.compactMap { RateLimit($0) }
        }
        failover = Failover(settings.routes)
        var interest = gate.policy.interest
        interest.marketing = Self.marketing(among: templates, of: settings.brands.map(\.id))
        self.interest = interest
        routes = RouteTable(settings.routes)
    }

    private static func marketing(among templates: TemplateCatalog, of brands: [String]) -> Set<TemplateUse> {
        var marketing: Set<TemplateUse> = []
        for name in templates.names {
            for brand in brands {
                guard case .ready(let template) = templates.template(name, brand: brand) else { continue }
                guard template.messageClass == .marketing else { continue }
                marketing.insert(TemplateUse(template: name, brand: brand))
            }
        }
        return marketing
    }

    /// The lane that a job takes; nil where no route carries it.
    public func lane(of job: Job, class messageClass: MessageClass) -> LaneKey? {
        routes.route(for: job, class: messageClass).map {
            RouteTable.lane(on: $0, domain: job.to.email?.domain, brand: job.brand)
        }
    }

    /// The job as the gate is asked about it. A template that has become marketing while its jobs waited makes them
    /// marketing, too; never the other way round (CONTRACT 6).
    public func inStricterClass(_ facts: JobFacts) -> JobFacts {
        var facts = facts
        facts.messageClass = interest.messageClass(of: facts)
        return facts
    }

    /// Why a job is held until the configuration has its parts again; nil where they are all there.
    public func missingParts(of facts: JobFacts) -> String? {
        if settings.brand(facts.brand) == nil { return "brand \"\(facts.brand)\" is not configured any more" }
        if template(of: facts) == nil {
            return "template \"\(facts.template)\" is gone or broken: see `gatepost check`"
        }
        return nil
    }

    /// The template of a job, the brand's override where there is one; nil where it is gone or broken.
    func template(of facts: JobFacts) -> Template? {
        guard case .ready(let template) = templates.template(facts.template, brand: facts.brand) else { return nil }
        return template
    }
}
