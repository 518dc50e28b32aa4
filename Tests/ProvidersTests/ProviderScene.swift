// SPDX-License-Identifier: Apache-2.0
//
// A small provider and messages to build requests from.

import GatewayModel
import StrictTOML
import Testing

@testable import Providers

enum ProviderScene {
    static let token = "abcdefghijklmnopqrstuvwxyz"
    static let now = Instant(rfc3339: "2026-11-22T08:30:15.25Z")!

    static var text: ProviderMessage {
        var text = TextContent(to: "+4915112345678", body: "Grüße & mehr", encoding: .gsm7, segments: 1)
        (text.validity, text.validUntil) = (.seconds(3600), Instant(rfc3339: "2026-11-22T09:30:15.25Z")!)
        var message = ProviderMessage(.text(text), token: token, messageClass: .marketing)
        (message.brand, message.campaign) = ("acme", "spring 26")
        return message
    }

    static var task: ProviderMessage {
        var task = TaskContent(title: "Call <Ada>", body: "Line 1\nLine 2", priority: .high)
        (task.due, task.owner, task.contact) = (Instant(rfc3339: "2026-12-01T23:00:00Z")!, "7", "42")
        task.intendedChannel = .voice
        return ProviderMessage(.task(task), token: token, messageClass: .transactional)
    }

    /// A file whose `[request]` goes on with `request`; whatever else in `more`.
    static func file(channel: String = "sms", request: String, more: String = "") -> String {
        """
        schema = 1
        title = "T"
        channel = "\(channel)"
        as_of = "2026-11-22"
        sources = ["here"]
        base_url = "https://api.example.com/base/"
        [settings.word]
        type = "string"
        [settings.number]
        type = "integer"
        default = 7
        [settings.flag]
        type = "boolean"
        [settings.tags]
        type = "list"
        [secrets.key]
        required = true
        [auth]
        type = "bearer"
        token = "$secrets.key"
        [map.level]
        high = 3
        normal = "mid"
        [map.all]
        acme = true
        default = false
        [answer]
        body = "json"
        [[answer.rule]]
        status = [200]
        is = "accepted"
        \(more)
        [request]
        method = "POST"
        \(request)
        """
    }

    static func description(_ text: String) throws -> ProviderDescription {
        let read = ProviderCatalog.read(text, name: "x")
        #expect(read.problems.map(\.description) == [])
        return try #require(read.description)
    }

    static func provider(
        _ text: String, settings: [String: ProviderSetting] = [:], callback: String? = nil
    ) throws -> Provider {
        try Provider(
            description(text), settings: settings, secretNames: ["key"], baseURL: nil, callbackURL: callback)
    }

    static func secret(_ name: String) throws -> String { "the \(name)" }
}

extension RequestLoad {
    var bodyText: String { String(decoding: body, as: UTF8.self) }
}
