// SPDX-License-Identifier: Apache-2.0
//
// Draft: all that one departure's message is made from. A value; `MailRendering`, `TextRendering` and `TaskRendering`
// make the words of it, `RequestMaking` a provider's request.

import GatewayModel
import Settings
import Templates

struct Draft: Sendable {
    let departure: Departure
    let job: Job
    let brand: BrandSettings
    let template: Template
    let sandbox: Sandbox
    /// What the message speaks of as now: its first attempt that counts, so that every attempt has the same words.
    let moment: Instant
    /// When this attempt leaves.
    let launchedAt: Instant
    /// When the hours close that let it go; nil where nothing closes soon.
    let closing: Instant?

    var facts: JobFacts { departure.facts }

    /// One part of the template, in the recipient's language.
    func say(_ part: TemplatePart) throws(RenderFailure) -> String {
        do throws(RenderError) {
            return String(decoding: try template.render(part, locale: job.to.locale, context: context), as: UTF8.self)
        } catch {
            throw RenderFailure(.render, error.description)
        }
    }

    var context: RenderContext {
        var context = RenderContext(data: job.data, brand: TemplateBrand(brand), now: moment)
        context.toName = job.to.name
        return context
    }
}

extension TemplateBrand {
    /// What templates may say of a brand.
    public init(_ brand: BrandSettings) {
        self.init(
            id: brand.id, name: brand.controller, from: brand.from.address.description,
            replyTo: brand.replyTo?.address.description, postalAddress: brand.postalAddress)
    }
}
