// SPDX-License-Identifier: Apache-2.0
//
// FileRun: one file on its way from `taken/` into the book, chunk by chunk.
//
// While a chunk is being committed the next is decoded. A chunk whose commit failed is kept and offered again, so nothing
// is read twice. Steps are taken one at a time; `Intake` sees to it.

import Cryptography
import GatewayModel
import Logging

actor FileRun {
    /// What a step came to.
    enum Step: Sendable {
        case more
        /// The last chunk is committed: only the receipt is missing.
        case ended(IntakeProgress)
        /// Nothing of it is in the book, nor will be.
        case refused(Problem)
        /// The rest of it cannot be had.
        case broken(IntakeProgress, Problem)
    }

    nonisolated let file: TakenFile
    /// Every record in it is an order (`RecordDecoder.isOrder`): it runs while intake is closed, too.
    nonisolated let isOrdersOnly: Bool
    private let path: String
    private let disk: Disk
    private let limits: IntakeLimits
    private let logger: Logger
    private var reader: LineReader?
    /// Decoded and not committed, at most two; the last chunk of a file is the last here.
    private var pending: [IntakeChunk] = []
    private var committed: IntakeProgress?
    private var fault: Unreadable?

    init(
        _ file: TakenFile, at path: String, resuming progress: IntakeProgress? = nil, isOrdersOnly: Bool, disk: Disk,
        limits: IntakeLimits, logger: Logger
    ) {
        (self.file, self.path, self.isOrdersOnly, self.disk, self.limits) = (file, path, isOrdersOnly, disk, limits)
        (committed, self.logger) = (progress, logger)
    }

    /// Commits one chunk and gets the next ready.
    func step(into book: any IntakeBook, rules: IntakeRules, now: Instant) async throws(StoreError) -> Step {
        let decoder = RecordDecoder(rules: rules, producer: file.producer, now: now)
        if pending.isEmpty, let refusal = try begin(decoder) { return refusal }
        guard let chunk = pending.first else {
            return giveUp(on: fault ?? Unreadable(why: "it ended early", isGone: false))
        }
        async let ahead: Void = readAhead(decoder)
        let progress = try await book.take(chunk)
        await ahead
        committed = progress
        pending.removeFirst()
        alert(of: chunk)
        return chunk.sha256 == nil ? .more : .ended(progress)
    }

    /// Says aloud, once, which opt-outs were lost: a person asked for something and will not get it (CONTRACT 4).
    private func alert(of chunk: IntakeChunk) {
        for case .lostOptOut(let line, let recordID) in chunk.entries {
            logger.critical(
                "line \(line) of \(file.name) may be an opt-out and names nobody: it was rejected, see its receipt",
                metadata: ["producer": "\(file.producer)", "id": "\(recordID ?? "")"])
        }
    }

    // MARK: Reading

    /// Opens the file if that is still to be done, and decodes a chunk. An answer means that the file ends here.
    private func begin(_ decoder: RecordDecoder) throws(StoreError) -> Step? {
        if let fault { return giveUp(on: fault) }
        if reader == nil {
            if let refusal = try open() { return refusal }
            if committed == nil, try holdsNoJSON(decoder) { return .refused(noJSON) }
        }
        if pending.isEmpty { readAhead(decoder) }
        return nil
    }

    private func open() throws(StoreError) -> Step? {
        switch try disk.openForReading(path) {
        case .failure(let unreadable): return giveUp(on: unreadable)
        case .success(let open):
            guard open.bytes <= limits.file || committed != nil else {
                let message = "the file has \(open.bytes) bytes; at most \(limits.file) are taken: cut it up"
                return .refused(Problem(.tooLarge, message))
            }
            var reader = LineReader(open, longestRecord: limits.record, mostBytes: limits.file)
            do throws(Unreadable) {
                if let committed { try reader.skip(to: committed.offset, line: committed.line) }
            } catch {
                return giveUp(on: error)
            }
            self.reader = consume reader
            return nil
        }
    }

    private func giveUp(on fault: Unreadable) -> Step {
        let problem = Problem(.unreadable, "the file cannot be read: \(fault.why)")
        return committed.map { .broken($0, problem) } ?? .refused(problem)
    }

    /// Decodes one more chunk, unless the last one has been, or two wait already.
    private func readAhead(_ decoder: RecordDecoder) {
        guard fault == nil, pending.count < 2, pending.last?.sha256 == nil else { return }
        do throws(Unreadable) {
            if let chunk = try nextChunk(decoder) { pending.append(chunk) }
        } catch {
            fault = error
        }
    }

    private func nextChunk(_ decoder: RecordDecoder) throws(Unreadable) -> IntakeChunk? {
        guard var reader = self.reader.take() else { return nil }
        var entries: [IntakeEntry] = []
        var (records, bytes) = (0, 0)
        while records < limits.chunkRecords, bytes < limits.chunkBytes, let line = try nextLine(of: &reader) {
            records += 1
            if case .record(let record, _) = line { bytes += record.count }
            entries += IntakeEntry.entries(for: line, decoder, longestRecord: limits.record)
        }
        try reader.lookAhead()
        var isLast = reader.isAtEnd
        if reader.wasCutOff || (!isLast && reader.offset > limits.file) {
            isLast = true
            entries.append(
                .problem(Problem(.tooLarge, "the file grew while it was read; the rest of it was not taken")))
        }
        var chunk = IntakeChunk(file: file, entries: entries, offset: reader.offset, line: reader.line, sha256: nil)
        if isLast { chunk.sha256 = reader.sha256().hex } else { self.reader = consume reader }
        return chunk
    }

    private func nextLine(of reader: inout LineReader) throws(Unreadable) -> LineReader.Line? {
        switch SpoolFileName.form(of: file.name) {
        case .single: reader.isAtEnd ? nil : try reader.rest()
        case .lines, nil: try reader.next()
        }
    }

    // MARK: No JSON at all

    private var noJSON: Problem {
        Problem(.notJSON, "nothing in this file is JSON; a .json file holds one record, an .ndjson file one a line")
    }

    /// Whether there is something in the file and not one line of it is JSON. The first lines nearly always tell; where
    /// they do not, the file is read through once more, in constant memory.
    private func holdsNoJSON(_ decoder: RecordDecoder) throws(StoreError) -> Bool {
        readAhead(decoder)
        guard let first = pending.first else { return false }
        let isSingle = SpoolFileName.form(of: file.name) == .single
        if first.entries.isEmpty { return isSingle }
        guard first.entries.allSatisfy(\.isNoJSON) else { return false }
        if first.sha256 != nil { return true }
        return try !holdsAnyJSON()
    }

    private func holdsAnyJSON() throws(StoreError) -> Bool {
        guard case .success(let open) = try disk.openForReading(path) else { return false }
        var reader = LineReader(open, longestRecord: limits.record, mostBytes: limits.file)
        while let line = try? reader.next() {
            switch line {
            case .record(let record, _): if (try? JSONValue.parse(record)) != nil { return true }
            case .tooLong: return true
            }
        }
        return false
    }
}

