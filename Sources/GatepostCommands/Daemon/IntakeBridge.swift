// SPDX-License-Identifier: Apache-2.0
//
// IntakeBridge: what the snapshot has to say about a record, in the terms of the spool.

import Engine
import GatewayModel
import Policy
import Settings
import Spool
import Synchronization
import Templates

extension IntakeRules {
    init(_ snapshot: GatewaySnapshot) {
        let settings = snapshot.settings
        self.init(
            brands: Dictionary(
                settings.brands.map { ($0.id, Brand(fromDomains: $0.fromDomains)) },
                uniquingKeysWith: { first, _ in first }),
            topics: Set(settings.topics.map { Topic(id: $0.id, brand: $0.brand) }),
            templateNames: snapshot.templates.names,
            template: { name, brand in Template(snapshot.templates.template(name, brand: brand)) },
            routes: Dictionary(settings.routes.map { ($0.name, $0.channel) }, uniquingKeysWith: { first, _ in first }),
            lane: { job, messageClass in snapshot.lane(of: job, class: messageClass) },
            latestInstant: { local, recipient in
                LocalSchedule.instant(of: local, for: recipient, zones: snapshot.gate.policy.zones)
            },
            knowsZone: { LocalSchedule.zone(named: $0) != nil }, producers: Self.producers(settings),
            defaultLifetime: settings.defaultLifetime)
    }

    /// For the books alone: brands and topics, without templates.
    init(books settings: GatewaySettings) {
        self.init(
            brands: settings.brands.map(\.id), topics: Set(settings.topics.map { Topic(id: $0.id, brand: $0.brand) }))
    }

    /// Without any configured, `spool/incoming` is the producer "default" and may do everything.
    private static func producers(_ settings: GatewaySettings) -> [String: Producer] {
        guard !settings.producers.isEmpty else { return [SpoolLayout.defaultProducer: Producer()] }
        return Dictionary(
            settings.producers.map { producer in
                let may = producer.may
                return (
                    producer.name,
                    Producer(
                        mayEnqueue: may.contains(.job), mayCancel: may.contains(.cancel),
                        mayRecordConsent: may.contains(.consent), maySuppress: may.contains(.suppress),
                        brands: producer.brands)
                )
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension IntakeRules.Template {
    fileprivate init?(_ lookup: TemplateLookup) {
        guard case .ready(let template) = lookup else { return nil }
        self.init(
            messageClass: template.messageClass, maxPriority: template.maxPriority, channels: template.channels,
            check: { template.check(data: $0) })
    }
}

/// Rules made once per snapshot, not once per chunk.
final class LiveIntakeRules: IntakeRulesSource {
    private let rules: Mutex<IntakeRules>

    init(_ snapshot: GatewaySnapshot) { rules = Mutex(IntakeRules(snapshot)) }

    var current: IntakeRules { rules.withLock { $0 } }
    func adopt(_ snapshot: GatewaySnapshot) {
        let next = IntakeRules(snapshot)
        rules.withLock { $0 = next }
    }
}
