// SPDX-License-Identifier: Apache-2.0
//
// ImportTally: what the first pass over a list found, and whether it is good enough to be written.

import ArgumentParser

/// A share of all entries: `1%`, `0.5%`, `0`.
struct ShareArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    var percent: Double
    init(percent: Double) { self.percent = percent }
    init?(argument: String) {
        let number = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        guard let percent = Double(number), (0...100).contains(percent) else { return nil }
        self.percent = percent
    }
    var description: String { "\(Decimals.text(percent, digits: percent == percent.rounded() ? 0 : 2))%" }
    var defaultValueDescription: String { description }
}

struct ImportTally {
    /// Entries by what they come to, as `hard_bounce` or `withdrawn`.
    private(set) var counts: [String: Int] = [:]
    private(set) var good = 0
    private(set) var bad = 0
    /// The first that cannot be read, in words.
    private(set) var faults: [String] = []
    /// Entries whose time could not be read; taken without it.
    var undated = 0
    /// Opt-outs of which something had to be left out: they reach further.
    var widened = 0
    /// Telephone numbers that were taken without their trunk zero.
    var mended = 0
    private static let mostFaults = 10

    var entries: Int { good + bad }

    mutating func count(_ word: String) {
        good += 1
        counts[word, default: 0] += 1
    }

    mutating func fault(line: Int, _ why: String) {
        bad += 1
        if faults.count < Self.mostFaults { faults.append("line \(line): \(why)") }
    }

    func tooBad(limit: ShareArgument) -> Bool {
        good == 0 || bad > 0 && Double(bad) * 100 > limit.percent * Double(entries)
    }

    /// In words, to whoever waits.
    func say() {
        for fault in faults { Say.line(TextWidth.shown(fault)) }
        if bad > faults.count { Say.line("and \(bad - faults.count) more that cannot be read") }
        if undated > 0 { Say.line("\(counted(undated, "time")) could not be read; the entries count without") }
        if mended > 0 {
            let numbers = counted(mended, "telephone number")
            Say.line("\(numbers) taken without the zero that is dialled within the country only")
        }
        if widened > 0 { Say.line("\(counted(widened, "opt-out")) had something wrong and will reach further for it") }
    }

    /// - Throws: exit 65 where there is too much that cannot be read. Nothing has been written then.
    func require(_ limit: ShareArgument, of path: String) throws(CommandFailure) {
        guard tooBad(limit: limit) else { return }
        throw CommandFailure(
            .badData, "\(bad) of \(counted(entries, "entry", "entries")) cannot be read; nothing was imported",
            at: path, advice: good == 0 ? nil : "mend them, or allow more with --max-bad")
    }

    /// One row each, most first.
    func report(as format: ReportFormat) throws {
        var report = try Report([Column("result"), Column("count", nil, .right)], as: format, to: Output())
        let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (word, count) in rows { try report.row([.text(word), .number(count)]) }
        if bad > 0 { try report.row([.text("unreadable", .bad), .number(bad)]) }
        try report.flush()
    }
}
