// SPDX-License-Identifier: Apache-2.0
//
// What we send to each shipped provider, the sink takes for it, and what the sink answers, we judge as the provider's.

import GatewayModel
import Sink
import Testing

@testable import Providers

@Suite("The sink plays every shipped provider", .timeLimit(.minutes(1)))
struct HTTPShippedTests {
    static let catalog = ProviderCatalog.load(folder: nil).catalog

    /// One provider against a sink of its own.
    private struct Scene {
        let provider: Provider
        let server: SinkHTTPServer
        let probe: Probe

        init(_ name: String, named: Bool = true) throws {
            let description = try #require(HTTPShippedTests.catalog[name])
            server = try SinkHTTPServer(catalog: HTTPShippedTests.catalog)
            provider = try Provider(
                description, settings: description.plausibleSettings,
                secretNames: Set(description.secrets.map(\.name)),
                baseURL: named ? server.baseURL(of: name) : server.baseURL, callbackURL: "https://me.example/callback")
            probe = try Probe(server)
        }

        /// Nil where the sink closes the link.
        func send(_ load: RequestLoad, over probe: Probe? = nil) -> HTTPAnswer? {
            var headers = Dictionary(load.headers.map { ($0.name, $0.value) }) { $1 }
            headers.merge(provider.description.auth.plausibleHeaders) { $1 }
            headers["Content-Type"] = load.contentType
            let prefix = provider.baseURL.dropFirst(server.baseURL.count)
            return (probe ?? self.probe).ask(
                load.method, prefix + load.target, headers, String(decoding: load.body, as: UTF8.self))
        }

        /// Some want UUIDs for contacts where others want numbers.
        func message(ending: String, token: String = "abcdefghijklmnopqrstuvwxyz") -> ProviderMessage {
            guard provider.description.channel == .crmTask else {
                var text = TextContent(to: "+4915112\(ending)", body: "Grüße \(token)", encoding: .gsm7, segments: 1)
                text.validity = .seconds(3600)
                return ProviderMessage(.text(text), token: token, messageClass: .transactional)
            }
            var task = TaskContent(title: "Call \(token)", body: "Line 1\nLine 2")
            task.due = now + .seconds(86_400)
            for contact in ["00000000-0000-4000-8000-00000000\(ending)", "1000\(ending)"] {
                task.contact = contact
                let message = ProviderMessage(.task(task), token: token, messageClass: .transactional)
                if (try? create(message)) != nil { return message }
            }
            return ProviderMessage(.task(task), token: token, messageClass: .transactional)
        }

        func create(_ message: ProviderMessage) throws -> RequestLoad {
            try provider.request(for: message, now: now) { _ in "k" }
        }

        /// Not there; whether that proves anything, the description says.
        func isNowhere(_ answer: HTTPAnswer, _ question: RequestLoad) -> Bool {
            let provesAbsence = provider.description.inquiry?.found.provesAbsence ?? false
            switch provider.judgeInquiry(answer, match: question.match) {
            case .absent: return provesAbsence
            case .noAnswer: return !provesAbsence && answer.status == 200
            case .found: return false
            }
        }

        func inquiry(_ message: ProviderMessage) throws -> RequestLoad? {
            try provider.inquiry(for: message, since: now, now: now) { _ in "k" }
        }
    }

    @Test("a text or task is taken, whether the provider is named or known by its path", arguments: catalog.names)
    func accepts(_ name: String) throws {
        for named in [true, false] {
            let scene = try Scene(name, named: named)
            let answer = try #require(scene.send(try scene.create(scene.message(ending: "0000"))))
            let verdict = scene.provider.judge(answer)
            #expect(verdict.result == .accepted, "\(answer.status) \(answer.text)")
            #expect(verdict.id != nil || scene.provider.description.answers.id.isEmpty, "\(answer.text)")
            #expect(scene.server.total.accepted == 1)
            #expect(scene.server.talliesByRecipient.keys.first?.hasSuffix("0000") == true)
        }
    }

    @Test("each behaviour that has a recorded answer is judged as that says", arguments: catalog.names)
    func behaviours(_ name: String) throws {
        let scene = try Scene(name)
        let endings: [(ProviderExample.Part, String)] = [
            (.bounce, "0001"), (.full, "0002"), (.greylist, "0003"), (.policy, "0004"), (.stop, "0008"),
        ]
        for (part, ending) in endings {
            let answer = try #require(scene.send(try scene.create(scene.message(ending: ending))))
            guard let example = scene.provider.description.examples.first(where: { $0.plays == part }) else { continue }
            let verdict = scene.provider.judge(answer)
            #expect(example.expects == .result(verdict.result.word), "\(part): \(verdict) of \(answer.text)")
        }
        #expect(scene.server.total.refused == 5 && scene.server.total.taken == 0)
    }

