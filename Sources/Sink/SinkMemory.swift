// SPDX-License-Identifier: Apache-2.0

/// What all conversations of a sink share: who was greylisted. Bounded: when it is full, all are new again.
struct SinkMemory {
    private var greylisted: Set<String> = []
    private let capacity = 100_000

    /// True the first time the address is asked for.
    mutating func isNew(_ address: String) -> Bool {
        if greylisted.count >= capacity { greylisted.removeAll() }
        return greylisted.insert(address.lowercased()).inserted
    }
}
