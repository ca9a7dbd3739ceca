/* One connection of the load client: its handshake, and the messages that it hears, in three protocols. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum protocol { WEBSOCKET, SOCKETIO, SSE };
enum state { CONNECTING, UPGRADING, JOINING, JOINED, GONE };

struct connection {
    int fd;
    enum state state;
    int stalled;      /* never reads once it has joined */
    uint64_t last_id; /* of the newest event it heard */
    size_t kept_size; /* of an incomplete message */
    uint8_t *kept;
};

/* How every connection of this process speaks, set once before the first one is opened. */
struct speech {
    enum protocol protocol;
    int port;
    char path[512];
};
extern struct speech speech;

/* Told by the caller of `receive`: an event with this id came whole. */
void heard(struct connection *connection, uint64_t id);

/* Start connecting to 127.0.0.1, from the `index`-th of many loopback addresses; answers 0, or -1 and sets errno. */
int open_connection(struct connection *connection, int index);

/* Send the handshake once the connection stands; answers 0, or -1 if it does not. */
int greet_server(struct connection *connection);

/* Take what came from the server; may change `state`. */
void receive(struct connection *connection, const uint8_t *data, size_t size);
