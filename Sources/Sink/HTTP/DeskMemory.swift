// SPDX-License-Identifier: Apache-2.0

/// Remembers the newest keys, at least `capacity` and at most twice as many; forgets the oldest half at a time.
struct NewestEntries<Key: Hashable, Value> {
    private var newer: [Key: Value] = [:]
    private var older: [Key: Value] = [:]
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    subscript(key: Key) -> Value? {
        get { newer[key] ?? older[key] }
        set {
            if newer.count >= capacity { (older, newer) = (newer, [:]) }
            newer[key] = newValue
        }
    }
}
