// SPDX-License-Identifier: Apache-2.0
//
// Daemon: the composition root. Every part is made here, told of the others here, and run as a service here.
//
// Services stop in reverse: first nothing more is taken in, then the engine drains, then the feed is written out.

import Engine
import Foundation
import GatewayModel
import Logging
import Policy
import ServiceLifecycle
import Settings
import Spool
import Store
import Transport
import UnixSignals

/// Everything of one running daemon.
struct Daemon: Sendable {
    let holder: SnapshotHolder
    let rules: LiveIntakeRules
    let store: Store
    let reactor: Reactor
    let dispatcher: Dispatcher
    let intake: IntakeShifts
    let counter: IntakeCounter
    let feed: OutcomeFeed
    let layout: SpoolLayout
    let secrets: SecretMemory
    let timepiece: any Timepiece
    let manager: ServiceManager
    let log: Logger

    /// Opens the store, recovers, and puts the parts together; nothing runs yet. Blocks.
    ///
    /// - Parameter onGrowth: told, besides the feed, when the journal has grown.
    static func assemble(
        _ snapshot: GatewaySnapshot, afterRestore: AfterRestore?, manager: ServiceManager, log: Logger,
        onGrowth: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> Daemon {
        let settings = snapshot.settings
        let timepiece = SystemTimepiece()
        let layout = try SpoolLayout.prepare(root: settings.stateDir, producers: settings.producers.map(\.name))
        let store = try Store.open(
            stateDir: settings.stateDir, role: .daemon, options: storeOptions(snapshot, afterRestore, timepiece))
        let reactor = try Reactor()
        let feed = OutcomeFeed(layout: layout, journal: store, logger: log)
        let inbox = Inbox { seq in
            feed.grew(to: seq)
            onGrowth(seq)
        }
        store.setListener(inbox)
        let secrets = SecretMemory(SecretResolver(environment: ProcessInfo.processInfo.environment))
        let dispatcher = Dispatcher(
            book: store, maker: ChannelMaking(reactor: reactor, notes: store.notes, secrets: secrets, log: log),
            renderer: Renderer(
                workers: ProcessInfo.processInfo.activeProcessorCount, secrets: { try secrets.secret($0) },
                readJob: { record, brand in RecordDecoder.job(stored: record, defaultBrand: brand) }),
            snapshot: snapshot, inbox: inbox, timepiece: timepiece, lastJournalTime: try await store.lastOutcomeTime(),
            log: log)
        let rules = LiveIntakeRules(snapshot)
        let counter = IntakeCounter(book: store)
        let condition = IntakeCondition(gate: IntakeGate(settings.intake), book: counter, timepiece: timepiece) {
            DiskRoom.at(settings.stateDir)
        }
        let intake = IntakeShifts(layout: layout, condition: condition) { layout in
            Intake(
                layout: layout, book: counter, rules: rules, condition: condition, timepiece: timepiece, logger: log,
                limits: chunks)
        }
        return Daemon(
            holder: SnapshotHolder(snapshot), rules: rules, store: store, reactor: reactor, dispatcher: dispatcher,
            intake: intake, counter: counter, feed: feed, layout: layout, secrets: secrets, timepiece: timepiece,
            manager: manager, log: log)
    }

    /// A chunk is one transaction, and what is in the air waits for it: about 10 ms (docs/design.md).
    private static var chunks: IntakeLimits {
        var limits = IntakeLimits()
        limits.chunkRecords = 250
        return limits
    }

    private static func storeOptions(
        _ snapshot: GatewaySnapshot, _ afterRestore: AfterRestore?, _ timepiece: any Timepiece
    ) -> StoreOptions {
        let settings = snapshot.settings
        var options = StoreOptions()
        (options.timepiece, options.afterRestore) = (timepiece, afterRestore)
        (options.keepBodies, options.keepDecisions) = (settings.keep.bodies, settings.keep.decisions)
        (options.keepOutcomes, options.dedupeHorizon) = (settings.keep.outcomes, settings.dedupeHorizon)
        options.recovery = RecoveryRules(snapshot, timepiece: timepiece)
        return options
    }

    /// Runs until asked to stop; returns when everything is written out and closed.
    ///
    /// - Parameters:
    ///   - signals: those that ask it to stop.
    ///   - configuration: where the configuration is read anew at HUP; nil: never.
    ///   - companion: runs beside the daemon, which stops when it ends.
    func run(
        stoppingAt signals: [UnixSignal], reloading configuration: String?, beside companion: (any Service)? = nil
    ) async throws {
        var services: [any Service] = [
            Watchdog(manager: manager, dispatcher: dispatcher),
            FeedService(feed: feed),
            SpoolService(status: SpoolStatus(layout: layout, condition: intake.condition), sweep: sweep),
            EngineService(dispatcher: dispatcher),
            IntakeService(intake: intake),
            StatusService(daemon: self, startedAt: timepiece.now()),
        ]
        if let configuration {
            // Trapped before anyone is told that the daemon is ready: from then on HUP never kills.
            let hangups = await UnixSignalsSequence(trapping: .sighup)
            services.append(ReloadService(daemon: self, configuration: configuration, hangups: hangups))
        }
        services.append(ReadinessService(manager: manager))
        if let companion { services.append(companion) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: signals, logger: quiet))
        do {
            try await group.run()
        } catch {
            await store.close()
            throw error
        }
        StatusFile.remove(in: holder.current.settings.stateDir)
        await reactor.stop()
        if let failure = await store.close() { throw failure }
    }

    private var sweep: SpoolSweep {
        SpoolSweep(layout: layout, keepReceipts: holder.current.settings.keep.receipts, logger: log)
    }

    /// The service group talks of its own doings, which nobody asked for.
    private var quiet: Logger {
        var log = log
        log.logLevel = .critical
        return log
    }

    /// Takes over a configuration read anew.
    ///
    /// - Throws: where a new producer's directories cannot be made; nothing has changed then.
    func adopt(_ snapshot: GatewaySnapshot) async throws {
        let (before, next) = (holder.current.settings, snapshot.settings)
        if before.producers.map(\.name) != next.producers.map(\.name) {
            let layout = try SpoolLayout.prepare(root: next.stateDir, producers: next.producers.map(\.name))
            await feed.adopt(layout)
            intake.adopt(layout)
        }
        intake.condition.adopt(IntakeGate(next.intake))
        secrets.forget()
        holder.replace(with: snapshot)
        rules.adopt(snapshot)
        dispatcher.inbox.adopt(snapshot)
    }
}

extension IntakeGate {
    init(_ settings: IntakeSettings) {
        let floor: DiskFloor =
            switch settings.minFree {
            case .share(let share): .share(share)
            case .bytes(let bytes): .bytes(bytes)
            }
        self.init(maxQueued: settings.maxQueued, floor: floor)
    }
}
