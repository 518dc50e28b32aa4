// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization
import Testing

@testable import Channels
@testable import Transport

@Suite("The reactor", .timeLimit(.minutes(1)))
struct ReactorTests {
    /// Notes what reaches it, in order.
    final class Diary: ReactorTenant {
        var entries: [String] = []
        var timers: [LoopTimer] = []
        let loop: ReactorLoop
        init(_ loop: ReactorLoop) { self.loop = loop }
        func turnEnded() {}
    }

    private func entries(_ tenancy: Tenancy<Diary>, after count: Int) async -> [String] {
        await withCheckedContinuation { continuation in
            @Sendable func look() {
                tenancy.run { diary in
                    guard let diary, diary.entries.count < count else {
                        return continuation.resume(returning: diary?.entries ?? [])
                    }
                    look()
                }
            }
            look()
        }
    }

    @Test("errands run in the order they were left, on one thread")
    func order() async throws {
        let reactor = try Reactor()
        let tenancy = reactor.settle { Diary($0) }
        for number in 0..<500 { tenancy.run { $0?.entries.append("\(number)") } }
        #expect(await entries(tenancy, after: 500) == (0..<500).map(String.init))
        await reactor.stop()
    }

    @Test("timers fire in order of their deadlines, wherever those were moved; a stopped one never")
    func timers() async throws {
        let reactor = try Reactor()
        let tenancy = reactor.settle { Diary($0) }
        tenancy.run { diary in
            guard let diary else { return }
            for name in ["a", "b", "c", "never"] {
                diary.timers.append(diary.loop.timer { [unowned diary] in diary.entries.append(name) })
            }
            let now = diary.loop.now
            diary.timers[0].set(now + .milliseconds(1))
            diary.timers[1].set(now + .milliseconds(500))
            diary.timers[2].set(now + .milliseconds(9))
            diary.timers[3].set(now + .milliseconds(1))
            diary.timers[0].set(now + .milliseconds(12))  // later
            diary.timers[1].set(now + .milliseconds(4))  // earlier
            diary.timers[3].set(nil)
        }
        #expect(await entries(tenancy, after: 3) == ["b", "c", "a"])
        await reactor.stop()
    }

    @Test("after its end it takes nothing, and says so")
    func stopped() async throws {
        let reactor = try Reactor()
        let tenancy = reactor.settle { Diary($0) }
        await reactor.stop()
        await reactor.stop()
        let answer = Mutex<Bool?>(nil)
        tenancy.run { diary in answer.withLock { $0 = diary == nil } }
        #expect(answer.withLock { $0 } == true)
    }

    @Test("a closed channel recalls what is still given to it, and closes again at once")
    func closedChannel() async throws {
        let bench = try Bench(port: 1)
        await bench.channel.close()
        await bench.channel.close()
        bench.channel.send([.to()])
        #expect(await bench.collector.reports(1).map(\.result) == [.recalled])
        await bench.reactor.stop()
        bench.channel.send([.to(number: 2)])
        #expect(await bench.collector.reports(2).map(\.result) == [.recalled, .recalled])
    }
}
