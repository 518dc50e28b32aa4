// SPDX-License-Identifier: Apache-2.0
//
// DoubtWait: what a queued job waits for of which an attempt may have gone. Pure.

import GatewayModel
import Store

enum DoubtWait: Hashable {
    /// Its provider is asked then.
    case inquiry(Instant)
    /// It goes again by itself, not before then; nil: nobody knows when.
    case resending(Instant?)
    /// An attempt of it, or a question about it, is in the air.
    case landing
    /// Somebody has to release it.
    case release
    /// Nothing goes by itself any more.
    case person
}

extension QueuedJob {
    /// Nil where no attempt of it is in doubt.
    var doubt: DoubtWait? {
        guard facts.isInDoubt else { return nil }
        return switch state {
        case .ready: .resending(due)
        case .flying: .landing
        case .held: .release
        case .doubt: inquiry.map(DoubtWait.inquiry) ?? .person
        }
    }
}
