// SPDX-License-Identifier: Apache-2.0
//
// Reads all descriptions there are.

import Cryptography
import Foundation
import GatewayModel
import Shipped
import StrictTOML

extension ProviderCatalog {
    /// The shipped ones, and those of `folder` (nil: none), which win over shipped ones of the same name.
    ///
    /// Every problem with its place; what is wrong is left out, also where a shipped one has its name: the operator meant
    /// his own.
    public static func load(folder: String?) -> (catalog: ProviderCatalog, problems: [TOMLProblem]) {
        let findings = TOMLFindings()
        let shipped = ShippedFile.within("providers").map {
            ProviderFile(path: "shipped \($0.name)", name: stem(of: $0.name), isShipped: true, bytes: $0.bytes)
        }
        let own = folder.map { ProviderFile.all(in: $0, findings) } ?? []
        let replaced = Set(own.map(\.name))
        let files = shipped.filter { !replaced.contains($0.name) } + own
        return (ProviderCatalog(files.compactMap { $0.read(findings) }), findings.errors)
    }

    /// One description, as from a file `NAME.toml`.
    public static func read(_ text: String, name: String) -> (
        description: ProviderDescription?, problems: [TOMLProblem]
    ) {
        let findings = TOMLFindings()
        let file = ProviderFile(path: "\(name).toml", name: name, isShipped: false, bytes: Array(text.utf8))
        return (file.read(findings), findings.errors)
    }

    fileprivate static func stem(of path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(".toml".count) ?? "")
    }
}

/// A file of a description, in the binary or in the operator's folder.
private struct ProviderFile {
    /// As messages name it.
    let path: String
    /// Without `.toml`.
    let name: String
    let isShipped: Bool
    let bytes: [UInt8]

    func read(_ findings: TOMLFindings) -> ProviderDescription? {
        do throws(TOMLProblem) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TOMLProblem(file: path, "is not UTF-8")
            }
            let reader = ProviderReader(
                name: name, isShipped: isShipped, digest: SHA256Digest.of(bytes).hex,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
            return reader.read(try TOMLDocument(text: text, file: path), findings)
        } catch {
            findings.add(error)
            return nil
        }
    }

    /// Hidden files, editors' copies and notes (`.md`) are passed over; whatever else is no `.toml` is told.
    static func all(in folder: String, _ findings: TOMLFindings) -> [ProviderFile] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            findings.add(TOMLProblem(file: folder, "cannot be read: \"providers_dir\" names no folder"))
            return []
        }
        return names.filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") && !$0.hasSuffix(".md") }.sorted().compactMap {
            own($0, in: folder, findings)
        }
    }

    private static func own(_ file: String, in folder: String, _ findings: TOMLFindings) -> ProviderFile? {
        let path = "\(folder)/\(file)"
        let name = ProviderCatalog.stem(of: file)
        guard file.hasSuffix(".toml"), !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
            findings.add(
                TOMLProblem(
                    file: path, "is no provider: names are lower-case letters, digits, _ and -, and end in .toml"))
            return nil
        }
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: TOMLDocument.sizeLimit + 1)
        else {
            findings.add(TOMLProblem(file: path, "cannot be read, or is empty"))
            return nil
        }
        return ProviderFile(path: path, name: name, isShipped: false, bytes: [UInt8](data))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }
}
