// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Spool

/// A small configuration that decoder and intake tests share.
enum Samples {
    /// 2027-01-15T08:00:00Z.
    static let now = Instant(seconds: 1_800_000_000)

    static func rules(oneBrand: Bool = false) -> IntakeRules {
        let acme = IntakeRules.Brand(fromDomains: ["acme.example"])
        return IntakeRules(
            brands: oneBrand ? ["acme": acme] : ["acme": acme, "beta": IntakeRules.Brand(fromDomains: [])],
            topics: [.init(id: "newsletter", brand: "acme"), .init(id: "news", brand: nil)],
            templateNames: ["welcome", "receipt", "call"], template: { name, _ in template(name) },
            routes: ["relay": .email, "texts": .sms],
            lane: { job, _ in lane(of: job) }, latestInstant: { local, _ in local.asUTC + .seconds(12 * 3600) },
            knowsZone: { $0 == "Europe/Paris" },
            producers: [
                "default": .init(),
                "engine": .init(mayCancel: false, mayRecordConsent: false, maySuppress: false, brands: ["acme"]),
                "sales": .init(mayEnqueue: false),
                "acme-only": .init(brands: ["acme"]), "two": .init(brands: ["acme", "beta"]),
            ],
            defaultLifetime: .seconds(7 * 86_400))
    }

    private static func template(_ name: String) -> IntakeRules.Template? {
        switch name {
        case "welcome":
            .init(messageClass: .marketing, maxPriority: .normal, channels: [.email, .sms]) { data in
                data["first_name"] == nil
                    ? [Problem(.templateData, field: "data.first_name", "this template needs a first_name")] : []
            }
        case "receipt": .init(messageClass: .transactional, channels: [.email]) { _ in [] }
        case "call": .init(messageClass: .marketing, channels: [.crmTask]) { _ in [] }
        default: nil
        }
    }

    private static func lane(of job: Job) -> LaneKey? {
        switch job.channel {
        case .email: LaneKey(route: job.route ?? "relay", domain: nil, brand: job.brand)
        case .sms: job.to.country == "US" ? LaneKey(route: "texts", domain: nil, brand: job.brand) : nil
        case .crmTask: LaneKey(route: "crm", domain: nil, brand: job.brand)
        }
    }

    /// A job that is taken, as text; `extra` is put before its end.
    static func job(_ id: String, extra: String = "") -> String {
        #"{"id":"\#(id)","channel":"email","template":"receipt","to":{"email":"ada@example.com"},"brand":"acme"\#(extra)}"#
    }
}
