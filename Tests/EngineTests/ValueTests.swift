// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("Rates: N per window")
struct RateWindowsTests {
    static let start = Instant(seconds: 1_800_000_000)

    @Test("never more than N in any window, however it is laid", arguments: [1, 7, 50, 1000])
    func holdsInEveryWindow(count: Int) {
        var windows = RateWindows([RateLimit(count: count, per: .seconds(10))])
        var taken: [(Instant, Int)] = []
        for step in 0..<4000 {
            let now = Self.start + .milliseconds(step * 13)
            let room = min(windows.room(at: now), 1 + step % 5)
            windows.take(room, at: now)
            if room > 0 { taken.append((now, room)) }
        }
        for (begin, _) in taken {
            let inWindow = taken.filter { $0.0 >= begin && $0.0 - begin < .seconds(10) }.reduce(0) { $0 + $1.1 }
            #expect(inWindow <= count)
        }
        let rate = Double(taken.reduce(0) { $0 + $1.1 }) / 52
        #expect(rate >= Double(count) / 10 * 0.9)
    }

    @Test("several limits hold at once; the tightest decides")
    func severalLimits() {
        var windows = RateWindows([RateLimit(count: 10, per: .seconds(1)), RateLimit(count: 15, per: .seconds(60))])
        #expect(windows.room(at: Self.start) == 10)
        windows.take(10, at: Self.start)
        let next = Self.start + .seconds(2)
        #expect(windows.room(at: next) == 5)
        windows.take(5, at: next)
        #expect(windows.room(at: next) == 0)
        #expect(windows.nextRoom(at: next) >= Self.start + .seconds(60))
        #expect(windows.room(at: windows.nextRoom(at: next)) > 0)
    }

    @Test("what did not leave is given back")
    func givesBack() {
        var windows = RateWindows([RateLimit(count: 2, per: .seconds(60))])
        windows.take(2, at: Self.start)
        windows.giveBack(1, takenAt: Self.start)
        #expect(windows.room(at: Self.start + .seconds(1)) == 1)
    }

    @Test("a restart remembers windows of a minute and more")
    func remembers() {
        var windows = RateWindows([RateLimit(count: 5, per: .seconds(1)), RateLimit(count: 100, per: .hours(1))])
        windows.remember(98, at: Self.start - .minutes(30), now: Self.start)
        #expect(windows.room(at: Self.start) == 2)
        #expect(windows.room(at: Self.start + .minutes(32)) == 5)
    }

    @Test("a clock set back does not open the window")
    func clockSetBack() {
        var windows = RateWindows([RateLimit(count: 3, per: .seconds(10))])
        windows.take(3, at: Self.start)
        #expect(windows.room(at: Self.start - .hours(1)) == 0)
        #expect(windows.room(at: Self.start - .hours(1) + .seconds(11)) == 3)
    }
}

@Suite("The health of a route")
struct RouteHealthTests {
    static let start = Instant(seconds: 1_800_000_000)

    static func report(_ result: DeliveryResult, stage: String = "end_of_data") -> AttemptReport {
        AttemptReport(
            attempt: AttemptID(rawValue: 1), result: result,
            evidence: DeliveryEvidence(stage: stage, text: "so it said"))
    }

