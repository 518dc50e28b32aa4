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
        /// At least one; each with the record's id where that could be read. The caller knows the line.
        case problems([Problem])
    }

    private let rules: IntakeRules
    private let producer: IntakeRules.Producer
    private let now: Instant

    /// - Parameter now: what `expires_at` is held against, and when an accepted job counts as accepted.
    public init(rules: IntakeRules, producer: String, now: Instant) {
        self.rules = rules
        self.producer =
            rules.producers[producer] ?? IntakeRules.Producer(mayEnqueue: false, mayCancel: false, brands: [])
        self.now = now
    }

    /// Reads one record; white space around it is allowed.
    public func decode(_ bytes: [UInt8]) -> Answer {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes)
        } catch {
            return .problems([Problem(.notJSON, error.description)])
        }
        guard let record = value.object else {
            return .problems([Problem(.badType, "a record is a JSON object, not a \(value.typeWord)")])
        }
        return decode(record, size: bytes.count)
    }

    private func decode(_ record: JSONObject, size: Int) -> Answer {
        var findings = Findings()
        switch Kind(of: record, &findings) {
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
        case nil: break
        }
        return .problems(findings.problems.map { $0.naming(record["id"]?.string) })
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

/// What a record asks for, as far as this version takes it.
private enum Kind {
    case job, cancel

    /// Nil where a finding says why; a record without `kind` is a job.
    init?(of record: JSONObject, _ findings: inout Findings) {
        guard let value = record["kind"] else {
            self = .job
            return
        }
        guard let word = findings.string(value, "kind") else { return nil }
        switch word {
        case "job": self = .job
        case "cancel": self = .cancel
        case "consent", "suppress":
            findings.note(.badValue, "kind", "this version does not take \"\(word)\" records yet; nothing was recorded")
            return nil
        default:
            let words = "job, cancel, consent, suppress"
            findings.note(.badValue, "kind", "\"\(Spelling.shown(word))\" is not one of \(words)")
            return nil
        }
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
