// SPDX-License-Identifier: Apache-2.0
//
// Home: where a simulated person may be, and what holds there, written down by hand from the facts: nothing here is
// worked out by what is tested.

import Foundation

/// Hours of one place, as the facts have them.
struct PlainHours: Sendable {
    /// Minutes since midnight, Monday first; nil: closed all day.
    var week: [ClosedRange<Int>?]
    /// Closed days, as `2026-12-25`.
    var holidays: Set<String> = []

    init(_ week: [ClosedRange<Int>?], holidays: Set<String> = []) { (self.week, self.holidays) = (week, holidays) }

    /// The same every day; both hours on the wall, the last minute before `to` included.
    static func daily(_ from: Int, _ to: Int) -> PlainHours {
        PlainHours([ClosedRange<Int>?](repeating: from * 60...to * 60 - 1, count: 7))
    }

    static let usFederal = daily(8, 21)
    static let eightToEight = daily(8, 20)
    static let eightToNine = daily(8, 21)
    static let connecticut = daily(9, 20)
    static let texas = PlainHours(
        [ClosedRange<Int>?](repeating: 9 * 60...21 * 60 - 1, count: 6) + [12 * 60...21 * 60 - 1])
    static let rhodeIsland = PlainHours(
        [ClosedRange<Int>?](repeating: 9 * 60...18 * 60 - 1, count: 5) + [10 * 60...17 * 60 - 1, nil],
        holidays: [
            "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-04", "2026-05-25", "2026-06-19", "2026-07-04",
            "2026-08-10", "2026-09-07", "2026-10-12", "2026-11-03", "2026-11-11", "2026-11-26", "2026-12-25",
            "2027-01-01", "2027-01-18", "2027-02-15",
        ])
    static let france = PlainHours(
        [ClosedRange<Int>?](repeating: 8 * 60...20 * 60 - 1, count: 6) + [nil],
        holidays: [
            "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14",
            "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25", "2027-01-01",
        ])
}

/// How much consent is asked for.
enum PlainNeed: Int, Sendable { case any = 1, express, written, confirmed }

/// What holds for one way of reaching somebody there.
struct PlainRules: Sendable {
    /// All must be open.
    var hours: [PlainHours]
    /// Tested in each; empty: nobody knows the zone, and nothing goes.
    var zones: [String]
    var need: PlainNeed
    /// Three in 24 hours, for each campaign (Florida, Oklahoma, Maryland).
    var isCappedByLaw = false
    /// France is blacked out.
    var hasBlackout = false
}

struct Home: Sendable {
    var zone: String?
    var country: String?
    var region: String?
    /// The first digits of telephones; nil: nobody there has one.
    var phone: String?
    var email: PlainRules
    var sms: PlainRules

    /// A zone and a telephone that agree.
    private static func plain(
        _ zone: String, _ phone: String, _ hours: PlainHours..., need: PlainNeed = .express,
        email: PlainNeed = .express,
        law: Bool = false, blackout: Bool = false
    ) -> Home {
        Home(
            zone: zone, phone: phone,
            email: PlainRules(hours: [.eightToEight], zones: [zone], need: email, hasBlackout: blackout),
            sms: PlainRules(hours: hours, zones: [zone], need: need, isCappedByLaw: law, hasBlackout: blackout))
    }

    /// In the United States: written consent for texts.
    private static func states(_ zone: String, _ phone: String, _ state: PlainHours? = nil, law: Bool = false) -> Home {
        var home = plain(zone, phone, .usFederal, need: .written, law: law)
        if let state { home.sms.hours.append(state) }
        return home
    }

    private static let allStates = [
        "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
        "America/Anchorage", "America/Adak", "Pacific/Honolulu",
    ]
    private static let allAustralia = [
        "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth",
        "Australia/Eucla", "Australia/Lord_Howe", "Australia/Hobart", "Antarctica/Macquarie", "Australia/Melbourne",
        "Australia/Broken_Hill",
    ]

    /// The doubtful ones, then one of each of more than 40 zones.
    static let all: [Home] = doubtful + american + elsewhere

    private static let american = [
        states("America/New_York", "1212555"), states("America/Chicago", "1217555"),
        states("America/Denver", "1303555"), states("America/Los_Angeles", "1213555"),
        states("America/Phoenix", "1602555"), states("America/Anchorage", "1907555"),
        states("Pacific/Honolulu", "1808555"),
        states("America/New_York", "1239555", .eightToEight, law: true),
        states("America/Chicago", "1214555", .texas), states("America/Los_Angeles", "1206555", .eightToEight),
        states("America/New_York", "1203555", .connecticut),
        states("America/Chicago", "1405555", .eightToEight, law: true),
        states("America/New_York", "1301555", .eightToEight, law: true),
        states("America/New_York", "1401555", .rhodeIsland),
        plain("America/St_Johns", "1709555", .eightToNine, email: .any),
        plain("America/Toronto", "1416555", .eightToNine, email: .any),
    ]

