/* The request that makes a server broadcast, over a connection of its own. */
#pragma once

#include <stdint.h>

/* Connect to this port of 127.0.0.1 and send these bytes; answers the non-blocking descriptor on which the answer comes,
 * and in `began` the moment just before the connect, which is part of what is measured. Ends the program if it cannot. */
int send_trigger(int port, const char *hex, int64_t *began);

/* Read what there is of the answer: 1, and the HTTP status if it is HTTP; 0 at its end. */
int read_answer(int fd, int *status);
