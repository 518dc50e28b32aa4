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

    /// Where a job goes and when, as decided at intake; a problem where nothing can carry it.
    ///
    /// - Parameter acceptedAt: from when `default_lifetime` counts for marketing without `expires_at`.
    public func placement(
        of job: Job, class messageClass: MessageClass, maxPriority: Priority?, acceptedAt: Instant
    ) -> Result<Placement, Problem> {
        routes.route(for: job, class: messageClass).map { route in
            let local = job.notBeforeLocal.map { LocalSchedule.instant(of: $0, for: job.to, zones: zones) }
            let lifetime = messageClass == .marketing ? acceptedAt + settings.defaultLifetime : nil
            return Placement(
                lane: RouteTable.lane(on: route, domain: job.to.email?.domain, brand: job.brand),
                messageClass: messageClass, priority: max(job.priority, maxPriority ?? .high),
                notBefore: [job.notBefore, local].compactMap { $0 }.max(), expiresAt: job.expiresAt ?? lifetime)
        }
    }
}
