// SPDX-License-Identifier: Apache-2.0

/// Languages in which a date can be written in words; any other gets English.
enum DateLanguage: String, Sendable {
    case english = "en"
    case french = "fr"
    case german = "de"
    case spanish = "es"
    case italian = "it"
    case portuguese = "pt"
    case dutch = "nl"

    /// By the primary subtag of a BCP 47 tag.
    init(locale: String) {
        let primary = locale.utf8.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
        self = Self(rawValue: String(decoding: primary, as: UTF8.self).lowercased()) ?? .english
    }

    func long(_ date: DateValue) -> String {
        let month = months[date.month - 1]
        return switch self {
        case .english, .dutch: "\(date.day) \(month) \(date.year)"
        case .french, .italian: "\(date.day == 1 ? first : "\(date.day)") \(month) \(date.year)"
        case .german: "\(date.day). \(month) \(date.year)"
        case .spanish, .portuguese: "\(date.day) de \(month) de \(date.year)"
        }
    }

    private var first: String { self == .french ? "1er" : "1º" }

    private var months: [String] {
        switch self {
        case .english: Self.englishMonths
        case .french: Self.frenchMonths
        case .german: Self.germanMonths
        case .spanish: Self.spanishMonths
        case .italian: Self.italianMonths
        case .portuguese: Self.portugueseMonths
        case .dutch: Self.dutchMonths
        }
    }

    private static let englishMonths = words(
        "January February March April May June July August September October November December")
    private static let frenchMonths = words(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
    private static let germanMonths = words(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
    private static let spanishMonths = words(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
    private static let italianMonths = words(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
    private static let portugueseMonths = words(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
    private static let dutchMonths = words(
        "januari februari maart april mei juni juli augustus september oktober november december")

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
