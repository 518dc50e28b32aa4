// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// How a file left the queue.
enum Ending: Sendable {
    /// Every chunk is committed.
    case complete(IntakeProgress)
    /// Some chunks are committed, the rest could not be read: a receipt of what was taken in, with the problem first, and
    /// the file, where there still is one, to `rejected/`.
    case broken(IntakeProgress, Problem)
    /// Nothing of it was taken in: to `rejected/`, byte for byte, from where it lies now.
    case refused(TakenFile, at: String, Problem)

    var file: TakenFile {
        switch self {
        case .complete(let progress), .broken(let progress, _): progress.file
        case .refused(let file, _, _): file
        }
    }
}
