// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Settings
import TestSupport
import Testing
import Transport

@testable import Channels

@Suite("Against Postfix's smtp-sink", .enabled(if: Installed.smtpSink != nil, "smtp-sink is not installed"))
struct SMTPSinkTests {
    @Test(
        "every parcel is accepted, once, whatever the level", .timeLimit(.minutes(1)),
        arguments: [
            SMTPSettings.Pipelining.across, .within, .none,
        ])
    func accepts(_ level: SMTPSettings.Pipelining) async throws {
        let sink = try ServerProcess(Installed.smtpSink!) {
            // Only root may, and must, become somebody else.
            (geteuid() == 0 ? ["-u", "nobody"] : []) + ["127.0.0.1:\($0)", "64"]
        }
        let bench = try Bench(port: sink.port, connections: 4) { $0.pipelining = level }
        bench.channel.send((1...300).map { Parcel.to(number: $0) })
        let reports = await bench.collector.reports(300)
        #expect(Set(reports.map(\.attempt)).count == 300)
        #expect(reports.allSatisfy { $0.result == .accepted && $0.evidence.code == 250 })
        #expect(bench.channel.status.connections <= 4)
        await bench.end()
        #expect(bench.notes.notes.count == 600)
    }
}
