// SPDX-License-Identifier: Apache-2.0
//
// TemplateSurvey: templates looked at together with the routes that are to carry them: whether there is a way out at all,
// and whether the sample's text message is as short as the template says.

import Foundation
import GatewayModel
import Settings
import Templates
import Texting

struct TemplateSurvey {
    private(set) var findings: [CheckFindings.Finding] = []
    private let settings: GatewaySettings
    private let transliterates: Bool

    init(_ catalog: TemplateCatalog, _ settings: GatewaySettings) {
        self.settings = settings
        let texts = settings.routes.compactMap { route -> HTTPSettings? in
            guard case .http(let http) = route.transport, route.channel == .sms else { return nil }
            return http
        }
        transliterates = !texts.isEmpty && texts.allSatisfy(\.transliterates)
        for name in catalog.names {
            for brand in settings.brands {
                guard case .ready(let template) = catalog.template(name, brand: brand.id) else { continue }
                lookForRoute(template)
                if let sample = catalog.sample(name) { measure(template, of: brand, sample) }
            }
        }
    }

    private mutating func lookForRoute(_ template: Template) {
        let carried = Set(settings.routes.map(\.channel))
        guard !settings.routes.isEmpty, template.channels.isDisjoint(with: carried) else { return }
        let channels = template.channels.map(\.rawValue).sorted().joined(separator: " or ")
        note(.warning, "no route carries \(channels): every job with this template will be rejected", in: template, "")
    }

    /// In every language it has.
    private mutating func measure(_ template: Template, of brand: BrandSettings, _ sample: JSONObject) {
        guard let most = template.maxSegments else { return }
        let context = RenderContext(
            data: sample, brand: TemplateBrand(brand), now: Instant(seconds: 1_800_000_000))
        for locale in [String?.none] + template.locales.map({ $0 }) {
            guard let bytes = try? template.render(.sms, locale: locale, context: context) else { continue }
            let body = String(decoding: bytes, as: UTF8.self)
            let other = Transliteration.gsm7(body)
            let segmentation = Segmentation.of(transliterates ? other.text : body)
            guard segmentation.parts > most else { continue }
            let shorter = Segmentation.of(other.text)
            let advice =
                shorter.parts <= most
                ? "; transliterate = true on the route would make it \(counted(shorter.parts, "part"))" : ""
            note(
                .error, "its sample makes \(segmentation.words), more than max_segments = \(most)\(advice)",
                in: template, "\(locale.map { "\($0)/" } ?? "")sms.txt")
        }
    }

    private mutating func note(
        _ severity: CheckFindings.Finding.Severity, _ message: String, in template: Template, _ file: String
    ) {
        let own = template.brand.map { "\(settings.templatesDir)/\($0)@\(template.name)/\(file)" }
        let base = "\(settings.templatesDir)/\(template.name)/\(file)"
        let path = own.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil } ?? base
        let finding = CheckFindings.Finding(
            severity: severity, file: path.hasSuffix("/") ? String(path.dropLast()) : path, line: nil, message: message)
        if !findings.contains(finding) { findings.append(finding) }
    }
}
