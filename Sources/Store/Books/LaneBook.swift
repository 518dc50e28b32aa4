// SPDX-License-Identifier: Apache-2.0
//
// Lanes by key and by number. Few, never removed: all are kept in memory once seen.
// Owner thread: its session's.

import GatewayModel

struct LaneBook {
    private var ids: [LaneKey: LaneID] = [:]
    private var keys: [LaneID: LaneKey] = [:]

    mutating func forget() { (ids, keys) = ([:], [:]) }

    /// The lane's number, making one where it has none.
    mutating func id(of key: LaneKey, in session: Session) throws -> LaneID {
        if let id = ids[key] { return id }
        let select = try session.prepared("SELECT id FROM lane WHERE route = ?1 AND domain = ?2 AND brand = ?3")
        let found = try select.bind(1, key.route).bind(2, key.domain ?? "").bind(3, key.brand).first { $0.int(0) }
        let id = LaneID(try found ?? insert(key, in: session))
        keep(Lane(id: id, key: key))
        return id
    }

    mutating func key(of id: LaneID, in session: Session) throws -> LaneKey {
        if let key = keys[id] { return key }
        let select = try session.prepared("SELECT route, domain, brand FROM lane WHERE id = ?1").bind(1, id.rawValue)
        guard let key = try select.first(LaneBook.read) else {
            throw StoreError.fatal("lane \(id.rawValue) is missing")
        }
        keep(Lane(id: id, key: key))
        return key
    }

    static func read(_ row: Statement) -> LaneKey {
        let domain = row.text(1)
        return LaneKey(route: row.text(0), domain: domain.isEmpty ? nil : domain, brand: row.text(2))
    }

    private func insert(_ key: LaneKey, in session: Session) throws -> Int64 {
        let insert = try session.prepared("INSERT INTO lane (route, domain, brand) VALUES (?1, ?2, ?3) RETURNING id")
        return try insert.bind(1, key.route).bind(2, key.domain ?? "").bind(3, key.brand).first { $0.int(0) } ?? 0
    }

    private mutating func keep(_ lane: Lane) {
        ids[lane.key] = lane.id
        keys[lane.id] = lane.key
    }
}
