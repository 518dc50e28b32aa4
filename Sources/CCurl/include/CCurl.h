// SPDX-License-Identifier: Apache-2.0
//
// libcurl with a typed face: its option calls are variadic, which Swift cannot call. One function for each type of
// argument; nothing here decides anything. epoll and eventfd come along: Swift's Glibc module leaves them out.
#ifndef GATEPOST_CCURL_H
#define GATEPOST_CCURL_H
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

typedef size_t (*gatepost_header_function)(char *bytes, size_t size, size_t count, void *owner);
typedef int (*gatepost_socket_function)(CURL *easy, curl_socket_t socket, int what, void *owner, void *unused);
typedef int (*gatepost_timer_function)(CURLM *multi, long milliseconds, void *owner);

CURLcode gatepost_easy_set_long(CURL *easy, CURLoption option, long value);
/// libcurl copies the text.
CURLcode gatepost_easy_set_text(CURL *easy, CURLoption option, const char *value);
/// `buffer` holds CURL_ERROR_SIZE bytes and outlives the handle.
CURLcode gatepost_easy_set_error_buffer(CURL *easy, char *buffer);
CURLcode gatepost_easy_set_header_function(CURL *easy, gatepost_header_function function, void *owner);
CURLcode gatepost_easy_get_socket(CURL *easy, curl_socket_t *socket);
/// Whether the connection speaks TLS now.
int gatepost_easy_is_encrypted(CURL *easy);

/// Names the calling thread; at most 15 bytes.
void gatepost_name_thread(const char *name);

CURLMcode gatepost_multi_set_socket_function(CURLM *multi, gatepost_socket_function function, void *owner);
CURLMcode gatepost_multi_set_timer_function(CURLM *multi, gatepost_timer_function function, void *owner);

/// The next handle that has finished connecting, with how; null when there is none.
CURL *gatepost_multi_next_finished(CURLM *multi, CURLcode *result);
#endif
