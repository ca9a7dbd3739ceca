/* The reference that shows the limit of the machine: a WebSocket server that loops over send().
 *
 *     c_loop PORT
 *
 * One thread, one epoll. `GET` with any path is upgraded, `POST` sends its body as one text frame to every open
 * connection, in the order in which they came, and is then answered 204. Nothing else: no heartbeats, no buffers, no
 * topics, no parser of what clients send. It answers RFC 6455's sample key only, which is what the load client sends.
 * A client that does not take a frame whole is closed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 65536
#define MAX_REQUEST 65536
#define EVENTS 256

static const char UPGRADE[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char DONE[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

struct request {
    size_t size;
    char bytes[MAX_REQUEST];
};

static int epoll_fd;
static int joined[MAX_DESCRIPTORS]; /* the open connections, in the order in which they came */
static int joined_count;
static int place[MAX_DESCRIPTORS];                /* of a descriptor in `joined`, -1 if it is not there */
static struct request *requests[MAX_DESCRIPTORS]; /* what came of a request, until it is whole */

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void close_connection(int fd) {
    if (place[fd] >= 0) {
        joined[place[fd]] = -1;
        place[fd] = -1;
    }
    free(requests[fd]);
    requests[fd] = NULL;
    close(fd);
}

static void join(int fd) {
    if (joined_count == MAX_DESCRIPTORS) { /* squeeze out those that left */
        int kept = 0;
        for (int i = 0; i < joined_count; i++)
            if (joined[i] >= 0) {
                place[joined[i]] = kept;
                joined[kept++] = joined[i];
            }
        joined_count = kept;
    }
    place[fd] = joined_count;
    joined[joined_count++] = fd;
}

static void broadcast(const char *text, size_t size) {
    static unsigned char frame[MAX_REQUEST + 4];
    size_t head = size < 126 ? 2 : 4;
    frame[0] = 0x81; /* a whole text message */
    frame[1] = size < 126 ? size : 126;
    if (head == 4) {
        frame[2] = size >> 8;
        frame[3] = size & 255;
    }
    memcpy(frame + head, text, size);
    for (int i = 0; i < joined_count; i++)
        if (joined[i] >= 0 && send(joined[i], frame, head + size, MSG_NOSIGNAL) != (ssize_t)(head + size))
            close_connection(joined[i]);
}

/* Carry the request out if it is whole; answers whether it was. */
static int answer(int fd, struct request *request) {
    char *body = memmem(request->bytes, request->size, "\r\n\r\n", 4);
    if (!body) return 0;
    body += 4;
    if (request->bytes[0] == 'G') {
        if (write(fd, UPGRADE, sizeof UPGRADE - 1) > 0) join(fd);
        return 1;
    }
    char *length = memmem(request->bytes, body - request->bytes, "Content-Length:", 15);
    size_t size = length ? strtoul(length + 15, NULL, 10) : 0;
    if (request->size < (size_t)(body - request->bytes) + size) return 0;
    broadcast(body, size);
    if (write(fd, DONE, sizeof DONE - 1) < 0) perror("answer");
    shutdown(fd, SHUT_WR);
    return 1;
}

static void read_request(int fd) {
    struct request *request = requests[fd];
    if (!request) {
        if (!(request = requests[fd] = malloc(sizeof *request))) fail("malloc");
        request->size = 0;
    }
    ssize_t got = read(fd, request->bytes + request->size, sizeof request->bytes - request->size);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return close_connection(fd);
    request->size += got;
    if (answer(fd, request)) {
        free(request);
        requests[fd] = NULL;
    }
}

static void read_joined(int fd) {
    static char ignored[4096];
    ssize_t got = read(fd, ignored, sizeof ignored);
    if (got == 0 || (got < 0 && errno != EAGAIN)) close_connection(fd);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_DESCRIPTORS) {
            close(fd);
            continue;
        }
        place[fd] = -1;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
    }
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted ones inherit it */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
    return listener;
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: c_loop PORT\n"), 2;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = listen_on(atoi(argv[1]));
    epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_all(fd);
            else if (place[fd] >= 0) read_joined(fd);
            else read_request(fd);
        }
    }
}
