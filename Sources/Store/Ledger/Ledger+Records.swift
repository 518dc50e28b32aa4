// SPDX-License-Identifier: Apache-2.0
//
// `consent` and `suppress` records of the file queue, in order with the jobs around them (CONTRACT 4).

import GatewayModel

extension Ledger {
    func book(
        _ new: NewConsentRecord, of file: TakenFile, at now: Instant, into progress: inout IntakeProgress
    ) throws {
        let digest = IDBook.digest(producer: file.producer, id: new.id)
        if let known = try ids.find(digest, in: session) {
            if new.consent.event.type.isOptOut, let id = Self.otherID(than: new.id, known, for: new.contentDigest) {
                var renamed = new
                renamed.id = id
                renamed.problems.append(Self.conflict(of: new.id, taken: id))
                return try book(renamed, of: file, at: now, into: &progress)
            }
            return try repeated(known, new.contentDigest, id: new.id, line: new.line, into: &progress)
        }
        if var problem = try objection(to: new.consent, at: now) {
            (problem.line, problem.id) = (new.line, new.id)
            try note(problem, into: &progress)
            return progress.tally.rejected += 1
        }
        var consent = new.consent
        (consent.details.producer, consent.details.recordID) = (file.producer, new.id)
        try ids.remember(digest, KnownID(content: new.contentDigest, job: nil, acceptedAt: now), in: session)
        try record(consent, by: nil, at: now)
        for var other in new.more {
            (other.details.producer, other.details.recordID) = (file.producer, new.id)
            try record(other, by: nil, at: now)
        }
        try accept(new.problems, line: new.line, id: new.id, into: &progress)
    }

    func book(
        _ new: NewSuppressRecord, of file: TakenFile, at now: Instant, into progress: inout IntakeProgress
    ) throws {
        let digest = IDBook.digest(producer: file.producer, id: new.id)
        if let known = try ids.find(digest, in: session) {
            if let id = Self.otherID(than: new.id, known, for: new.contentDigest) {
                var renamed = new
                renamed.id = id
                renamed.problems.append(Self.conflict(of: new.id, taken: id))
                return try book(renamed, of: file, at: now, into: &progress)
            }
            return try repeated(known, new.contentDigest, id: new.id, line: new.line, into: &progress)
        }
        var suppression = new.suppression
        (suppression.details.producer, suppression.details.recordID) = (file.producer, new.id)
        try ids.remember(digest, KnownID(content: new.contentDigest, job: nil, acceptedAt: now), in: session)
        try suppress(suppression, by: nil, at: now)
        for var other in new.more {
            (other.details.producer, other.details.recordID) = (file.producer, new.id)
            try suppress(other, by: nil, at: now)
        }
        try accept(new.problems, line: new.line, id: new.id, into: &progress)
    }

    /// Under which id an opt-out is taken whose own stands for other content: an id used twice must not cost one. Made from
    /// its content, so that it is taken once. Nil where it has been taken before.
    private static func otherID(than id: String, _ known: KnownID, for content: [UInt8]) -> String? {
        let other = "optout-\(HexText.write(content))"
        return known.content == content || other == id ? nil : other
    }

    private static func conflict(of id: String, taken other: String) -> Problem {
        Problem(
            .idConflict, field: "id",
            "the id \"\(id)\" was used before for other content; taken all the same, as \"\(other)\"")
    }

    /// Taken: what was wrong with it stands in the receipt all the same.
    private func accept(
        _ problems: [Problem], line: Int, id: String, into progress: inout IntakeProgress
    ) throws {
        for var problem in problems {
            (problem.line, problem.id) = (problem.line ?? line, problem.id ?? id)
            try note(problem, into: &progress)
        }
        progress.tally.accepted += 1
    }

    /// An opt-out whose target cannot be made out. Its problems stand in the receipt; this is for those who watch.
    func recordLostOptOut(line: Int, id: String?, of file: TakenFile, at now: Instant) throws {
        let name = id.map { ", id \($0)" } ?? ""
        try recordDamage("lost: line \(line) of \(file.name)\(name); its target is unusable", file.producer, at: now)
    }
}
