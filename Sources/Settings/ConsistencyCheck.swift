// SPDX-License-Identifier: Apache-2.0
//
// Looks at the parts of a configuration together: names that must be unique, names that must exist, routes that cannot
// be reached, secrets that cannot be had.

import GatewayModel
import StrictTOML

struct ConsistencyCheck {
    let draft: SettingsDraft
    /// Nil: secrets are not tried.
    let secrets: SecretResolver?

    func run() {
        checkNamesAreUnique()
        checkBrandsExist()
        checkCaps()
        checkFailover()
        checkRoutesAreReached()
        checkSandboxCoversRoutes()
        checkSecrets()
        checkSomethingCanBeSent()
    }

    // MARK: Names

    private func checkNamesAreUnique() {
        refuseTwice(draft.producers, key: "name", named: \.name)
        refuseTwice(draft.brands, key: "id", named: \.id)
        refuseTwice(draft.routes, key: "name", named: \.name)
        for (number, topic) in draft.topics.enumerated() {
            let earlier = draft.topics[..<number].first { other in
                other.value.id == topic.value.id
                    && (other.value.brand == topic.value.brand || other.value.brand == nil || topic.value.brand == nil)
            }
            guard let earlier else { continue }
            topic.table.complain("\"\(topic.value.id)\" is already at \(earlier.table.place(of: "id"))", about: "id")
        }
    }

    func refuseTwice<Value>(_ parts: [Placed<Value>], key: String, named name: (Value) -> String) {
        var places: [String: TOMLPlace] = [:]
        for part in parts {
            let name = name(part.value)
            if let first = places[name] {
                part.table.complain("\"\(name)\" is already at \(first)", about: key)
            } else {
                places[name] = part.table.place(of: key)
            }
        }
    }

    private func checkBrandsExist() {
        for producer in draft.producers {
            for brand in (producer.value.brands ?? []).sorted() {
                require(brand: brand, at: "brands", of: producer.table)
            }
        }
        for topic in draft.topics {
            if let brand = topic.value.brand { require(brand: brand, at: "brand", of: topic.table) }
        }
        for route in draft.routes {
            for brand in (route.value.match.brands ?? []).sorted() {
                require(brand: brand, at: "match", of: route.table)
            }
        }
    }

    func require(brand: String, at key: String, of table: StrictTable) {
        let known = draft.brands.map(\.value.id)
        guard !known.contains(brand), !draft.unreadBrands.contains(brand) else { return }
        table.complain("no brand is called \"\(brand)\"\(Wording.suggestion(for: brand, among: known))", about: key)
    }

    // MARK: Routes

    private func checkFailover() {
        for route in draft.routes {
            var seen: Set<String> = []
            for name in route.value.failover {
                if !seen.insert(name).inserted {
                    route.table.complain("names \"\(name)\" twice", about: "failover")
                } else if !draft.unreadRoutes.contains(name) {
                    check(failover: name, of: route)
                }
            }
        }
    }

    private func check(failover name: String, of route: Placed<RouteSettings>) {
        guard name != route.value.name else { return route.table.complain("names the route itself", about: "failover") }
        guard let other = draft.routes.first(where: { $0.value.name == name })?.value else {
            let nearest = Wording.suggestion(for: name, among: draft.routes.map(\.value.name))
            return route.table.complain("no route is called \"\(name)\"\(nearest)", about: "failover")
        }
        if other.channel != route.value.channel {
            route.table.complain(
                "route \"\(name)\" carries \(other.channel.rawValue), not \(route.value.channel.rawValue)",
                about: "failover")
        }
    }

    private func checkRoutesAreReached() {
        let inReserve = Set(draft.routes.flatMap(\.value.failover))
        var catchAll: [ChannelKind: Placed<RouteSettings>] = [:]
        for route in draft.routes {
            if let earlier = catchAll[route.value.channel], !inReserve.contains(route.value.name) {
                route.table.warn(
                    "is never chosen: route \"\(earlier.value.name)\" at \(earlier.table.place(of: "name")) has no match and takes"
                        + " every \(route.value.channel.rawValue) job; only jobs that name this route come here")
            }
            let match = route.value.match
            if match.brands == nil, match.classes == nil, match.countries == nil, catchAll[route.value.channel] == nil {
                catchAll[route.value.channel] = route
            }
        }
    }

    /// A channel without a place to be redirected to would send to real people from a sandbox.
    private func checkSandboxCoversRoutes() {
        guard let sandbox = draft.settings.sandbox, let table = draft.sandbox else { return }
        for channel in ChannelKind.allCases where sandbox.redirect[channel] == nil {
            guard let route = draft.routes.first(where: { $0.value.channel == channel }), table.has("redirect") else {
                continue
            }
            table.complain(
                "has no \(channel.rawValue) address, but route \"\(route.value.name)\" carries \(channel.rawValue)",
                about: "redirect")
        }
    }

    // MARK: The rest

    private func checkSecrets() {
        guard let secrets else { return }
        for mention in draft.secrets {
            let (table, key) = (mention.table, mention.key)
            do throws(SecretProblem) {
                let secret = try secrets.resolve(mention.reference)
                if let complaint = Self.complaint(about: secret, mayBePEM: mention.mayBePEM) {
                    table.complain(complaint, about: key)
                }
                if let concern = secrets.concern(about: mention.reference) { table.warn(concern, about: key) }
            } catch {
                if error.onlyOutsideTheUnit {
                    table.warn(error.description, about: key)
                } else {
                    table.complain(error.description, about: key)
                }
            }
        }
    }

    private static func complaint(about secret: String, mayBePEM: Bool) -> String? {
        if LineSafety.isOneLine(secret) { return nil }
        guard mayBePEM else { return "the secret must be one line" }
        return secret.hasPrefix("-----BEGIN ") ? nil : "the secret must be one line, or a key in PEM"
    }

    private func checkSomethingCanBeSent() {
        if draft.brands.isEmpty, draft.unreadBrands.isEmpty, !draft.root.has("brand") {
            draft.root.warn("there is no [[brand]]: every job will be rejected")
        }
        if draft.routes.isEmpty, !draft.root.has("route") {
            draft.root.warn("there is no [[route]]: every job will be rejected")
        }
    }
}
