// SPDX-License-Identifier: Apache-2.0
//
// Reads secrets from where the settings say they are kept. No secret is ever part of a message.

import Foundation

/// Why a secret could not be had.
public struct SecretProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    /// The secret may well be there where the daemon runs: there is no credentials directory here to look into.
    public var onlyOutsideTheUnit: Bool
    init(_ description: String, onlyOutsideTheUnit: Bool = false) {
        (self.description, self.onlyOutsideTheUnit) = (description, onlyOutsideTheUnit)
    }
}

public struct SecretResolver: Sendable {
    /// Bytes a secret may have: room for keys and certificates.
    public static let sizeLimit = 64 << 10
    private let environment: [String: String]

    public init(environment: [String: String]) { self.environment = environment }

    /// The secret as text, without one line end at its end. Files are read each time.
    public func resolve(_ reference: SecretReference) throws(SecretProblem) -> String {
        let text: String
        switch reference {
        case .file(let path): text = try read(path, "the secret's file \(path)")
        case .credential(let name): text = try read(credentialPath(name), "the credential \"\(name)\"")
        case .env(let name):
            guard let value = environment[name] else {
                throw SecretProblem("the environment variable \(name) is not set")
            }
            text = value
        }
        guard !text.isEmpty else { throw SecretProblem("the secret is empty") }
        return text
    }

    /// What an operator should hear about the way a secret is kept, though it can be used.
    public func concern(about reference: SecretReference) -> String? {
        guard case .file(let path) = reference else { return nil }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o7777 & ~0o640 != 0 else { return nil }
        let mode = String(status.st_mode & 0o7777, radix: 8)
        return "the secret's file \(path) has mode 0\(mode), wider than 0640: chmod 0640 it, or narrower"
    }

    private func credentialPath(_ name: String) throws(SecretProblem) -> String {
        guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
            throw SecretProblem(
                "the credential \"\(name)\" cannot be looked up: CREDENTIALS_DIRECTORY is not set, as it is within the systemd unit",
                onlyOutsideTheUnit: true)
        }
        return "\(directory)/\(name)"
    }

    private func read(_ path: String, _ what: String) throws(SecretProblem) -> String {
        guard let handle = fopen(path, "re") else {
            throw SecretProblem("\(what) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
        let count = fread(&bytes, 1, bytes.count, handle)
        guard ferror(handle) == 0 else {
            throw SecretProblem("\(what) cannot be read: \(String(cString: strerror(errno)))")
        }
        guard count <= Self.sizeLimit else { throw SecretProblem("\(what) is larger than \(Self.sizeLimit >> 10) KiB") }
        var text = bytes[..<count]
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        guard let secret = String(validating: text, as: UTF8.self) else { throw SecretProblem("\(what) is not UTF-8") }
        return secret
    }
}
