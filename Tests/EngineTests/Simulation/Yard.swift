// SPDX-License-Identifier: Apache-2.0
//
// Yard: all scripted channels of a simulation. What becomes of a parcel stands in its recipient's local part: `ok-7`,
// `bad-7`, `again3-7` (three times transient, then accepted), `away2-7`, `lost-7`, `fault-7`, `login-7`, `silent-7`;
// of a text or task, in its first word. A provider has what it took, answered or not: not of `gone-7`, which was lost on
// the way.

import GatewayModel
import Providers
import Settings
import Synchronization

@testable import Engine

final class Yard: ChannelMaker {
    struct Book {
        var underWay: [String: [AttemptID: Parcel]] = [:]
        var most: [String: Int] = [:]
        var seen: [String: Int] = [:]
        var sent: [Parcel] = []
        var recalls: [AttemptID] = []
        var opened: [String] = []
        var closed: [String] = []
        var dice = Dice(1)
        /// Overrules the script, per route.
        var weather: [String: (DeliveryResult, String)] = [:]
        /// And the code that its answers have.
        var codes: [String: Int] = [:]
        var unopenable: Set<String> = []
        /// Kept until released.
        var isSilent: Set<String> = []
        /// All under way has begun: a recall comes too late.
        var comesTooLate = false
        /// What the providers have made, by reference, and of which bytes.
        var made: [String: [[UInt8]]] = [:]
        /// Providers that cannot say what became of anything.
        var cannotSay = false
    }

    let book = Mutex(Book())
    private let inbox: Inbox
    private let (arrivals, door) = AsyncStream<(route: String, parcels: [Parcel])>.makeStream()

    init(inbox: Inbox, seed: UInt64 = 1) {
        self.inbox = inbox
        book.withLock { $0.dice = Dice(seed) }
    }

    struct CannotOpen: Error, CustomStringConvertible { let description = "there is no such secret" }

    func channel(for route: RouteSettings, provider: Provider?, reports: any ReportReceiver) throws -> any Channel {
        try book.withLock { book in
            if book.unopenable.contains(route.name) { throw CannotOpen() }
            book.opened.append(route.name)
        }
        return ScriptedChannel(route: route.name, yard: self)
    }

    func take(_ parcels: [Parcel], over route: String) {
        book.withLock { book in
            for parcel in parcels { book.underWay[route, default: [:]][parcel.attempt] = parcel }
            book.most[route] = max(book.most[route] ?? 0, book.underWay[route]!.count)
            book.sent += parcels
        }
        door.yield((route, parcels))
    }

    /// Reports what arrives, in a shuffled order and in pieces, from a thread of its own.
    func serve() async {
        for await (route, parcels) in arrivals {
            var left = book.withLock { book in parcels.shuffled(using: &book.dice) }
            while !left.isEmpty {
                let piece = book.withLock { book in Int.random(in: 1...32, using: &book.dice) }
                report(Array(left.prefix(piece)), over: route)
                left = Array(left.dropFirst(piece))
                await Task.yield()
            }
        }
    }

    func finish() { door.finish() }

    /// The silent answer at last.
    func release(_ route: String, with result: DeliveryResult = .accepted, limit: Int = .max) {
        let waiting = book.withLock { book in
            if limit == .max { book.isSilent.remove(route) }
            return book.underWay[route, default: [:]].values.sorted { $0.attempt < $1.attempt }.prefix(limit)
        }
        deliver(
            waiting.map { AttemptReport(attempt: $0.attempt, result: result, evidence: Self.said("end_of_data")) },
            route)
    }

    func recall(_ attempts: [AttemptID], over route: String) {
        let known = book.withLock { book in
            book.recalls += attempts
            return book.comesTooLate
                ? [] : attempts.filter { book.underWay[route]?[$0] != nil && book.isSilent.contains(route) }
        }
        deliver(known.map { AttemptReport(attempt: $0, result: .recalled, evidence: Self.said("connecting")) }, route)
    }

