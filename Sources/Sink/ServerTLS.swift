// SPDX-License-Identifier: Apache-2.0
//
// ServerTLS: libssl for the sink, wrapped thinly: nobody else sees its pointers.

import COpenSSL
import Glibc

/// A certificate with its key, ready to serve.
///
/// `@unchecked Sendable`: SSL_CTX counts its references atomically, and nothing changes it after `init`.
final class ServerTLS: @unchecked Sendable {
    /// The certificate as PEM, for clients to trust.
    let certificatePEM: String
    private let context: OpaquePointer

    init(_ identity: SinkIdentity) throws(SinkError) {
        guard let context = SSL_CTX_new(TLS_server_method()), gatepost_prepare_context(context) == 1 else {
            throw .tls(lastError())
        }
        self.context = context
        switch identity {
        case .selfSigned:
            let made = try SelfSigned()
            certificatePEM = try made.pem()
            guard SSL_CTX_use_certificate(context, made.certificate) == 1,
                SSL_CTX_use_PrivateKey(context, made.key) == 1
            else {
                throw .tls(lastError())
            }
        case .files(let certificate, let key):
            guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1,
                SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
                SSL_CTX_check_private_key(context) == 1
            else { throw .tls("\(certificate), \(key): \(lastError())") }
            certificatePEM = try pem(SSL_CTX_get0_certificate(context))
        }
    }

    deinit { SSL_CTX_free(context) }

    /// TLS over that socket, as its server; nil where libssl has no memory.
    func session(on socket: Int32) -> TLSSession? {
        guard let session = SSL_new(context) else { return nil }
        guard SSL_set_fd(session, socket) == 1 else {
            SSL_free(session)
            return nil
        }
        SSL_set_accept_state(session)
        return TLSSession(session)
    }
}

/// One connection's TLS over a non-blocking socket. Owned by the sink's thread.
final class TLSSession {
    private let session: OpaquePointer

    fileprivate init(_ session: OpaquePointer) { self.session = session }
    deinit { SSL_free(session) }

    func handshake() -> LinkProgress {
        ERR_clear_error()
        return progress(of: SSL_do_handshake(session))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> LinkProgress {
        ERR_clear_error()
        return progress(of: SSL_read(session, buffer.baseAddress, Int32(buffer.count)))
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> LinkProgress {
        ERR_clear_error()
        return progress(of: SSL_write(session, bytes.baseAddress, Int32(bytes.count)))
    }

    /// Says goodbye; does not wait for the other's.
    func shutdown() {
        ERR_clear_error()
        SSL_shutdown(session)
    }

    private func progress(of result: Int32) -> LinkProgress {
        if result > 0 { return .done(Int(result)) }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        default: return .ended
        }
    }
}

/// How far a read, a write or a handshake came.
enum LinkProgress: Equatable {
    case done(Int)
    case wantsRead
    case wantsWrite
    /// Closed by the other side, or broken.
    case ended
}

/// A P-256 key and a certificate for this machine under it, good for 30 days.
private final class SelfSigned {
    let key: OpaquePointer
    let certificate: OpaquePointer

    init() throws(SinkError) {
        guard let key = gatepost_new_p256_key() else { throw .tls(lastError()) }
        guard let certificate = X509_new() else {
            EVP_PKEY_free(key)
            throw .tls(lastError())
        }
        (self.key, self.certificate) = (key, certificate)
        var serial: Int64 = 0
        RAND_bytes(&serial, 7)
        let name = X509_get_subject_name(certificate)
        guard X509_set_version(certificate, 2) == 1,
            ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial & Int64.max | 1) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), -86_400) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), 30 * 86_400) != nil,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, "localhost", -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1, X509_set_pubkey(certificate, key) == 1,
            gatepost_add_extension(certificate, NID_subject_key_identifier, "hash") == 1,
            gatepost_add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") == 1,
            gatepost_add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") == 1,
            gatepost_add_extension(certificate, NID_ext_key_usage, "serverAuth") == 1,
            gatepost_add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") == 1,
            X509_sign(certificate, key, EVP_sha256()) > 0
        else { throw .tls(lastError()) }
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    func pem() throws(SinkError) -> String { try Sink.pem(certificate) }
}

private func pem(_ certificate: OpaquePointer?) throws(SinkError) -> String {
    guard let certificate, let memory = BIO_new(BIO_s_mem()) else { throw .tls(lastError()) }
    defer { BIO_free(memory) }
    var bytes: UnsafeMutablePointer<CChar>?
    guard PEM_write_bio_X509(memory, certificate) == 1 else { throw .tls(lastError()) }
    let count = gatepost_memory_of(memory, &bytes)
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
}

private func lastError() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(ERR_get_error(), &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
