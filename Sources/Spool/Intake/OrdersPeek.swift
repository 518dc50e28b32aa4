// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Finds the files that are taken in while intake is closed: `cancel`, `consent` and `suppress` must always get through
/// (CONTRACT 3.5).
///
/// A file is one of orders when it has at least one record and every one of them is JSON with such a `kind`. It is read
/// where it lies, up to the first record that is something else, so a waiting file of jobs costs one line. A file with
/// both waits as a whole: a producer keeps orders in files of their own. What was seen of a file is remembered by inode and
/// ctime, so that none is looked at twice.
struct OrdersPeek {
    private struct Sight: Hashable {
        var inode: UInt64
        var renamedAt: Instant
    }

    private var isOrders: [Sight: Bool] = [:]
    private static let most = 50_000

    /// - Parameter path: where the file lies.
    mutating func holdsOnlyOrders(_ file: WaitingFile, at path: String, _ disk: Disk, _ limits: IntakeLimits) -> Bool {
        guard file.kind == .regular, file.bytes <= limits.file else { return false }
        let sight = Sight(inode: file.inode, renamedAt: file.renamedAt)
        if let known = isOrders[sight] { return known }
        if isOrders.count >= Self.most { isOrders = [:] }
        let answer = (try? Self.read(file, at: path, disk, limits)) ?? false
        isOrders[sight] = answer
        return answer
    }

    private static func read(_ file: WaitingFile, at path: String, _ disk: Disk, _ limits: IntakeLimits) throws -> Bool
    {
        var reader = LineReader(
            try disk.openForReading(path).get(), longestRecord: limits.record, mostBytes: limits.file)
        if SpoolFileName.form(of: file.name) == .single {
            guard case .record(let record, _)? = try reader.rest() else { return false }
            return RecordDecoder.isOrder(record)
        }
        var count = 0
        while let line = try reader.next() {
            guard case .record(let record, _) = line, RecordDecoder.isOrder(record) else { return false }
            count += 1
        }
        return count > 0
    }
}