    private static let elsewhere = [
        plain("Europe/London", "447400", .eightToNine), plain("Europe/Dublin", "353851", .eightToNine),
        plain("Europe/Berlin", "491511", .eightToNine, email: .confirmed),
        plain("Europe/Paris", "336", .france, blackout: true),
        plain("Australia/Sydney", "6141", .eightToNine), plain("Australia/Perth", "6142", .eightToNine),
        plain("Australia/Lord_Howe", "6143", .eightToNine),
        // Mexico's preset is below the floor of confidence: the default stands in.
        plain("America/Mexico_City", "52155", .eightToEight), plain("America/Sao_Paulo", "5511", .eightToEight),
        plain("America/Argentina/Buenos_Aires", "54911", .eightToEight),
        plain("America/Santiago", "569", .eightToEight), plain("America/Bogota", "573", .eightToEight),
        plain("America/Lima", "519", .eightToEight), plain("Asia/Tokyo", "8190", .eightToEight),
        plain("Asia/Kolkata", "9198", .eightToEight), plain("Asia/Kathmandu", "97798", .eightToEight),
        plain("Europe/Madrid", "346", .eightToEight), plain("Europe/Rome", "393", .eightToEight),
        plain("Europe/Oslo", "4790", .eightToEight), plain("Europe/Stockholm", "467", .eightToEight),
        plain("Europe/Warsaw", "486", .eightToEight), plain("Europe/Helsinki", "3584", .eightToEight),
        plain("Europe/Athens", "3069", .eightToEight), plain("Africa/Cairo", "2010", .eightToEight),
        plain("Africa/Johannesburg", "2782", .eightToEight), plain("Africa/Lagos", "23480", .eightToEight),
        plain("Africa/Nairobi", "25470", .eightToEight), plain("Asia/Dubai", "97150", .eightToEight),
        plain("Asia/Bangkok", "668", .eightToEight), plain("Asia/Singapore", "659", .eightToEight),
        plain("Asia/Shanghai", "8613", .eightToEight), plain("Asia/Beirut", "9613", .eightToEight),
        plain("Pacific/Auckland", "6421", .eightToEight), plain("Pacific/Chatham", "6422", .eightToEight),
    ]

    /// Evidence that contradicts itself, is coarse or is missing.
    private static let doubtful = [
        // A number of New York, a zone in the west: both.
        Home(
            zone: "America/Los_Angeles", phone: "1212555",
            email: PlainRules(hours: [.eightToEight], zones: ["America/Los_Angeles"], need: .express),
            sms: PlainRules(
                hours: [.usFederal], zones: ["America/Los_Angeles", "America/New_York"], need: .written)),
        // An address in Florida, a number of Alabama, whose own row is not sure enough.
        Home(
            region: "US-FL", phone: "1205555",
            email: PlainRules(
                hours: [.eightToEight], zones: ["America/New_York", "America/Chicago"], need: .express),
            sms: PlainRules(
                hours: [.usFederal, .eightToEight], zones: ["America/New_York", "America/Chicago"], need: .written,
                isCappedByLaw: true)),
        // A British number in Paris.
        Home(
            zone: "Europe/Paris", phone: "447400",
            email: PlainRules(hours: [.eightToEight], zones: ["Europe/Paris"], need: .express, hasBlackout: true),
            sms: PlainRules(
                hours: [.france, .eightToNine], zones: ["Europe/Paris", "Europe/London"], need: .express,
                hasBlackout: true)),
        // France by country, Germany by number.
        Home(
            country: "FR", phone: "491511",
            email: PlainRules(hours: [.eightToEight], zones: ["Europe/Paris"], need: .express, hasBlackout: true),
            sms: PlainRules(
                hours: [.france, .eightToNine], zones: ["Europe/Paris", "Europe/Berlin"], need: .express,
                hasBlackout: true)),
        // Somewhere in the United States, or in Australia.
        Home(
            country: "US", email: PlainRules(hours: [.eightToEight], zones: allStates, need: .express),
            sms: PlainRules(hours: [.usFederal], zones: allStates, need: .written)),
        Home(
            country: "AU", email: PlainRules(hours: [.eightToEight], zones: allAustralia, need: .express),
            sms: PlainRules(hours: [.eightToNine], zones: allAustralia, need: .express)),
        // Nothing but a number: a mail may go nowhere.
        Home(
            phone: "447400", email: PlainRules(hours: [.eightToEight], zones: [], need: .confirmed),
            sms: PlainRules(hours: [.eightToNine], zones: ["Europe/London"], need: .express)),
        Home(
            region: "CA-BC", phone: "1604555",
            email: PlainRules(
                hours: [.eightToEight], zones: ["America/Vancouver", "America/Edmonton", "America/Creston"], need: .any),
            sms: PlainRules(hours: [.eightToNine], zones: ["America/Vancouver"], need: .express)),
        // A zone in France, a country Germany: the rules of both.
        Home(
            zone: "Europe/Paris", country: "DE", phone: "491511",
            email: PlainRules(hours: [.eightToEight], zones: ["Europe/Paris"], need: .confirmed, hasBlackout: true),
            sms: PlainRules(
                hours: [.france, .eightToNine], zones: ["Europe/Paris"], need: .express, hasBlackout: true)),
        // Tokyo's zone, an American country and number.
        Home(
            zone: "Asia/Tokyo", country: "US", phone: "1212555",
            email: PlainRules(hours: [.eightToEight], zones: ["Asia/Tokyo"] + allStates, need: .express),
            sms: PlainRules(
                hours: [.usFederal, .eightToEight], zones: ["Asia/Tokyo", "America/New_York"], need: .written)),
    ]
}
