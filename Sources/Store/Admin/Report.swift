// SPDX-License-Identifier: Apache-2.0
//
// Counts and delays from the hourly aggregate.

import GatewayModel

struct Report {
    let dimensions: [ReportDimension]
    let since: Instant?

    init(by dimensions: [ReportDimension], since: Instant?) { (self.dimensions, self.since) = (dimensions, since) }

    func rows(in session: Session) throws -> [ReportRow] {
        var words = WordBook()
        let columns = dimensions.map { ", \($0.rawValue)" }.joined()
        let select = try session.prepared(
            text: """
                SELECT event, reason, sum(count), sum(delay), max(longest)\(columns) FROM stat WHERE hour >= ?1
                    GROUP BY event, reason\(columns) ORDER BY event, reason\(columns)
                """)
        var found: [(event: Event, reason: String, sums: [Int64], by: [Int64])] = []
        try select.bind(1, since.map { $0.seconds / 3600 } ?? 0).each { row in
            guard let event = Event(number: row.int(0)) else { return }
            let by = dimensions.indices.map { row.int(Int32($0 + 5)) }
            found.append((event, row.text(1), [row.int(2), row.int(3), row.int(4)], by))
        }
        return try found.map { row in
            var by: [ReportDimension: String?] = [:]
            for (dimension, number) in zip(dimensions, row.by) {
                by[dimension] = .some(try Self.word(number, of: dimension, &words, session))
            }
            let delayed = row.event == .sent && row.sums[0] > 0
            return ReportRow(
                by: by, event: row.event, reason: row.reason.isEmpty ? nil : row.reason, count: Int(row.sums[0]),
                meanDelay: delayed ? .milliseconds(row.sums[1] / row.sums[0]) : nil,
                maxDelay: delayed ? .milliseconds(row.sums[2]) : nil)
        }
    }

    private static func word(
        _ number: Int64, of dimension: ReportDimension, _ words: inout WordBook, _ session: Session
    ) throws -> String? {
        switch dimension {
        case .channel: ChannelKind(number: number).rawValue
        case .messageClass: MessageClass(number: number).rawValue
        case .campaign, .brand, .template, .route, .producer: number == 0 ? nil : try words.word(number, in: session)
        }
    }
}
