// SPDX-License-Identifier: Apache-2.0
//
// RouteTable: which route and which lane a job takes. The first route in file order whose match holds carries it.

import GatewayModel
import Settings

public struct RouteTable: Sendable {
    private let routes: [RouteSettings]

    public init(_ routes: [RouteSettings]) { self.routes = routes }

    /// The route for a job; a `route` in the job itself wins over every match.
    public func route(for job: Job, class messageClass: MessageClass) -> Result<RouteSettings, Problem> {
        if let name = job.route { return named(name, for: job) }
        guard let route = routes.first(where: { $0.channel == job.channel && $0.match.holds(for: job, messageClass) })
        else {
            let message = "no [[route]] of the configuration carries \(job.channel.rawValue) for this brand, class and country"
            return .failure(Problem(id: job.id, .noRoute, field: "channel", message))
        }
        return .success(route)
    }

    private func named(_ name: String, for job: Job) -> Result<RouteSettings, Problem> {
        guard let route = routes.first(where: { $0.name == name }) else {
            let known = routes.map(\.name).joined(separator: ", ")
            return .failure(Problem(id: job.id, .unknownRoute, field: "route", "there is no route \"\(name)\"; known: \(known)"))
        }
        guard route.channel == job.channel else {
            let message = "route \"\(name)\" carries \(route.channel.rawValue), not \(job.channel.rawValue)"
            return .failure(Problem(id: job.id, .unknownRoute, field: "route", message))
        }
        return .success(route)
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
