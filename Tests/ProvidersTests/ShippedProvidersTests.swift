// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Shipped
import StrictTOML
import Testing

@testable import Providers

@Suite("Shipped providers")
struct ShippedProvidersTests {
    static let loaded = ProviderCatalog.load(folder: nil)

    @Test("every file is read without a problem")
    func reads() {
        #expect(Self.loaded.problems.map(\.description) == [])
        #expect(Self.loaded.catalog.names.count == ShippedFile.within("providers").count)
        #expect(Self.loaded.catalog.names.contains("webhook"))
    }

    @Test("every recorded answer is judged as it says", arguments: loaded.catalog.names)
    func examples(_ name: String) throws {
        let description = try #require(Self.loaded.catalog[name])
        #expect(description.check().map(\.description) == [])
        let results = description.examples.compactMap { example in
            if case .result(let word) = example.expects, example.question == .request { word } else { nil }
        }
        #expect(results.filter { $0 == .accepted }.count >= 1, "no success is recorded")
        #expect(results.filter { $0 != .accepted }.count >= 6, "fewer than six failures are recorded")
        #expect(description.sources.isEmpty == false)
    }

    /// What no provider's answer may be taken for a success.
    @Test("a hostile answer is never accepted", arguments: loaded.catalog.names)
    func hostile(_ name: String) throws {
        let description = try #require(Self.loaded.catalog[name])
        guard description.answerKind != .none else { return }
        let judge = AnswerJudge(description)
        let successes = description.examples.filter { $0.expects == .result(.accepted) && !$0.body.isEmpty }
        for example in successes {
            let good = example.answer(filling: ProviderDescription.samples)
            for bad in HostileAnswers.made(from: good) {
                #expect(judge.judge(bad, now: nil).result == .unknown, "\(example.name): \(bad.body.count) bytes")
            }
        }
    }

    @Test("a request can be made of what every route must give", arguments: loaded.catalog.names)
    func requests(_ name: String) throws {
        let description = try #require(Self.loaded.catalog[name])
        let message = description.channel == .sms ? ProviderScene.text : ProviderScene.task
        var uuids = message
        if case .task(var task) = message.content {
            task.contact = "00000000-0000-4000-8000-000000000001"
            task.owner = "00000000-0000-4000-8000-000000000002"
            uuids.content = .task(task)
        }
        for settings in description.sampleSettings {
            let provider = try Provider(
                description, settings: settings, secretNames: Set(description.secrets.map(\.name)),
                baseURL: description.baseURL == nil ? "https://api.example.com" : nil,
                callbackURL: "https://me.example/callback")
            let load: RequestLoad
            do {
                load = try provider.request(for: uuids, now: ProviderScene.now) { _ in "k" }
            } catch {
                // Some want numbers where others want UUIDs.
                load = try provider.request(for: message, now: ProviderScene.now) { _ in "k" }
            }
            #expect(load.target.hasPrefix("/"))
            #expect(load.reference == ProviderScene.token)
        }
    }
}

extension ProviderDescription {
    /// Settings of a plausible route, one set for each choice; those with a pattern take the first that a list of usual
    /// values offers.
    var sampleSettings: [[String: ProviderSetting]] {
        var base: [String: ProviderSetting] = [:]
        for declaration in settings where declaration.isRequired { base[declaration.name] = declaration.sample }
        var sets = [base]
        for names in oneOf {
            sets = sets.flatMap { set in
                names.map { name in
                    var set = set
                    set[name] = settings.first { $0.name == name }?.sample
                    return set
                }
            }
        }
        return sets
    }
}

extension SettingDeclaration {
    fileprivate var sample: ProviderSetting {
        let texts = [
            "x", "us", "eu", "com", "us-east-1", "eu-central-1", "+15550001111", "15550001111",
            "AC" + String(repeating: "0", count: 32),
            "MG" + String(repeating: "0", count: 32), "MA" + String(repeating: "0", count: 18), "12345", "Gatepost",
            "gatepost_id",
            "Gatepost_Id__c", "00000000-0000-4000-8000-000000000000", "https://example.com", "example.com", "acme",
            "v1/texts", "v61.0",
        ]
        switch kind {
        case .integer: return .integer(1)
        case .boolean: return .boolean(true)
        case .list: return .list([texts.first { complaint(about: .list([$0])) == nil } ?? "x"])
        case .string: return texts.lazy.map { .text($0) }.first { complaint(about: $0) == nil } ?? .text("x")
        }
    }
}

/// A good answer, spoilt in every way a server, or somebody between, can spoil it.
enum HostileAnswers {
    static func made(from good: HTTPAnswer) -> [HTTPAnswer] {
        func with(_ body: [UInt8]) -> HTTPAnswer {
            var answer = good
            answer.body = body
            return answer
        }
        var cut = good
        cut.isCut = true
        var html = good
        html.headers = [HeaderField("content-type", "text/html; charset=utf-8")]
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        let deepXML = Array(String(repeating: "<a>", count: 100_000).utf8)
        return [
            cut, html, with([]), with(Array(good.body.dropLast())), with(Array(good.body.dropFirst())),
            with(good.body + [UInt8(ascii: "x")]), with([0xFF] + good.body), with(good.body + [0]),
            with(good.body + good.body),
            with(deep), with(deepXML), with(Array("<html><body>OK</body>".utf8)), with(Array("OK".utf8)),
            with([UInt8](repeating: UInt8(ascii: "{"), count: 1 << 20)),
            with([UInt8](repeating: UInt8(ascii: "<"), count: 1 << 20)),
            with(Array(#"{"a":1,"a":2}"#.utf8)), with(Array(#"{"a":"\ud800"}"#.utf8)),
            with(Array("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>".utf8)), with(Array("<x>&a;</x>".utf8)),
        ]
    }
}
