// SPDX-License-Identifier: Apache-2.0
//
// What the values in the policy sections look like.

import Foundation
import GatewayModel
import StrictTOML

extension TOMLShape where Value == ContactChannel {
    /// A task is no contact of its own: it counts as the channel it intends (CONTRACT 4).
    static var contactChannel: TOMLShape {
        let words = [ContactChannel.email, .sms, .voice].map(\.rawValue)
        return TOMLShape<String>.string.refined(Wording.choice(words)) { (text, _) throws(TOMLComplaint) in
            if text == ContactChannel.crmTask.rawValue {
                throw TOMLComplaint(
                    "a task counts as the channel that it intends: must be \(Wording.choice(words))")
            }
            guard words.contains(text) else {
                throw TOMLComplaint("must be \(Wording.choice(words))\(Wording.suggestion(for: text, among: words))")
            }
            return ContactChannel(rawValue: text)
        }
    }
}

extension TOMLShape where Value == String {
    /// The form of ISO 3166-1 or 3166-2; whether there is such a place is for those to say who know places.
    static var placeCode: TOMLShape {
        string.refined("a code as \"US\" (ISO 3166-1) or \"US-FL\" (ISO 3166-2)") { text, _ in
            let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            let isCountry = parts[0].count == 2 && parts[0].allSatisfy(isCapital)
            let isPart =
                parts.count == 1
                || (parts.count == 2 && (1...3).contains(parts[1].count)
                    && parts[1].allSatisfy { isCapital($0) || WholeNumber.isDigit($0) })
            return isCountry && isPart ? text : nil
        }
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}

extension TOMLShape where Value == LocalTime {
    static var wallTime: TOMLShape {
        TOMLShape<String>.string.refined("a wall time as \"2026-08-28T00:00\", without an offset") { text, _ in
            LocalTime(text)
        }
    }
}

extension TOMLShape where Value == CapRule.Window {
    static var capWindow: TOMLShape {
        let name = "\"rolling D\" (as \"rolling 7d\"), \"calendar day\", \"calendar week\" or \"calendar month\""
        return TOMLShape<String>.string.refined(name) { (text, _) throws(TOMLComplaint) in
            switch text {
            case "calendar day": return .calendarDay
            case "calendar week": return .calendarWeek
            case "calendar month": return .calendarMonth
            default: break
            }
            guard text.hasPrefix("rolling "), let length = DurationText.parse(String(text.dropFirst(8))) else {
                return nil
            }
            guard PolicyReader.capWindows.contains(length) else {
                throw TOMLComplaint("must roll over 1s to 400d")
            }
            return .rolling(length)
        }
    }
}

extension TOMLShape where Value == CapRule.Over {
    static var capOver: TOMLShape {
        let name = "\"postpone D\" (as \"postpone 48h\") or \"withhold\""
        return TOMLShape<String>.string.refined(name) { (text, _) throws(TOMLComplaint) in
            if text == "withhold" { return .withhold }
            guard text.hasPrefix("postpone "), let length = DurationText.parse(String(text.dropFirst(9))) else {
                return nil
            }
            guard PolicyReader.capWindows.contains(length) else {
                throw TOMLComplaint("must postpone by 1s to 400d; to end the job at once say \"withhold\"")
            }
            return .postpone(length)
        }
    }
}

extension TOMLShape where Value == CapRule.Zone {
    static var capZone: TOMLShape {
        let name = "\"recipient\" or an IANA zone as \"Europe/Paris\""
        return TOMLShape<String>.string.refined(name) { (text, _) throws(TOMLComplaint) in
            if text == "recipient" { return .recipient }
            if text == "UTC" || (text.contains("/") && TimeZone(identifier: text) != nil) { return .fixed(text) }
            let known = ["recipient", "UTC"] + TimeZone.knownTimeZoneIdentifiers
            throw TOMLComplaint("must be \(name)\(Wording.suggestion(for: text, among: known))")
        }
    }
}

extension TOMLShape where Value == QuietHoursRule.UnknownZone {
    static var unknownZone: TOMLShape {
        TOMLShape<String>.identifier.refined("\"hold\" or a preset's name") { text, _ in
            text == "hold" ? .hold : .preset(text)
        }
    }
}
