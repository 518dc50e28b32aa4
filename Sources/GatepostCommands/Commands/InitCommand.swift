// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Settings
import Spool
import Store

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the state directory, keys and database.",
        discussion: """
            Makes what is missing and leaves what is there; safe to run again.

            Example:  sudo gatepost init --owner gatepost
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "Who is to own a new state directory (as root only; default: yourself).")
    var owner: String?

    func run() async throws {
        let settings = try configuration.loadQuietly()
        let made = try StateSetUp(settings, owner: owner).perform()
        for line in made { Say.line(line) }
        if !StateSetUp.hasProducersGroup {
            let group = StateSetUp.producersGroup
            Say.line(
                "there is no group \(group): only the owner can enqueue (addgroup --system \(group), then init again)")
        }
        Say.line("Next: gatepost check, then gatepost run\(configuration.file.map { " --config \($0)" } ?? "")")
    }
}

/// Everything a daemon needs in its state directory. Used by `init` and `demo`.
struct StateSetUp {
    private let settings: GatewaySettings
    private let owner: String?

    init(_ settings: GatewaySettings, owner: String? = nil) { (self.settings, self.owner) = (settings, owner) }

    /// - Returns: what was made or found, a sentence each.
    /// - Throws: exit 73 where something cannot be made, 77 where that is a matter of permissions.
    func perform() throws -> [String] {
        let directory = settings.stateDir
        let isNew = try makeDirectory(directory)
        let hadDatabase = access("\(directory)/gatepost.db", F_OK) == 0
        try makeSpool(in: directory)
        try StateOwner(of: directory)?.become()
        try Store.initialise(stateDir: directory)
        return [
            "\(isNew ? "made" : "found") the state directory \(directory)",
            "\(hadDatabase ? "found" : "made") the database and keys",
            "prepared the spool for \(counted(producers.count, "producer")): \(producers.joined(separator: ", "))",
        ]
    }

    /// Without it nobody but the owner can enqueue, which may be what is wanted.
    static var hasProducersGroup: Bool { getgrnam(producersGroup) != nil }
    static let producersGroup = "gatepost-submit"

    private var producers: [String] {
        settings.producers.isEmpty ? [SpoolLayout.defaultProducer] : settings.producers.map(\.name)
    }

    /// Mode 0711: producers pass through to the spool, and see nothing else.
    private func makeDirectory(_ path: String) throws(CommandFailure) -> Bool {
        let chosen = try owner.map { (name) throws(CommandFailure) -> StateOwner in
            guard let owner = StateOwner(named: name) else {
                throw CommandFailure(
                    .usage, "there is no user \"\(name)\"", advice: "make it first: adduser --system \(name)")
            }
            return owner
        }
        let isNew = mkdir(path, 0o711) == 0
        if !isNew, errno == ENOENT {
            throw .system(
                "cannot make the state directory", path, otherwise: .cannotCreate,
                advice: "make the directory it is to stand in first")
        }
        guard isNew || errno == EEXIST else {
            throw .system("cannot make the state directory", path, otherwise: .cannotCreate)
        }
        if let chosen, isNew, chown(path, chosen.user, chosen.group) != 0 {
            throw .system("cannot give the state directory to its owner", path, otherwise: .cannotCreate)
        }
        return isNew
    }

    /// As root still: giving directories to the producers' group is root's to do. They belong to the owner afterwards.
    private func makeSpool(in directory: String) throws(CommandFailure) {
        let layout: SpoolLayout
        do throws(SpoolLayout.Failure) {
            layout = try SpoolLayout.prepare(root: directory, producers: settings.producers.map(\.name))
        } catch {
            throw CommandFailure(
                errno == EACCES || errno == EPERM ? .notPermitted : .cannotCreate, error.description,
                advice: CommandFailure.askTheOwner)
        }
        guard geteuid() == 0, let owner = StateOwner(of: directory), owner.user != 0 else { return }
        let group = Self.hasProducersGroup ? gid_t.max : owner.group
        for path in layout.directories where lchown(path, owner.user, group) != 0 {
            throw .system("cannot give the spool to its owner", path, otherwise: .cannotCreate)
        }
    }
}

extension SpoolLayout {
    /// Every directory of the spool.
    fileprivate var directories: [String] {
        let bases = places.map(\.base) + [spool, taken]
        let parts = places.flatMap { [$0.tmp, $0.incoming, $0.receipts, $0.rejected, $0.outcomes] }
        let shared = "\(spool)/producers"
        return Set(bases + parts + (places.contains { $0.base.hasPrefix(shared) } ? [shared] : [])).sorted()
    }
}
