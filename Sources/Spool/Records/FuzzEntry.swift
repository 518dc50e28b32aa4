// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What `make fuzz` calls: any bytes at all get an answer, and the same one twice; what was taken reads back the same.
public func fuzzRecordDecoder(_ bytes: UnsafeRawBufferPointer) {
    let record = [UInt8](bytes)
    let decoder = RecordDecoder(rules: .permissive, producer: "default", now: Instant(seconds: 1_800_000_000))
    switch (decoder.decode(record), decoder.decode(record)) {
    case (.job(let job, _, let digest), .job(_, _, let again)):
        precondition(digest == again && digest.count == 16, "a digest is not stable")
        precondition(RecordDecoder.job(stored: record, defaultBrand: "b") == job, "a stored job reads back otherwise")
        precondition((try? JSONValue.parse(record)).map { try? JSONValue.parse($0.encoded) == $0 } == true)
    case (.cancel(let request, let digest), .cancel(_, let again)):
        precondition(digest == again && !request.match.isEmpty, "an empty match was taken")
    case (.consent(let new), .consent(let again)):
        precondition(new.contentDigest == again.contentDigest && !new.id.isEmpty, "a digest is not stable")
        let event = new.consent.event
        precondition(event.type.isOptOut || event.type == .corrected || event.topics != nil, "a grant of everything")
        precondition(event.type.isOptOut || new.problems.isEmpty, "a damaged grant")
        precondition(TrunkZero(in: new.consent.address) == nil, "a number that reaches nobody")
    case (.suppress(let new), .suppress(let again)):
        let suppression = new.suppression
        precondition(new.contentDigest == again.contentDigest && !new.id.isEmpty, "a digest is not stable")
        precondition(SuppressionTarget(suppression.target.description) == suppression.target, "reads back otherwise")
        precondition(suppression.expiresAt == nil || suppression.reason.mayExpire, "expires where it may not")
        precondition(TrunkZero(in: suppression.target) == nil, "a number that reaches nobody")
    case (.lostOptOut(let problems, _), .lostOptOut(let again, _)):
        precondition(!problems.isEmpty && problems == again, "a loss without a reason")
    case (.problems(let problems), .problems(let again)):
        precondition(!problems.isEmpty && problems == again, "a refusal without a reason")
    default: preconditionFailure("the same bytes got different answers")
    }
}

extension IntakeRules {
    /// Everything is configured.
    fileprivate static var permissive: IntakeRules {
        IntakeRules(
            brands: ["b": Brand(fromDomains: ["b.example"])], topics: [Topic(id: "t", brand: nil)],
            templateNames: ["m"],
            template: { name, _ in
                Template(messageClass: name == "m" ? .marketing : .transactional, channels: Set(ChannelKind.allCases)) {
                    _ in []
                }
            },
            routes: ["r": .email], lane: { job, _ in LaneKey(route: "r", domain: nil, brand: job.brand) },
            latestInstant: { local, _ in local.asUTC }, knowsZone: { _ in true }, producers: ["default": Producer()],
            defaultLifetime: .seconds(86_400))
    }
}