    @Test("cannot connect: closes, lets one probe through after a while, waits longer each time")
    func backsOff() {
        var health = RouteHealth()
        var now = Self.start
        var waits: [Duration] = []
        for _ in 0..<6 {
            health.launched(at: now)
            health.note(Self.report(.unreachable, stage: "connecting"), at: now, chance: 0.5)
            #expect(health.room(at: now, window: 64, inFlight: 0) == 0)
            let probe = health.nextProbe!
            waits.append(probe - now)
            now = probe
            #expect(health.room(at: now, window: 64, inFlight: 0) == 1)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32].map { .seconds($0) })
    }

    @Test("since when nothing has got through: a reload does not change it, a success and an operator do")
    func downSince() {
        let down = Self.report(.unreachable, stage: "connecting")
        var health = RouteHealth()
        health.note(down, closedSince: Self.start - .hours(2), at: Self.start, chance: 0.5)
        #expect(health.downSince == Self.start - .hours(2))
        health.tryAnew()
        #expect(health.state == .open && health.downSince == Self.start - .hours(2))
        health.note(down, at: Self.start + .hours(1), chance: 0.5)
        #expect(health.downSince == Self.start - .hours(2))
        health.note(Self.report(.badAddress), at: Self.start + .hours(2), chance: 0.5)
        #expect(health.downSince == nil)
        health.note(down, closedSince: Self.start, at: Self.start + .hours(3), chance: 0.5)
        #expect(health.downSince == Self.start + .hours(3))
        health.reset()
        #expect(health.downSince == nil)
        health.note(down, closedSince: Self.start, at: Self.start + .hours(4), chance: 0.5)
        #expect(health.downSince == Self.start + .hours(4))
    }

    @Test("while a probe is on its way nothing else goes; its success opens the route")
    func probes() {
        var health = RouteHealth()
        health.note(Self.report(.unreachable, stage: "connecting"), at: Self.start, chance: 0.5)
        let later = health.nextProbe!
        health.launched(at: later)
        #expect(health.room(at: later, window: 64, inFlight: 1) == 0)
        health.note(Self.report(.badAddress, stage: "recipient"), at: later, chance: 0.5)
        #expect(health.state == .open)
    }

    @Test("a wrong password closes at once and for longer, and says so")
    func configurationFault() {
        var health = RouteHealth()
        health.note(Self.report(.configuration, stage: "authenticating"), at: Self.start, chance: 0.5)
        #expect(health.trouble?.kind == .configuration)
        #expect(health.trouble?.words == "so it said")
        #expect(health.nextProbe == Self.start + .seconds(60))
    }

    @Test("messages refused for our own fault close the route only after five in a row")
    func faultsInARow() {
        var health = RouteHealth()
        for _ in 0..<4 { health.note(Self.report(.configuration), at: Self.start, chance: 0.5) }
        health.note(Self.report(.accepted), at: Self.start, chance: 0.5)
        for _ in 0..<4 { health.note(Self.report(.configuration), at: Self.start, chance: 0.5) }
        #expect(health.state == .open)
        health.note(Self.report(.configuration), at: Self.start, chance: 0.5)
        #expect(health.trouble?.kind == .configuration)
    }

    @Test("a probe that meets a fault of ours in the conversation does not leave the route probing for ever")
    func probeMeetsFault() {
        var health = RouteHealth()
        health.note(Self.report(.unreachable, stage: "connecting"), at: Self.start, chance: 0.5)
        health.launched(at: health.nextProbe!)
        health.note(Self.report(.configuration, stage: "envelope"), at: Self.start + .seconds(5), chance: 0.5)
        #expect(health.state == .open)
    }

    @Test("what is recalled while a probe is on its way is not the probe")
    func recallIsNoProbe() {
        var health = RouteHealth()
        health.note(Self.report(.unreachable, stage: "connecting"), at: Self.start, chance: 0.5)
        let later = health.nextProbe!
        health.launched(at: later)
        health.note(Self.report(.recalled), launched: Self.start, at: later, chance: 0.5)
        #expect(health.room(at: later, window: 64, inFlight: 1) == 0)
        health.note(Self.report(.recalled), launched: later, at: later, chance: 0.5)
        #expect(health.room(at: later, window: 64, inFlight: 0) == 1)
    }

    static func throttled(_ seconds: Int?) -> AttemptReport {
        report(.throttled(after: seconds.map { .seconds($0) }), stage: "answer")
    }

    @Test(
        "a provider that asks for patience is left alone for as long as it says, and longer each time it says so again")
    func patience() {
        var health = RouteHealth()
        var now = Self.start
        var waits: [Double] = []
        for _ in 0..<10 {
            health.launched(at: now)
            health.note(Self.throttled(2), launched: now, at: now, chance: 0)
            #expect(health.room(at: now, window: 64, inFlight: 0) == 0 && health.trouble?.kind == .throttled)
            waits.append((health.nextProbe! - now).inSeconds)
            now = health.nextProbe!
        }
        #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        health.launched(at: now)
        health.note(Self.throttled(3600), launched: now, at: now, chance: 0)
        #expect(health.nextProbe == now + .hours(1))
        #expect(health.nextProbe! - now == .hours(1))
    }

    @Test("what was under way when it said so does not open it; its probe does")
    func patienceIsKept() {
        var health = RouteHealth()
        health.note(Self.throttled(30), launched: Self.start, at: Self.start, chance: 0)
        let later = Self.start + .seconds(1)
        health.note(Self.report(.accepted), launched: Self.start, at: later, chance: 0)
        health.note(Self.throttled(5), launched: Self.start, at: later, chance: 0)
        #expect(health.nextProbe == Self.start + .seconds(30))
        health.note(Self.throttled(60), launched: Self.start, at: later, chance: 0)
        #expect(health.nextProbe == later + .seconds(60))
        let probe = health.nextProbe!
        health.launched(at: probe)
        health.note(Self.report(.accepted), launched: Self.start, at: probe, chance: 0)
        #expect(health.room(at: probe, window: 64, inFlight: 1) == 0)
        health.note(Self.report(.accepted), launched: probe, at: probe, chance: 0)
        #expect(health.state == .open)
    }

    @Test("a relay that asks for patience without saying how long is judged job by job")
    func greylisted() {
        var health = RouteHealth()
        for _ in 0..<20 { health.note(Self.throttled(nil), at: Self.start, chance: 0.5) }
        #expect(health.state == .open)
    }

    @Test("five attempts in a row without a verdict close it as unreachable; any verdict between begins anew")
    func silences() {
        var health = RouteHealth()
        for _ in 0..<4 { health.note(Self.report(.unknown), at: Self.start, chance: 0.5) }
        health.note(Self.report(.badAddress), at: Self.start, chance: 0.5)
        for _ in 0..<4 { health.note(Self.report(.unknown), at: Self.start, chance: 0.5) }
        health.note(Self.report(.recalled), at: Self.start, chance: 0.5)
        #expect(health.state == .open)
        health.note(Self.report(.unknown), at: Self.start, chance: 0.5)
        #expect(health.trouble?.kind == .unreachable && health.nextProbe == Self.start + .seconds(1))
        health.launched(at: health.nextProbe!)
        health.note(Self.report(.unknown), at: Self.start + .seconds(1), chance: 0.5)
        #expect(health.nextProbe == Self.start + .seconds(3))
    }

    @Test("many reports of one breakdown count once")
    func countsOnce() {
        var health = RouteHealth()
        for _ in 0..<100 { health.note(Self.report(.unreachable, stage: "connecting"), at: Self.start, chance: 0.5) }
        #expect(health.nextProbe == Self.start + .seconds(1))
    }
}

@Suite("Trying again")
struct BackoffTests {
    @Test(
        "doubles from the first wait to the longest",
        arguments: [(1, 60), (2, 120), (3, 240), (8, 7680), (9, 14400), (40, 14400)])
    func grows(attempts: Int, seconds: Int) {
        let backoff = Backoff(settings: RetrySettings())
        #expect(backoff.delay(afterAttempts: attempts, chance: 0.5) == .seconds(seconds))
    }

