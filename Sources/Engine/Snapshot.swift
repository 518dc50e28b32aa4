// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Policy
import Settings
import Templates

/// Configuration, templates and policy as one immutable value: taken once per batch, replaced whole on reload
/// (DESIGN D10).
public struct GatewaySnapshot: Sendable {
    public var settings: GatewaySettings
    public var templates: TemplateCatalog
    public var gate: Gate
    public var zones: CountryZones
    public var routes: RouteTable

    public init(settings: GatewaySettings, templates: TemplateCatalog, gate: Gate, zones: CountryZones) {
        (self.settings, self.templates, self.gate, self.zones) = (settings, templates, gate, zones)
        routes = RouteTable(settings.routes)
    }

    /// The lane that a job takes; nil where no route carries it.
    public func lane(of job: Job, class messageClass: MessageClass) -> LaneKey? {
        routes.route(for: job, class: messageClass).map {
            RouteTable.lane(on: $0, domain: job.to.email?.domain, brand: job.brand)
        }
    }

    /// The template of a job, the brand's override where there is one; nil where it is gone or broken.
    func template(of facts: JobFacts) -> Template? {
        guard case .ready(let template) = templates.template(facts.template, brand: facts.brand) else { return nil }
        return template
    }
}
