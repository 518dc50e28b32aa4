// SPDX-License-Identifier: Apache-2.0

/// One route's way out (step 8). Never throws for what happens out there: each parcel gets one report.
public protocol Channel: Sendable {
    /// Takes parcels; returns at once. At most the route's window of them is under way at a time.
    func send(_ parcels: [Parcel])
    /// Attempts that have not begun are reported as `recalled`; those in flight run on.
    func recall(_ attempts: [AttemptID])
    /// Closes idle connections politely and takes no more parcels; returns when all are reported.
    func close() async
}

/// Where a channel puts its reports: one array a turn of its loop, on its own thread. Must return at once.
public protocol ReportReceiver: Sendable {
    func receive(_ reports: [AttemptReport], from route: String)
}

/// The wire log as a channel sees it (DESIGN D12).
public protocol AttemptNotes: Sendable {
    /// Call just before the send that carries the final dot, or the last body byte: never after.
    func noteEndHandedOver(_ slot: WireSlot)
    /// Call as soon as the answer to the end of data is read, before it is judged. Text over 480 bytes is cut.
    func noteAnswered(_ slot: WireSlot, code: Int, text: String)
}

/// What the wire log still knows of an attempt after a crash.
public enum AttemptNote: Hashable, Sendable {
    /// Nothing left, or not the end: certainly not sent.
    case endNotHandedOver
    case endHandedOver
    case answered(code: Int, text: String)
}