    @Test("is spread by a fifth either way")
    func spreads() {
        let backoff = Backoff(settings: RetrySettings())
        #expect(backoff.delay(afterAttempts: 1, chance: 0) == .seconds(48))
        #expect(backoff.delay(afterAttempts: 1, chance: 1) == .seconds(72))
    }

    @Test("gives up when the time since the first attempt is over")
    func givesUp() {
        let backoff = Backoff(settings: RetrySettings())
        let start = Instant(seconds: 1_800_000_000)
        #expect(!backoff.givesUp(firstAttempt: start, at: start + .days(3) - .seconds(1)))
        #expect(backoff.givesUp(firstAttempt: start, at: start + .days(3)))
    }
}

@Suite("Gate time")
struct ClockGuardTests {
    static let wall = Instant(seconds: 1_800_000_000)

    @Test("never runs backwards, and small steps are not suspect")
    func monotone() {
        var clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(100), last: nil)
        clock.observe(wall: Self.wall + .seconds(10), sinceBoot: .seconds(110))
        clock.observe(wall: Self.wall - .seconds(120), sinceBoot: .seconds(111))
        #expect(clock.gateTime == Self.wall + .seconds(10))
        #expect(!clock.isSuspect)
    }

    @Test("a jump of more than five minutes is suspect, forwards and back", arguments: [Duration.hours(1), .hours(-1)])
    func jumps(by jump: Duration) {
        var clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(100), last: nil)
        clock.observe(wall: Self.wall + jump, sinceBoot: .seconds(101))
        #expect(clock.isSuspect)
        #expect(clock.gateTime == Self.wall)
        clock.observe(wall: Self.wall + .seconds(2), sinceBoot: .seconds(102))
        #expect(!clock.isSuspect)
    }

    @Test("a new time that stands for a quarter of an hour has settled")
    func settles() {
        var clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(100), last: nil)
        let offset = Duration.hours(2)
        for second in stride(from: 101, through: 1002, by: 100) {
            clock.observe(wall: Self.wall + offset + .seconds(second - 100), sinceBoot: .seconds(second))
        }
        clock.observe(wall: Self.wall + offset + .seconds(901), sinceBoot: .seconds(1001))
        #expect(!clock.isSuspect)
        #expect(clock.gateTime >= Self.wall + offset)
    }

    @Test("an operator may accept it at once")
    func accepts() {
        var clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(100), last: nil)
        clock.observe(wall: Self.wall + .hours(1), sinceBoot: .seconds(101))
        clock.acceptWall(Self.wall + .hours(1), sinceBoot: .seconds(101))
        #expect(!clock.isSuspect)
        #expect(clock.gateTime == Self.wall + .hours(1))
    }

    @Test("one that was set right again is accepted as it is: gate time does not stand still until it has caught up")
    func acceptsBack() {
        var clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(5), last: Self.wall + .days(365))
        clock.acceptWall(Self.wall + .seconds(1), sinceBoot: .seconds(6))
        #expect(!clock.isSuspect)
        #expect(clock.gateTime == Self.wall + .seconds(1) && clock.standstill == .zero)
    }

    @Test("a start with the wall before the journal's last entry is suspect")
    func startsBehindTheJournal() {
        let clock = ClockGuard(wall: Self.wall, sinceBoot: .seconds(5), last: Self.wall + .hours(1))
        #expect(clock.isSuspect)
        #expect(clock.gateTime == Self.wall + .hours(1))
    }
}
