// SPDX-License-Identifier: Apache-2.0
//
// A prepared statement, bound by position and read by column: no rows in between.
// Belongs to its connection's thread.

import Foundation
import GRDBSQLite
import GatewayModel

/// Bytes are copied when bound: what is bound may go before the statement runs.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

final class Statement {
    private let raw: OpaquePointer
    private let db: OpaquePointer
    private let isOurs: Bool

    init(_ db: OpaquePointer, _ sql: String) throws(SQLFailure) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(db, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLFailure(db, code: code) }
        (raw, self.db, isOurs) = (handle, db, true)
    }

    /// One that somebody else made and keeps: its bindings are cleared.
    init(borrowing raw: OpaquePointer, of db: OpaquePointer) {
        (self.raw, self.db, isOurs) = (raw, db, false)
        sqlite3_reset(raw)
        sqlite3_clear_bindings(raw)
    }

    deinit { if isOurs { sqlite3_finalize(raw) } else { sqlite3_reset(raw) } }

    // MARK: Binding, from 1

    @discardableResult func bind(_ index: Int32, _ value: Int64) -> Statement {
        sqlite3_bind_int64(raw, index, value)
        return self
    }
    @discardableResult func bind(_ index: Int32, _ value: Int) -> Statement { bind(index, Int64(value)) }
    @discardableResult func bind(_ index: Int32, _ value: Instant) -> Statement { bind(index, value.microseconds) }
    @discardableResult func bind(_ index: Int32, _ value: Int64?) -> Statement {
        if let value { sqlite3_bind_int64(raw, index, value) } else { sqlite3_bind_null(raw, index) }
        return self
    }
    @discardableResult func bind(_ index: Int32, _ value: Instant?) -> Statement { bind(index, value?.microseconds) }
    @discardableResult func bind(_ index: Int32, _ value: String) -> Statement {
        var value = value
        value.withUTF8 { utf8 in
            _ = utf8.withMemoryRebound(to: CChar.self) { text in
                sqlite3_bind_text(raw, index, text.baseAddress ?? Self.empty, Int32(text.count), transient)
            }
        }
        return self
    }
    @discardableResult func bind(_ index: Int32, _ value: String?) -> Statement {
        if let value { return bind(index, value) }
        sqlite3_bind_null(raw, index)
        return self
    }
    @discardableResult func bind(_ index: Int32, _ value: [UInt8]) -> Statement {
        value.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob(raw, index, bytes.baseAddress ?? Self.emptyBytes, Int32(bytes.count), transient)
        }
        return self
    }
    @discardableResult func bind(_ index: Int32, _ value: [UInt8]?) -> Statement {
        if let value { return bind(index, value) }
        sqlite3_bind_null(raw, index)
        return self
    }
    /// Where an empty value points: a null pointer would bind NULL.
    nonisolated(unsafe) private static let emptyBytes = UnsafeRawPointer(
        UnsafeMutablePointer<CChar>.allocate(capacity: 1))
    private static var empty: UnsafePointer<CChar> { emptyBytes.assumingMemoryBound(to: CChar.self) }

    // MARK: Running

    /// Whether there is a row. After the last row the statement is reset by itself.
    func step() throws(SQLFailure) -> Bool {
        let code = sqlite3_step(raw)
        if code == SQLITE_ROW { return true }
        let failure = code == SQLITE_DONE ? nil : SQLFailure(db, code: code)
        sqlite3_reset(raw)
        if let failure { throw failure }
        return false
    }
    func reset() { sqlite3_reset(raw) }
    func run() throws(SQLFailure) { while try step() {} }

    /// The first row, read; nil where there is none.
    func first<Value>(_ read: (Statement) throws -> Value) throws -> Value? {
        guard try step() else { return nil }
        defer { reset() }
        return try read(self)
    }
    /// Every row in turn.
    func each(_ body: (Statement) throws -> Void) throws {
        defer { reset() }
        while try step() { try body(self) }
    }

    // MARK: Reading, from 0

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }
    func intOrNil(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    func instant(_ column: Int32) -> Instant { Instant(microseconds: int(column)) }
    func instantOrNil(_ column: Int32) -> Instant? { isNull(column) ? nil : instant(column) }
    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(raw, column) else { return "" }
        return String(
            decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column))), as: UTF8.self)
    }
    func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(raw, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column))))
    }
    func blob(_ column: Int32, equals bytes: [UInt8]) -> Bool {
        guard Int(sqlite3_column_bytes(raw, column)) == bytes.count, let start = sqlite3_column_blob(raw, column) else {
            return false
        }
        return bytes.withUnsafeBytes { memcmp($0.baseAddress!, start, bytes.count) == 0 }
    }
    func blobOrNil(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
