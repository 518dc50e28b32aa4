// SPDX-License-Identifier: Apache-2.0
//
// Renders every part in every language with the template's `sample.json`: what the data brings out, `check` shows.

import GatewayModel

enum SampleCheck {
    /// The sample's data, or what is wrong with the file.
    static func data(_ file: SourceFile) -> Result<JSONObject, TemplateProblem> {
        do throws(JSONError) {
            guard let object = try JSONValue.parse(file.bytes).object else {
                return .failure(TemplateProblem(file: file.name, "must be an object, as { \"first_name\": \"Ada\" }"))
            }
            return .success(object)
        } catch {
            return .failure(file.problem(at: error.offset, error.description))
        }
    }

    static func problems(of template: Template, sample file: SourceFile) -> [TemplateProblem] {
        switch data(file) {
        case .failure(let problem): return [problem]
        case .success(let data):
            let problems = template.check(data: data)
            guard problems.isEmpty else { return problems.map { TemplateProblem(file: file.name, $0.message) } }
            return renderProblems(template, data, file)
        }
    }

    private static func renderProblems(_ template: Template, _ data: JSONObject, _ file: SourceFile)
        -> [TemplateProblem]
    {
        var context = RenderContext(data: data, brand: brand, now: Instant(seconds: 0))
        context.toName = "Ada Lovelace"
        var problems: [TemplateProblem] = []
        for folder in template.languages.keys.sorted() {
            for part in TemplatePart.allCases where template.languages[folder]?[part] != nil {
                do throws(RenderError) {
                    _ = try template.render(part, locale: folder, context: context)
                } catch {
                    problems.append(TemplateProblem(file: file.name, "with this sample: \(error)"))
                }
            }
        }
        return problems
    }

    private static let brand = TemplateBrand(
        id: "sample", name: "Sample Inc.", from: "Sample <news@sample.example>", replyTo: "help@sample.example",
        postalAddress: "1 Main Street, Springfield")
}
