// SPDX-License-Identifier: Apache-2.0
//
// The zero that people dial within their country and leave out behind its code: `+44 (0)7700 900123`. Pure.

import GatewayModel

enum TrunkZero {
    /// Country codes (ITU-T E.164) with trunk prefix 0 under which no number begins with a zero. Italy and others, where
    /// the zero belongs to the number, are not among them; nor is who is not sure. Checked against libphonenumber's
    /// metadata in November 2026.
    private static let codes: Set<Substring> = [
        "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "61", "63", "64", "66", "84", "86", "90",
        "91", "92", "94", "212", "213", "234", "254", "353", "358", "359", "380", "381", "385", "386", "421",
    ]

    /// The number as it was probably meant, where it holds that zero; nil where it does not.
    static func withoutIt(_ number: PhoneNumber) -> PhoneNumber? {
        let digits = number.description.dropFirst()
        for length in 2...3 where codes.contains(digits.prefix(length)) {
            let rest = digits.dropFirst(length)
            return rest.first == "0" ? PhoneNumber("+\(digits.prefix(length))\(rest.drop { $0 == "0" })") : nil
        }
        return nil
    }
}
