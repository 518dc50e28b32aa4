// SPDX-License-Identifier: Apache-2.0
//
// PresetLibrary: the presets in force, those in the binary and those of the policies directory.

import Foundation
import GatewayModel
import StrictTOML

/// Something wrong with a preset or a holiday calendar: with any the policy is not used.
public typealias PresetProblem = TOMLProblem

/// Presets by id. A file of the policies directory stands in for the shipped one of the same id.
public struct PresetLibrary: Sendable {
    private let presets: [String: Preset]
    private let families: [String: [Preset]]
    /// Every file that took part, by its name under the policies directory, in order: what the policy's version is
    /// made from.
    public let digestInput: [(name: String, bytes: [UInt8])]

    public init(_ presets: [Preset] = [], digestInput: [(name: String, bytes: [UInt8])] = []) {
        self.presets = Dictionary(presets.map { ($0.id, $0) }) { _, last in last }
        families = Dictionary(grouping: self.presets.values.filter { $0.family != nil }) { $0.family ?? "" }
            .mapValues { $0.sorted { $0.id < $1.id } }
        self.digestInput = digestInput
    }

    /// Every id, in order.
    public var ids: [String] { presets.keys.sorted() }

    /// Names of all families, in order.
    public var familyNames: [String] { families.keys.sorted() }

    public subscript(id: String) -> Preset? { presets[id] }

    /// The members of a family in order of id; empty where there is no such family.
    public func family(_ name: String) -> [Preset] { families[name] ?? [] }

    /// The preset of that id and the members of that family, each once, in order of id.
    public func named(_ name: String) -> [Preset] {
        let members = family(name)
        guard let own = presets[name], !members.contains(where: { $0.id == own.id }) else { return members }
        return ([own] + members).sorted { $0.id < $1.id }
    }
}
