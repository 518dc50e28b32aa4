// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Files that lie in `incoming/`, in the order in which they are to be taken: producers take turns, each one's oldest
/// first, big files apart from small ones so that neither keeps the other waiting.
struct WaitingRoom {
    private struct Queue {
        /// The oldest last.
        var small: [WaitingFile] = []
        var big: [WaitingFile] = []
        var isEmpty: Bool { small.isEmpty && big.isEmpty }
        var oldest: Instant? { [small.last, big.last].compactMap { $0?.renamedAt }.min() }
    }

    private let producers: [String]
    private var queues: [String: Queue] = [:]
    private var turn = 0
    private let bigFile: Int64

    init(producers: [String], bigFile: Int64) { (self.producers, self.bigFile) = (producers, bigFile) }

    var isEmpty: Bool { queues.values.allSatisfy(\.isEmpty) }
    var oldest: Instant? { queues.values.compactMap(\.oldest).min() }

    /// - Parameter files: the oldest first.
    mutating func fill(_ producer: String, _ files: [WaitingFile]) {
        let isBig = { [bigFile] (file: WaitingFile) in file.kind == .regular && file.bytes > bigFile }
        queues[producer] = Queue(
            small: files.reversed().filter { !isBig($0) }, big: files.reversed().filter { isBig($0) })
    }

    /// The next one; nil where none is left, or only big ones while there is no room for those.
    mutating func next(bigAllowed: Bool) -> (producer: String, file: WaitingFile)? {
        for _ in producers {
            let producer = producers[turn % producers.count]
            turn += 1
            guard var queue = queues[producer] else { continue }
            let bigFirst =
                bigAllowed
                && (queue.small.last.map { $0.renamedAt > queue.big.last?.renamedAt ?? $0.renamedAt } ?? true)
            let file = bigFirst ? queue.big.popLast() ?? queue.small.popLast() : queue.small.popLast()
            queues[producer] = queue
            if let file { return (producer, file) }
        }
        return nil
    }

    /// Takes out what `isWanted`, at most `limit` of them, whatever their turn.
    mutating func pull(limit: Int, where isWanted: (String, WaitingFile) -> Bool) -> [(
        producer: String, file: WaitingFile
    )] {
        var pulled: [(producer: String, file: WaitingFile)] = []
        for producer in producers {
            for list in [\Queue.small, \Queue.big] {
                queues[producer]?[keyPath: list].removeAll { file in
                    guard pulled.count < limit, isWanted(producer, file) else { return false }
                    pulled.append((producer, file))
                    return true
                }
            }
        }
        return pulled
    }
}
