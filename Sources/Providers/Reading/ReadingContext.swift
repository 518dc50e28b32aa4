// SPDX-License-Identifier: Apache-2.0
//
// What the parts of a description are read against, once its settings, secrets and maps are known.

import GatewayModel
import StrictTOML

struct ReadingContext {
    var channel: ChannelKind
    var settings: [String: SettingDeclaration] = [:]
    var secrets: Set<String> = []
    var maps: [String: ExpressionMap] = [:]
    /// Whether requests are kept on disk to be repeated.
    var keepsRequests = false
    /// The file's lines, for columns within expressions.
    var lines: [Substring] = []

    func scope(_ request: ExpressionScope.Request, noSecrets: String?, lists: Bool = false) -> ExpressionScope {
        ExpressionScope(
            channel: channel, request: request, noSecrets: noSecrets, allowsLists: lists, settings: settings,
            secrets: secrets, maps: maps)
    }

    /// An expression or a text; what is wrong in it is told at its own column.
    func expression(_ scope: ExpressionScope) -> TOMLShape<Expression> {
        TOMLShape("a text or an expression, as \"$text.to\"") { item, complaints in
            expression(item, scope, &complaints)
        }
    }

    func expression(_ item: TOMLItem, _ scope: ExpressionScope, _ complaints: inout [TOMLComplaint]) -> Expression? {
        switch item.content {
        case .string(let text):
            if !text.hasPrefix("$"), let words = InlineSecrets.complaint(about: text) {
                complaints.append(TOMLComplaint(words, at: item))
                return nil
            }
            do throws(ExpressionFault) {
                return try ExpressionParser.value(text, scope)
            } catch {
                complaints.append(complaint(error, within: text, item))
                return nil
            }
        case .integer(let number): return Expression(.constant(.integer(number)))
        case .boolean(let flag): return Expression(.constant(.boolean(flag)))
        case .float: complaints.append(TOMLComplaint("a number with a point is written as a text", at: item))
        case .dateTime: complaints.append(TOMLComplaint("a date is written as a text", at: item))
        case .array, .table:
            complaints.append(TOMLComplaint("must be a text or an expression, not \(item.content.kind)", at: item))
        }
        return nil
    }

    /// At the column of the fault, where the text stands in its line as it is; else at the key.
    func complaint(_ fault: ExpressionFault, within text: String, _ item: TOMLItem) -> TOMLComplaint {
        let offset = fault.offset ?? 0
        var blamed = item
        if item.place.line >= 1, item.place.line <= lines.count {
            let line = lines[item.place.line - 1].unicodeScalars
            let behind = line.dropFirst(max(0, item.place.column - 1))
            if let range = Substring(behind).firstRange(of: text) {
                blamed.place.column = line.distance(from: line.startIndex, to: range.lowerBound) + 1 + offset
            }
        }
        return TOMLComplaint("\(fault.words) (character \(offset + 1) of \"\(text)\")", at: blamed)
    }
}

/// Texts that by their look are secrets: a description is read by everybody.
enum InlineSecrets {
    static func complaint(about text: String) -> String? {
        let marks = ["-----BEGIN", "whsec_", "Bearer ", "Basic ", "AccessKey ", "AKIA", "sk_live_", "xoxb-"]
        guard let mark = marks.first(where: { text.hasPrefix($0) }), text.utf8.count > mark.utf8.count + 3 else {
            return nil
        }
        return "looks like a secret, which must not stand here: declare it under [secrets], and let the route name it"
    }

    /// A setting that is one by its name: settings are listed plainly, secrets never.
    static func isSecret(name: String) -> Bool {
        ["secret", "password", "token", "api_key", "private_key", "secret_key", "auth_key"].contains {
            name.hasSuffix($0)
        }
    }
}
