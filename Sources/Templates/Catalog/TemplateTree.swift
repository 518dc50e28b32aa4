// SPDX-License-Identifier: Apache-2.0
//
// The templates directory, read into memory once (CONTRACT 6). After it no file is touched; what cannot be read or
// does not belong there becomes a problem, so that a misspelt file is never silently left out.

import Foundation
import StrictTOML

/// One template's folder, `<name>/` or `<brand>@<name>/`.
struct TemplateFolder: Sendable {
    /// As it is called on disk.
    let path: String
    let name: String
    let brand: String?
    /// Files outside the locale folders, by file name.
    var files: [String: SourceFile] = [:]
    /// Locale folders by their folded name, with their files.
    var locales: [String: [String: SourceFile]] = [:]

    static let ownFiles = ["template.toml", "sample.json"]
    static let partFiles = TemplatePart.allCases.map(\.fileName)
}

struct TemplateTree: Sendable {
    /// The largest file that is read.
    static let largestFile = 1 << 20

    private(set) var folders: [TemplateFolder] = []
    /// Partials by name; "" holds those of all brands.
    private(set) var partials: [String: [String: SourceFile]] = ["": [:]]
    private(set) var problems: [TemplateProblem] = []
    private let root: String

    static func read(_ directory: String) -> TemplateTree {
        var tree = TemplateTree(root: directory)
        for entry in tree.entries("") {
            if entry.name == "_partials", entry.isFolder {
                tree.readPartials()
            } else if entry.isFolder {
                tree.readTemplate(entry.name)
            } else {
                tree.problems.append(TemplateProblem(file: entry.name, "a file stands where folders of templates are"))
            }
        }
        return tree
    }

    private init(root: String) { self.root = root }

    private mutating func readPartials() {
        for entry in entries("_partials") {
            if entry.isFolder {
                for inner in entries("_partials/\(entry.name)") { readPartial(inner, brand: entry.name) }
            } else {
                readPartial(entry, brand: "")
            }
        }
    }

    private mutating func readPartial(_ entry: Entry, brand: String) {
        let folder = brand.isEmpty ? "_partials" : "_partials/\(brand)"
        guard !entry.isFolder, entry.name.hasSuffix(".mustache") else {
            problems.append(
                TemplateProblem(file: "\(folder)/\(entry.name)", "is no partial", hint: "partials end in .mustache"))
            return
        }
        let name = String(entry.name.dropLast(".mustache".count))
        if let file = file("\(folder)/\(entry.name)") { partials[brand, default: [:]][name] = file }
    }

    private mutating func readTemplate(_ path: String) {
        let halves = path.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = halves.last, halves.allSatisfy(Self.isName) else {
            problems.append(
                TemplateProblem(
                    file: path, "is no template's name",
                    hint: "use letters, digits, \".\", \"_\" and \"-\", and <brand>@<name> for overrides"))
            return
        }
        var folder = TemplateFolder(path: path, name: name, brand: halves.count == 2 ? halves[0] : nil)
        let expected = TemplateFolder.ownFiles + TemplateFolder.partFiles
        for entry in entries(path) {
            if entry.isFolder {
                readLocale(entry.name, &folder)
            } else if expects(entry.name, expected, in: path), let file = file("\(path)/\(entry.name)") {
                folder.files[entry.name] = file
            }
        }
        folders.append(folder)
    }

    private mutating func readLocale(_ locale: String, _ folder: inout TemplateFolder) {
        let path = "\(folder.path)/\(locale)"
        let folded = LocaleChain.fold(locale)
        guard LocaleChain.isTag(locale), folder.locales[folded] == nil else {
            problems.append(
                TemplateProblem(file: path, "is no locale", hint: "call it as \"fr\" or \"fr-CA\", each once"))
            return
        }
        folder.locales[folded] = [:]
        for entry in entries(path) where expects(entry.name, TemplateFolder.partFiles, in: path) && !entry.isFolder {
            if let file = file("\(path)/\(entry.name)") { folder.locales[folded]?[entry.name] = file }
        }
    }

    private mutating func expects(_ name: String, _ expected: [String], in folder: String) -> Bool {
        if expected.contains(name) { return true }
        let near = Wording.nearest(to: name, among: expected).map { "did you mean \($0)?" }
        problems.append(
            TemplateProblem(
                file: "\(folder)/\(name)", "is no part of a template",
                hint: near ?? "parts are \(expected.joined(separator: ", "))"))
        return false
    }

    // MARK: Files

    private struct Entry {
        let name: String
        let isFolder: Bool
    }

    /// In order of name, so that problems and digests come out the same everywhere. Hidden files, editors' copies and
    /// notes (`.md`) are passed over.
    private mutating func entries(_ path: String) -> [Entry] {
        let full = path.isEmpty ? root : "\(root)/\(path)"
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: full)
            return names.filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") && !$0.hasSuffix(".md") }.sorted().map {
                name in
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: "\(full)/\(name)", isDirectory: &isFolder)
                return Entry(name: name, isFolder: isFolder.boolValue)
            }
        } catch {
            problems.append(TemplateProblem(file: path.isEmpty ? root : path, "the directory cannot be read"))
            return []
        }
    }

    private mutating func file(_ path: String) -> SourceFile? {
        guard let handle = FileHandle(forReadingAtPath: "\(root)/\(path)"),
            let data = try? handle.read(upToCount: Self.largestFile + 1) ?? Data()
        else {
            problems.append(TemplateProblem(file: path, "cannot be read"))
            return nil
        }
        guard data.count <= Self.largestFile else {
            problems.append(TemplateProblem(file: path, "is larger than \(Self.largestFile >> 20) MiB"))
            return nil
        }
        return SourceFile(name: path, bytes: [UInt8](data)).validated(&problems)
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("_")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension SourceFile {
    /// Itself without a byte order mark; nil, and a problem, where it is not UTF-8 or holds NUL.
    fileprivate func validated(_ problems: inout [TemplateProblem]) -> SourceFile? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let plain = bytes.starts(with: mark) ? SourceFile(name: name, bytes: Array(bytes.dropFirst(3))) : self
        guard !plain.bytes.contains(0), String(validating: plain.bytes, as: UTF8.self) != nil else {
            problems.append(TemplateProblem(file: name, "is not UTF-8 text"))
            return nil
        }
        return plain
    }
}
