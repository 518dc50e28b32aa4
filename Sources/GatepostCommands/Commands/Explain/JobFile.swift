// SPDX-License-Identifier: Apache-2.0
//
// JobFile: a job that nobody has handed in, read as the daemon would read it, but for its way out: what no route
// carries yet can be asked about all the same.

import Engine
import Foundation
import GatewayModel
import Spool
import Store

/// One record of a file.
struct JobFile {
    /// As people know it: the file, and the line where there are several.
    let name: String
    private let record: [UInt8]

    /// A job and all that the gate wants to know of it besides the books.
    struct FiledJob {
        var name: String
        var facts: JobFacts
        var subject: GateSubject
        var id: String
    }

    /// - Throws: exit 64 where the file has several records and `line` is nil, 65 where there is none to be had.
    init(_ path: String, line: Int?) throws(CommandFailure) {
        let bytes = try Self.bytes(of: path)
        let shown = path == "-" ? "standard input" : path
        if line == nil, (try? JSONValue.parse(bytes)) != nil {
            (name, record) = (shown, bytes)
            return
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if let line {
            guard lines.indices.contains(line - 1), !Self.isBlank(lines[line - 1]) else {
                throw CommandFailure(.badData, "there is no record", at: "\(shown):\(line)")
            }
            (name, record) = ("\(shown):\(line)", Array(lines[line - 1]))
            return
        }
        let filled = lines.filter { !Self.isBlank($0) }
        guard filled.count > 1 else {
            (name, record) = (shown, bytes)
            return
        }
        throw CommandFailure(
            .usage, "there are \(filled.count) records", at: shown, advice: "say which one with --line NUMBER")
    }

    private static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure(.badData, "the file cannot be read", at: path)
        }
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    // MARK: Reading it

    /// - Throws: exit 65 where it would be rejected, with every problem said; the want of a route is none.
    func job(by snapshot: GatewaySnapshot, producer: String?, at moment: Instant) throws(CommandFailure) -> FiledJob {
        try requireJob()
        let (decoder, name) = try Self.decoder(snapshot, producer)
        var answer = decoder.decode(record)
        if case .problems(let problems) = answer, problems.allSatisfy({ Self.waysOut.contains($0.code) }),
            let bare = recordWithoutRoute
        {
            answer = decoder.decode(bare)
        }
        switch answer {
        case .job(let job, let placement, _):
            return FiledJob(
                name: self.name, facts: Self.facts(of: job, placement, snapshot, producer: name, at: moment),
                subject: GateSubject(job, messageClass: placement.messageClass), id: job.id)
        case .problems(let problems), .lostOptOut(let problems, _):
            for problem in problems {
                let field = problem.field.map { "\($0): " } ?? ""
                Say.line(TextWidth.shown("\(self.name): \(problem.code): \(field)\(problem.message)"))
            }
            throw CommandFailure(.badData, "the job would be rejected", at: self.name)
        case .cancel, .consent, .suppress:
            throw CommandFailure(.badData, "the record is no job", at: self.name, advice: "only jobs are explained")
        }
    }

    /// Other kinds are told apart before they are read: they are judged by other rules.
    private func requireJob() throws(CommandFailure) {
        guard let kind = (try? JSONValue.parse(record))?.object?["kind"]?.string, kind != "job" else { return }
        throw CommandFailure(
            .badData, "the record is a \(TextWidth.shown(kind)), no job", at: name, advice: "only jobs are explained")
    }

    private static let waysOut: Set<ProblemCode> = [.noRoute, .unknownRoute]

    private var recordWithoutRoute: [UInt8]? {
        guard var object = (try? JSONValue.parse(record))?.object else { return nil }
        object.members.removeAll { $0.key == "route" }
        return object.encoded
    }

    /// Any lane will do, and no expiry is too early to ask about.
    private static func decoder(_ snapshot: GatewaySnapshot, _ producer: String?) throws(CommandFailure)
        -> (RecordDecoder, producer: String)
    {
        var rules = IntakeRules(snapshot)
        let name = producer ?? "explain"
        if producer == nil { rules.producers[name] = IntakeRules.Producer() }
        guard rules.producers[name] != nil else {
            let known = rules.producers.keys.sorted().joined(separator: ", ")
            throw CommandFailure(.usage, "there is no producer \"\(name)\"", advice: "there is: \(known)")
        }
        rules.lane = { job, messageClass in
            snapshot.lane(of: job, class: messageClass) ?? LaneKey(route: "", domain: nil, brand: job.brand)
        }
        return (RecordDecoder(rules: rules, producer: name, now: Instant(seconds: 0)), name)
    }

    private static func facts(
        of job: Job, _ placement: Placement, _ snapshot: GatewaySnapshot, producer: String, at moment: Instant
    ) -> JobFacts {
        let lifetime =
            placement.messageClass == .marketing ? moment + snapshot.settings.defaultLifetime : nil
        var facts = JobFacts(
            key: JobKey(0), producer: producer, channel: job.channel, messageClass: placement.messageClass,
            template: job.template, brand: job.brand, topic: job.topic, campaign: job.campaign, lane: LaneID(0),
            route: placement.lane.route, domain: placement.lane.domain, recipientDomain: job.to.email?.domain,
            priority: placement.priority, acceptedAt: moment, notBefore: placement.notBefore,
            expiresAt: job.expiresAt ?? lifetime, attempts: 0, firstAttemptAt: nil, postponed: nil)
        facts.intended = job.task?.intendedChannel.flatMap { ContactChannel(rawValue: $0) }
        return facts
    }
}
