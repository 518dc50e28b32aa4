// SPDX-License-Identifier: Apache-2.0
//
// The zero that people dial within their country and leave out behind its code: `+44 (0)7700 900123`. Pure.

/// What is wrong with a telephone number that holds that zero, as `+330612345678`: it reaches nobody.
///
/// The one place that decides it. Who is to be reached, or agrees to something, has to be named rightly; who wants to be
/// left alone is so under the number that was meant.
public struct TrunkZero: Hashable, Sendable, CustomStringConvertible {
    /// The number without it, as it was probably meant.
    public let meant: PhoneNumber

    /// Country codes (ITU-T E.164) with trunk prefix 0 under which no number begins with a zero. Italy and others, where
    /// the zero belongs to the number, are not among them; nor is who is not sure. Checked against libphonenumber's
    /// metadata in November 2026.
    private static let codes: Set<Substring> = [
        "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "61", "63", "64", "66", "84", "86", "90",
        "91", "92", "94", "212", "213", "234", "254", "353", "358", "359", "380", "381", "385", "386", "421",
    ]

    /// Nil where the number holds none.
    public init?(in number: PhoneNumber) {
        let digits = number.description.dropFirst()
        guard let length = (2...3).first(where: { Self.codes.contains(digits.prefix($0)) }) else { return nil }
        let rest = digits.dropFirst(length)
        guard rest.first == "0", let meant = PhoneNumber("+\(digits.prefix(length))\(rest.drop { $0 == "0" })") else {
            return nil
        }
        self.meant = meant
    }

    /// Nil also of what is no telephone number.
    public init?(in address: ContactAddress) {
        guard case .phone(let text) = address, let number = PhoneNumber(text) else { return nil }
        self.init(in: number)
    }

    /// Nil also of what is not one telephone number: who writes `+330*` means the numbers that begin so.
    public init?(in target: SuppressionTarget) {
        guard case .address(let address) = target else { return nil }
        self.init(in: address)
    }

    /// The number that was meant, as the books have it.
    public var address: ContactAddress { .phone(meant.description) }

    /// For who named a number that is not taken.
    public var description: String { "\(Self.fault); \(meant) may be meant" }

    /// For who named a number that is taken for the other.
    public var repair: String { "\(Self.fault), and is taken for \(meant)" }

    /// What stands in the books beside the number that was meant, which is not said again.
    public static let damage = "\(fault); taken without it"

    private static let fault = "holds the zero that is dialled within the country only"
}
