// SPDX-License-Identifier: Apache-2.0
//
// Digests and keyed digests over libcrypto: the thin wrapper, so that nobody else sees a C pointer.

import COpenSSL
import Synchronization

/// SHA-256 (FIPS 180-4), all at once or piece by piece.
public struct SHA256Digest: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            preconditionFailure("libcrypto refused to digest")
        }
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// 32 bytes. The digest cannot be used after it.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            EVP_DigestFinal_ex(context, buffer.baseAddress, &length)
            count = Int(length)
        }
    }

    public static func of(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { of($0) } }
    public static func of(_ text: String) -> [UInt8] { of(Array(text.utf8)) }
    public static func of(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.sha256.of(bytes) }
}

/// The digests that suppression lists are exchanged in.
public enum Digest: Sendable {
    case md5, sha1, sha256

    public func of(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            guard EVP_Digest(bytes.baseAddress, bytes.count, buffer.baseAddress, &length, method, nil) == 1 else {
                preconditionFailure("libcrypto refused to digest")
            }
            count = Int(length)
        }
    }

    public func of(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
    }

    private var method: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }
}

/// HMAC-SHA256 (RFC 2104) under one key. From any thread.
public struct KeyedDigest: Sendable {
    private let context: KeyedContext

    public init(key: [UInt8]) { context = KeyedContext(key: key) }

    /// 32 bytes.
    public func of(_ bytes: [UInt8]) -> [UInt8] { context.digest(bytes) }

    public func of(_ text: String) -> [UInt8] { of(Array(text.utf8)) }

    /// `HMAC(key, kind ‖ 0 ‖ text)`: how an address becomes a subject's key (DESIGN D4).
    public func of(kind: String, _ text: String) -> [UInt8] { of(Array(kind.utf8) + [0] + Array(text.utf8)) }
}

/// One context, set up with its key once: setting one up takes nine times as long as using it.
///
/// `@unchecked`: the lock guards what the C pointer stands for.
private final class KeyedContext: @unchecked Sendable {
    private let lock = Mutex(())
    private let context: OpaquePointer

    init(key: [UInt8]) {
        let method = EVP_MAC_fetch(nil, "HMAC", nil)
        defer { EVP_MAC_free(method) }
        guard let context = EVP_MAC_CTX_new(method), gatepost_init_hmac_sha256(context, key, key.count) == 1 else {
            preconditionFailure("libcrypto has no HMAC-SHA256")
        }
        self.context = context
    }

    deinit { EVP_MAC_CTX_free(context) }

    func digest(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            lock.withLock { _ in
                guard EVP_MAC_init(context, nil, 0, nil) == 1, EVP_MAC_update(context, bytes, bytes.count) == 1,
                    EVP_MAC_final(context, buffer.baseAddress, &count, 32) == 1
                else { preconditionFailure("libcrypto refused to digest") }
            }
        }
    }
}

/// Bytes nobody can guess.
public enum SecureRandom {
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("libcrypto has no randomness")
            }
            filled = count
        }
    }
}

extension [UInt8] {
    /// Lower-case hex.
    public var hex: String {
        String(unsafeUninitializedCapacity: count * 2) { buffer in
            for (index, byte) in enumerated() {
                buffer[index * 2] = Self.hexDigits[Int(byte >> 4)]
                buffer[index * 2 + 1] = Self.hexDigits[Int(byte & 15)]
            }
            return count * 2
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let base32Digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// Lower-case base32 (RFC 4648 section 6) without padding.
    public var base32: String {
        var text: [UInt8] = []
        var held = 0
        var bits = 0
        for byte in self {
            held = held << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(Self.base32Digits[held >> bits & 31])
            }
            held &= (1 << bits) - 1
        }
        if bits > 0 { text.append(Self.base32Digits[held << (5 - bits) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
