// SPDX-License-Identifier: Apache-2.0
//
// Receipts: what a producer reads of a file it gave us (CONTRACT 3.4), and how it is written down.
//
// Made only from the book and the file's own facts, so the same ending always gives the same bytes: one that is written
// again after a crash is the same receipt.

import GatewayModel

extension IntakeProgress {
    /// As a producer reads it. `sha256` is null where the file could not be read to its end.
    func receipt(problems: [Problem]) -> [UInt8] {
        var bytes = JSONObject([
            ("file", .string(file.name)), ("sha256", .text(sha256)),
            ("bytes", .integer(sha256 == nil ? file.bytes : offset)),
            ("taken_at", .time(takenAt)), ("accepted", .integer(tally.accepted)),
            ("duplicates", .integer(tally.duplicates)),
            ("rejected", .integer(tally.rejected)), ("cancelled", .integer(tally.cancelled)),
            ("problems", .array(problems.map { .object($0.json) })),
        ]).encoded
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension TakenFile {
    /// What lies beside a rejected file.
    func reason(_ problem: Problem) -> [UInt8] {
        var bytes = JSONObject([
            ("file", .string(name)), ("bytes", .integer(bytes)), ("renamed_at", .time(renamedAt)),
            ("code", .string(problem.code.description)), ("message", .string(problem.message)),
        ]).encoded
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

/// Names in `receipts/` and `rejected/`.
///
/// The plain name always tells of the newest file of that name. One that is there already, of an earlier file, is not
/// overwritten: it is kept under the number of the file that took its place.
struct Publication: Sendable {
    /// Where it is ready and synced; nil: nothing takes the name, what is there only makes room.
    var staged: String?
    var target: String
    var displaced: String

    static func receipt(of file: TakenFile, in place: SpoolLayout.Place, staged: String) -> Publication {
        Publication(
            staged: staged, target: "\(place.receipts)/\(file.name).receipt.json",
            displaced: "\(place.receipts)/\(file.name).\(file.number).receipt.json")
    }

    static func problems(of file: TakenFile, in place: SpoolLayout.Place, staged: String?) -> Publication {
        Publication(
            staged: staged, target: "\(place.receipts)/\(file.name).problems.ndjson",
            displaced: "\(place.receipts)/\(file.name).\(file.number).problems.ndjson")
    }

    static func reason(of file: TakenFile, in place: SpoolLayout.Place, staged: String) -> Publication {
        Publication(
            staged: staged, target: "\(place.rejected)/\(file.name).reason.json",
            displaced: "\(place.rejected)/\(file.name).\(file.number).reason.json")
    }

    static func rejected(_ file: TakenFile, in place: SpoolLayout.Place, lying path: String) -> Publication {
        Publication(
            staged: path, target: "\(place.rejected)/\(file.name)",
            displaced: "\(place.rejected)/\(file.name).\(file.number)")
    }
}

extension Disk {
    /// Gives the staged file its name; what was there before makes room, unless it is the very same.
    ///
    /// Not durable before the directory is synced. May be done again after a crash at any point.
    /// - Returns: refused, where what is staged may not be moved.
    func publish(_ publication: Publication) throws(StoreError) -> MoveResult {
        guard let staged = publication.staged else { return try move(publication.target, to: publication.displaced) }
        guard isThere(staged) else { return .gone }  // it has been given its name before
        if try sameContents(staged, publication.target) {
            try remove(staged)
            return .moved
        }
        if case .refused(let code) = try move(publication.target, to: publication.displaced) { return .refused(code) }
        return try move(staged, to: publication.target)
    }

    /// Bigger files are not read to be compared: two of the same bytes may as well lie side by side.
    private static var mostCompared: Int64 { 64 << 20 }

    /// Whether both are regular files with equal bytes, and not big ones.
    private func sameContents(_ a: String, _ b: String) throws(StoreError) -> Bool {
        guard case .success(let left) = try openForReading(a), case .success(let right) = try openForReading(b),
            left.bytes == right.bytes, left.bytes <= Self.mostCompared
        else { return false }
        do throws(Unreadable) {
            return try left.digest() == right.digest()
        } catch {
            return false
        }
    }
}

extension OpenFile {
    fileprivate func digest() throws(Unreadable) -> [UInt8] {
        var reader = LineReader(self, longestRecord: 1 << 20)
        try reader.skip(to: .max, line: 0)
        return reader.sha256()
    }
}
