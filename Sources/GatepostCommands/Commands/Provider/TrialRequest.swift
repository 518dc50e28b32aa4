// SPDX-License-Identifier: Apache-2.0
//
// TrialRequest: a request as it would leave, with its secrets masked.

import Foundation
import GatewayModel
import Providers

struct TrialRequest {
    private let load: RequestLoad
    private let url: String
    private let auth: AuthWords

    init(_ load: RequestLoad, provider: Provider, settings: [String: ProviderSetting]) {
        self.load = load
        url = Self.unmasked(provider.baseURL + load.target)
        auth = AuthWords(provider.description.auth, settings: settings, reference: load.reference)
    }

    private var headers: [HeaderField] {
        load.headers + auth.headers + (load.contentType.map { [HeaderField("Content-Type", $0)] } ?? [])
    }

    private var body: String { Self.unmasked(String(decoding: load.body, as: UTF8.self)) }

    /// Percent-encoding makes a mask unreadable.
    private static func unmasked(_ text: String) -> String {
        text.replacing("%E2%80%B9", with: "‹").replacing("%E2%80%BA", with: "›")
    }

    /// The request, and below a form its fields in the clear.
    func lines(on terminal: Terminal) -> [String] {
        let first = auth.first.map { [terminal.paint($0, .faint)] } ?? []
        let head = [terminal.paint("\(load.method) \(url)", .strong)]
        let fields = headers.map { "\($0.name): \(Self.unmasked($0.value))" }
        let text =
            body.isEmpty ? [] : [""] + body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let form = self.form.map { terminal.paint("  \($0) = \($1)", .faint) }
        return (first + head + fields + text + (form.isEmpty ? [] : [""] + form)).map(TextWidth.shown)
    }

    /// Fields of a form, decoded; empty for every other body.
    private var form: [(String, String)] {
        guard load.contentType?.hasPrefix("application/x-www-form-urlencoded") == true else { return [] }
        return body.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                let spaced = part.replacing("+", with: " ")
                return spaced.removingPercentEncoding ?? String(spaced)
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    var object: JSONObject {
        let pairs = headers.map { ($0.name, JSONValue.string(Self.unmasked($0.value))) }
        return JSONObject([
            ("method", .string(load.method)), ("url", .string(url)), ("headers", .object(JSONObject(pairs))),
            ("body", .string(body)), ("first", .text(auth.first)),
        ])
    }
}
