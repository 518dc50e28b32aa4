// SPDX-License-Identifier: Apache-2.0
//
// Witness: hears everything that happens, in order, and says what should not have. It knows the rules by Home, by
// PlainCap and by what stands here: slow, obvious, and without a line of what it watches over.

import GatewayModel
import Store

final class Witness {
    let people: [Person]
    let wall = Wall()
    private(set) var faults: [String] = []
    /// How often each thing was seen, so that a year without anything to see is none.
    private(set) var seen: [String: Int] = [:]
    /// By key: the book counts them from 1.
    private(set) var jobs: [Errand] = []

    var consents: [ContactAddress: [ConsentEvent]] = [:]
    var consentCount: Int64 = 0
    var suppressions: [String: [Suppressed]] = [:]
    var suppressionCount: Int64 = 0
    var places: [Int: Place] = [:]
    var placesByPerson: [Int: [Int]] = [:]
    var placesByAddress: [ContactAddress: [Int]] = [:]
    /// Messages that reached their people in truth, by job, and how often.
    private(set) var delivered: [Int: Int] = [:]
    /// Jobs that a rule sent once more, not knowing whether they went.
    private(set) var resent: Set<Int> = []

    init(people: [Person]) { self.people = people }

    func fault(_ text: @autoclosure () -> String) {
        count("faults")
        if faults.count < 20 { faults.append(text()) }
    }
    func count(_ what: String) { seen[what, default: 0] += 1 }

    func accepted(_ errand: Errand) { jobs.append(errand) }
    func errand(_ key: JobKey) -> Errand { jobs[Int(key.rawValue) - 1] }

    // MARK: The gate was asked

    /// Everything is weighed again, and the gate must have said the same.
    func asked(_ key: JobKey, _ verdict: Verdict, at now: Instant) {
        let errand = errand(key)
        let should = expected(errand, key, at: now)
        count(Self.word(verdict))
        switch (verdict, should) {
        case (.proceed, .go), (.proceed, .doubtfulHour(open: true)): break
        case (.postpone(let until, let reason), .wait), (.postpone(let until, let reason), .doubtfulHour):
            checkPostponed(errand, until, reason, at: now)
        case (.withhold(.expired), .never(.expired)), (.withhold(.suppressed), .never(.suppressed)): break
        case (.withhold(let said), .never(let meant)) where said == meant: break
        // It may wait until no time is left.
        case (.withhold(.frequencyCap), .wait), (.withhold(.noAllowedTime), .wait),
            (.withhold(.frequencyCap), .doubtfulHour), (.withhold(.noAllowedTime), .doubtfulHour):
            break
        default: fault("\(errand.id) at \(now.rfc3339): the gate said \(verdict), but \(should): \(errand)")
        }
    }

    enum Expected {
        case go
        case wait(String)
        case never(WithholdReason)
        /// A change of offset is near: our hours may be narrower than the wall's.
        case doubtfulHour(open: Bool)
    }

    private func expected(_ errand: Errand, _ key: JobKey, at now: Instant) -> Expected {
        if let expires = errand.expiresAt, expires <= now { return .never(.expired) }
        if isSuppressed(errand, at: now) { return .never(.suppressed) }
        if let reason = consentMissing(errand, at: now) { return .never(reason) }
        if let later = errand.notBefore, later > now { return .wait("not before \(later.rfc3339)") }
        for cap in caps(of: errand) where used(cap, errand, key, at: now) >= cap.limit {
            return .wait("cap \(cap.name)")
        }
        guard let hours = areHoursOpen(errand, at: now) else { return .go }
        guard hours.isOpen else { return .wait("closed hours") }
        return hours.isDoubtful ? .doubtfulHour(open: true) : .go
    }

    private func checkPostponed(_ errand: Errand, _ until: Instant?, _ reason: PostponeReason, at now: Instant) {
        guard let until else {
            if reason != .unknownZone || areHoursOpen(errand, at: now)?.isKnown != false {
                fault("\(errand.id) waits for good at \(now.rfc3339): \(reason)")
            }
            return
        }
        if until <= now { fault("\(errand.id) waits until \(until.rfc3339), which is not after \(now.rfc3339)") }
        if let hours = areHoursOpen(errand, at: until), !hours.isOpen {
            fault("\(errand.id) waits until \(until.rfc3339), when it is closed")
        }
    }

    private static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .proceed: "proceed"
        case .postpone(_, let reason): "postponed \(reason.rawValue)"
        case .withhold(let reason): "withheld \(reason.rawValue)"
        }
    }

    // MARK: On its way

    func admitted(_ departure: Departure, at now: Instant) {
        let key = departure.facts.key
        let errand = errand(key)
        if departure.record != Array(#"{"id":"\#(errand.id)"}"#.utf8) {
            fault("\(errand.id) left with another's record")
        }
        take(errand, Int(key.rawValue), at: now)
    }

    /// Its first byte leaves: nothing may have been taken back by then.
    func begun(_ key: JobKey, admittedAt: Instant, at now: Instant) {
        let errand = errand(key)
        count("begun")
        if isSuppressed(errand, at: admittedAt) { fault("\(errand.id) began at \(now.rfc3339), suppressed") }
        if let reason = consentMissing(errand, at: admittedAt) {
            fault("\(errand.id) began at \(now.rfc3339): \(reason.rawValue)")
        }
        if errand.channel == .sms, let hours = areHoursOpen(errand, at: now, guardSeconds: 0), !hours.isOpen {
            fault("\(errand.id) began at \(now.rfc3339), when it is closed")
        }
    }

    func deliveredInTruth(_ key: JobKey) {
        delivered[Int(key.rawValue), default: 0] += 1
        if delivered[Int(key.rawValue)]! > 1, !resent.contains(Int(key.rawValue)) {
            fault("\(errand(key).id) reached its person twice")
        }
    }

    /// An attempt is over. `mayHaveGone`: nobody can say that it did not.
    func landed(_ key: JobKey, mayHaveGone: Bool, isResent: Bool = false) {
        if isResent { resent.insert(Int(key.rawValue)) }
        giveBack(Int(key.rawValue), mayHaveGone: mayHaveGone)
    }

    /// Nobody could say whether it went, and a rule sends it again.
    func resends(_ key: JobKey) { resent.insert(Int(key.rawValue)) }
}
