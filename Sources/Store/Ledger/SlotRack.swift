// SPDX-License-Identifier: Apache-2.0
//
// Which slots of the wire log are free, and which attempt is next.
// Owner thread: "writer".

import GatewayModel

final class SlotRack {
    let log: WireLog
    private let run: UInt32
    private var counter: UInt32 = 0
    private var open: [WireSlot]

    /// - Precondition: the log is empty, as recovery leaves it.
    init(log: WireLog, run: UInt32) {
        (self.log, self.run) = (log, run)
        open = (0..<WireLog.slots).reversed().map(WireSlot.init)
    }

    /// A slot for a new attempt, noted in the log before its flight is committed. Nil: all are in the air.
    func take() -> (WireSlot, AttemptID)? {
        guard counter < .max, let slot = open.popLast() else { return nil }
        counter += 1
        let attempt = AttemptID(run: run, counter: counter)
        log.assign(slot, to: attempt)
        return (slot, attempt)
    }

    /// Slots whose settlement has committed.
    func free(_ slots: [WireSlot]) {
        for slot in slots { log.free(slot) }
        open.append(contentsOf: slots)
    }

    /// Slots whose admission was rolled back.
    func takeBack(_ slots: [WireSlot]) { free(slots) }
}
