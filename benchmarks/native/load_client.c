/* Many clients of one server in one process, which measures when each of them hears a broadcast.
 *
 *     load_client websocket|socketio|sse PORT PATH
 *
 * Reads commands from standard input, one a line, and answers each with one line of JSON on standard output:
 *
 *     connect COUNT WINDOW SECONDS [stalled]   open COUNT more connections, WINDOW at a time
 *     broadcast PORT SECONDS HEX               send these bytes to PORT over a connection of their own, then wait until
 *                                              every connection that reads has heard one event
 *     listen SECONDS                           the same, for an event that somebody else triggers
 *     status                                   what is open, and what went wrong since the start
 *
 * Between commands it goes on answering heartbeats. It ends with its standard input.
 * One thread, one epoll; an event costs one `recv`, one search for its id and one look at the clock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "connection.h"
#include "trigger.h"

#define MAX_CONNECTIONS (1 << 18) /* ever opened */
#define EVENTS 512
#define MAX_LINE (1 << 18)
#define STDIN UINT32_MAX
#define TRIGGER (UINT32_MAX - 1)

enum operation { NONE, CONNECT, BROADCAST };

static int epoll_fd;
static struct connection connections[MAX_CONNECTIONS];
static int used;                                      /* of `connections` */
static int open_count, stalled_count, lost_connections; /* joined; of these never reading; closed by the server */
static long duplicates;
static uint64_t newest_id;

static struct {
    enum operation kind;
    int64_t began, deadline;
    double cpu_began;
    int wanted, started, in_flight, done, failed, window, stalled; /* connect */
    uint64_t above;                                                /* broadcast: events of a greater id count */
    int trigger, status;
    int64_t answered;
} operation;
static int64_t samples[MAX_CONNECTIONS]; /* when each connection heard, since `began` */

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void watch(int how, int fd, uint32_t events, uint32_t who) {
    struct epoll_event event = {.events = events, .data.u32 = who};
    if (epoll_ctl(epoll_fd, how, fd, &event)) perror("epoll_ctl"), exit(1);
}

static void begin(enum operation kind, double seconds) {
    memset(&operation, 0, sizeof operation);
    operation.kind = kind;
    operation.trigger = -1;
    operation.cpu_began = cpu_seconds();
    operation.began = now_ns();
    operation.deadline = operation.began + (int64_t)(seconds * 1e9);
}

/* Connecting */

static void drop(struct connection *connection) {
    if (connection->state == JOINED) {
        lost_connections++;
        open_count--;
        stalled_count -= connection->stalled;
    } else {
        operation.in_flight--;
        operation.failed++;
    }
    connection->state = GONE;
    close(connection->fd);
    free(connection->kept);
    connection->kept = NULL;
}

static void open_more(void) {
    while (operation.in_flight < operation.window && operation.started < operation.wanted) {
        struct connection *connection = &connections[used];
        connection->stalled = operation.stalled;
        operation.started++;
        if (used == MAX_CONNECTIONS || open_connection(connection, used)) {
            operation.failed++;
            continue;
        }
        watch(EPOLL_CTL_ADD, connection->fd, EPOLLOUT, used++);
        operation.in_flight++;
    }
}

static void joined(struct connection *connection) {
    operation.in_flight--;
    operation.done++;
    open_count++;
    if (connection->stalled) {
        stalled_count++;
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, connection->fd, NULL);
    }
}

static void give_up_connecting(void) {
    for (int i = 0; i < used && operation.in_flight; i++)
        if (connections[i].state < JOINED) drop(&connections[i]);
}

static void on_connection(uint32_t index, uint32_t events) {
    static uint8_t buffer[65536];
    struct connection *connection = &connections[index];
    enum state before = connection->state;
    if (before == GONE) return;
    if (before == CONNECTING) {
        if (events & (EPOLLERR | EPOLLHUP) || greet_server(connection)) return drop(connection);
        return watch(EPOLL_CTL_MOD, connection->fd, EPOLLIN, index);
    }
    ssize_t size = recv(connection->fd, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return drop(connection);
    receive(connection, buffer, size);
    if (connection->state == GONE) {
        connection->state = before;
        drop(connection);
    } else if (before != JOINED && connection->state == JOINED) {
        joined(connection);
    }
}

/* Broadcasting */

void heard(struct connection *connection, uint64_t id) {
    int64_t at = now_ns() - operation.began;
    if (id <= connection->last_id) {
        duplicates++;
        return;
    }
    connection->last_id = id;
    if (id > newest_id) newest_id = id;
    if (operation.kind == BROADCAST && id > operation.above) samples[operation.done++] = at;
}

static void on_trigger(void) {
    if (!read_answer(operation.trigger, &operation.status)) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, operation.trigger, NULL);
    else if (!operation.answered) operation.answered = now_ns() - operation.began;
}

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double sample_ms(double share) {
    return operation.done ? samples[(int)((operation.done - 1) * share + 0.5)] / 1e6 : 0;
}

