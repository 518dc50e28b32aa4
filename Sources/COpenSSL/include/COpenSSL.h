// SPDX-License-Identifier: Apache-2.0
#ifndef GATEPOST_COPENSSL_H
#define GATEPOST_COPENSSL_H
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
// Not libssl's, but what the sink drives it with, and Swift's Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

// What OpenSSL offers as macros only, as functions that Swift can call.

/// A fresh P-256 key, or NULL.
static inline EVP_PKEY *gatepost_new_p256_key(void) { return EVP_EC_gen("P-256"); }

/// TLS 1.2 or later; writes may be partial and may go on from another address. Returns 1, or 0 on failure.
static inline int gatepost_prepare_context(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// Gives an HMAC context its key, and SHA-256 as its digest. Returns 1, or 0 on failure.
static inline int gatepost_init_hmac_sha256(EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
    OSSL_PARAM options[] = {OSSL_PARAM_construct_utf8_string("digest", "SHA256", 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_init(context, key, length, options);
}

/// Adds an extension of that kind, its value in the notation of openssl's configuration. Returns 1, or 0 on failure.
static inline int gatepost_add_extension(X509 *certificate, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

/// The bytes a memory BIO holds; their number is returned.
static inline long gatepost_memory_of(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
#endif
