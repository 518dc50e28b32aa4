// SPDX-License-Identifier: Apache-2.0
//
// RouteTable: which route and which lane a job takes. The first route in file order whose match holds carries it.

import GatewayModel
import Settings

public struct RouteTable: Sendable {
    private let routes: [RouteSettings]

    public init(_ routes: [RouteSettings]) { self.routes = routes }

    /// The route for a job; a `route` in the job itself wins over every match. Nil: none carries it.
    func route(for job: Job, class messageClass: MessageClass) -> RouteSettings? {
        routes.first { route in
            guard route.channel == job.channel else { return false }
            return job.route.map { $0 == route.name } ?? route.match.holds(for: job, messageClass)
        }
    }

    /// The lane on that route: a domain with a rate of its own has its own.
    public static func lane(on route: RouteSettings, domain: String?, brand: String) -> LaneKey {
        let throttled = domain.flatMap { route.domainRate[$0] == nil ? nil : $0 }
        return LaneKey(route: route.name, domain: throttled, brand: brand)
    }
}

extension RouteMatch {
    func holds(for job: Job, _ messageClass: MessageClass) -> Bool {
        (brands?.contains(job.brand) ?? true) && (classes?.contains(messageClass) ?? true)
            && (countries.map { wanted in job.to.country.map { wanted.contains($0) } ?? false } ?? true)
    }
}
