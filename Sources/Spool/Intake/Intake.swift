// SPDX-License-Identifier: Apache-2.0
//
// Intake: step 3 of 10, files into the book.
//
// A file is renamed into `taken/` under a number of ours, committed chunk by chunk with how far it has come, answered by a
// receipt, and only then removed. Each turn gives every file in hand one chunk, and closes those that ended in the turn
// before; several files' chunks are offered to the book at once, so that it can commit them together.
// Blocking calls to the file system run on `SpoolExecutor`; turns are taken one at a time, by `run`.

import Foundation
import GatewayModel
import Logging

public actor Intake {
    private let layout: SpoolLayout
    private let book: any IntakeBook
    private let rules: any IntakeRulesSource
    private let timepiece: any Timepiece
    private let logger: Logger
    private let limits: IntakeLimits
    private let disk: Disk
    private let closing: Closing
    /// What the world may know of it; `SpoolStatus` writes it down.
    public nonisolated let condition: IntakeCondition

    private var active: [FileRun] = []
    private var ended: [Ending] = []
    private var waiting: WaitingRoom
    private var peek = OrdersPeek()
    /// Directories with renames that are not durable yet: nothing is committed before they are.
    private var unsynced: Set<String> = []
    /// Told of once, or not to be moved: left alone.
    private var strangers: Set<String> = []
    private var stuck: Set<String> = []
    /// Nil until `resume` has looked.
    private var lastNumber: Int64?
    private var lastScan: Duration?

    public init(
        layout: SpoolLayout, book: any IntakeBook, rules: any IntakeRulesSource, gate: IntakeGate,
        timepiece: any Timepiece = SystemTimepiece(), logger: Logger, limits: IntakeLimits = IntakeLimits()
    ) {
        self.init(
            layout: layout, book: book, rules: rules,
            condition: IntakeCondition(
                gate: gate, book: book, timepiece: timepiece, room: { [root = layout.root] in DiskRoom.at(root) }),
            timepiece: timepiece, logger: logger, limits: limits, disk: Disk())
    }

    /// One that follows another in the same daemon and goes on telling the same condition.
    public init(
        layout: SpoolLayout, book: any IntakeBook, rules: any IntakeRulesSource, condition: IntakeCondition,
        timepiece: any Timepiece = SystemTimepiece(), logger: Logger, limits: IntakeLimits = IntakeLimits()
    ) {
        self.init(
            layout: layout, book: book, rules: rules, condition: condition, timepiece: timepiece, logger: logger,
            limits: limits, disk: Disk())
    }

    init(
        layout: SpoolLayout, book: any IntakeBook, rules: any IntakeRulesSource, condition: IntakeCondition,
        timepiece: any Timepiece, logger: Logger, limits: IntakeLimits, disk: Disk
    ) {
        (self.layout, self.book, self.rules, self.timepiece) = (layout, book, rules, timepiece)
        (self.logger, self.limits, self.disk, self.condition) = (logger, limits, disk, condition)
        closing = Closing(layout: layout, book: book, disk: disk, logger: logger)
        waiting = WaitingRoom(producers: layout.places.map(\.producer), bigFile: limits.bigFile)
    }

    /// Takes in until it is cancelled, or the record fails for good. What was begun and not ended is gone on with at the
    /// next start.
    public nonisolated func run() async throws(StoreError) {
        try await withTaskExecutorPreference(SpoolExecutor.shared) { () async throws(StoreError) in
            let watcher = SpoolWatcher(
                directories: layout.places.map(\.incoming), pause: .seconds(2), logger: logger)
            defer { watcher.stop() }
            for await _ in watcher.wakeups {
                if Task.isCancelled { break }
                try await turns()
            }
        }
        condition.close(.stopped)
    }

    /// Turns until there is nothing to do, or the disk is full.
    private func turns() async throws(StoreError) {
        do throws(StoreError) {
            while try await turn() {
                if Task.isCancelled { return }
            }
        } catch .full(let what) {
            logger.error("intake is closed, the disk is full: \(what)")
            condition.close(.diskFull(what))
        }
    }

    /// One turn: see above.
    ///
    /// - Returns: whether there is more to do at once.
    /// - Throws: `.full` may pass, call again later; after anything else, stop.
    func turn() async throws(StoreError) -> Bool {
        if lastNumber == nil { try await resume() }
        let closure = try await condition.refresh()
        let hasTaken = try takeOver(closure)
        let before = ended
        let runs = ready(closure)
        async let closed = close(before)
        let steps = await step(runs)
        switch await closed {
        case .success(let paths):
            ended.removeFirst(before.count)
            stuck.formUnion(paths)
            try keep(steps)
        case .failure(let error):
            try keep(steps)
            throw error
        }
        condition.turned(oldest: waiting.oldest)
        return hasTaken || !runs.isEmpty || !ended.isEmpty
    }

    // MARK: Files in hand

    /// Those whose turn it is. Two files of one name go one behind the other, so that the newer has the last word.
    private func ready(_ closure: IntakeClosure?) -> [FileRun] {
        var names: Set<[String]> = []
        let runs = active.filter { run in
            names.insert([run.file.producer, run.file.name]).inserted && (run.isOrdersOnly || closure.allowsRuns)
        }
        return Array(runs.prefix(limits.files))
    }

    private func step(_ runs: [FileRun]) async -> [(FileRun, Result<FileRun.Step, StoreError>)] {
        let (book, rules, now) = (book, rules.current, timepiece.now())
        return await withTaskGroup(of: (FileRun, Result<FileRun.Step, StoreError>).self) { group in
            for run in runs {
                group.addTask {
                    await (
                        run,
                        Result { () async throws(StoreError) in
                            try await run.step(into: book, rules: rules, now: now)
                        }
                    )
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Remembers what the steps came to; throws the gravest of their errors.
    private func keep(_ steps: [(FileRun, Result<FileRun.Step, StoreError>)]) throws(StoreError) {
        var failure: StoreError?
        for (run, result) in steps {
            switch result {
            case .success(.more): continue
            case .success(.ended(let progress)): end(run, .complete(progress))
            case .success(.broken(let progress, let problem)): end(run, .broken(progress, problem))
            case .success(.refused(let problem)): end(run, .refused(run.file, at: path(of: run.file), problem))
            case .failure(let error):
                if failure == nil || !error.mayPass { failure = error }
            }
        }
        if let failure { throw failure }
    }

    private func end(_ run: FileRun, _ ending: Ending) {
        active.removeAll { $0 === run }
        ended.append(ending)
    }

    private nonisolated func close(_ endings: [Ending]) async -> Result<[String], StoreError> {
        await Result { () async throws(StoreError) in try await closing.close(endings) }
    }

    private func path(of file: TakenFile) -> String { "\(layout.taken)/\(TakenName(file).text)" }
}

// MARK: Taking over

extension Intake {
    /// Takes up where an earlier run stopped: files the book has begun, and files in `taken/` it has not heard of.
    private func resume() async throws(StoreError) {
        let begun = try await book.unfinishedFiles()
        let names = Directory.names(in: layout.taken).compactMap { TakenName($0) }.sorted { $0.number < $1.number }
        let numbers = Set(begun.map(\.file.number))
        for place in layout.places { try clean(place) }
        for progress in begun {
            if progress.sha256 != nil {
                ended.append(.complete(progress))
            } else {
                hold(progress.file, resuming: progress)
            }
        }
        for name in names where !numbers.contains(name.number) {
            var file = TakenFile(
                number: name.number, producer: name.producer, name: name.name, renamedAt: name.renamedAt, bytes: 0)
            file.bytes = Directory.size(of: path(of: file))
            hold(file)
        }
        active.sort { $0.file.number < $1.file.number }
        for producer in Set(active.map(\.file.producer)) where layout.place(of: producer) == nil {
            // No longer configured: its receipts still have to go somewhere.
            _ = try? SpoolLayout.prepare(root: layout.root, producers: [producer])
        }
        lastNumber = max(try await book.lastFileNumber(), names.last?.number ?? 0, numbers.max() ?? 0)
    }

    private func hold(_ file: TakenFile, resuming progress: IntakeProgress? = nil, isOrdersOnly: Bool = false) {
        active.append(
            FileRun(
                file, at: path(of: file), resuming: progress, isOrdersOnly: isOrdersOnly, disk: disk, limits: limits,
                logger: logger))
    }

    /// Removes what an earlier run was about to publish.
    private func clean(_ place: SpoolLayout.Place) throws(StoreError) {
        for directory in [place.receipts, place.rejected] {
            for name in Directory.names(in: directory) where name.hasPrefix(".") {
                try disk.remove("\(directory)/\(name)")
            }
        }
    }

    /// Renames files into `taken/`, as many as there is room for; while intake is closed, only those of orders.
    private func takeOver(_ closure: IntakeClosure?) throws(StoreError) -> Bool {
        scan()
        var room = (
            all: limits.files - active.count, big: limits.bigFiles - active.count { $0.file.bytes > limits.bigFile }
        )
        var hasTaken = false
        if closure == nil {
            while room.all > 0, let (producer, file) = waiting.next(bigAllowed: room.big > 0) {
                room.all -= 1
                if file.bytes > limits.bigFile { room.big -= 1 }
                try take(file, of: producer, isOrdersOnly: false)
                hasTaken = true
            }
        } else {
            for (producer, file) in waiting.pull(limit: limits.files, where: isOrders) {
                try take(file, of: producer, isOrdersOnly: true)
                hasTaken = true
            }
        }
        try syncRenames()
        return hasTaken
    }

    private func isOrders(_ producer: String, _ file: WaitingFile) -> Bool {
        peek.holdsOnlyOrders(file, at: "\(layout.home(of: producer).incoming)/\(file.name)", disk, limits)
    }

    private func take(_ waiting: WaitingFile, of producer: String, isOrdersOnly: Bool) throws(StoreError) {
        let incoming = layout.home(of: producer).incoming
        let source = "\(incoming)/\(waiting.name)"
        let number = (lastNumber ?? 0) + 1
        lastNumber = number
        let file = TakenFile(
            number: number, producer: producer, name: waiting.name, renamedAt: waiting.renamedAt, bytes: waiting.bytes)
        if case .other(let what) = waiting.kind {
            let problem = Problem(.unreadable, "this is \(what); only regular files are taken")
            return ended.append(.refused(file, at: source, problem))
        }
        switch try disk.move(source, to: path(of: file)) {
        case .moved:
            unsynced.formUnion([incoming, layout.taken])
            hold(file, isOrdersOnly: isOrdersOnly)
        case .gone: return
        case .refused(let code):
            logger.error("cannot take \(source): \(Disk.words(code)); it is left alone")
            stuck.insert(source)
        }
    }

    private func syncRenames() throws(StoreError) {
        for directory in unsynced.sorted() { try disk.sync(directory: directory) }
        unsynced = []
    }

    /// Looks into all `incoming/` directories when nothing is known to wait there, and every two seconds.
    private func scan() {
        let time = timepiece.sinceBoot()
        if !waiting.isEmpty, let lastScan, time - lastScan < .seconds(2) { return }
        lastScan = time
        for place in layout.places {
            let seen = IncomingScan.of(place.incoming, limit: limits.scan) { name in
                !stuck.isEmpty && stuck.contains("\(place.incoming)/\(name)")
            }
            waiting.fill(place.producer, seen.files)
            for name in seen.strangers where strangers.count < 1000 {
                guard strangers.insert("\(place.incoming)/\(name)").inserted else { continue }
                logger.warning(
                    "\(place.incoming)/\(Spelling.shown(name)) is not taken: files are named NAME.json or NAME.ndjson, NAME of A-Z a-z 0-9 . _ -"
                )
            }
        }
    }
}

extension IntakeClosure? {
    /// While intake is closed, files that were begun wait, too. At the end of the disk they are tried again: that is how
    /// it is found out whether there is room.
    fileprivate var allowsRuns: Bool {
        switch self {
        case nil, .diskFull: true
        case .queueFull, .fewBytes, .fewInodes, .stopped: false
        }
    }
}

extension StoreError {
    /// Whether trying again later may help.
    fileprivate var mayPass: Bool { if case .full = self { true } else { false } }
}
