// SPDX-License-Identifier: Apache-2.0
//
// Closing: the last part of step 3. Receipts and rejections are written and synced, then the files go, then their rows.
//
// A batch at a time, in phases with a sync between them, so that a crash anywhere leaves work to be done again and
// nothing undone: the receipt stands before the file goes, the file is gone before its row is.

import GatewayModel
import Logging

struct Closing: Sendable {
    let layout: SpoolLayout
    let book: any IntakeBook
    let disk: Disk
    let logger: Logger

    private static let inlineProblems = 1000
    /// Receipts written at the same time: their syncs share the file system's commits.
    private static let atOnce = 8

    /// On return all of it is done and durable. On an error, call again with the same.
    /// - Returns: paths of refused files that could not be moved away, to be left alone.
    func close(_ endings: [Ending]) async throws(StoreError) -> [String] {
        guard !endings.isEmpty else { return [] }
        let inOrder = endings.sorted { $0.file.number < $1.file.number }
        let staged = try await stage(inOrder)
        var stuck: [String] = []
        for (ending, publications) in zip(inOrder, staged) { stuck += try publish(ending, publications) }
        try syncTargets(of: inOrder)
        try removeTaken(inOrder)
        try await finish(inOrder)
        return stuck
    }

    // MARK: Staging

    private func stage(_ endings: [Ending]) async throws(StoreError) -> [[Publication]] {
        var staged: [[Publication]] = Array(repeating: [], count: endings.count)
        var failure: StoreError?
        await withTaskGroup(of: (Int, Result<[Publication], StoreError>).self) { group in
            for index in endings.indices {
                if index >= Self.atOnce, let (done, result) = await group.next() { keep(done, result) }
                group.addTask {
                    (index, await Result { () async throws(StoreError) in try await stage(endings[index]) })
                }
            }
            for await (done, result) in group { keep(done, result) }
        }
        if let failure { throw failure }
        return staged

        func keep(_ index: Int, _ result: Result<[Publication], StoreError>) {
            switch result {
            case .success(let publications): staged[index] = publications
            case .failure(let error): failure = failure ?? error
            }
        }
    }

    @Sendable
    private func stage(_ ending: Ending) async throws(StoreError) -> [Publication] {
        let file = ending.file
        let place = layout.home(of: file.producer)
        switch ending {
        case .complete(let progress): return try await stageReceipt(progress, [], in: place)
        case .broken(let progress, let problem):
            let taken = "\(layout.taken)/\(TakenName(file).text)"
            return try await stageReceipt(progress, [problem], in: place)
                + stageRejection(of: file, at: taken, problem, in: place)
        case .refused(_, let path, let problem): return try stageRejection(of: file, at: path, problem, in: place)
        }
    }

    private func stageRejection(
        of file: TakenFile, at path: String, _ problem: Problem, in place: SpoolLayout.Place
    ) throws(StoreError) -> [Publication] {
        let reason = try write(file.reason(problem), to: "\(place.rejected)/.\(file.number).reason")
        return [.reason(of: file, in: place, staged: reason), .rejected(file, in: place, lying: path)]
    }

    private func stageReceipt(
        _ progress: IntakeProgress, _ first: [Problem], in place: SpoolLayout.Place
    ) async throws(StoreError) -> [Publication] {
        let file = progress.file
        let (inline, staged) = try await stageProblems(progress, first, in: place)
        let receipt = try write(progress.receipt(problems: inline), to: "\(place.receipts)/.\(file.number).receipt")
        // The receipt last: where it stands, the problems beside it stand too.
        return [.problems(of: file, in: place, staged: staged), .receipt(of: file, in: place, staged: receipt)]
    }

    /// All problems into a file of their own, a page at a time.
    /// - Returns: those for the receipt, and where the file is; no file where there are none.
    private func stageProblems(
        _ progress: IntakeProgress, _ first: [Problem], in place: SpoolLayout.Place
    ) async throws(StoreError) -> (inline: [Problem], staged: String?) {
        guard progress.problemCount > 0 || !first.isEmpty else { return ([], nil) }
        let path = "\(place.receipts)/.\(progress.file.number).problems"
        let file = try disk.create(path)
        var inline: [Problem] = []
        var page = first
        var index = 0
        while index < progress.problemCount || !page.isEmpty {
            if page.isEmpty {
                page = try await book.problems(of: progress.file.number, after: index, limit: Self.inlineProblems)
                if page.isEmpty { break }
                index += page.count
            }
            try file.write(page.flatMap { $0.json.encoded + [UInt8(ascii: "\n")] })
            inline += page.prefix(Self.inlineProblems - inline.count)
            page = []
        }
        try file.sync()
        return (inline, path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(StoreError) -> String {
        let file = try disk.create(path)
        try file.write(bytes)
        try file.sync()
        return path
    }

    // MARK: Publishing

    private func publish(_ ending: Ending, _ publications: [Publication]) throws(StoreError) -> [String] {
        var stuck: [String] = []
        for publication in publications {
            guard case .refused(let code) = try disk.publish(publication) else { continue }
            logger.error(
                "cannot move a file to \(publication.target): \(Disk.words(code)); it stays where it is",
                metadata: ["producer": "\(ending.file.producer)"])
            stuck.append(publication.staged ?? publication.target)
        }
        if case .refused(let file, _, let problem) = ending {
            logger.notice(
                "\(file.name) was rejected whole: \(problem.message)", metadata: ["producer": "\(file.producer)"])
        }
        return stuck
    }

    private func syncTargets(of endings: [Ending]) throws(StoreError) {
        var directories: Set<String> = []
        for ending in endings {
            let place = layout.home(of: ending.file.producer)
            switch ending {
            case .complete: directories.insert(place.receipts)
            case .broken: directories.formUnion([place.receipts, place.rejected])
            case .refused(_, let path, _):
                directories.insert(place.rejected)
                directories.insert(String(path[..<path.lastIndex(of: "/")!]))
            }
        }
        for directory in directories.sorted() { try disk.sync(directory: directory) }
    }

    // MARK: Going

    private func removeTaken(_ endings: [Ending]) throws(StoreError) {
        var removed = false
        for ending in endings {
            switch ending {
            case .refused: continue
            case .complete(let progress), .broken(let progress, _):
                try disk.remove("\(layout.taken)/\(TakenName(progress.file).text)")
                removed = true
            }
        }
        if removed { try disk.sync(directory: layout.taken) }
    }

    private func finish(_ endings: [Ending]) async throws(StoreError) {
        let numbers = endings.compactMap { ending -> Int64? in
            if case .refused = ending { nil } else { ending.file.number }
        }
        let failures = await withTaskGroup(of: StoreError?.self) { group in
            for number in numbers {
                group.addTask { [book] in
                    do throws(StoreError) { try await book.finish(number) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(into: [StoreError]()) { if let error = $1 { $0.append(error) } }
        }
        if let failure = failures.first { throw failure }
    }
}
