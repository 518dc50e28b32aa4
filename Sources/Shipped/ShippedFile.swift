// SPDX-License-Identifier: Apache-2.0

import CShipped

/// A data file of `config` as it was when the binary was built.
///
/// Unchecked only for the pointer: it leads to constant data that nothing writes.
public struct ShippedFile: @unchecked Sendable {
    /// As `policies/presets/us-fl.toml` or `providers/twilio.toml`.
    public let name: String
    /// Within the binary's constant data, so as long as the process.
    public let content: UnsafeBufferPointer<UInt8>

    public var bytes: [UInt8] { Array(content) }
    public var text: String { String(decoding: content, as: UTF8.self) }

    /// Every one, in order of name.
    public static let all: [ShippedFile] = (0..<shipped_count()).map { number in
        var size = 0
        let start = shipped_bytes(number, &size)
        return ShippedFile(
            name: String(cString: shipped_name(number)), content: UnsafeBufferPointer(start: start, count: size))
    }.sorted { $0.name < $1.name }

    public static func named(_ name: String) -> ShippedFile? { all.first { $0.name == name } }

    /// Those of one folder, as `presets`.
    public static func within(_ folder: String) -> [ShippedFile] { all.filter { $0.name.hasPrefix("\(folder)/") } }
}
