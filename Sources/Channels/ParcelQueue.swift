// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A parcel of which it is known that its channel can carry it.
struct Consignment<Load: Sendable>: Sendable {
    var attempt: AttemptID
    var slot: WireSlot
    var load: Load

    init(_ parcel: Parcel, _ load: Load) { (attempt, slot, self.load) = (parcel.attempt, parcel.slot, load) }
}

typealias MailParcel = Consignment<MailLoad>
typealias RequestParcel = Consignment<RequestLoad>

extension Parcel {
    /// Nil where it carries something else: its route was another kind of way out when it was rendered.
    var asMail: MailParcel? { if case .mail(let load) = load { MailParcel(self, load) } else { nil } }
    var asRequest: RequestParcel? { if case .request(let load) = load { RequestParcel(self, load) } else { nil } }
}

/// Parcels that have not begun, in order. At most the route's window of them: the engine sees to that.
struct ParcelQueue<Load: Sendable> {
    /// Nil: gone, and so are all before it.
    private var parcels: [Consignment<Load>?] = []
    private var head = 0

    var count: Int { parcels.count - head }

    mutating func append(_ parcel: Consignment<Load>) { parcels.append(parcel) }

    mutating func next() -> Consignment<Load>? {
        guard head < parcels.count, let parcel = parcels[head].take() else { return nil }
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
    mutating func putBack(_ parcel: Consignment<Load>) {
        if head > 0 {
            head -= 1
            parcels[head] = parcel
        } else {
            parcels.insert(parcel, at: 0)
        }
    }

    /// Takes out those named; returns which were there.
    mutating func remove(_ attempts: Set<AttemptID>) -> [AttemptID] {
        let all = parcels[head...].compactMap(\.self)
        parcels = all.filter { !attempts.contains($0.attempt) }
        head = 0
        return all.lazy.map(\.attempt).filter(attempts.contains)
    }

    mutating func removeAll() -> [Consignment<Load>] {
        let all = parcels[head...].compactMap(\.self)
        (parcels, head) = ([], 0)
        return all
    }
}
