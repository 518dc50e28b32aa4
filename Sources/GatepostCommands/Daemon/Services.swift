// SPDX-License-Identifier: Apache-2.0
//
// The parts of the daemon as services: each runs until it is asked to stop, and stops by itself only when it cannot go on.

import Engine
import GatewayModel
import Logging
import Providers
import ServiceLifecycle
import Settings
import Spool
import UnixSignals

/// Steps 4 to 10. Asked to stop, it drains.
struct EngineService: Service {
    let dispatcher: Dispatcher

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await dispatcher.run()
        } onGracefulShutdown: {
            dispatcher.inbox.drain()
        }
    }
}

/// Steps 1 to 3. Asked to stop, it leaves what it has begun for the next start.
struct IntakeService: Service {
    let intake: IntakeShifts
    func run() async throws { try await cancelWhenGracefulShutdown { try await intake.run() } }
}

/// The outcome feed as files. Asked to stop, it writes out what there is.
struct FeedService: Service {
    let feed: OutcomeFeed
    func run() async throws { try await cancelWhenGracefulShutdown { try await feed.run() } }
}

/// `status.json` for producers, and the removal of what they have had long enough to read.
struct SpoolService: Service {
    let status: SpoolStatus
    let sweep: SpoolSweep

    func run() async throws {
        await cancelWhenGracefulShutdown {
            async let swept: Void = sweep.run()
            await status.run()
            await swept
        }
    }
}

/// Tells systemd that the daemon is ready once everything before it runs, and that it stops once that is asked for.
struct ReadinessService: Service {
    let manager: ServiceManager

    func run() async throws {
        manager.ready("running")
        try? await gracefulShutdown()
        manager.stopping("draining")
    }
}

/// Feeds systemd's watchdog only while the engine turns (issue: systemd). First to start and last to stop.
struct Watchdog: Service {
    let manager: ServiceManager
    let dispatcher: Dispatcher

    func run() async throws {
        guard let interval = manager.watchdogInterval else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            var seen = -1
            while (try? await Task.sleep(for: interval / 3)) != nil {
                let turns = await dispatcher.status().turns
                if turns != seen { manager.alive() }
                seen = turns
            }
        }
    }
}

/// Reads the configuration, the templates, the providers and the policies anew at HUP: all or nothing, and says what is different.
struct ReloadService: Service {
    let daemon: Daemon
    let configuration: String
    let hangups: UnixSignalsSequence

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in hangups { await reload() }
        }
    }

    private func reload() async {
        let reading = SnapshotReading.read(configuration: configuration)
        for warning in reading.warnings { daemon.log.warning("\(warning)") }
        guard let next = reading.snapshot else {
            for error in reading.errors { daemon.log.error("\(error)") }
            daemon.log.error("nothing was reloaded: what ran goes on running")
            return
        }
        let before = daemon.holder.current
        guard next.settings.stateDir == before.settings.stateDir else {
            daemon.log.error("nothing was reloaded: state_dir cannot change while the daemon runs")
            return
        }
        let difference = SettingsDifference(from: before.settings, to: next.settings).lines
        do {
            try await daemon.adopt(next)
        } catch {
            daemon.log.error("nothing was reloaded: \(error)")
            return
        }
        for line in difference { daemon.log.notice("reloaded: \(line)") }
        if next.templates.digest != before.templates.digest { daemon.log.notice("reloaded: templates changed") }
        let described = Self.describedAnew(before, next)
        for name in described { daemon.log.notice("reloaded: provider \(name) changed") }
        let isNewPolicy = next.policy.sha256 != before.policy.sha256
        if isNewPolicy { daemon.log.notice("reloaded: \(PolicySummary(policy: next.gate.policy).line)") }
        for word in Self.waitingForAStart(before.settings, next.settings) {
            daemon.log.warning("\(word): takes effect at the next start")
        }
        if difference.isEmpty, next.templates.digest == before.templates.digest, described.isEmpty, !isNewPolicy {
            daemon.log.notice("reloaded: nothing changed; secrets were read again")
        }
    }

    /// Providers in use whose file is another now.
    private static func describedAnew(_ before: GatewaySnapshot, _ next: GatewaySnapshot) -> [String] {
        let names = next.providers.compactMap { route, provider -> String? in
            guard let old = before.providers[route]?.description, old.name == provider.description.name else {
                return nil
            }
            return old.digest == provider.description.digest ? nil : old.name
        }
        return Set(names).sorted()
    }

    /// What the parts were made with and keep as long as they live.
    private static func waitingForAStart(_ before: GatewaySettings, _ next: GatewaySettings) -> [String] {
        var words: [String] = []
        if before.keep != next.keep { words.append("[keep]") }
        if before.dedupeHorizon != next.dedupeHorizon { words.append("dedupe_horizon") }
        return words
    }
}

/// Once a second: `daemon.json` for operators, and the rates in it.
struct StatusService: Service {
    let daemon: Daemon
    let startedAt: Instant

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var meter = RateMeter()
            while true {
                await show(&meter)
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }

    private func show(_ meter: inout RateMeter) async {
        let engine = await daemon.dispatcher.status()
        let intake = daemon.intake.condition.snapshot
        meter.note(sent: engine.sent, accepted: daemon.counter.accepted, at: daemon.timepiece.sinceBoot())
        let status = DaemonStatus(
            startedAt: startedAt, engine: engine, acceptedPerSecond: meter.acceptedPerSecond,
            sentPerSecond: meter.sentPerSecond, accepting: intake.closure == nil,
            reason: intake.closure?.description)
        do {
            try StatusFile.write(status, in: daemon.holder.current.settings.stateDir)
        } catch {
            daemon.log.warning("daemon.json cannot be written: \(error)")
        }
    }
}

/// Rates over the last ten seconds or so.
struct RateMeter: Sendable {
    private var samples: [(at: Duration, sent: Int, accepted: Int)] = []
    private(set) var sentPerSecond = 0.0
    private(set) var acceptedPerSecond = 0.0

    mutating func note(sent: Int, accepted: Int, at now: Duration) {
        samples.append((now, sent, accepted))
        if samples.count > 10 { samples.removeFirst() }
        let span = (now - samples[0].at).inSeconds
        guard span > 0 else { return }
        sentPerSecond = Double(sent - samples[0].sent) / span
        acceptedPerSecond = Double(accepted - samples[0].accepted) / span
    }
}
