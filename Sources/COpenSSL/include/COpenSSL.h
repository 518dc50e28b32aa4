// SPDX-License-Identifier: Apache-2.0
#ifndef GATEPOST_COPENSSL_H
#define GATEPOST_COPENSSL_H
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#endif
