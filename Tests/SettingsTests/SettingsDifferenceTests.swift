// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@Suite("What a reload changed")
struct SettingsDifferenceTests {
    static let base: GatewaySettings = {
        var settings = GatewaySettings(file: "x")
        var smtp = SMTPSettings(host: "h", port: 25)
        (smtp.username, smtp.password) = ("somebody", .file("/a"))
        settings.routes = [
            RouteSettings(name: "a", channel: .email, transport: .smtp(smtp)),
            RouteSettings(
                name: "b", channel: .email, transport: .smtp(SMTPSettings(host: "::1", port: 465, implicitTLS: true))),
        ]
        settings.brands = [
            BrandSettings(id: "acme", controller: "Acme", from: Mailbox(EmailAddress("a@acme.example")!))
        ]
        settings.sandbox = SandboxSettings(redirect: [.email: "qa@acme.example"], allow: [])
        return settings
    }()

    typealias Change = @Sendable (inout GatewaySettings) -> Void
    static let table: [(Change, [String])] = [
        ({ _ in }, []),
        ({ $0.routes[0].connections = 40 }, ["route a: connections 20 → 40"]),
        ({ $0.drainTimeout = .seconds(90) }, ["drain_timeout 30s → 1m30s"]),
        ({ $0.routes.swapAt(0, 1) }, ["order of routes a, b → b, a"]),
        ({ $0.routes.removeLast() }, ["order of routes a, b → a", "route b: removed"]),
        ({ $0.brands.append(BrandSettings(id: "b", controller: "B", from: $0.brands[0].from)) }, ["brand b: added"]),
        ({ $0.brands[0].postalAddress = "1 Main\n2 X" }, ["brand acme: postal_address  → 1 Main\\n2 X"]),
        (
            { $0.routes[0].domainRate = ["x.example": [RateLimit(count: 1, per: .hours(1))]] },
            ["route a: domain_rate x.example added: 1/h"]
        ),
        ({ $0.sandbox?.redirect[.email] = "secretary@acme.example" }, ["sandbox: redirect email changed"]),
        ({ $0.sandbox = nil }, ["sandbox: removed"]),
        (
            { $0.policy.caps = [CapRule(name: "week", limit: 3, window: .rolling(.days(7)))] },
            ["policy cap week: added"]
        ),
        (
            {
                $0.policy.consent = [
                    ConsentRule(
                        channel: .sms, messageClass: nil, jurisdictions: nil, require: .none, allowUnproven: false)
                ]
            }, ["policy consent 1: added"]
        ),
        ({ $0.routes[0].rate = [RateLimit(count: 5, per: .seconds(1))] }, ["route a: rate unlimited → 5/s"]),
        (
            {
                guard case .smtp(var smtp) = $0.routes[0].transport else { return }
                (smtp.username, smtp.password, smtp.host) = ("bob", .env("B"), "i")
                $0.routes[0].transport = .smtp(smtp)
            },
            [
                "route a: url smtp://h:25 → smtp://i:25", "route a: username changed",
                "route a: password file /a → environment B",
            ]
        ),
    ]

    @Test("is told in words", arguments: table.indices)
    func tells(_ number: Int) {
        var changed = Self.base
        Self.table[number].0(&changed)
        #expect(SettingsDifference(from: Self.base, to: changed).lines == Self.table[number].1)
    }

    @Test("a policy that changed is told rule by rule")
    func policy() {
        var (old, new) = (Self.base, Self.base)
        old.policy.caps = [CapRule(name: "week", limit: 3, window: .rolling(.days(7)))]
        old.policy.quietHours = [
            QuietHoursRule(
                channel: .sms, messageClass: nil, presets: ["us"], minConfidence: .medium, unknownZone: .hold,
                exempt: [])
        ]
        old.policy.blackouts = [
            BlackoutRule(regions: [], from: LocalTime("2026-08-28T00:00")!, to: LocalTime("2026-08-31T00:00")!)
        ]
        new.policy = old.policy
        (new.policy.caps[0].limit, new.policy.caps[0].window, new.policy.caps[0].over) = (4, .calendarDay, .withhold)
        new.policy.caps[0].perAddress = true
        (new.policy.quietHours[0].presets, new.policy.quietHours[0].minConfidence) = (["us", "default"], .high)
        new.policy.blackouts[0].regions = ["US-LA"]
        #expect(
            SettingsDifference(from: old, to: new).lines == [
                "policy cap week: limit 3 → 4", "policy cap week: window rolling 7d → calendar day",
                "policy cap week: per person → address, person", "policy cap week: over postpone 2d → withhold",
                "policy quiet_hours 1: presets us → default, us", "policy quiet_hours 1: min_confidence M → H",
                "policy blackout 1: regions any → US-LA",
            ])
    }

    @Test("canonical bytes are equal for equal settings, differ for others, and hold no names of people")
    func canonical() {
        let bytes = SettingsListing(Self.base).canonicalBytes
        #expect(bytes == SettingsListing(Self.base).canonicalBytes)
        var other = Self.base
        other.routes[1].inDoubt = .resend
        #expect(bytes != SettingsListing(other).canonicalBytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("route b\turl\tsmtps://[::1]:465\n"))
        #expect(!text.contains("somebody") && !text.contains("qa@"))
    }
}
