// SPDX-License-Identifier: Apache-2.0
//
// RecordDecoder: step 2 of 10, bytes to a record or to its problems.
//
// Pure: the same bytes, rules and time give the same answer. Made once a chunk from one snapshot of the rules.

import GatewayModel

public struct RecordDecoder: Sendable {
    public enum Answer: Sendable {
        case job(Job, Placement, contentDigest: [UInt8])
        case cancel(CancelRequest, contentDigest: [UInt8])
        case consent(NewConsentRecord)
        case suppress(NewSuppressRecord)
        /// An opt-out that is of no use to anybody: rejected for these problems, and somebody has to be told.
        case lostOptOut([Problem], recordID: String?)
        /// At least one; each with the record's id where that could be read. The caller knows the line.
        case problems([Problem])
    }

    private let rules: IntakeRules
    private let producer: IntakeRules.Producer
    private let producerName: String
    private let now: Instant

    /// - Parameter now: what `expires_at` is held against, and when an accepted job counts as accepted.
    public init(rules: IntakeRules, producer: String, now: Instant) {
        (self.rules, self.now, producerName) = (rules, now, producer)
        self.producer = rules.producers[producer] ?? .none
    }

    /// Reads one record; white space around it is allowed.
    public func decode(_ bytes: [UInt8]) -> Answer {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes)
        } catch {
            let problems = [Problem(.notJSON, error.description)]
            return OptOut.isTraced(in: bytes) ? .lostOptOut(problems, recordID: nil) : .problems(problems)
        }
        guard let record = value.object else {
            return .problems([Problem(.badType, "a record is a JSON object, not a \(value.typeWord)")])
        }
        return decode(record, size: bytes.count)
    }

    private func decode(_ record: JSONObject, size: Int) -> Answer {
        var findings = Findings()
        let kind = Kind(of: record, &findings) ?? OptOut.kind(meantBy: record).flatMap(Kind.init)
        switch kind {
        case .job:
            if !producer.mayEnqueue { findings.note(.notPermitted, "kind", "this producer may not enqueue jobs") }
            let draft = JobDraft(record, &findings)
            let admission = JobRules(rules: rules, producer: producer, now: now)
            if let (job, placement) = admission.admit(draft, &findings) {
                return .job(job, placement, contentDigest: CanonicalDigest.of(record, reserving: size))
            }
        case .cancel:
            if !producer.mayCancel { findings.note(.notPermitted, "kind", "this producer may not cancel jobs") }
            if let request = CancelRequest(record: record, producer: producer, &findings) {
                return .cancel(request, contentDigest: CanonicalDigest.of(record, reserving: size))
            }
        case .consent: return consent(record, size: size, findings.problems)
        case .suppress: return suppress(record, size: size, findings.problems)
        case nil:
            if OptOut.isMeant(by: record) { return lost(findings.problems, record) }
        }
        return .problems(named(findings.problems, record))
    }

    /// - Parameter slips: found on the way here.
    private func consent(_ record: JSONObject, size: Int, _ slips: [Problem]) -> Answer {
        let reader = ConsentReader(rules: rules, producer: producer, door: .queue(producer: producerName), now: now)
        switch reader.read(record, reserving: size, slips: slips) {
        case .taken(var taken):
            taken.problems = named(taken.problems, record)
            return .consent(taken)
        case .refused(let problems): return .problems(named(problems, record))
        case .lost(let problems): return lost(problems, record)
        }
    }

    private func suppress(_ record: JSONObject, size: Int, _ slips: [Problem]) -> Answer {
        let reader = SuppressReader(rules: rules, producer: producer, name: producerName, now: now)
        switch reader.read(record, reserving: size, slips: slips) {
        case .taken(var taken):
            taken.problems = named(taken.problems, record)
            return .suppress(taken)
        case .refused(let problems): return .problems(named(problems, record))
        case .lost(let problems): return lost(problems, record)
        }
    }

    private func lost(_ problems: [Problem], _ record: JSONObject) -> Answer {
        let problems = named(problems, record)
        return .lostOptOut(problems, recordID: problems.first?.id)
    }

    private func named(_ problems: [Problem], _ record: JSONObject) -> [Problem] {
        problems.map { $0.naming(record["id"]?.string) }
    }

    /// Reads a stored record back, without rules: nil where it is no job record.
    ///
    /// - Parameter defaultBrand: the brand of a record that names none.
    public static func job(stored bytes: [UInt8], defaultBrand: String?) -> Job? {
        guard let record = (try? JSONValue.parse(bytes))?.object else { return nil }
        var findings = Findings()
        var draft = JobDraft(record, &findings)
        if draft.brand == nil { draft.brand = defaultBrand }
        return findings.problems.isEmpty ? draft.job() : nil
    }

    /// Whether a record leaves messages unsent rather than asks for one: such are taken in even while intake is closed.
    static func isOrder(_ bytes: [UInt8]) -> Bool {
        guard let record = (try? JSONValue.parse(bytes))?.object, let kind = record["kind"]?.string else {
            return false
        }
        return ["cancel", "consent", "suppress"].contains(kind)
    }
}

/// What a record asks for.
private enum Kind: String, CaseIterable {
    case job, cancel, consent, suppress

    /// Nil where a finding says why; a record without `kind` is a job.
    init?(of record: JSONObject, _ findings: inout Findings) {
        guard let value = record["kind"] else {
            if OptOut.isMeant(by: record) {
                findings.note(.missingField, "kind", "a record without \"kind\" is a job, and this is none")
                return nil
            }
            self = .job
            return
        }
        guard let word = findings.string(value, "kind") else { return nil }
        guard let kind = Kind(rawValue: word) else {
            _ = findings.word(value, "kind", among: Kind.allCases.map(\.rawValue)) { Kind(rawValue: $0) }
            return nil
        }
        self = kind
    }
}

extension Problem {
    /// The same, naming the record; an id that is itself unsound is shown cut and cleaned.
    fileprivate func naming(_ id: String?) -> Problem {
        var named = self
        named.id = id.map { $0.utf8.count <= 200 && LineSafety.isOneLine($0) ? $0 : Spelling.shown($0) }
        return named
    }
}
