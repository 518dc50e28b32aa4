// SPDX-License-Identifier: Apache-2.0

/// How much is read at once (CONTRACT 3). Other values than these are for tests.
public struct IntakeLimits: Hashable, Sendable {
    /// Bytes of a file; a bigger one is rejected whole.
    public var file: Int64 = 256 << 20
    /// Bytes of a record.
    public var record = 1 << 20
    /// Records of a chunk.
    public var chunkRecords = 1000
    /// A chunk ends early once its records have so many bytes: what is in memory stays bounded.
    public var chunkBytes = 4 << 20
    /// Files that are being taken in at the same time; each has a turn of one chunk.
    public var files = 64
    /// How many of these may be bigger than `bigFile` bytes.
    public var bigFiles = 8
    public var bigFile: Int64 = 1 << 20
    /// Files looked at in one directory at a time.
    public var scan = 10_000

    public init() {}
}
