// SPDX-License-Identifier: Apache-2.0
//
// Takes the configuration's tables apart. Each part is read on its own here; ConsistencyCheck looks at them together.

import Foundation
import GatewayModel
import StrictTOML

/// A part that was read, with the table it came from: complaints about it find their place.
struct Placed<Value> {
    var value: Value
    var table: StrictTable
}

/// What was read, before it is known to hold together.
struct SettingsDraft {
    var settings: GatewaySettings
    var root: StrictTable
    var producers: [Placed<ProducerSettings>] = []
    var topics: [Placed<TopicSettings>] = []
    var brands: [Placed<BrandSettings>] = []
    var routes: [Placed<RouteSettings>] = []
    var secrets: [SecretMention] = []
    /// Places of the keys of HTTP routes, by the route's name.
    var httpRoutes: [String: RoutePlaces] = [:]
    var policy = Policy()
    var sandbox: StrictTable?
    /// Names of routes that could not be read: a reference to one is no second error.
    var unreadRoutes: Set<String> = []
    var unreadBrands: Set<String> = []
}

/// A place where a secret is named.
struct SecretMention {
    var reference: SecretReference
    var table: StrictTable
    var key: String
    /// A key in PEM has many lines.
    var mayBePEM = false
}

enum SettingsReader {
    static func read(_ root: StrictTable, file: String) -> SettingsDraft {
        var root = root
        var draft = SettingsDraft(settings: GatewaySettings(file: file), root: root)
        readTop(&root, &draft.settings)
        root.table("intake") { draft.settings.intake = intake(&$0) }
        root.table("keep") { draft.settings.keep = keep(&$0) }
        root.table("retry") { draft.settings.retry = retry(&$0) }
        readLists(&root, &draft)
        root.table("sandbox") { table in
            draft.settings.sandbox = SandboxReader.read(&table)
            draft.sandbox = table
        }
        PolicyReader.read(&root, into: &draft)
        UnavailableParts.read(&root)
        root.finish()
        draft.root = root
        draft.settings.producers = draft.producers.map(\.value)
        draft.settings.topics = draft.topics.map(\.value)
        draft.settings.brands = draft.brands.map(\.value)
        draft.settings.routes = draft.routes.map(\.value)
        return draft
    }

    private static func readTop(_ root: inout StrictTable, _ settings: inout GatewaySettings) {
        root.set(&settings.stateDir, "state_dir", .absolutePath)
        settings.templatesDir = folder("templates_dir", "templates", &root)
        settings.providersDir = folder("providers_dir", "providers", &root)
        settings.policiesDir = folder("policies_dir", "policies", &root)
        // Whoever names it has files of his own in it; what routes go by must not be a shipped one instead.
        if root.has("providers_dir"), !isFolder(settings.providersDir) {
            root.complain("names no folder", about: "providers_dir")
        }
        root.set(&settings.defaultLifetime, "default_lifetime", .duration(in: .minutes(1)...(.days(366))))
        root.set(&settings.drainTimeout, "drain_timeout", .duration(in: .seconds(1)...(.hours(1))))
        root.set(&settings.dedupeHorizon, "dedupe_horizon", .duration(in: .hours(1)...(.days(3660))))
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// The default, too, lies beside the file.
    private static func folder(_ key: String, _ name: String, _ root: inout StrictTable) -> String {
        if let path = root.optional(key, .absolutePath) { return path }
        let beside = TOMLPath.resolve(name, against: root.place.file)
        return beside.hasPrefix("/") ? beside : "\(FileManager.default.currentDirectoryPath)/\(beside)"
    }

    private static func readLists(_ root: inout StrictTable, _ draft: inout SettingsDraft) {
        root.tables("producer") { table in
            if let producer = ProducerReader.read(&table) {
                draft.producers.append(Placed(value: producer, table: table))
            }
        }
        root.tables("topic") { table in
            if let topic = TopicReader.read(&table) { draft.topics.append(Placed(value: topic, table: table)) }
        }
        root.tables("brand") { table in
            if let brand = BrandReader.read(&table) {
                draft.brands.append(Placed(value: brand, table: table))
            } else if let id = table.optional("id", .any) {
                draft.unreadBrands.insert(id)
            }
        }
        root.tables("route") { table in
            if let route = RouteReader.read(&table, &draft.secrets) {
                draft.routes.append(Placed(value: route, table: table))
                if case .http = route.transport { draft.httpRoutes[route.name] = RoutePlaces(table.item) }
            } else if let name = table.optional("name", .any) {
                draft.unreadRoutes.insert(name)
            }
        }
    }

    private static func intake(_ table: inout StrictTable) -> IntakeSettings {
        var intake = IntakeSettings()
        table.set(&intake.maxQueued, "max_queued", .integer(in: 1...1_000_000_000))
        table.set(&intake.minFree, "min_free", .freeSpace)
        return intake
    }

    private static func keep(_ table: inout StrictTable) -> KeepSettings {
        var keep = KeepSettings()
        let range = Duration.hours(1)...DurationText.longest
        table.set(&keep.bodies, "bodies", .duration(in: range))
        table.set(&keep.decisions, "decisions", .duration(in: range))
        table.set(&keep.outcomes, "outcomes", .duration(in: range))
        table.set(&keep.receipts, "receipts", .duration(in: range))
        return keep
    }

    private static func retry(_ table: inout StrictTable) -> RetrySettings {
        var retry = RetrySettings()
        table.set(&retry.first, "first", .duration(in: .milliseconds(100)...(.days(1))))
        table.set(&retry.factor, "factor", .number(in: 1...100))
        table.set(&retry.longest, "longest", .duration(in: .milliseconds(100)...(.days(30))))
        table.set(&retry.giveUpAfter, "give_up_after", .duration(in: .seconds(1)...(.days(366))))
        if retry.longest < retry.first {
            table.complain("must not be shorter than \"first\" (\(DurationText.print(retry.first)))", about: "longest")
        }
        if retry.giveUpAfter < retry.first {
            table.complain(
                "must not be shorter than \"first\" (\(DurationText.print(retry.first)))", about: "give_up_after")
        }
        return retry
    }
}
