// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Logging

/// Removes what producers have had long enough to read: receipts and rejected files, and outcome files.
public struct SpoolSweep: Sendable {
    private let layout: SpoolLayout
    private let keepReceipts: Duration
    private let keepOutcomes: Duration
    private let timepiece: any Timepiece
    private let logger: Logger

    /// - Parameter keepOutcomes: 14 days by contract.
    public init(
        layout: SpoolLayout, keepReceipts: Duration, keepOutcomes: Duration = .seconds(14 * 86_400),
        timepiece: any Timepiece = SystemTimepiece(), logger: Logger
    ) {
        (self.layout, self.keepReceipts, self.keepOutcomes) = (layout, keepReceipts, keepOutcomes)
        (self.timepiece, self.logger) = (timepiece, logger)
    }

    /// Sweeps every hour until it is cancelled.
    public func run() async {
        await withTaskExecutorPreference(SpoolExecutor.shared) {
            while !Task.isCancelled {
                sweep()
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }

    /// Removes what is too old; what cannot be removed is said and left.
    func sweep() {
        let now = timepiece.now()
        for place in layout.places {
            remove(in: place.receipts, before: now - keepReceipts)
            remove(in: place.rejected, before: now - keepReceipts)
            remove(in: place.outcomes, before: now - keepOutcomes)
        }
    }

    /// Age is counted from when the file got its place here (ctime), not from when its contents were written.
    private func remove(in directory: String, before limit: Instant) {
        for name in Directory.names(in: directory) where !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            guard let placed = Directory.placedAt(path), placed < limit else { continue }
            // An empty directory that was put into incoming/ may go as well; a full one is for people to look at.
            if unlink(path) != 0, rmdir(path) != 0, errno != ENOENT {
                logger.warning("cannot remove \(path), which is older than it has to be kept: \(Disk.words(errno))")
            }
        }
    }
}
