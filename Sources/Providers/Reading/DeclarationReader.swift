// SPDX-License-Identifier: Apache-2.0
//
// `[settings.*]`, `[[settings_rule]]`, `[secrets.*]`, `[map.*]`: what the rest of a description may speak of.

import StrictTOML

extension TOMLShape where Value == String {
    /// Lower-case letters, digits and underscores, a letter first.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}

enum DeclarationReader {
    static func settings(_ table: inout StrictTable) -> [SettingDeclaration] {
        var declarations: [SettingDeclaration] = []
        table.table("settings") { settings in
            let found = settings.namedTables { name, setting in
                checkName(name, setting)
                if InlineSecrets.isSecret(name: name) {
                    setting.complain("is a secret by its name: declare it as [secrets.\(name)]")
                }
                return self.setting(name, &setting)
            }
            declarations = found.compactMap { $0 }
        }
        return declarations
    }

    private static func setting(_ name: String, _ table: inout StrictTable) -> SettingDeclaration? {
        let kind = table.required("type", TOMLShape<SettingDeclaration.Kind>.word)
        let required = table.optional("required", .boolean) ?? false
        let pattern = table.optional("pattern", .pattern)
        let about = table.optional("about", .text)
        let fallback = table.optional("default", .setting)
        guard let kind else { return nil }
        let declaration = SettingDeclaration(
            name: name, kind: kind, isRequired: required, pattern: pattern, fallback: fallback, about: about)
        if pattern != nil, kind != .string, kind != .list {
            table.complain("fits strings and lists only", about: "pattern")
        }
        if required, fallback != nil { table.complain("has no meaning where it is required", about: "default") }
        if let fallback, let words = declaration.complaint(about: fallback) { table.complain(words, about: "default") }
        return declaration
    }

    static func oneOf(_ table: inout StrictTable, _ settings: [SettingDeclaration]) -> [[String]] {
        let names = settings.map(\.name)
        return table.tables("settings_rule") { rule in
            let chosen = rule.required("one_of", .list(of: .text, "a list of names of settings")) ?? []
            if rule.has("one_of"), chosen.count < 2 { rule.complain("must name two settings or more", about: "one_of") }
            for name in chosen where !names.contains(name) {
                let near = Wording.suggestion(for: name, among: names)
                rule.complain("there is no [settings.\(name)]\(near)", about: "one_of")
            }
            for setting in settings
            where chosen.contains(setting.name) && (setting.isRequired || setting.fallback != nil) {
                rule.complain("\(setting.name) is always there: it is required, or has a default", about: "one_of")
            }
            return chosen
        }
    }

    static func secrets(_ table: inout StrictTable) -> [SecretDeclaration] {
        var declarations: [SecretDeclaration] = []
        table.table("secrets") { secrets in
            for (name, item) in secrets.item.members {
                if case .table = item.content { continue }
                _ = secrets.raw(name)
                secrets.complain(
                    "a secret must not stand here: write [secrets.\(name)], and let the route name where it is kept",
                    about: name)
            }
            declarations = secrets.namedTables { name, secret in
                checkName(name, secret)
                for key in ["value", "default"] where secret.has(key) {
                    _ = secret.raw(key)
                    secret.complain("a secret must not stand here: the route names where it is kept", about: key)
                }
                return SecretDeclaration(
                    name: name, isRequired: secret.optional("required", .boolean) ?? false,
                    about: secret.optional("about", .text))
            }
        }
        return declarations
    }

    static func maps(_ table: inout StrictTable) -> [String: ExpressionMap] {
        var maps: [String: ExpressionMap] = [:]
        table.table("map") { all in
            all.namedTables { name, map in
                checkName(name, map)
                var read = ExpressionMap(name: name, values: [:], fallback: nil)
                for (key, _) in map.item.members {
                    guard let value = map.optional(key, .constant) else { continue }
                    if key == "default" { read.fallback = value } else { read.values[key] = value }
                }
                if map.item.members.isEmpty { map.complain("maps nothing") }
                maps[name] = read
            }
        }
        return maps
    }

    private static func checkName(_ name: String, _ table: StrictTable) {
        guard !TOMLShape<String>.isIdentifier(name) else { return }
        table.complain("a name is made of lower-case letters, digits and _, a letter first")
    }
}

extension TOMLShape where Value == String {
    static var pattern: TOMLShape {
        text.refined("a regular expression") { text, _ in (try? Regex(text)) == nil ? nil : text }
    }
}

extension TOMLShape where Value == ProviderSetting {
    static var setting: TOMLShape {
        TOMLShape("a string, an integer, true or false, or a list of strings") { item, complaints in
            switch item.content {
            case .string(let text):
                if let words = InlineSecrets.complaint(about: text) { complaints.append(TOMLComplaint(words)) }
                return .text(text)
            case .integer(let number): return .integer(number)
            case .boolean(let flag): return .boolean(flag)
            case .array:
                return TOMLShape<[String]>.list(of: .string, "a list of strings").readElement(item, &complaints).map {
                    .list($0)
                }
            case .float, .dateTime, .table:
                complaints.append(TOMLComplaint("must be a string, an integer, true or false, or a list of strings"))
                return nil
            }
        }
    }
}

extension TOMLShape where Value == ExpressionValue {
    /// A text, a whole number, or true or false.
    static var constant: TOMLShape {
        TOMLShape("a text, a whole number, or true or false") { item, complaints in
            switch item.content {
            case .string(let text):
                if let words = InlineSecrets.complaint(about: text) { complaints.append(TOMLComplaint(words)) }
                return .text(text)
            case .integer(let number): return .integer(number)
            case .boolean(let flag): return .boolean(flag)
            case .float, .dateTime, .array, .table:
                complaints.append(TOMLComplaint("must be a text, a whole number, or true or false"))
                return nil
            }
        }
    }
}
