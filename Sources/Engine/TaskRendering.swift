// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Templates

extension Draft {
    /// A task about a contact. Where the person may not be contacted yet it says so in its first line, and is due no
    /// earlier than that ends.
    func task() throws(RenderFailure) -> (content: TaskContent, isRedirected: Bool) {
        guard let recipient = job.to.crmContact else { throw RenderFailure(.render, "the job has no crm_contact") }
        guard let contact = sandbox.contact(for: recipient) else {
            throw RenderFailure(.configuration, "the sandbox has no contact to redirect tasks to")
        }
        let title = try say(.taskTitle)
        var content = TaskContent(title: title, body: try taskBody(), priority: facts.priority)
        content.due = [job.task?.due, departure.restraint?.until].compactMap { $0 }.max()
        content.owner = job.task?.owner
        content.contact = contact
        content.intendedChannel = facts.intended
        return (content, contact != recipient)
    }

    /// Line ends are line feeds.
    private func taskBody() throws(RenderFailure) -> String {
        let words = template.has(.taskBody, locale: job.to.locale) ? try say(.taskBody) : ""
        let lines = [departure.restraint?.words, words.isEmpty ? nil : words].compactMap { $0 }
        return lines.joined(separator: "\n\n").replacing("\r\n", with: "\n")
    }
}
