// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CCurl.h"
#include <pthread.h>

void gatepost_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

CURLcode gatepost_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode gatepost_easy_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode gatepost_easy_set_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

CURLcode gatepost_easy_set_header_function(CURL *easy, gatepost_header_function function, void *owner) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, function);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, owner);
}

CURLcode gatepost_easy_get_socket(CURL *easy, curl_socket_t *socket) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, socket);
}

int gatepost_easy_is_encrypted(CURL *easy) {
    struct curl_tlssessioninfo *session = NULL;
    return !curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) && session && session->internals;
}

CURLMcode gatepost_multi_set_socket_function(CURLM *multi, gatepost_socket_function function, void *owner) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, owner);
}

CURLMcode gatepost_multi_set_timer_function(CURLM *multi, gatepost_timer_function function, void *owner) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, owner);
}

CURL *gatepost_multi_next_finished(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}
