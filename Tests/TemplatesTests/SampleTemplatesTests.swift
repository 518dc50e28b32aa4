// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Templates

@Suite("The templates that come with it")
struct SampleTemplatesTests {
    static let catalog: TemplateCatalog = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return .load(directory: root.appendingPathComponent("templates").path, brands: ["acme"])
    }()

    private func sample(_ name: String, unsubscribe: String? = nil) throws -> (Template, RenderContext) {
        guard case .ready(let template) = Self.catalog.template(name, brand: "acme") else {
            throw Unlinkable(problems: Self.catalog.problems)
        }
        let data = try #require(Self.catalog.sample(name))
        var context = RenderContext(data: data, brand: CatalogTests.brand, now: Instant(seconds: 1_795_000_000))
        (context.toName, context.unsubscribeURL) = ("Ada Lovelace", unsubscribe)
        return (template, context)
    }

    @Test("have no problems")
    func sound() {
        #expect(Self.catalog.problems == [])
        #expect(Self.catalog.names == ["case-study", "trial-ending", "welcome"])
    }

    @Test(
        "each makes a mail that stands by itself", arguments: ["case-study", "trial-ending", "welcome"], ["en", "fr"])
    func mails(_ name: String, _ locale: String) throws {
        let (template, context) = try sample(name)
        let message = try template.renderEmail(locale: locale, context: context)
        let html = String(decoding: try #require(message.html), as: UTF8.self)
        let text = String(decoding: try #require(message.text), as: UTF8.self)
        #expect(html.contains("<html lang=\"\(message.locale)\">") && html.contains("Ada"))
        #expect(html.contains("1 Main Street") && text.contains("1 Main Street"))
        #expect(text.split(separator: "\n").filter { !$0.contains("https://") && $0.count > 76 }.count <= 1)
        #expect(!text.contains("\n\n\n") && !text.contains("{{") && !html.contains("{{"))
        #expect(!html.contains("href=\"\""))
    }

    @Test("the way out is shown where there is one, and leaves no broken link where there is none")
    func unsubscribe() throws {
        let (template, without) = try sample("welcome")
        let bare = try template.renderEmail(locale: nil, context: without)
        #expect(!String(decoding: try #require(bare.html), as: UTF8.self).contains("Unsubscribe"))
        #expect(!String(decoding: try #require(bare.text), as: UTF8.self).contains("Unsubscribe"))
        let (_, with) = try sample("welcome", unsubscribe: "https://mail.acme.example/u/abc?x=1&y=2")
        let full = try template.renderEmail(locale: "fr", context: with)
        let html = String(decoding: try #require(full.html), as: UTF8.self)
        #expect(html.contains("<a href=\"https://mail.acme.example/u/abc?x=1&amp;y=2\">Se désinscrire</a>"))
        let text = String(decoding: try #require(full.text), as: UTF8.self)
        #expect(text.contains("Se désinscrire: https://mail.acme.example/u/abc?x=1&y=2"))
    }

    @Test("the other channels have their words")
    func others() throws {
        let (trial, context) = try sample("trial-ending")
        #expect(trial.messageClass == .transactional && trial.purpose == .service)
        let sms = String(decoding: try trial.render(.sms, locale: nil, context: context), as: UTF8.self)
        #expect(
            sms
                == "Acme Inc.: your Acme Insights trial ends on 4 December 2026. Keep it: https://www.acme.example/billing/keep"
        )
        let (story, storyContext) = try sample("case-study")
        let title = String(decoding: try story.render(.taskTitle, locale: nil, context: storyContext), as: UTF8.self)
        #expect(title == "Follow up with Ada Lovelace (Analytical Engines Ltd): Northwind Bakeries story")
    }

    @Test("values keep to their place in them")
    func injection() throws {
        var (template, context) = try sample("welcome")
        context.data = JSONObject([
            ("first_name", .string("<img src=x onerror=alert(1)>")),
            ("start_url", .string("https://a.example/\"><script>")),
        ])
        let message = try template.renderEmail(locale: nil, context: context)
        let html = String(decoding: try #require(message.html), as: UTF8.self)
        #expect(!html.contains("<img") && !html.contains("<script"))
        context.data = JSONObject([("start_url", .string("javascript:alert(1)"))])
        let bad = context
        #expect(throws: RenderError(template: "welcome", part: .html, name: nil, reason: .unsafeLink)) {
            try template.renderEmail(locale: nil, context: bad)
        }
    }
}
