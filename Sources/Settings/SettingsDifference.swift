// SPDX-License-Identifier: Apache-2.0
//
// What a reload changed, in words for the log. Never a secret, a user name or a person's address.

/// The changes from one configuration to another, a line each, in the order of the configuration.
///
///     route relay: connections 20 → 40
///     route backup: added
///     brand acme: unsubscribe_base none → https://mail.acme.example
public struct SettingsDifference: Hashable, Sendable {
    public let lines: [String]

    /// Empty `lines`: nothing changed.
    public init(from old: GatewaySettings, to new: GatewaySettings) {
        let (old, new) = (SettingsListing(old).sections, SettingsListing(new).sections)
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Set(new.map(\.name))
        let changed = new.flatMap { section in
            before[section.name].map { Self.changes(from: $0, to: section) } ?? ["\(section.name): added"]
        }
        let removed = old.filter { !after.contains($0.name) }.map { "\($0.name): removed" }
        lines = (changed + removed).map(SettingsListing.escaped)
    }

    private static func changes(from old: SettingsListing.Section, to new: SettingsListing.Section) -> [String] {
        let prefix = new.name.isEmpty ? "" : "\(new.name): "
        let before = Dictionary(old.entries.map { ($0.key, $0) }) { first, _ in first }
        let after = Set(new.entries.map(\.key))
        let changed: [String] = new.entries.compactMap { entry in
            guard let was = before[entry.key] else {
                return "\(prefix)\(entry.key) added" + (entry.isPrivate ? "" : ": \(entry.value)")
            }
            guard was.value != entry.value else { return nil }
            return prefix + (entry.isPrivate ? "\(entry.key) changed" : "\(entry.key) \(was.value) → \(entry.value)")
        }
        return changed + old.entries.filter { !after.contains($0.key) }.map { "\(prefix)\($0.key) removed" }
    }
}
