// SPDX-License-Identifier: Apache-2.0
//
// Reads all presets and holiday calendars: first each file by itself, then what they say of each other.

import Foundation
import GatewayModel
import Shipped
import StrictTOML

extension PresetLibrary {
    /// The shipped presets, and those of `directory`'s folders `presets` and `holidays`, which stand in for shipped ones
    /// of the same id. Folders that are not there are empty.
    ///
    /// With any problem the library is not to be used: what was wrong is missing from it.
    public static func load(directory: String?) -> (library: PresetLibrary, problems: [PresetProblem]) {
        let findings = TOMLFindings()
        let holidayFiles = PolicyFile.all(in: "holidays", of: directory, findings)
        let presetFiles = PolicyFile.all(in: "presets", of: directory, findings)
        let calendars = HolidayDraft.link(drafts(holidayFiles, findings, HolidayReader.read), findings)
        let presets = drafts(presetFiles, findings, PresetReader.read).compactMap { draft in
            draft.preset(calendars, findings)
        }
        let input = (holidayFiles + presetFiles).map { (name: $0.digestName, bytes: $0.bytes) }
        return (PresetLibrary(presets, digestInput: input.sorted { $0.name < $1.name }), findings.errors)
    }

    /// Each id once: the operator's own file wins over the shipped one; two of one origin are a mistake.
    private static func drafts<Draft: PolicyDraft>(
        _ files: [PolicyFile], _ findings: TOMLFindings, _ read: (TOMLDocument, TOMLFindings) -> Draft?
    ) -> [Draft] {
        var kept: [String: (draft: Draft, file: PolicyFile)] = [:]
        for file in files {
            guard let document = file.document(findings), let draft = read(document, findings) else { continue }
            if let other = kept[draft.id], other.file.isShipped == file.isShipped {
                findings.add(
                    TOMLProblem(at: draft.place, keyPath: "id", "\"\(draft.id)\" is already that of \(other.file.path)")
                )
                continue
            }
            kept[draft.id] = (draft, file)
        }
        return kept.values.map(\.draft).sorted { $0.id < $1.id }
    }
}

/// A file that has been read, not yet joined with those that it names.
protocol PolicyDraft {
    var id: String { get }
    /// Where the id stands.
    var place: TOMLPlace { get }
}

/// A file of presets or holidays, in the binary or in the operator's policies directory.
struct PolicyFile {
    /// As messages name it.
    let path: String
    /// Under the policies directory, as `presets/us-fl.toml`.
    let name: String
    let isShipped: Bool
    let bytes: [UInt8]

    /// Tells shipped files and the operator's own apart, as the policy's version must.
    var digestName: String { isShipped ? "shipped/\(name)" : name }

    func document(_ findings: TOMLFindings) -> TOMLDocument? {
        do throws(TOMLProblem) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TOMLProblem(file: path, "is not UTF-8")
            }
            return try TOMLDocument(text: text, file: path)
        } catch {
            findings.add(error)
            return nil
        }
    }

    /// Shipped ones first, each origin in order of name.
    static func all(in folder: String, of directory: String?, _ findings: TOMLFindings) -> [PolicyFile] {
        let shipped = ShippedFile.within(folder).map {
            PolicyFile(path: "shipped \($0.name)", name: $0.name, isShipped: true, bytes: $0.bytes)
        }
        return shipped + (directory.map { own(in: folder, of: $0, findings) } ?? [])
    }

    /// Hidden files, editors' copies and notes (`.md`) are passed over; whatever else is no `.toml` is told.
    private static func own(in folder: String, of directory: String, _ findings: TOMLFindings) -> [PolicyFile] {
        let path = "\(directory)/\(folder)"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            findings.add(TOMLProblem(file: path, "cannot be read"))
            return []
        }
        return names.filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") && !$0.hasSuffix(".md") }.sorted().compactMap {
            own(file: $0, in: folder, at: path, findings)
        }
    }

    private static func own(file: String, in folder: String, at path: String, _ findings: TOMLFindings) -> PolicyFile? {
        guard file.hasSuffix(".toml") else {
            findings.add(TOMLProblem(file: "\(path)/\(file)", "is none of the \(folder): their names end in .toml"))
            return nil
        }
        guard let handle = FileHandle(forReadingAtPath: "\(path)/\(file)"),
            let data = try? handle.read(upToCount: TOMLDocument.sizeLimit + 1)
        else {
            findings.add(TOMLProblem(file: "\(path)/\(file)", "cannot be read, or is empty"))
            return nil
        }
        return PolicyFile(path: "\(path)/\(file)", name: "\(folder)/\(file)", isShipped: false, bytes: [UInt8](data))
    }
}
