// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// How far the outcome feed has come in which journal; durable, and out of the producers' reach.
struct FeedCursor: Hashable {
    var journalID: String
    var seq: Int64

    /// Nil where there is none, or none that can be read.
    init?(_ bytes: [UInt8]) {
        guard let object = (try? JSONValue.parse(bytes))?.object, let journalID = object["journal_id"]?.string,
            let seq = object["seq"]?.number?.int
        else { return nil }
        self.init(journalID: journalID, seq: Int64(seq))
    }

    init(journalID: String, seq: Int64) { (self.journalID, self.seq) = (journalID, seq) }

    var encoded: [UInt8] {
        JSONObject([("journal_id", .string(journalID)), ("seq", .integer(seq))]).encoded + [UInt8(ascii: "\n")]
    }
}

/// `FIRSTSEQ-LASTSEQ.ndjson`.
struct FeedFileName: Hashable {
    var first: Int64
    var last: Int64

    init(first: Int64, last: Int64) { (self.first, self.last) = (first, last) }

    init?(_ text: String) {
        guard text.hasSuffix(".ndjson") else { return nil }
        let numbers = text.dropLast(".ndjson".count).split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let first = Int64(numbers[0]), let last = Int64(numbers[1]), first <= last else {
            return nil
        }
        self.init(first: first, last: last)
    }

    var text: String { "\(first)-\(last).ndjson" }
}