/* Commands */

static void report(int64_t now) {
    double cpu = cpu_seconds() - operation.cpu_began;
    if (operation.kind == CONNECT) {
        give_up_connecting();
        printf("{\"connected\": %d, \"failed\": %d, \"seconds\": %.6f, \"client_cpu_seconds\": %.6f}\n", operation.done,
               operation.wanted - operation.done, (now - operation.began) / 1e9, cpu);
    } else {
        qsort(samples, operation.done, sizeof *samples, by_time);
        printf("{\"heard\": %d, \"lost\": %d, \"first_ms\": %.4f, \"median_ms\": %.4f, \"p99_ms\": %.4f, \"last_ms\": %.4f,"
               " \"answer_ms\": %.4f, \"answer_status\": %d, \"client_cpu_ms\": %.4f, \"began_ns\": %lld}\n",
               operation.done, open_count - stalled_count - operation.done, sample_ms(0), sample_ms(0.5),
               sample_ms(0.99), sample_ms(1), operation.answered / 1e6, operation.status, cpu * 1e3,
               (long long)operation.began);
        close(operation.trigger);
    }
    operation.kind = NONE;
    fflush(stdout);
}

static int is_done(int64_t now) {
    if (now > operation.deadline) return 1;
    if (operation.kind == CONNECT) return operation.done + operation.failed >= operation.wanted;
    return operation.done >= open_count - stalled_count && operation.answered;
}

static void command(char *line) {
    char option[16] = "";
    int count, window, port, hex;
    double seconds;
    if (sscanf(line, "connect %d %d %lf %15s", &count, &window, &seconds, option) >= 3) {
        begin(CONNECT, seconds);
        operation.wanted = count;
        operation.window = window;
        operation.stalled = !strcmp(option, "stalled");
        open_more();
    } else if (sscanf(line, "broadcast %d %lf %n", &port, &seconds, &hex) >= 2) {
        begin(BROADCAST, seconds);
        operation.above = newest_id;
        operation.trigger = send_trigger(port, line + hex, &operation.began);
        watch(EPOLL_CTL_ADD, operation.trigger, EPOLLIN, TRIGGER);
    } else if (sscanf(line, "listen %lf", &seconds) == 1) {
        begin(BROADCAST, seconds);
        operation.above = newest_id;
        operation.answered = 1; /* by somebody else */
    } else if (!strncmp(line, "status", 6)) {
        printf("{\"open\": %d, \"stalled\": %d, \"closed_by_server\": %d, \"duplicates\": %ld}\n", open_count,
               stalled_count, lost_connections, duplicates);
        fflush(stdout);
    } else {
        fprintf(stderr, "load_client: no such command: %s\n", line);
        exit(2);
    }
}

static void on_stdin(void) {
    static char line[MAX_LINE];
    static size_t size;
    ssize_t got = read(0, line + size, sizeof line - 1 - size);
    if (got <= 0) exit(0);
    size += got;
    line[size] = 0;
    char *end = strchr(line, '\n');
    if (!end) return;
    *end = 0;
    size = 0; /* one command at a time: nothing follows before its answer */
    command(line);
}

int main(int argc, char **argv) {
    static const char *names[] = {"websocket", "socketio", "sse"};
    if (argc != 4) return fprintf(stderr, "usage: load_client websocket|socketio|sse PORT PATH\n"), 2;
    for (int i = 0; i < 3; i++)
        if (!strcmp(argv[1], names[i])) speech.protocol = i;
    speech.port = atoi(argv[2]);
    snprintf(speech.path, sizeof speech.path, "%s", argv[3]);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    epoll_fd = epoll_create1(0);
    watch(EPOLL_CTL_ADD, 0, EPOLLIN, STDIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll_fd, events, EVENTS, operation.kind == NONE ? -1 : 20);
        for (int i = 0; i < count; i++) {
            uint32_t who = events[i].data.u32;
            if (who == STDIN) on_stdin();
            else if (who == TRIGGER) on_trigger();
            else on_connection(who, events[i].events);
        }
        if (operation.kind == CONNECT) open_more();
        int64_t now = now_ns();
        if (operation.kind != NONE && is_done(now)) report(now);
    }
}
