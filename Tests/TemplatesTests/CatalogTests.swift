// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Templates

/// A templates directory that lives as long as it is held.
final class Folder {
    let path = NSTemporaryDirectory() + "gatepost-templates-\(UUID().uuidString)"

    init(_ files: [String: String]) throws {
        for (name, text) in files {
            let url = URL(fileURLWithPath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func load(brands: [String] = ["acme", "zeta"]) -> TemplateCatalog { .load(directory: path, brands: brands) }
}

@Suite("The catalog of templates")
struct CatalogTests {
    static let manifest = "class = \"marketing\"\n[data]\nx = { type = \"string\" }\n"
    static let brand = TemplateBrand(
        id: "acme", name: "Acme Inc.", from: "Acme <news@acme.example>", replyTo: nil, postalAddress: "1 Main Street")

    private func context(_ data: String = "{}", brand: TemplateBrand = brand) throws -> RenderContext {
        RenderContext(data: try Desk.json(data), brand: brand, now: Instant(seconds: 1_795_000_000))
    }

    private func ready(_ catalog: TemplateCatalog, _ name: String, _ brand: String = "acme") throws -> Template {
        guard case .ready(let template) = catalog.template(name, brand: brand) else {
            throw Unlinkable(problems: catalog.problems)
        }
        return template
    }

    // MARK: Settings

    @Test("what template.toml declares is there to ask for")
    func settings() throws {
        let folder = try Folder([
            "t/template.toml": """
            class = "transactional"
            purpose = "service"
            channels = ["sms", "crm_task"]
            max_priority = "normal"
            max_segments = 2
            description = "About a trial"
            language = "de"
            [data]
            n = { type = "number", default = 3 }
            when = { type = "date", default = 2026-11-21 }
            l = { type = "list", items = { type = "object", fields = { a = { type = "string", required = true } } } }
            """,
            "t/sms.txt": "{{n}} {{when.long}} {{brand.name}} {{to.name}} {{now}} {{postal_address}}\n",
            "t/task.title.txt": " Call {{to.name}} \n",
        ])
        let catalog = folder.load()
        #expect(catalog.problems == [])
        let template = try ready(catalog, "t")
        #expect(template.messageClass == .transactional && template.purpose == .service)
        #expect(template.channels == [.sms, .crmTask] && template.maxPriority == .normal && template.maxSegments == 2)
        #expect(template.description == "About a trial" && template.digest.utf8.count == 64)
        var context = try context()
        context.toName = "Ada"
        let sms = try template.render(.sms, locale: "fr", context: context)
        #expect(String(decoding: sms, as: UTF8.self) == "3 21. November 2026 Acme Inc. Ada 2026-11-18 1 Main Street")
        #expect(try template.render(.taskTitle, locale: nil, context: context) == Array("Call Ada".utf8))
    }

    static let slips: [(says: String, files: [String: String], expected: [String])] = [
        (
            "no template.toml", ["t/subject.txt": "x"],
            ["t: has no template.toml (add one with class = \"marketing\" or \"transactional\")"]
        ),
        (
            "a transactional one without purpose",
            ["t/template.toml": "class = \"transactional\"\n", "t/sms.txt": "x"],
            [
                "t/template.toml:1:1: class: a transactional template declares its purpose: \"receipt\", \"account\", \"security\", \"legal\", \"service\" or \"consent_confirmation\""
            ]
        ),
        (
            "a marketing one with purpose",
            ["t/template.toml": "class = \"marketing\"\npurpose = \"legal\"\n", "t/sms.txt": "x"],
            [
                "t/template.toml:2:1: purpose: only a transactional template has a purpose; take it out, or change the class"
            ]
        ),
        (
            "an unknown type",
            ["t/template.toml": "class = \"marketing\"\n[data]\nx = { type = \"strnig\" }\n", "t/sms.txt": "x"],
            [
                "t/template.toml:3:7: data.x.type: must be \"string\", \"number\", \"boolean\", \"date\", \"list\" or \"object\"; did you mean \"string\"?"
            ]
        ),
        (
            "a default of another type",
            [
                "t/template.toml": "class = \"marketing\"\n[data]\nx = { type = \"number\", default = \"1\" }\n",
                "t/sms.txt": "x",
            ],
            ["t/template.toml:3:24: data.x.default: must be a number"]
        ),
        (
            "required with a default",
            [
                "t/template.toml":
                    "class = \"marketing\"\n[data]\nx = { type = \"number\", required = true, default = 1 }\n",
                "t/sms.txt": "x",
            ],
            ["t/template.toml:3:41: data.x.default: what is required needs no default; take out one of the two"]
        ),
        (
            "a name that is built in",
            ["t/template.toml": "class = \"marketing\"\n[data]\nbrand = { type = \"string\" }\n", "t/sms.txt": "x"],
            ["t/template.toml:3:1: data.brand: \"brand\" is built in; choose another name"]
        ),
        (
            "a list without items",
            ["t/template.toml": "class = \"marketing\"\n[data]\nx = { type = \"list\" }\n", "t/sms.txt": "x"],
            ["t/template.toml:3:1: data.x: a list says what its items are, as items = { type = \"string\" }"]
        ),
        (
            "e-mail without subject", ["t/template.toml": manifest, "t/body.txt": "x"],
            ["t: has no subject.txt (e-mail needs a subject outside the locale folders)"]
        ),
        (
            "e-mail without body", ["t/template.toml": manifest, "t/subject.txt": "x"],
            ["t: has no body.html or body.txt (e-mail needs one of them outside the locale folders)"]
        ),
        (
            "a channel without its part",
            ["t/template.toml": "class = \"marketing\"\nchannels = [\"sms\", \"crm_task\"]\n", "t/task.body.txt": "x"],
            [
                "t: has no sms.txt (the channel sms is declared)",
                "t: has no task.title.txt (the channel crm_task is declared)",
            ]
        ),
        (
            "a part without its channel",
            ["t/template.toml": "class = \"marketing\"\nchannels = [\"sms\"]\n", "t/sms.txt": "x", "t/body.html": "x"],
            ["t/body.html: is there, but channels does not name email"]
        ),
        (
            "nothing at all", ["t/template.toml": manifest],
            ["t: has no any part (add subject.txt and body.html, or sms.txt, or task.title.txt)"]
        ),
        (
            "a misspelt file", ["t/template.toml": manifest, "t/sms.txt": "x", "t/body.htm": "x"],
            ["t/body.htm: is no part of a template (did you mean body.html?)"]
        ),
        (
            "a folder that is no locale", ["t/template.toml": manifest, "t/sms.txt": "x", "t/french!/sms.txt": "x"],
            ["t/french!: is no locale (call it as \"fr\" or \"fr-CA\", each once)"]
        ),
        (
            "a subject of two lines", ["t/template.toml": manifest, "t/subject.txt": "a\nb\n", "t/body.txt": "x"],
            ["t/subject.txt: must be one line"]
        ),
        (
            "a body in a language without subject",
            ["t/template.toml": manifest, "t/subject.txt": "a", "t/body.txt": "x", "t/fr/body.txt": "y"],
            ["t/fr: has a body and no subject.txt (the subject would be in another language)"]
        ),
        (
            "a fault in a partial, told once",
            [
                "t/template.toml": manifest, "t/sms.txt": "{{>p}}", "t/subject.txt": "{{>p}}", "t/body.txt": "{{>p}}",
                "_partials/p.mustache": "a\n{{#x}}",
            ],
            ["_partials/p.mustache:2:1: \"x\" is never closed (add {{/x}})"]
        ),
        ("an override of nothing", ["acme@t/sms.txt": "x"], ["acme@t: overrides \"t\", which is not there"]),
        (
            "a brand that is not configured", ["t/template.toml": manifest, "t/sms.txt": "x", "nobody@t/sms.txt": "x"],
            ["nobody@t: there is no brand \"nobody\" (configured: acme, zeta)"]
        ),
        (
            "an override that changes the class",
            [
                "t/template.toml": manifest, "t/sms.txt": "x",
                "acme@t/template.toml": "class = \"transactional\"\npurpose = \"legal\"\n",
            ],
            ["acme@t/template.toml: an override has the class of what it overrides: marketing"]
        ),
        (
            "a sample that is no JSON",
            ["t/template.toml": manifest, "t/sms.txt": "x", "t/sample.json": "{\n  nope }"],
            ["t/sample.json:2:3: a key in double quotes, or } was expected (at byte 4)"]
        ),
        (
            "a sample that does not fit",
            ["t/template.toml": manifest, "t/sms.txt": "x", "t/sample.json": "{\"x\":1}"],
            ["t/sample.json: data.x is a number; template \"t\" declares a string"]
        ),
        (
            "a sample that renders badly",
            [
                "t/template.toml": manifest, "t/subject.txt": "s", "t/body.html": "<a href=\"{{x}}\">",
                "t/sample.json": "{\"x\":\"nolink\"}",
            ],
            [
                "t/sample.json: with this sample: template \"t\", body.html: a link begins with something other than https:, http:, mailto: or tel:"
            ]
        ),
        (
            "a file that is not UTF-8 is told by its name", ["t/template.toml": manifest, "t/sms.txt": "a\u{0}"],
            [
                "t: has no any part (add subject.txt and body.html, or sms.txt, or task.title.txt)",
                "t/sms.txt: is not UTF-8 text",
            ]
        ),
    ]

    @Test("every slip is told with its place", arguments: slips)
    func told(_ says: String, _ files: [String: String], _ expected: [String]) throws {
        let catalog = try Folder(files).load()
        #expect(catalog.problems.map(\.description) == expected, "\(says)")
    }

    @Test("a broken template does not take the others with it, and says why it is broken")
    func broken() throws {
        let folder = try Folder([
            "bad/template.toml": Self.manifest, "bad/sms.txt": "{{y}}", "good/template.toml": Self.manifest,
            "good/sms.txt": "{{x}}",
        ])
        let catalog = folder.load()
        guard case .broken(let problems) = catalog.template("bad", brand: "acme") else {
            Issue.record("bad is not broken")
            return
        }
        #expect(problems == catalog.problems && problems.count == 1 && catalog.names == ["bad", "good"])
        #expect(try ready(catalog, "good").name == "good")
        guard case .unknown(nearest: "good") = catalog.template("goood", brand: "acme") else {
            Issue.record("goood is known")
            return
        }
    }

    @Test("a directory that is not there is a problem, not a crash")
    func missing() {
        let catalog = TemplateCatalog.load(directory: "/nowhere/at/all", brands: [])
        #expect(catalog.problems.map(\.message) == ["the directory cannot be read"] && catalog.names == [])
    }

    // MARK: Languages

    @Test("languages fall back: fr-CA to fr to the rest; bodies never mix")
    func locales() throws {
        let folder = try Folder([
            "t/template.toml": Self.manifest, "t/subject.txt": "en", "t/body.html": "en html", "t/body.txt": "en text",
            "t/fr/subject.txt": "fr", "t/fr/body.html": "fr html", "t/fr-CA/subject.txt": "fr-ca",
        ])
        let catalog = folder.load()
        #expect(catalog.problems == [])
        let template = try ready(catalog, "t")
        #expect(template.locales == ["fr", "fr-ca"])
        let table: [(String?, String, String, String?, String)] = [
            (nil, "en", "en html", "en text", "en"), ("de", "en", "en html", "en text", "en"),
            ("fr", "fr", "fr html", nil, "fr"),
            ("fr_CA", "fr-ca", "fr html", nil, "fr"), ("FR-ca-x1", "fr-ca", "fr html", nil, "fr"),
            ("fr-BE", "fr", "fr html", nil, "fr"),
            ("", "en", "en html", "en text", "en"),
        ]
        for (locale, subject, html, text, spoken) in table {
            let message = try template.renderEmail(locale: locale, context: context())
            let expected = RenderedMessage(
                subject: subject, html: Array(html.utf8), text: text.map { Array($0.utf8) }, locale: spoken)
            #expect(message == expected, "\(locale ?? "none")")
        }
        #expect(template.has(.text, locale: "fr") && !template.has(.sms))
    }

    // MARK: Brands

    @Test("a brand overrides a template, a part of it, or a partial; the others see nothing of it")
    func brands() throws {
        let folder = try Folder([
            "t/template.toml": Self.manifest, "t/sms.txt": "base {{>p}}", "u/template.toml": Self.manifest,
            "u/sms.txt": "u", "u/subject.txt": "u {{x}}", "u/body.txt": "base", "_partials/p.mustache": "{{>q}}",
            "_partials/q.mustache": "all", "_partials/zeta/q.mustache": "zeta", "acme@u/body.txt": "acme {{x}}",
        ])
        let catalog = folder.load()
        #expect(catalog.problems == [])
        func text(_ name: String, _ brand: String, _ part: TemplatePart) throws -> String {
            String(
                decoding: try ready(catalog, name, brand).render(part, locale: nil, context: context(#"{"x":"1"}"#)),
                as: UTF8.self)
        }
        #expect(try text("t", "acme", .sms) == "base all" && text("t", "zeta", .sms) == "base zeta")
        #expect(try text("u", "acme", .text) == "acme 1" && text("u", "zeta", .text) == "base")
        #expect(try text("u", "acme", .subject) == "u 1")
        #expect(try ready(catalog, "u", "acme").digest != ready(catalog, "u", "zeta").digest)
        #expect(try ready(catalog, "t", "acme").digest != ready(catalog, "t", "zeta").digest)
        #expect(try ready(catalog, "u", "acme").brand == "acme" && ready(catalog, "u", "zeta").brand == nil)
    }

    @Test("the digest changes with what takes part, and with nothing else")
    func digests() throws {
        let files = [
            "t/template.toml": Self.manifest, "t/sms.txt": "{{>p}}", "_partials/p.mustache": "1",
            "_partials/other.mustache": "2",
        ]
        func digest(_ change: (String, String)?) throws -> String {
            var files = files
            if let change { files[change.0] = change.1 }
            return try ready(Folder(files).load(), "t").digest
        }
        let original = try digest(nil)
        #expect(try digest(nil) == original)
        #expect(try digest(("_partials/other.mustache", "3")) == original)
        #expect(try digest(("t/README.md", "notes")) == original)
        #expect(try digest(("_partials/p.mustache", "3")) != original)
        #expect(try digest(("t/template.toml", Self.manifest + "\n")) != original)
        #expect(try digest(("t/fr/sms.txt", "x")) != original)
    }

    // MARK: Errors while rendering

    @Test("a render error says template, part, name and reason")
    func renderErrors() throws {
        let folder = try Folder([
            "t/template.toml": Self.manifest, "t/subject.txt": "{{#x}}Hi {{x}}{{/x}}",
            "t/body.html": "<a href=\"{{x}}\">", "t/sms.txt": "{{x}}",
        ])
        let template = try ready(folder.load(), "t")
        func error(_ part: TemplatePart, _ data: String) throws -> RenderError? {
            let context = try context(data)
            do throws(RenderError) { _ = try template.render(part, locale: nil, context: context) } catch {
                return error
            }
            return nil
        }
        #expect(
            try error(.subject, #"{"x":"a\nb"}"#)
                == RenderError(template: "t", part: .subject, name: "x", reason: .headerInjection))
        #expect(try error(.subject, "{}") == RenderError(template: "t", part: .subject, name: nil, reason: .empty))
        #expect(try error(.html, #"{"x":"javascript:1"}"#)?.reason == .unsafeLink)
        #expect(try error(.sms, "{\"x\":\"\(String(repeating: "a", count: 5000))\"}")?.reason == .tooLong(limit: 4096))
        #expect(try error(.taskTitle, "{}")?.reason == .noSuchPart)
        #expect(try error(.sms, #"{"x":"  "}"#)?.description == "template \"t\", sms.txt: comes out empty")
        #expect(template.check(data: try Desk.json(#"{"x":"a\nb"}"#)).map(\.code) == [.headerInjection])
    }
}
