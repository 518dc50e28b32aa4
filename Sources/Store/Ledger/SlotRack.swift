// SPDX-License-Identifier: Apache-2.0
//
// Which slots of the wire log are free, and which attempt is next.
// Owner thread: "writer".

import GatewayModel

final class SlotRack {
    let log: WireLog
    private var run: UInt32
    private var counter: UInt32
    private var open: [WireSlot]

    /// - Precondition: the log is empty, as recovery leaves it.
    init(log: WireLog, run: UInt32, counter: UInt32 = 0) {
        (self.log, self.run, self.counter) = (log, run, counter)
        open = (0..<WireLog.slots).reversed().map(WireSlot.init)
    }

    /// All attempt ids of this run have been used: four thousand million, ten days of 5,000 a second.
    var isSpent: Bool { counter == .max }

    /// Goes on under another run's number, which the caller makes durable with the first attempt of it.
    func begin(run: UInt32) { (self.run, counter) = (run, 0) }

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

    /// Slots whose admission was rolled back. Their notes stay until the slot is used again: after a failed sync the
    /// admission may turn out to be on the disk after all, and then it certainly never left.
    func takeBack(_ slots: [WireSlot]) { open.append(contentsOf: slots) }
}