extension IntakeEntry {
    fileprivate var isNoJSON: Bool {
        if case .problem(let problem) = self { problem.code == .notJSON } else { false }
    }

    /// What a line comes to: one record, or one entry for each of its problems.
    fileprivate static func entries(
        for line: LineReader.Line, _ decoder: RecordDecoder, longestRecord: Int
    ) -> [IntakeEntry] {
        switch line {
        case .tooLong(let number):
            return [.problem(Problem(line: number, .tooLarge, "the record is longer than \(longestRecord) bytes"))]
        case .record(let record, let number):
            switch decoder.decode(record) {
            case .job(let job, let placement, let digest):
                return [
                    .job(NewJob(line: number, job: job, record: record, contentDigest: digest, placement: placement))
                ]
            case .cancel(let request, let digest):
                return [.cancel(NewCancel(line: number, request: request, contentDigest: digest))]
            case .consent(var new):
                new.line = number
                new.problems = new.problems.map { $0.placed(on: number) }
                return [.consent(new)]
            case .suppress(var new):
                new.line = number
                new.problems = new.problems.map { $0.placed(on: number) }
                return [.suppress(new)]
            case .lostOptOut(let problems, let recordID):
                return problems.map { .problem($0.placed(on: number)) }
                    + [.lostOptOut(line: number, recordID: recordID)]
            case .problems(let problems): return problems.map { .problem($0.placed(on: number)) }
            }
        }
    }
}

extension Problem {
    fileprivate func placed(on line: Int) -> Problem {
        var placed = self
        placed.line = line
        return placed
    }
}
