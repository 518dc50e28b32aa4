// SPDX-License-Identifier: Apache-2.0

/// A task that was made, and is to be closed or annotated: its person has said no since.
public struct Amendment: Hashable, Sendable {
    /// The provider's id of the task; nil where it gave none: some find it by the job's own token.
    public var taskID: String?
    /// Why, one line for the task's owner, without personal data.
    public var note: String
    /// Whom the task is filed under at the provider; nil once erased.
    public var contact: String?
    /// The producer's id of its job, for people; nil once erased.
    public var job: String?
    public init(taskID: String?, note: String, contact: String?, job: String?) {
        (self.taskID, self.note, self.contact, self.job) = (taskID, note, contact, job)
    }
}

/// What stands against contacting a task's person now; nil: nothing does.
public typealias TaskObjection = @Sendable (JobFacts, RecipientFacts) -> WithholdReason?