    @Test("nobody is let in without showing who he is", arguments: catalog.names)
    func unauthorised(_ name: String) throws {
        let scene = try Scene(name)
        let load = try scene.create(scene.message(ending: "0000"))
        let headers = Dictionary(load.headers.map { ($0.name, $0.value) }) { $1 }
            .merging(["Content-Type": load.contentType ?? ""]) { $1 }
        let answer = try #require(
            scene.probe.ask(load.method, "/\(name)\(load.target)", headers, String(decoding: load.body, as: UTF8.self)))
        guard scene.provider.description.auth != .none else { return }
        #expect(scene.provider.judge(answer).result == .credentials, "\(answer.status) \(answer.text)")
        #expect(scene.server.total.refused == 1)
    }

    @Test("what is repeated by key or own id is made once, also after a lost answer", arguments: catalog.names)
    func repeats(_ name: String) throws {
        let scene = try Scene(name)
        guard scene.provider.description.repeatRule != nil else { return }
        let load = try scene.create(scene.message(ending: "0005"))
        #expect(scene.send(load, over: try Probe(scene.server)) == nil)
        for _ in 0..<2 {
            let answer = try #require(scene.send(load))
            #expect(scene.provider.judge(answer).result == .accepted, "\(answer.status) \(answer.text)")
        }
        #expect(scene.server.total.taken == 1 && scene.server.total.repeated == 2)
        let other = try scene.create(scene.message(ending: "0000", token: "bbbbbbbbbbbbbbbbbbbbbbbbbb"))
        let second = try #require(scene.send(other))
        #expect(scene.provider.judge(second).result == .accepted)
        #expect(scene.server.total.taken == 2)
    }

    @Test("who asks finds what was taken and lost, and nothing else", arguments: catalog.names)
    func inquiries(_ name: String) throws {
        let scene = try Scene(name)
        let lost = scene.message(ending: "0005")
        guard let question = try scene.inquiry(lost) else { return }
        let before = try #require(scene.send(question))
        #expect(scene.isNowhere(before, question), "\(before.text)")
        #expect(scene.send(try scene.create(lost), over: try Probe(scene.server)) == nil)
        let after = try #require(scene.send(question))
        guard case .found = scene.provider.judgeInquiry(after, match: question.match) else {
            Issue.record("not found in \(after.status) \(after.text) by \(question.match)")
            return
        }
        let other = try #require(try scene.inquiry(scene.message(ending: "0005", token: "bbbbbbbbbbbbbbbbbbbbbbbbbb")))
        let none = try #require(scene.send(other))
        #expect(scene.isNowhere(none, other), "\(none.text)")
        #expect(scene.server.errands.inquiries == 3)
    }

    @Test("a task that was made can be changed", arguments: catalog.names)
    func amendments(_ name: String) async throws {
        let scene = try Scene(name)
        guard scene.provider.description.amendment != nil else { return }
        var events = scene.server.events().makeAsyncIterator()
        let message = scene.message(ending: "0000")
        let made = scene.provider.judge(try #require(scene.send(try scene.create(message))))
        let id = try #require(made.id)
        let amendment = try scene.provider.amendment(for: message, taskID: id, note: "withdrawn", now: now) { _ in "k" }
        let change = try #require(amendment)
        let answer = try #require(scene.send(change))
        #expect(scene.provider.judge(answer).result == .accepted, "\(answer.status) \(answer.text)")
        #expect(scene.server.errands.amendments == 1 && scene.server.total.taken == 1)
        #expect(await events.next()?.matter == .message)
        let event = try #require(await events.next())
        #expect(event.matter == .amendment && event.recipient.hasSuffix("0000"))
    }

    @Test("tokens are given out", arguments: catalog.names)
    func tokens(_ name: String) throws {
        let scene = try Scene(name)
        guard case .oauth2(let rules) = scene.provider.description.auth else { return }
        if case .jwtBearer = rules.grant { return }  // needs a private key; the form is the same
        var authenticator = Authenticator(scene.provider.description.auth, provider: scene.provider)
        let request = try #require(try authenticator.tokenRequest(now: now) { _ in "k" })
        // Peers inside are asked for tokens themselves.
        let path = String(request.url.dropFirst(scene.server.baseURL.count))
        var headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }
        headers["Content-Type"] = request.contentType
        let answer = try #require(
            scene.probe.ask("POST", path, headers, String(decoding: request.body, as: UTF8.self)))
        #expect(authenticator.tokenAnswer(answer, now: now) == .have, "\(answer.status) \(answer.text)")
        #expect(scene.server.tokenRequests == 1)
    }
}

private let now = Instant(seconds: 1_800_000_000)

extension AuthDescription {
    /// As the sink wants to see them; nobody checks what they hold.
    fileprivate var plausibleHeaders: [String: String] {
        switch self {
        case .none: [:]
        case .basic: ["Authorization": "Basic QTpi"]
        case .bearer: ["Authorization": "Bearer k"]
        case .header(let header): [header.name: "k"]
        case .oauth2(let rules): ["Authorization": "\(rules.scheme) k"]
        case .jwt: ["Authorization": "Bearer a.b.c"]
        case .sigv4:
            [
                "Authorization": "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
                "X-Amz-Date": "20261122T000000Z",
            ]
        case .standardWebhooks: ["webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,a"]
        }
    }
}

extension ProviderDescription {
    /// Those of a route that says no more than it must.
    fileprivate var plausibleSettings: [String: ProviderSetting] {
        let chosen = Set(oneOf.compactMap(\.first))
        let needed = settings.filter { $0.isRequired || chosen.contains($0.name) }
        return Dictionary(uniqueKeysWithValues: needed.map { ($0.name, $0.plausible) })
    }
}

extension SettingDeclaration {
    private static let words =
        [
            "x", "us", "eu", "com", "us-east-1", "+15550001111", "15550001111", "12345", "Gatepost", "gatepost_id",
            "Gatepost_Id__c", "00000000-0000-4000-8000-000000000000", "https://example.com", "example.com", "v1/texts",
            "v61.0",
        ] + ["AC", "MG"].map { $0 + String(repeating: "0", count: 32) } + ["MA" + String(repeating: "0", count: 18)]

    fileprivate var plausible: ProviderSetting {
        switch kind {
        case .integer: .integer(1)
        case .boolean: .boolean(true)
        case .list: .list([Self.words.first { complaint(about: .list([$0])) == nil } ?? "x"])
        case .string: .text(Self.words.first { complaint(about: .text($0)) == nil } ?? "x")
        }
    }
}
