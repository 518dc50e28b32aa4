// SPDX-License-Identifier: Apache-2.0
//
// What the values in preset and holiday files look like.

import GatewayModel
import StrictTOML

extension TOMLShape where Value == String {
    /// Ids of presets, families and calendars.
    static var policyID: TOMLShape {
        string.refined("a name of lower-case letters, digits and \"-\"") { text, _ in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            return isName && (1...64).contains(text.utf8.count) && !text.hasPrefix("-") ? text : nil
        }
    }

    /// A country or a region in its canonical form, or `*`.
    static var coverage: TOMLShape {
        let table = RegionTable.shipped
        return string.refined("a code as \"US\", \"US-FL\" or \"*\"") { (text, _) throws(TOMLComplaint) in
            if text == "*" { return text }
            guard let canonical = table.canonical(text), let country = table.country(of: canonical) else { return nil }
            guard canonical == text else { throw TOMLComplaint("is written \"\(canonical)\"") }
            let known = table.regions(of: country)
            guard text == country || known.isEmpty || known.contains(text) else {
                throw TOMLComplaint("is no region of \(country)\(Wording.suggestion(for: text, among: known))")
            }
            return text
        }
    }

    /// A zone that this machine knows.
    static var zoneName: TOMLShape {
        string.refined("an IANA zone as \"America/Chicago\" that this machine knows") { text, _ in
            LocalSchedule.zone(named: text) == nil ? nil : text
        }
    }
}

extension TOMLShape where Value == ContactChannel {
    static var contactChannel: TOMLShape {
        TOMLShape<String>.word(of: [ContactChannel.email, .sms, .voice].map(\.rawValue)).refined("a channel") {
            text, _ in
            ContactChannel(rawValue: text)
        }
    }
}

extension TOMLShape where Value == CalendarDay {
    /// A TOML date without quotes.
    static var day: TOMLShape {
        let name = "a date as 2026-11-21, without quotes"
        return TOMLShape(name) { item, complaints in
            if case .dateTime(let text) = item.content, let day = CalendarDay(text) { return day }
            complaints.append(TOMLComplaint("must be \(name)"))
            return nil
        }
    }
}

extension TOMLShape where Value == [Preset.Window] {
    /// `["08:00-12:00", "14:00-24:00"]`. Over midnight (`"20:00-02:00"`) gives a close past 1440.
    static func windows(overMidnight: Bool) -> TOMLShape {
        TOMLShape.list(of: .window(overMidnight: overMidnight), "a list of windows, as [\"08:00-20:00\"]")
    }
}

extension TOMLShape where Value == Preset.Window {
    static func window(overMidnight: Bool) -> TOMLShape {
        let name = "a window as \"08:00-20:00\""
        return TOMLShape<String>.string.refined(name) { (text, _) throws(TOMLComplaint) in
            let halves = text.split(separator: "-", omittingEmptySubsequences: false)
            guard halves.count == 2, let open = minutes(halves[0]), let close = minutes(halves[1]) else { return nil }
            if open == close { throw TOMLComplaint("opens and closes at once; for the whole day say \"00:00-24:00\"") }
            if open == 1440 { throw TOMLComplaint("opens when the day is over") }
            if close > open { return Preset.Window(open: open, close: close) }
            guard overMidnight else { throw TOMLComplaint("must not run over midnight") }
            // `20:00-00:00` ends with the day; `24:00` as close is never before an opening.
            return Preset.Window(open: open, close: close + 1440)
        }
    }

    /// `HH:MM`, or `24:00`.
    private static func minutes(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - Int(UInt8(ascii: "0")) }
        guard digits.allSatisfy((0...9).contains) else { return nil }
        let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
        return hour * 60 + minute
    }
}
