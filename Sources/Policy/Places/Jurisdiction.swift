// SPDX-License-Identifier: Apache-2.0

/// A place whose rules may hold: a country, and within it a region where that is known.
public struct Jurisdiction: Hashable, Sendable, CustomStringConvertible {
    /// ISO 3166-1 alpha-2, upper case.
    public var country: String
    /// ISO 3166-2 in its canonical form, as `US-FL`; nil: somewhere in the country.
    public var region: String?
    public init(country: String, region: String? = nil) { (self.country, self.region) = (country, region) }

    /// The region where there is one, else the country.
    public var description: String { region ?? country }

    /// Whether it is that place or a part of it. `code` is a canonical ISO 3166-1 or 3166-2 code.
    public func lies(in code: String) -> Bool { country == code || region == code }

    /// Whether it is that jurisdiction or a part of it.
    func lies(in other: Jurisdiction) -> Bool {
        country == other.country && (other.region == nil || other.region == region)
    }
}
