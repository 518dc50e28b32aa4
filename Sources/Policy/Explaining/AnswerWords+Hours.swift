// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension AnswerWords {
    var quietHours: Words {
        switch said {
        case "none": return (.allows, "No quiet hours hold for it.")
        case "not_covered": return (.allows, "No preset that the rules name covers the place.\(unsure)")
        case "open": return (.allows, "Open under \(presetNames).\(unsure)")
        case "closed": return (.waits, "\(shut).\(opens)\(unsure)")
        case "unknown_zone":
            return (.waits, "Quiet hours hold, and nobody knows what time it is at the recipient's.\(unsure)")
        default: return unknown
        }
    }

    /// The presets that the answer names, the closed ones first.
    var sources: [Explanation.Source] {
        versions.compactMap { id, version in
            guard let preset = policy.presets[id] else { return nil }
            return Explanation.Source(
                preset: id, version: version, versionNow: preset.version == version ? nil : preset.version,
                text: preset.source, asOf: preset.asOf, confidence: preset.confidence, note: preset.note)
        }
    }

    private typealias Named = (id: String, version: String)

    private var versions: [Named] { shutPresets.map(\.preset) + list("open").map(Self.parted) }

    /// `us-fl/1`.
    private static func parted(_ text: String) -> Named {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }

    private var presetNames: String {
        let more = (saw["more"]?.number?.int).map { " and \($0) more" } ?? ""
        return versions.map(\.id).joined(separator: ", ") + more
    }

    /// `Closed under us-fl (Fla. Stat. …, as of 2026-11-21, confidence H) in America/New_York`.
    private var shut: String {
        let closed = shutPresets.map { preset, zone -> String in
            guard let source = sources.first(where: { $0.preset == preset.id }) else {
                return "\(preset.id) in \(zone)"
            }
            return
                "\(preset.id) (\(source.text), as of \(source.asOf), confidence \(source.confidence.rawValue)) in \(zone)"
        }
        let more = (saw["more"]?.number?.int).map { "; \($0) more asked, not named here" } ?? ""
        return "Closed under " + closed.joined(separator: "; ") + more
    }

    private var shutPresets: [(preset: Named, zone: String)] {
        (saw["shut"]?.array ?? []).compactMap(\.array).filter { $0.count == 2 }.map {
            (Self.parted($0[0].string ?? ""), $0[1].string ?? "")
        }
    }

    private var opens: String {
        guard let text = saw["opens"]?.string else { return " No opening is in sight." }
        guard let instant = Instant(rfc3339: text), let zone = shutPresets.first?.zone, let clock = policy.clock(zone)
        else { return " Opens \(text)." }
        let wall = clock.wall(at: instant).description.prefix(16)
        return " Opens \(text) (\(wall) in \(zone))."
    }

    private var unsure: String {
        let ids = list("unsure")
        return ids.isEmpty ? "" : " Left out for want of confidence: \(ids.joined(separator: ", "))."
    }
}
