// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Parcels that have not begun, in order. At most the route's window of them: the engine sees to that.
struct ParcelQueue {
    private var parcels: [Parcel] = []
    /// Those before it are gone.
    private var head = 0

    var count: Int { parcels.count - head }

    mutating func append(_ more: [Parcel]) { parcels.append(contentsOf: more) }

    mutating func next() -> Parcel? {
        guard head < parcels.count else { return nil }
        let parcel = parcels[head]
        parcels[head].content = []
        head += 1
        if head == parcels.count {
            parcels.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 {
            parcels.removeFirst(head)
            head = 0
        }
        return parcel
    }

    /// Goes before all others.
    mutating func putBack(_ parcel: Parcel) {
        if head > 0 {
            head -= 1
            parcels[head] = parcel
        } else {
            parcels.insert(parcel, at: 0)
        }
    }

    /// Takes out those named; returns which were there.
    mutating func remove(_ attempts: Set<AttemptID>) -> [AttemptID] {
        let found = parcels[head...].map(\.attempt).filter(attempts.contains)
        parcels = parcels[head...].filter { !attempts.contains($0.attempt) }
        head = 0
        return found
    }

    mutating func removeAll() -> [AttemptID] {
        let all = parcels[head...].map(\.attempt)
        (parcels, head) = ([], 0)
        return all
    }
}
