// SPDX-License-Identifier: Apache-2.0
//
// PolicyBundling: everything the gate decides by, as lines that people can read and compare.
//
// First one line for each setting, file, template and provider in use, sorted; then every preset and holiday calendar
// in full, so that the bytes alone prove what was in force. Large tables that ship with the binary are named by version
// and digest.

import Cryptography
import GatewayModel
import Policy
import Providers
import Settings
import Shipped
import Templates

extension PolicyBundle {
    /// Two policies that differ anywhere have different bytes; equal ones have equal bytes.
    init(
        _ settings: GatewaySettings, _ library: PresetLibrary, _ templates: TemplateCatalog,
        _ providers: [ProviderDescription], zoneVersion: String?
    ) {
        let tables = ShippedFile.all.filter { $0.name.hasPrefix("places/") }.map { ($0.name, $0.bytes) }
        let files = (library.digestInput + tables).map(PolicyBundleFile.init)
        var lines = ["zone table version = \(zoneVersion ?? "unknown")"]
        lines += PolicyBundleLines.settings(settings) + files.map(\.line)
        lines += PolicyBundleLines.templates(templates, brands: settings.brands.map(\.id))
        lines += providers.map { "provider \($0.name) sha256=\($0.digest)" }
        var bytes = Array("gatepost policy 1\n".utf8)
        for line in lines.sorted() { bytes += Array("\(line)\n".utf8) }
        for file in files where !file.isTable { bytes += file.inFull }
        self.init(sha256: SHA256Digest.of(bytes).hex, bytes: bytes)
    }
}

private enum PolicyBundleLines {
    /// `policy consent 1.require = express`: the listing's tabs made readable; what it escaped stays escaped.
    static func settings(_ settings: GatewaySettings) -> [String] {
        let listing = String(decoding: SettingsListing(settings).canonicalBytes, as: UTF8.self)
        return listing.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { return String(line) }
            return "\(parts[0].isEmpty ? "" : "\(parts[0]).")\(parts[1]) = \(parts[2])"
        }
    }

    /// A line for the base, and one for each brand whose own form differs.
    static func templates(_ templates: TemplateCatalog, brands: [String]) -> [String] {
        templates.names.flatMap { name -> [String] in
            var forms: [String: [String]] = [:]
            for brand in brands {
                guard case .ready(let template) = templates.template(name, brand: brand) else { continue }
                let purpose = template.purpose.map { " purpose=\($0.rawValue)" } ?? ""
                forms["class=\(template.messageClass.rawValue)\(purpose) sha256=\(template.digest)", default: []]
                    .append(brand)
            }
            return forms.map { form, brands in
                let whose = forms.count == 1 ? "" : "\(brands.joined(separator: ","))@"
                return "template \(whose)\(name) \(form)"
            }
        }
    }
}

/// A file that takes part in the policy.
private struct PolicyBundleFile {
    let name: String
    let bytes: [UInt8]

    init(_ file: (name: String, bytes: [UInt8])) { (name, bytes) = file }

    /// Generated and long: named, not kept.
    var isTable: Bool { name.hasPrefix("places/") }

    var line: String { "file \(name) sha256:\(SHA256Digest.of(bytes).hex)\(version.map { " version \($0)" } ?? "")" }

    var inFull: [UInt8] {
        Array("\n==> \(name)\n".utf8) + bytes + (bytes.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")])
    }

    /// As the file says of itself: `version = "3"`, or in a table's remarks `# version: …`.
    private var version: String? {
        for line in String(decoding: bytes.prefix(4096), as: UTF8.self).split(separator: "\n") {
            let bare = line.drop { $0 == "#" || $0 == " " }
            guard bare.hasPrefix("version") else { continue }
            let value = bare.dropFirst("version".count).drop { " =:".contains($0) }
            return value.split(separator: "#").first?.trimming { $0 == " " || $0 == "\"" }
        }
        return nil
    }
}

extension Substring {
    /// Without what holds at either end.
    fileprivate func trimming(_ holds: (Character) -> Bool) -> String {
        var text = self
        while let first = text.first, holds(first) { text.removeFirst() }
        while let last = text.last, holds(last) { text.removeLast() }
        return String(text)
    }
}
