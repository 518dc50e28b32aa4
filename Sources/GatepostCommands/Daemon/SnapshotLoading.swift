// SPDX-License-Identifier: Apache-2.0
//
// SnapshotLoading: from files to one immutable snapshot, all or nothing. At start, and again at each HUP.

import Engine
import GatewayModel
import Policy
import Providers
import Settings
import StrictTOML
import Synchronization
import Templates

/// What reading the configuration, the templates, the providers and the policy came to.
struct SnapshotReading: Sendable {
    /// Nil where anything is wrong.
    var snapshot: GatewaySnapshot?
    var errors: [String]
    var warnings: [String]

    /// Blocks on file reads.
    ///
    /// - Parameter tryingSecrets: false for those who only ask what would be.
    static func read(configuration file: String, tryingSecrets: Bool = true) -> SnapshotReading {
        let reading = SettingsLoader.load(file: file, tryingSecrets: tryingSecrets)
        let warnings = reading.warnings.map(\.description)
        guard let settings = reading.settings else {
            return SnapshotReading(snapshot: nil, errors: reading.errors.map(\.description), warnings: warnings)
        }
        let providers = ProviderReading.read(settings, places: reading.httpRoutes)
        guard providers.problems.isEmpty else {
            return SnapshotReading(snapshot: nil, errors: providers.problems.map(\.description), warnings: warnings)
        }
        let templates = TemplateCatalog.load(directory: settings.templatesDir, brands: settings.brands.map(\.id))
        guard templates.problems.isEmpty else {
            return SnapshotReading(snapshot: nil, errors: templates.problems.map(\.description), warnings: warnings)
        }
        let policy = PolicyReading.read(
            settings, mentions: reading.mentions, templates: templates, providers: providers.used)
        guard let gate = policy.gate else {
            return SnapshotReading(snapshot: nil, errors: policy.problems.map(\.description), warnings: warnings)
        }
        let snapshot = GatewaySnapshot(
            settings: settings, templates: templates, gate: gate, policy: policy.bundle, providers: providers.bound)
        return SnapshotReading(snapshot: snapshot, errors: [], warnings: warnings)
    }
}

extension GatewaySnapshot {
    /// Enough to take records in by, or to check them: without a policy, whose gate nothing may pass.
    init(takingIn settings: GatewaySettings, _ templates: TemplateCatalog) {
        let policy = GatePolicy(
            rules: settings.policy, presets: PresetLibrary(), zones: CountryZones.system(), table: nil, version: nil)
        self.init(
            settings: settings, templates: templates, gate: Gate(policy: policy),
            policy: PolicyBundle(sha256: "", bytes: []))
    }
}

/// The snapshot in force, for those who are asked from other threads.
final class SnapshotHolder: Sendable {
    private let held: Mutex<GatewaySnapshot>

    init(_ snapshot: GatewaySnapshot) { held = Mutex(snapshot) }

    var current: GatewaySnapshot { held.withLock { $0 } }
    func replace(with snapshot: GatewaySnapshot) { held.withLock { $0 = snapshot } }
}
