// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Store

/// A task that was to be closed because its person has said no, as the daemon noted it among operators' actions.
struct TaskAmendment: Hashable, Sendable {
    enum Result: Hashable, Sendable {
        /// Closed, or its owner was told.
        case closed
        /// A person has to do it.
        case notClosed(why: String?)
    }
    /// How the journal calls those of the second kind.
    static let notClosed = "task_not_amended"

    var result: Result
    var job: JobIdentity
    /// The provider's id of it; nil where it gave none.
    var task: String?
    var route: String
    /// What its owner was told, or was to be; nil where nobody came to say it.
    var note: String?

    /// Nil for other actions, and for one whose words are erased.
    init?(_ action: OperatorAction) {
        switch action.action {
        case "task_amended": result = .closed
        case Self.notClosed: result = .notClosed(why: action.why)
        default: return nil
        }
        guard let about = action.about, let parts = Self.parts(of: about) else { return nil }
        (job, task, route, note) = (parts.job, parts.task, parts.route, parts.note)
    }

    /// `job PRODUCER/ID, task T-1 on ROUTE: Withdrawn: …`, or `task of that job`, with a note or without. Read from behind:
    /// an id may hold anything.
    private static func parts(
        of about: String
    ) -> (job: JobIdentity, task: String?, route: String, note: String?)? {
        let end = about.ranges(of: ": Withdrawn: ").last?.lowerBound ?? about.endIndex
        guard about.hasPrefix("job "), let on = about[..<end].ranges(of: " on ").last,
            let comma = about[..<on.lowerBound].ranges(of: ", task ").last,
            let slash = about[..<comma.lowerBound].firstIndex(of: "/")
        else { return nil }
        let producer = about[..<slash].dropFirst("job ".count)
        let id = about[about.index(after: slash)..<comma.lowerBound]
        let task = about[comma.upperBound..<on.lowerBound]
        return (
            JobIdentity(producer: String(producer), id: String(id)), task == "of that job" ? nil : String(task),
            String(about[on.upperBound..<end]), end == about.endIndex ? nil : String(about[end...].dropFirst(2))
        )
    }

    var sentence: String {
        let name = "The task \(task ?? "of unknown id") on \(route)"
        return switch result {
        case .closed: "\(name) was closed, or its owner told\(note.map { ": \($0)" } ?? "")."
        case .notClosed(let why): "\(name) could not be closed: \(why ?? "why is not on record")."
        }
    }
}
