// SPDX-License-Identifier: Apache-2.0
//
// CapReader: `[[cap]]` of a preset, a limit that a law sets beside its hours.

import GatewayModel
import StrictTOML

enum CapReader {
    /// The caps hold where the preset does; the marketing class is meant unless another is named.
    static func read(of preset: Preset, _ table: inout StrictTable) -> [CapRule] {
        var number = 0
        return table.tables("cap") { table -> CapRule? in
            number += 1
            return cap(&table, of: preset, number: number)
        }.compactMap { $0 }
    }

    private static func cap(_ table: inout StrictTable, of preset: Preset, number: Int) -> CapRule? {
        let limit = table.required("limit", .integer(in: 0...1_000_000))
        let window = table.required("window", .presetCapWindow)
        let channels = TOMLShape<[ContactChannel]>.list(of: .contactChannel, "a list of \"email\", \"sms\", \"voice\"")
        let matched = table.required("channels", channels)
        enum Part: String, CaseIterable { case person, address, campaign }
        let parts = table.required(
            "per", TOMLShape<[Part]>.list(of: .word, "a list of \"person\", \"address\", \"campaign\""))
        if let parts, !parts.contains(.person), !parts.contains(.address) {
            table.complain("must name \"person\" or \"address\": whose messages are counted", about: "per")
        }
        guard let limit, let window, let matched, let parts else { return nil }
        var rule = CapRule(name: number == 1 ? preset.id : "\(preset.id)-\(number)", limit: limit, window: window)
        (rule.channels, rule.messageClass) = (Set(matched), .marketing)
        (rule.perPerson, rule.perAddress) = (parts.contains(.person), parts.contains(.address))
        rule.perCampaign = parts.contains(.campaign)
        rule.jurisdictions = preset.covers.contains("*") ? nil : preset.covers
        rule.preset = preset.id
        return rule
    }
}

extension TOMLShape where Value == CapRule.Window {
    fileprivate static var presetCapWindow: TOMLShape {
        let name = "\"rolling D\" (as \"rolling 24h\"), \"calendar day\", \"calendar week\" or \"calendar month\""
        return TOMLShape<String>.string.refined(name) { text, _ in
            switch text {
            case "calendar day": return .calendarDay
            case "calendar week": return .calendarWeek
            case "calendar month": return .calendarMonth
            default: break
            }
            let days = Duration.seconds(400 * 86_400)
            guard text.hasPrefix("rolling "), let length = DurationText.parse(String(text.dropFirst(8))),
                length > .zero, length <= days
            else { return nil }
            return .rolling(length)
        }
    }
}