    private func report(_ parcels: [Parcel], over route: String) {
        let reports = book.withLock { book in parcels.compactMap { book.verdict(on: $0, over: route) } }
        deliver(reports, route)
    }

    private func deliver(_ reports: [AttemptReport], _ route: String) {
        let fresh = book.withLock { book in
            reports.filter { book.underWay[route]?.removeValue(forKey: $0.attempt) != nil }
        }
        if !fresh.isEmpty { inbox.receive(fresh, from: route) }
    }

    fileprivate static func said(_ stage: String) -> DeliveryEvidence {
        DeliveryEvidence(stage: stage, text: "so it said")
    }
}

extension Yard.Book {
    /// Nil: silence.
    fileprivate mutating func verdict(on parcel: Parcel, over route: String) -> AttemptReport? {
        if isSilent.contains(route) { return nil }
        func says(_ result: DeliveryResult, _ stage: String = "end_of_data") -> AttemptReport {
            AttemptReport(attempt: parcel.attempt, result: result, evidence: Yard.said(stage))
        }
        if let (result, stage) = weather[route] {
            var report = says(result, stage)
            report.evidence.code = codes[route]
            return report
        }
        if case .request(let load) = parcel.load, load.purpose == .inquire {
            return says(cannotSay ? .unknown : made[load.reference] == nil ? .absent : .accepted, "answer")
        }
        let (name, word) = (parcel.name, parcel.word)
        let times = Int(word.drop { !$0.isNumber }) ?? .max
        seen[name, default: 0] += 1
        let isOver = times != .max && seen[name]! > times
        let verdict = isOver ? (.accepted, "end_of_data") : Self.verdict(on: word.prefix(while: \.isLetter))
        guard let verdict else { return nil }
        if verdict.0 == .accepted || word.hasPrefix("lost") { make(parcel) }
        return says(verdict.0, verdict.1)
    }

    private static func verdict(on word: Substring) -> (DeliveryResult, String)? {
        switch word {
        case "bad": (.badAddress, "recipient")
        case "again": (.transient, "recipient")
        case "patience": (.throttled(after: .seconds(90)), "recipient")
        case "away": (.unreachable, "connecting")
        case "login": (.configuration, "authenticating")
        case "fault": (.configuration, "envelope")
        case "lost", "gone": (.unknown, "end_of_data")
        case "silent": nil
        default: (.accepted, "end_of_data")
        }
    }

    /// Once only where the request says so.
    private mutating func make(_ parcel: Parcel) {
        guard case .request(let load) = parcel.load else { return }
        let isRepeatable = load.method == "PUT" || load.headers.contains { $0.name == "Idempotency-Key" }
        if isRepeatable, made[load.reference] != nil { return }
        made[load.reference, default: []].append(load.body)
    }
}

extension Parcel {
    var mail: MailLoad? { if case .mail(let mail) = load { mail } else { nil } }
    var request: RequestLoad? { if case .request(let request) = load { request } else { nil } }
    /// A member of a request's body.
    func said(_ key: String) -> JSONValue? { request.flatMap { try? JSONValue.parse($0.body).object?[key] } }

    fileprivate var name: String { mail?.recipient.description ?? request?.reference ?? "" }
    fileprivate var word: Substring {
        let words = mail?.recipient.local ?? said("words")?.string ?? ""
        return words[...].prefix { $0 != "-" }
    }
}

private final class ScriptedChannel: Channel {
    let route: String
    let yard: Yard
    init(route: String, yard: Yard) { (self.route, self.yard) = (route, yard) }

    func send(_ parcels: [Parcel]) { yard.take(parcels, over: route) }
    func recall(_ attempts: [AttemptID]) { yard.recall(attempts, over: route) }
    func close() async { yard.book.withLock { $0.closed.append(route) } }
}
