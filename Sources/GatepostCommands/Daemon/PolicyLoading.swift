// SPDX-License-Identifier: Apache-2.0
//
// PolicyLoading: from settings, presets and tables to the policy that the gate keeps, and to its name.
//
// A policy is named by a digest over everything that it decides by; the bytes are kept with the record, so that a
// decision can be traced to them years later.

import GatewayModel
import Policy
import Providers
import Settings
import StrictTOML
import Templates

/// What reading the policy came to.
struct PolicyReading: Sendable {
    /// Nil where anything is wrong.
    var gate: Gate?
    var bundle: PolicyBundle
    var problems: [TOMLProblem]

    /// Blocks on file reads.
    static func read(
        _ settings: GatewaySettings, mentions: [PolicyMention], templates: TemplateCatalog,
        providers: [ProviderDescription]
    ) -> PolicyReading {
        let (library, presetProblems) = PresetLibrary.load(directory: settings.policiesDir)
        var problems = presetProblems + PolicyNames(library: library, regions: .shipped).problems(mentions)
        let (table, zones) = (try? ZoneTable(), CountryZones.system())
        // The daemon does not start without: no quiet hour could be kept.
        if table == nil || !zones.knows("US") {
            problems.append(
                TOMLProblem(
                    file: "/usr/share/zoneinfo",
                    "there is no time zone database, or not all of it; install the package tzdata"))
        }
        let bundle = PolicyBundle(settings, library, templates, providers, zoneVersion: table?.version)
        let policy = GatePolicy(
            rules: settings.policy, presets: library, zones: zones, table: table,
            version: bundle.version)
        return PolicyReading(gate: problems.isEmpty ? Gate(policy: policy) : nil, bundle: bundle, problems: problems)
    }
}

/// Checks the names in a policy against what there is.
private struct PolicyNames {
    let library: PresetLibrary
    let regions: RegionTable

    func problems(_ mentions: [PolicyMention]) -> [TOMLProblem] {
        mentions.compactMap { mention in
            complaint(mention).map { TOMLProblem(at: mention.place, keyPath: mention.keyPath, $0) }
        }
    }

    private func complaint(_ mention: PolicyMention) -> String? {
        switch mention.kind {
        case .preset: preset(mention.name)
        case .presetOrFamily: library.named(mention.name).isEmpty ? presetOrFamily(mention.name) : nil
        case .jurisdiction: jurisdiction(mention.name)
        }
    }

    private func preset(_ name: String) -> String? {
        guard library[name] == nil else { return nil }
        guard library.family(name).isEmpty else { return "\"\(name)\" is a family; name the presets themselves" }
        return "no preset is called \"\(name)\"\(Wording.suggestion(for: name, among: library.ids))"
    }

    private func presetOrFamily(_ name: String) -> String {
        let known = library.ids + library.familyNames
        return "no preset and no family is called \"\(name)\"\(Wording.suggestion(for: name, among: known))"
    }

    private func jurisdiction(_ code: String) -> String? {
        guard let canonical = regions.canonical(code), let country = regions.country(of: canonical) else {
            return "no place has the code \"\(code)\""
        }
        let listed = regions.regions(of: country)
        guard canonical.utf8.count > 2, !listed.isEmpty, !regions.isListed(canonical) else { return nil }
        return
            "\(regions.name(of: country) ?? country) has no \"\(code)\"\(Wording.suggestion(for: code, among: listed))"
    }
}
