// SPDX-License-Identifier: Apache-2.0
//
// Subjects: whom the journal speaks of without naming (DESIGN D4).
//
// Rows are appended, and found by 63 bits of the key through a `HashIndex`. To erase a subject, its key and address are emptied and the row stays: numbers are never used again, and
// the journal keeps only the random token.

import Cryptography
import GatewayModel

/// What an address is of; the words are part of the key.
enum SubjectKind: Int64 {
    case email = 0, phone, crm, person

    var word: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .crm: "crm"
        case .person: "person"
        }
    }
}

struct SubjectBook {
    private let digest: KeyedDigest
    private var random = RandomPool()
    static let index = HashIndex("subject_hash")

    init(key: [UInt8]) { digest = KeyedDigest(key: key) }

    struct Subject {
        var id: Int64
        var token: [UInt8]
    }

    /// The subject of that address, making one where there is none. `form` is the normalised address.
    mutating func subject(_ kind: SubjectKind, _ form: String, in session: Session) throws -> Subject {
        let key = digest.of(kind: kind.word, form)
        if let found = try look(key, in: session) { return found }
        let token = random.bytes(16)
        let insert = try session.prepared(
            "INSERT INTO subject (hash, kind, key, token, address) VALUES (?1, ?2, ?3, ?4, ?5)")
        try insert.bind(1, key.hash63).bind(2, kind.rawValue).bind(3, key).bind(4, token).bind(5, form).run()
        let subject = Subject(id: session.lastRowID, token: token)
        try Self.index.add(key.hash63, row: subject.id, in: session)
        return subject
    }

    /// The subject's number; nil where there is none.
    func known(_ kind: SubjectKind, _ form: String, in session: Session) throws -> Int64? {
        try look(digest.of(kind: kind.word, form), in: session)?.id
    }

    private func look(_ key: [UInt8], in session: Session) throws -> Subject? {
        try Self.index.first(key.hash63, in: session) { id in
            let select = try session.prepared("SELECT key, token FROM subject WHERE id = ?1").bind(1, id)
            return try select.first { $0.blob(0, equals: key) ? Subject(id: id, token: $0.blob(1)) : nil } ?? nil
        }
    }

    /// Secret per job and the same at every attempt: 26 characters of base32.
    func messageToken(of job: Int64) -> String {
        Array(digest.of(kind: "message", String(job)).prefix(16)).base32
    }

    mutating func salt() -> [UInt8] { random.bytes(16) }
}

/// Random bytes, fetched in pages: a call into the generator per row would cost more than the row.
struct RandomPool {
    private var page: [UInt8] = []
    private var at = 0

    mutating func bytes(_ count: Int) -> [UInt8] {
        if page.count - at < count { (page, at) = (SecureRandom.bytes(4096), 0) }
        defer { at += count }
        return Array(page[at..<at + count])
    }
}

extension [UInt8] {
    /// The first 63 bits of a digest.
    var hash63: Int64 { prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) } & .max }
}
