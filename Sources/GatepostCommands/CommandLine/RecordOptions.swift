// SPDX-License-Identifier: Apache-2.0
//
// RecordOptions: how a command comes to the record, in short transactions, daemon running or not.

import ArgumentParser
import Foundation
import GatewayModel
import Settings
import Store

/// The record of the state directory that the configuration names.
struct RecordOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    /// Opens the store, lets `body` use it, and closes it whatever happens.
    ///
    /// Acts as the owner of the state directory from here on where it runs as root.
    func withStore<Answer>(
        _ role: StoreRole, _ body: (Store, GatewaySettings) async throws -> Answer
    ) async throws -> Answer {
        let settings = try configuration.loadQuietly()
        try StateDirectoryAccess.enter(settings.stateDir)
        var options = StoreOptions()
        (options.keepBodies, options.keepDecisions) = (settings.keep.bodies, settings.keep.decisions)
        (options.keepOutcomes, options.dedupeHorizon) = (settings.keep.outcomes, settings.dedupeHorizon)
        let store = try Store.open(stateDir: settings.stateDir, role: role, options: options)
        do {
            let answer = try await body(store, settings)
            await store.close()
            return answer
        } catch {
            await store.close()
            throw error
        }
    }
}

/// May this user work in the state directory at all? Said before anything is tried, so that it is said well.
enum StateDirectoryAccess {
    /// - Throws: exit 69 where nothing has been set up, 77 where the file permissions forbid it.
    static func enter(_ directory: String) throws(CommandFailure) {
        guard let owner = StateOwner(of: directory) else {
            if errno == EACCES { throw forbidden(directory, owner: nil) }
            throw CommandFailure(
                .unavailable, "there is no state directory", at: directory, advice: "make it: gatepost init")
        }
        try owner.become()
        let database = "\(directory)/gatepost.db"
        guard faccessat(AT_FDCWD, directory, R_OK | X_OK, Int32(AT_EACCESS)) == 0 else {
            throw forbidden(directory, owner: owner)
        }
        guard faccessat(AT_FDCWD, database, F_OK, Int32(AT_EACCESS)) == 0 else {
            throw CommandFailure(
                .unavailable, "there is no database yet", at: database, advice: "make it: gatepost init")
        }
        guard faccessat(AT_FDCWD, database, R_OK | W_OK, Int32(AT_EACCESS)) == 0 else {
            throw forbidden(database, owner: owner)
        }
    }

    private static func forbidden(_ path: String, owner: StateOwner?) -> CommandFailure {
        let user = SystemUser.name(of: geteuid())
        let whose =
            owner.map { "run it as \(SystemUser.name(of: $0.user)), or with sudo" } ?? CommandFailure.askTheOwner
        return CommandFailure(.notPermitted, "\(user) may not read the record", at: path, advice: whose)
    }
}
