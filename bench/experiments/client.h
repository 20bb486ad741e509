/* SPDX-License-Identifier: MIT */
/*
 * A client that asks a workload for work, request after request, and takes the time of each.
 *
 * With every_ns the loop is open: request i is due at i times every_ns, and is sent then, whether
 * or not those before it were answered. A client that waited for each answer would send the fewer
 * the worse it is served, and miss the very moments that it is to measure ("coordinated omission").
 * For the same reason the latency starts when the request is due, not when the client gets round to
 * send it. Of that, what is the client's own lateness is told apart in late_ns.
 *
 * Without it the loop is closed: each request is sent as soon as the one before it was answered,
 * and its latency starts just before the write(2) of its line `go N`. That is how long one who
 * waits for each answer has to wait, and tells nothing of those who would have come meanwhile.
 *
 * Either ends when the read(2) that brought the last byte of the answer has returned.
 */
#ifndef VIRTLAB_CLIENT_H
#define VIRTLAB_CLIENT_H

#include "bench/harness/workload.h"

enum {
    CLIENT_REQUESTS_MAX = 1000,
    CLIENT_TICK_MS = 2, /* how often tick() is called at least */
};

struct client {
    uint64_t iterations; /* of one request */
    unsigned requests;   /* up to CLIENT_REQUESTS_MAX */
    int64_t every_ns;    /* 0: a closed loop */
    int64_t awake_ns; /* how long before a request is due to stop sleeping: to be woken takes time,
                         and what it takes varies. Only for a client with a processor of its own. */

    void (*tick)(void *context); /* something else to look after meanwhile; NULL: nothing is */
    void *context;
};

struct client_times {
    unsigned count;
    double latency_ns[CLIENT_REQUESTS_MAX]; /* in the order of the requests */
    double late_ns[CLIENT_REQUESTS_MAX];    /* of that, how much later than due it was sent */
    int64_t window_ns;                      /* from the first request to the last answer */
};

/*
 * Send all requests to a workload that is ready, and wait for all answers. Returns as the calls of
 * workload.h; an answer with another checksum than the first one's is a failure too.
 */
int client_run(const struct client *client, struct workload *workload, struct client_times *times,
               enum record_status *status, struct error *error);

#endif
