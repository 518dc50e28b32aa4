// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// `spool/status.json`: says each second whether files are taken in, and why not (CONTRACT 2).
///
/// Replaced whole, never synced: it is worth nothing after a crash.
public struct SpoolStatus: Sendable {
    private let layout: SpoolLayout
    private let condition: IntakeCondition
    private let timepiece: any Timepiece
    private let disk = Disk()

    public init(layout: SpoolLayout, condition: IntakeCondition, timepiece: any Timepiece = SystemTimepiece()) {
        (self.layout, self.condition, self.timepiece) = (layout, condition, timepiece)
    }

    /// Writes until it is cancelled; the last words are that nothing is taken in any more.
    public func run() async {
        while !Task.isCancelled {
            write()
            try? await Task.sleep(for: .seconds(1))
        }
        condition.close(.stopped)
        write()
    }

    /// Where it cannot be written, the next second will try again.
    func write() {
        let temporary = layout.status + ".tmp"
        do throws(StoreError) {
            try disk.create(temporary).write(contents)
            _ = try disk.move(temporary, to: layout.status)
        } catch {}
    }

    var contents: [UInt8] {
        let now = condition.snapshot
        let age = now.oldest.map { max(0, (timepiece.now() - $0).wholeSeconds) } ?? 0
        return JSONObject([
            ("accepting", .bool(now.closure == nil)), ("reason", .text(now.closure?.description)),
            ("queued", .integer(now.queued)), ("oldest_file_seconds", .integer(age)),
            ("time", .string(timepiece.now().rfc3339)),
        ]).encoded + [UInt8(ascii: "\n")]
    }
}
