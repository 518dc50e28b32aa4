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
typedef size_t (*gatepost_read_function)(char *bytes, size_t size, size_t count, void *owner);
typedef size_t (*gatepost_write_function)(char *bytes, size_t size, size_t count, void *owner);
typedef int (*gatepost_before_request_function)(
    void *owner, char *remote_address, char *local_address, int remote_port, int local_port);
typedef curl_socket_t (*gatepost_open_socket_function)(
    void *owner, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*gatepost_close_socket_function)(void *owner, curl_socket_t socket);
typedef int (*gatepost_socket_function)(CURL *easy, curl_socket_t socket, int what, void *owner, void *unused);
typedef int (*gatepost_timer_function)(CURLM *multi, long milliseconds, void *owner);

CURLcode gatepost_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode gatepost_easy_set_large(CURL *easy, CURLoption option, curl_off_t value);
/// libcurl keeps the list itself: it outlives its use.
CURLcode gatepost_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *list);
/// libcurl copies the text.
CURLcode gatepost_easy_set_text(CURL *easy, CURLoption option, const char *value);
/// `buffer` holds CURL_ERROR_SIZE bytes and outlives the handle.
CURLcode gatepost_easy_set_error_buffer(CURL *easy, char *buffer);
CURLcode gatepost_easy_set_header_function(CURL *easy, gatepost_header_function function, void *owner);
CURLcode gatepost_easy_set_read_function(CURL *easy, gatepost_read_function function, void *owner);
CURLcode gatepost_easy_set_write_function(CURL *easy, gatepost_write_function function, void *owner);
/// Called when a connection is there, each time just before a request is written to it (also when libcurl tries again).
CURLcode gatepost_easy_set_before_request_function(
    CURL *easy, gatepost_before_request_function function, void *owner);
CURLcode gatepost_easy_set_open_socket_function(CURL *easy, gatepost_open_socket_function function, void *owner);
/// libcurl keeps `owner` with each connection that this handle opens, until it is closed.
CURLcode gatepost_easy_set_close_socket_function(CURL *easy, gatepost_close_socket_function function, void *owner);
CURLcode gatepost_easy_get_socket(CURL *easy, curl_socket_t *socket);
/// How many connections the last transfer had to open.
long gatepost_easy_opened_connections(CURL *easy);
/// Whether the connection speaks TLS now.
int gatepost_easy_is_encrypted(CURL *easy);

/// Names the calling thread; at most 15 bytes.
void gatepost_name_thread(const char *name);

CURLMcode gatepost_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode gatepost_multi_set_socket_function(CURLM *multi, gatepost_socket_function function, void *owner);
CURLMcode gatepost_multi_set_timer_function(CURLM *multi, gatepost_timer_function function, void *owner);

/// The next handle that has finished, with how; null when there is none.
CURL *gatepost_multi_next_finished(CURLM *multi, CURLcode *result);
#endif
