/* See connection.h. Parses what servers send: RFC 6455 frames (never masked), Engine.IO 4 and Socket.IO 5 packets in
 * text frames, and server-sent events. It looks into an event only for its id.
 */
#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#define CONNECTIONS_PER_ADDRESS 5000
#define SMALL_RECEIVE_BUFFER 1 /* the kernel rounds it up to its least */

/* RFC 6455's sample key and its answer, so that neither this client nor the C loop needs SHA-1. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

struct speech speech;

int open_connection(struct connection *connection, int index) {
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(speech.port)};
    from.sin_addr.s_addr = htonl(0x7f000002 + index / CONNECTIONS_PER_ADDRESS); /* 127.0.0.2, .3, … */
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, small = SMALL_RECEIVE_BUFFER;
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (connection->stalled) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) ||
        (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)) {
        close(fd);
        return -1;
    }
    connection->fd = fd;
    connection->state = CONNECTING;
    return 0;
}

int greet_server(struct connection *connection) {
    static const char websocket[] =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n";
    char request[1024];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", speech.path,
                        speech.port, speech.protocol == SSE ? "Accept: text/event-stream\r\n" : websocket);
    connection->state = UPGRADING;
    return send(connection->fd, request, size, MSG_NOSIGNAL) == size ? 0 : -1;
}

/* Send a small masked frame; the mask is zero, which RFC 6455 allows and which leaves the bytes as they are. */
static void send_frame(struct connection *connection, int opcode, const void *bytes, size_t size) {
    uint8_t frame[2 + 4 + 125] = {0x80 | opcode, 0x80 | size};
    memcpy(frame + 6, bytes, size);
    if (send(connection->fd, frame, 6 + size, MSG_NOSIGNAL) != (ssize_t)(6 + size)) connection->state = GONE;
}

static void find_event(struct connection *connection, const uint8_t *text, size_t size) {
    const uint8_t *found = memmem(text, size, "\"id\":", 5), *end = text + size;
    if (!found) return;
    uint64_t id = 0;
    for (found += 5; found < end && *found == ' '; found++) continue;
    for (; found < end && *found >= '0' && *found <= '9'; found++) id = id * 10 + (*found - '0');
    heard(connection, id);
}

static void text_message(struct connection *connection, const uint8_t *text, size_t size) {
    if (speech.protocol == WEBSOCKET) return find_event(connection, text, size);
    if (size == 0) return;
    if (text[0] == '0') send_frame(connection, 1, "40", 2);
    else if (text[0] == '2') send_frame(connection, 1, "3", 1);
    else if (size > 1 && text[0] == '4' && text[1] == '0') connection->state = JOINED;
    else if (size > 1 && text[0] == '4' && text[1] == '2') find_event(connection, text, size);
    else connection->state = GONE; /* '1' or "41": the server ends it; "44": it refuses */
}

/* Take one whole frame off the data; answers its size, 0 if it is not whole. */
static size_t take_frame(struct connection *connection, const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    size_t head = 2, length = data[1] & 127;
    if (length >= 126) {
        head = length == 126 ? 4 : 10;
        if (size < head) return 0;
        length = 0;
        for (size_t i = 2; i < head; i++) length = length << 8 | data[i];
    }
    if (size - head < length) return 0;
    switch (data[0]) {
        case 0x81: text_message(connection, data + head, length); break;
        case 0x89: send_frame(connection, 10, data + head, length > 125 ? 125 : length); break;
        case 0x8a: break;
        default: connection->state = GONE; /* a close, or what no server here should send */
    }
    return head + length;
}

static size_t take_server_sent_event(struct connection *connection, const uint8_t *data, size_t size) {
    const uint8_t *end = memmem(data, size, "\n\n", 2);
    if (!end) return 0;
    find_event(connection, data, end - data);
    return end + 2 - data;
}

static size_t take_head(struct connection *connection, const uint8_t *data, size_t size) {
    const uint8_t *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = end + 4 - data;
    const char *status = speech.protocol == SSE ? "HTTP/1.1 200" : "HTTP/1.1 101";
    int right = !memcmp(data, status, strlen(status)) && (speech.protocol == SSE || memmem(data, head, ACCEPT, strlen(ACCEPT)));
    connection->state = !right ? GONE : speech.protocol == SOCKETIO ? JOINING : JOINED;
    return head;
}

static size_t take_one(struct connection *connection, const uint8_t *data, size_t size) {
    if (connection->state == UPGRADING) return take_head(connection, data, size);
    if (speech.protocol == SSE) return take_server_sent_event(connection, data, size);
    return take_frame(connection, data, size);
}

static void keep(struct connection *connection, const uint8_t *data, size_t size) {
    uint8_t *kept = size ? malloc(size) : NULL;
    if (size) memcpy(kept, data, size);
    free(connection->kept);
    connection->kept = kept;
    connection->kept_size = size;
}

void receive(struct connection *connection, const uint8_t *data, size_t size) {
    if (connection->kept_size) { /* rare: join what was kept with what came */
        uint8_t *joined = realloc(connection->kept, connection->kept_size + size);
        memcpy(joined + connection->kept_size, data, size);
        connection->kept = joined;
        data = joined;
        size += connection->kept_size;
    }
    size_t taken, at = 0;
    while (at < size && connection->state != GONE && (taken = take_one(connection, data + at, size - at))) at += taken;
    if (at < size || connection->kept_size) keep(connection, data + at, size - at);
}
