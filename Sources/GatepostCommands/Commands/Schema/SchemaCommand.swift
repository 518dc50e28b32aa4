// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print a JSON Schema (2020-12) of what goes in and comes out.",
        discussion: """
            job is a record of the file queue: a job, a cancel, a consent or a suppression. What depends on the configuration (brands, topics, \
            templates and their data) no schema can say: gatepost enqueue --dry-run does.

            Example:  gatepost schema job > job.schema.json
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable { case job, receipt, outcome }

    @Argument(help: "Of what.") var subject: Subject

    func run() async throws {
        let output = Output()
        try output.line(subject.text)
        try output.flush()
    }
}

extension SchemaCommand.Subject {
    fileprivate var text: String {
        switch self {
        case .job: JobSchema.text
        case .receipt: ReceiptSchema.text
        case .outcome: OutcomeSchema.text
        }
    }
}

/// Words of closed sets, as a schema lists them.
enum SchemaWords {
    static func list(_ words: [String]) -> String { JSONValue.array(words.map(JSONValue.string)).text }
}
