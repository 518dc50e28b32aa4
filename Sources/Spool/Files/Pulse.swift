// SPDX-License-Identifier: Apache-2.0

import Dispatch
import GatewayModel

/// A beat at regular times, and whenever somebody asks for one; beats that nobody has taken yet run together.
final class Pulse: Sendable {
    let beats: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let timer: Timer

    /// Dispatch's sources may be cancelled from any thread, but are not marked `Sendable` here; set once, never changed.
    private struct Timer: @unchecked Sendable { var source: any DispatchSourceTimer }

    init(every pause: Duration) {
        let (beats, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (self.beats, self.continuation) = (beats, continuation)
        let source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "spool-pulse"))
        source.schedule(deadline: .now() + pause.inSeconds, repeating: pause.inSeconds, leeway: .milliseconds(100))
        source.setEventHandler { continuation.yield() }
        source.resume()
        timer = Timer(source: source)
    }

    deinit { stop() }

    func nudge() { continuation.yield() }

    /// Ends the stream.
    func stop() {
        timer.source.cancel()
        continuation.finish()
    }
}
