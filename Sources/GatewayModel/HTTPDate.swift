// SPDX-License-Identifier: Apache-2.0

extension Instant {
    /// Reads a time as HTTP headers write it (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, and the two
    /// outdated forms a recipient has to know, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. Nil for
    /// anything else. The name of the day is not looked at; two digits of a year below 70 mean 2000 and after.
    public init?(httpDate text: some StringProtocol) {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" || $0 == ":" }
        let places: [Int]  // of day, month, year, hour, minute, second
        switch words.count {
        case 8 where words[7] == "GMT": places = [1, 2, 3, 4, 5, 6]
        case 7: places = [2, 1, 6, 3, 4, 5]
        default: return nil
        }
        let numbers = places.enumerated().map { field, place in
            field == 1 ? Self.month(words[place]) : Self.number(words[place], digits: field == 2 ? 2...4 : 1...2)
        }
        guard let day = numbers[0], let month = numbers[1], let year = numbers[2], let hour = numbers[3],
            let minute = numbers[4], let second = numbers[5], second <= 60,
            let local = LocalTime(
                year: Self.century(of: year, written: words[places[2]].utf8.count), month: month, day: day, hour: hour,
                minute: minute)
        else { return nil }
        self = local.asUTC + .seconds(second)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func month(_ word: some StringProtocol) -> Int? {
        months.firstIndex { $0 == word }.map { $0 + 1 }
    }

    private static func number(_ word: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(word.utf8.count), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(word)
    }

    private static func century(of year: Int, written digits: Int) -> Int {
        digits == 2 ? year + (year < 70 ? 2000 : 1900) : year
    }
}
