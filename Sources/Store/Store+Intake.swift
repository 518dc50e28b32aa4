// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Store: IntakeBook {
    public func unfinishedFiles() async throws(StoreError) -> [IntakeProgress] {
        try await read { session in
            var files: [IntakeProgress] = []
            try session.prepared(
                """
                SELECT number, producer, name, renamed, bytes, taken, offset, line, accepted, duplicates, rejected,
                    cancelled, problems, sha256 FROM intake_file ORDER BY number
                """
            ).each { files.append(IntakeProgress($0)) }
            return files
        }
    }

    public func lastFileNumber() async throws(StoreError) -> Int64 {
        try await read { try $0.prepared("SELECT value FROM meta WHERE key = 'file_number'").first { $0.int(0) } ?? 0 }
    }

    public func take(_ chunk: IntakeChunk) async throws(StoreError) -> IntakeProgress {
        let timepiece = options.timepiece
        return try await write(.intake) { try $0.take(chunk, at: timepiece.now()) }
    }

    public func problems(of file: Int64, after index: Int, limit: Int) async throws(StoreError) -> [Problem] {
        try await read { session in
            var problems: [Problem] = []
            try session.prepared(
                """
                SELECT line, id, code, field, message FROM intake_problem WHERE file = ?1 AND n > ?2 ORDER BY n LIMIT ?3
                """
            ).bind(1, file).bind(2, index).bind(3, limit).each { row in
                problems.append(
                    Problem(
                        line: row.intOrNil(0).map(Int.init), id: row.textOrNil(1), ProblemCode(stored: row.text(2)),
                        field: row.textOrNil(3), row.text(4)))
            }
            return problems
        }
    }

    public func finish(_ file: Int64) async throws(StoreError) {
        try await write(.operatorChange) { try $0.finish(file) }
    }

    public func queuedJobs() async throws(StoreError) -> Int {
        try await read { Int(try $0.prepared("SELECT value FROM meta WHERE key = 'queued'").first { $0.int(0) } ?? 0) }
    }
}
