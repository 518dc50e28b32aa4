// SPDX-License-Identifier: Apache-2.0
//
// RSA signatures as JSON Web Tokens carry them: RSASSA-PKCS1-v1_5 with SHA-256, "RS256" (RFC 7518 section 3.3). The key
// is read from its PEM text once and kept parsed; any thread may sign with it at any time.

import COpenSSL

/// A private RSA key of 2048 bits or more (RFC 7518 section 3.3 allows no shorter one).
///
/// Unchecked only for the C handle: libcrypto lets any number of threads sign with one key that nobody changes.
public final class RSASigningKey: @unchecked Sendable {
    private let key: OpaquePointer
    public let bits: Int

    public static let fewestBits = 2048

    /// Reads PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA PRIVATE KEY`), without a passphrase.
    public init(pem: String) throws(SigningKeyProblem) {
        guard let key = Self.read(pem) else { throw SigningKeyProblem(unreadable: pem) }
        let bits = Int(EVP_PKEY_get_bits(key))
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
            EVP_PKEY_free(key)
            throw .notRSA
        }
        guard bits >= Self.fewestBits else {
            EVP_PKEY_free(key)
            throw .tooShort(bits: bits)
        }
        (self.key, self.bits) = (key, bits)
    }

    deinit { EVP_PKEY_free(key) }

    /// RSASSA-PKCS1-v1_5 over the SHA-256 of the bytes; as long as the key.
    public func signature(of bytes: [UInt8]) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto has no memory") }
        defer { EVP_MD_CTX_free(context) }
        return [UInt8](unsafeUninitializedCapacity: (bits + 7) / 8) { buffer, count in
            count = buffer.count
            guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
                EVP_DigestSign(context, buffer.baseAddress, &count, bytes, bytes.count) == 1
            else { preconditionFailure("libcrypto refused to sign") }
        }
    }

    /// Nil where the text holds no private key that opens without a passphrase. Never asks at the terminal.
    private static func read(_ pem: String) -> OpaquePointer? {
        let bytes = Array(pem.utf8)
        return bytes.withUnsafeBytes { buffer in
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
            defer {
                BIO_free(bio)
                ERR_clear_error()  // the queue is the thread's, and TLS reads it
            }
            return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
        }
    }
}

/// Why a text is no key to sign with. Never holds any of it.
public enum SigningKeyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case noPEM
    case escapedLineEnds
    case encrypted
    case publicKey
    case certificate
    case damaged
    case notRSA
    case tooShort(bits: Int)

    init(unreadable pem: String) {
        self =
            if pem.utf8.allSatisfy({ $0 <= 0x20 }) {
                .empty
            } else if !pem.contains("-----BEGIN ") {
                .noPEM
            } else if pem.contains("ENCRYPTED") {
                .encrypted
            } else if pem.contains("PRIVATE KEY-----") {
                pem.contains("\\n") ? .escapedLineEnds : .damaged
            } else if pem.contains("PUBLIC KEY-----") {
                .publicKey
            } else if pem.contains("CERTIFICATE-----") {
                .certificate
            } else {
                .damaged
            }
    }

    public var description: String {
        switch self {
        case .empty: "is empty"
        case .noPEM: "is no PEM text: a line \"-----BEGIN PRIVATE KEY-----\" was expected"
        case .escapedLineEnds: "holds \\n where lines should end: write real line ends"
        case .encrypted: "is locked with a passphrase: store it without one (openssl pkey -in KEY -out PLAIN)"
        case .publicKey: "is a public key: the private one signs"
        case .certificate: "is a certificate: its private key signs"
        case .damaged: "is PEM text, but no private key can be read from it: it is cut short or damaged"
        case .notRSA: "is no RSA key: RS256 needs one (RFC 7518 section 3.3)"
        case .tooShort(let bits):
            "is an RSA key of \(bits) bits: RS256 needs \(RSASigningKey.fewestBits) or more (RFC 7518 section 3.3)"
        }
    }
}
