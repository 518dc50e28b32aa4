/* SPDX-License-Identifier: Apache-2.0
 *
 * An HTTP server that takes everything and does nothing: http_sink PORT. Answers each request on a kept connection with
 * 201 and a JSON that holds an id under the names that providers use; GET /count tells how many others there were.
 * One thread, epoll. For measuring clients; trusts them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 4096, ROOM = 65536 };
static struct { char *bytes; size_t have; } links[MOST];
static unsigned long count;

static size_t body_length(const char *head, const char *end) {
    for (const char *line = head; line < end; line = strchr(line, '\n') + 1)
        if (!strncasecmp(line, "content-length:", 15)) return strtoul(line + 15, NULL, 10);
    return 0;
}

static int answer(int socket, int asks) {
    char body[160], text[512];
    int length = asks ? snprintf(body, sizeof body, "%lu", count)
                      : snprintf(body, sizeof body, "{\"id\":\"m%lu\",\"sid\":\"m%lu\",\"message_uuid\":\"m%lu\"}", count, count, count);
    int whole = snprintf(text, sizeof text,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", asks ? "200 OK" : "201 Created", length, body);
    return write(socket, text, (size_t)whole) == whole;
}

/* Answers every whole request that is there; false where the link is to be closed. */
static int serve(int socket) {
    char *bytes = links[socket].bytes;
    size_t *have = &links[socket].have;
    ssize_t got = read(socket, bytes + *have, ROOM - 1 - *have);
    if (got <= 0) return 0;
    *have += (size_t)got;
    for (;;) {
        bytes[*have] = 0;
        char *end = strstr(bytes, "\r\n\r\n");
        if (!end) return *have < ROOM - 1;
        size_t size = (size_t)(end + 4 - bytes) + body_length(bytes, end);
        if (size >= ROOM) return 0;
        if (*have < size) return 1;
        int asks = !strncmp(bytes, "GET /count ", 11);
        if (!asks) count++;
        if (!answer(socket, asks)) return 0;
        memmove(bytes, bytes + size, *have - size);
        *have -= size;
        if (!*have) return 1;
    }
}

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "0"))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) { perror("http_sink"); return 1; }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int events = epoll_wait(poll, ready, 256, -1);
        for (int i = 0; i < events; i++) {
            int socket = ready[i].data.fd;
            if (socket == listener) {
                socket = accept(listener, NULL, NULL);
                if (socket < 0 || socket >= MOST) { close(socket); continue; }
                setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                if (!links[socket].bytes) links[socket].bytes = malloc(ROOM);
                links[socket].have = 0;
                event.data.fd = socket;
                epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
            } else if (!serve(socket)) {
                close(socket);
            }
        }
    }
}
