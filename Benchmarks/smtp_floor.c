// SPDX-License-Identifier: Apache-2.0
/* The floor that Gatepost's SMTP rate is compared with: a client that does nothing but send.
 *
 *   cc -O2 smtp_floor.c -o smtp_floor -lcurl
 *   ./smtp_floor multi     N CONNECTIONS BYTES URL    libcurl SMTP transfers on one multi handle
 *   ./smtp_floor pipelined N CONNECTIONS BYTES URL    libcurl connects; envelope pipelined behind the end of data
 *
 * One sender, one recipient, the same body each time; no queue, no disk, no policy, no rendering. Prints messages a second.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

static const char ENVELOPE[] = "MAIL FROM:<sender@gateway.test>\r\nRCPT TO:<recipient@example.test>\r\nDATA\r\n";
static char *message;
static size_t message_length;
static int total, started, done, failed;

typedef struct {
    CURL *handle;
    struct curl_slist *recipients;
    size_t read;
    char out[1 << 20];
    size_t out_length, sent;
    char in[4096];
    size_t in_length;
    int envelope_replies, body_replies;
} Connection;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static size_t ignore(char *p, size_t s, size_t n, void *u) { (void)p; (void)u; return s * n; }
static void must(CURLcode code, const char *what) { if (code) { fprintf(stderr, "%s: %s\n", what, curl_easy_strerror(code)); exit(1); } }

static size_t give_body(char *p, size_t s, size_t n, void *u) {
    Connection *c = u;
    size_t k = s * n;
    if (k > message_length - c->read) k = message_length - c->read;
    memcpy(p, message + c->read, k);
    c->read += k;
    return k;
}

static void run_multi(Connection *connections, int count, const char *url) {
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)count * 2);
    for (int i = 0; i < count && started < total; i++, started++) {
        Connection *c = &connections[i];
        c->handle = curl_easy_init();
        c->recipients = curl_slist_append(NULL, "<recipient@example.test>");
        curl_easy_setopt(c->handle, CURLOPT_URL, url);
        curl_easy_setopt(c->handle, CURLOPT_MAIL_FROM, "<sender@gateway.test>");
        curl_easy_setopt(c->handle, CURLOPT_MAIL_RCPT, c->recipients);
        curl_easy_setopt(c->handle, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c->handle, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(c->handle, CURLOPT_READDATA, c);
        curl_easy_setopt(c->handle, CURLOPT_HEADERFUNCTION, ignore);
        curl_easy_setopt(c->handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(c->handle, CURLOPT_PRIVATE, c);
        curl_multi_add_handle(multi, c->handle);
    }
    while (done < total) {
        int running, left;
        CURLMsg *m;
        curl_multi_perform(multi, &running);
        while ((m = curl_multi_info_read(multi, &left))) {
            Connection *c;
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
            failed += m->data.result != CURLE_OK;
            done++;
            curl_multi_remove_handle(multi, c->handle);
            c->read = 0;
            if (started < total) { curl_multi_add_handle(multi, c->handle); started++; }
        }
        if (done < total) curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
}

static void flush_out(Connection *c) {
    while (c->sent < c->out_length) {
        size_t k = 0;
        CURLcode code = curl_easy_send(c->handle, c->out + c->sent, c->out_length - c->sent, &k);
        if (code == CURLE_AGAIN) return; /* loopback: the rest goes with the next event */
        must(code, "send");
        c->sent += k;
    }
}

/* The body that the server is waiting for, and the next envelope behind it. */
static void send_body(Connection *c) {
    memcpy(c->out, message, message_length);
    c->out_length = message_length;
    c->sent = 0;
    c->body_replies = 1;
    if (started < total) {
        memcpy(c->out + message_length, ENVELOPE, sizeof ENVELOPE - 1);
        c->out_length += sizeof ENVELOPE - 1;
        c->envelope_replies = 3;
        started++;
    }
    flush_out(c);
}

static void on_reply(Connection *c, char first) {
    if (c->body_replies) {
        c->body_replies = 0;
        failed += first != '2';
        done++;
        return;
    }
    failed += first != '2' && first != '3';
    if (--c->envelope_replies == 0) send_body(c);
}

static void run_pipelined(Connection *connections, int count, const char *url) {
    int poller = epoll_create1(0);
    struct epoll_event events[256];
    for (int i = 0; i < count && started < total; i++, started++) {
        Connection *c = &connections[i];
        curl_socket_t fd;
        c->handle = curl_easy_init();
        curl_easy_setopt(c->handle, CURLOPT_URL, url);
        curl_easy_setopt(c->handle, CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(c->handle, CURLOPT_HEADERFUNCTION, ignore);
        curl_easy_setopt(c->handle, CURLOPT_NOSIGNAL, 1L);
        must(curl_easy_perform(c->handle), "connect");
        curl_easy_getinfo(c->handle, CURLINFO_ACTIVESOCKET, &fd);
        struct epoll_event e = {EPOLLIN, {.ptr = c}};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
        memcpy(c->out, ENVELOPE, sizeof ENVELOPE - 1);
        c->out_length = sizeof ENVELOPE - 1;
        c->envelope_replies = 3;
        flush_out(c);
    }
    while (done < total) {
        int n = epoll_wait(poller, events, 256, 1000);
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            size_t k = 0;
            CURLcode code = curl_easy_recv(c->handle, c->in + c->in_length, sizeof c->in - c->in_length, &k);
            if (code == CURLE_AGAIN) continue;
            must(code, "recv");
            if (!k) { fprintf(stderr, "the server closed\n"); exit(1); }
            c->in_length += k;
            char *end;
            while ((end = memchr(c->in, '\n', c->in_length))) {
                size_t line = end - c->in + 1;
                char first = c->in[0], mark = c->in[3];
                memmove(c->in, c->in + line, c->in_length - line);
                c->in_length -= line;
                if (mark == ' ') on_reply(c, first);
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "usage: smtp_floor multi|pipelined N CONNECTIONS BYTES URL\n"); return 64; }
    int count = atoi(argv[3]);
    size_t bytes = (size_t)atol(argv[4]), at;
    total = atoi(argv[2]);
    int pipelined = strcmp(argv[1], "pipelined") == 0;
    if (bytes > (1 << 19)) { fprintf(stderr, "at most 512 KiB a message\n"); return 64; }
    message = malloc(bytes + 256);
    at = (size_t)sprintf(message, "From: <sender@gateway.test>\r\nTo: <recipient@example.test>\r\nSubject: floor\r\n\r\n");
    while (at < bytes) {
        for (int i = 0; i < 70 && at < bytes; i++) message[at++] = 'x';
        message[at++] = '\r';
        message[at++] = '\n';
    }
    if (pipelined) at += (size_t)sprintf(message + at, ".\r\n");
    message_length = at;
    curl_global_init(CURL_GLOBAL_ALL);
    Connection *connections = calloc((size_t)count, sizeof *connections);
    double begin = now();
    if (pipelined) run_pipelined(connections, count, argv[5]);
    else run_multi(connections, count, argv[5]);
    printf("%s: %.0f messages/s, %d failed\n", argv[1], total / (now() - begin), failed);
    return failed != 0;
}
