// SPDX-License-Identifier: Apache-2.0
//
// Playbook: all providers that the sink plays, made ready to be recognised.

import GatewayModel
import Providers

struct Playbook {
    enum Errand: Hashable {
        case create, inquire, amend, token
    }

    /// What a request of one method may be, by its path.
    private struct Line {
        var provider: Int
        var errand: Errand
        var path: PathPattern
    }

    struct Match {
        var provider: Int
        var errand: Errand
        var values: [(expression: Expression, text: String)]
    }

    let parts: [ProviderPart]
    /// By method, the surest first.
    private let lines: [String: [Line]]
    private let byName: [String: Int]

    init(_ providers: [ProviderDescription]) {
        parts = providers.map(ProviderPart.init)
        byName = Dictionary(zip(providers.map(\.name), providers.indices)) { first, _ in first }
        let all = providers.enumerated().flatMap { Self.lines(of: $1, number: $0) }
        lines = Dictionary(grouping: all, by: \.method).mapValues { lines in
            lines.map(\.line).sorted { $0.path.weight > $1.path.weight }
        }
    }

    private static func lines(of provider: ProviderDescription, number: Int) -> [(method: String, line: Line)] {
        var lines: [(method: String, line: Line)] = []
        func add(_ errand: Errand, _ request: RequestDescription?) {
            guard let request else { return }
            var paths = [PathPattern(request.path, isAnywhere: provider.baseURL == nil)]
            if let base = provider.baseURL { paths.append(PathPattern(request.path, base: base)) }
            for path in paths {
                lines.append((request.method, Line(provider: number, errand: errand, path: path)))
            }
        }
        add(.create, provider.request)
        add(.inquire, provider.inquiry?.request)
        add(.amend, provider.amendment)
        if case .oauth2(let rules) = provider.auth {
            lines.append(("POST", Line(provider: number, errand: .token, path: PathPattern(rules.tokenURL))))
        }
        return lines
    }

    /// Everything that it may be, the surest first.
    func matches(_ request: SinkRequest) -> [Match] {
        let path = Array(request.path)
        let name = path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
        if !name.isEmpty, let only = byName[String(decoding: name, as: UTF8.self)] {
            let rest = path[name.endIndex...]
            return matches(request.method, rest.isEmpty ? [UInt8(ascii: "/")] : rest, of: only)
        }
        return matches(request.method, path[...], of: nil)
    }

    private func matches(_ method: String, _ path: ArraySlice<UInt8>, of provider: Int?) -> [Match] {
        (lines[method] ?? []).compactMap { line in
            guard provider == nil || provider == line.provider, let values = line.path.match(path) else { return nil }
            return Match(provider: line.provider, errand: line.errand, values: values)
        }
    }
}

/// One provider as the sink plays it.
struct ProviderPart {
    let description: ProviderDescription
    let create: RequestPattern
    let inquiry: RequestPattern?
    let amendment: RequestPattern?
    let auth: AuthCheck
    private let answers: [ProviderExample.Part: AnswerTemplate]
    /// Found and absent, of an inquiry.
    let inquiryAnswer: ProviderExample?
    let absentAnswer: ProviderExample?
    private let amendAnswer: AnswerTemplate?

    init(_ description: ProviderDescription) {
        self.description = description
        create = RequestPattern(description.request, of: description)
        inquiry = description.inquiry.map { RequestPattern($0.request, of: description) }
        amendment = description.amendment.map { RequestPattern($0, of: description) }
        auth = AuthCheck(auth: description.auth)
        let played = description.examples.compactMap { example in
            example.plays.map { ($0, AnswerTemplate(example)) }
        }
        answers = Dictionary(played) { first, _ in first }
        inquiryAnswer = description.examples.first { $0.expects == .inquiry(.found) }
        absentAnswer = description.examples.first { $0.expects == .inquiry(.absent) }
        amendAnswer = description.examples.first { $0.question == .amend && $0.expects == .result(.accepted) }
            .map(AnswerTemplate.init)
    }

    /// The provider's recorded answer, or a plain one where none is recorded.
    func answer(_ part: ProviderExample.Part, _ values: AnswerValues) -> HTTPAnswer {
        if let template = answers[part] { return template.answer(values) }
        switch part {
        case .again: return answer(.accept, values)
        case .accept: return Self.plain(200, .object(JSONObject([("id", .string(values.id))])))
        case .bounce: return .complaint(400, "no such recipient")
        case .full: return .complaint(503, "not now")
        case .greylist:
            var answer = HTTPAnswer.complaint(429, "too many requests")
            answer.headers.append(HeaderField("retry-after", "1"))
            return answer
        case .policy: return .complaint(400, "the content is refused")
        case .stop: return .complaint(400, "the recipient has opted out")
        case .unauthorised: return .complaint(401, "who asks?")
        case .token:
            return Self.plain(
                200,
                .object(
                    JSONObject([
                        ("access_token", .string("sink-\(values.id)")), ("token_type", .string("Bearer")),
                        ("expires_in", .integer(3600)),
                    ])))
        }
    }

    func amended(_ values: AnswerValues) -> HTTPAnswer { amendAnswer?.answer(values) ?? answer(.again, values) }

    static func plain(_ status: Int, _ body: JSONValue) -> HTTPAnswer {
        HTTPAnswer(
            status: status, headers: [HeaderField("content-type", "application/json")], body: body.encoded)
    }
}
