/* See trigger.h. */
#define _GNU_SOURCE
#include "trigger.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"

#define MAX_TRIGGER (1 << 17)

int send_trigger(int port, const char *hex, int64_t *began) {
    static uint8_t bytes[MAX_TRIGGER];
    size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size && i < MAX_TRIGGER; i++) sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *began = now_ns();
    if (connect(fd, (struct sockaddr *)&to, sizeof to) || send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        perror("trigger"), exit(1);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int read_answer(int fd, int *status) {
    char answer[4096];
    ssize_t size = recv(fd, answer, sizeof answer - 1, 0);
    if (size <= 0) return 0;
    answer[size] = 0;
    sscanf(answer, "HTTP/1.%*d %d", status);
    return 1;
}
