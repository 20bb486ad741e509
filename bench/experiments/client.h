/* SPDX-License-Identifier: MIT */
/*
 * A client that asks a workload for work, request after request, and takes the time of each.
 *
 * A request's latency starts just before the write(2) of its line `go N` and ends when the read(2)
 * that brought the last byte of its answer has returned. With every_ns requests are sent when they
 * are due, whether or not those before them were answered: a client that waited for each answer
 * would send the fewer the worse it is served, and miss the very moments that it is to measure.
 * What waits in the pipe is then part of the latency, as it would be in a queue of a real server.
 * What the client itself is late is not, and is counted apart.
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
    int64_t every_ns;    /* 0: each is sent as soon as the one before it was answered */

    void (*tick)(void *context); /* something else to look after meanwhile; NULL: nothing is */
    void *context;
};

struct client_times {
    unsigned count;
    double latency_ns[CLIENT_REQUESTS_MAX]; /* in the order of the requests */
    double late_ns[CLIENT_REQUESTS_MAX];    /* how much later than due each was sent */
    int64_t window_ns;                      /* from the first request to the last answer */
};

/*
 * Send all requests to a workload that is ready, and wait for all answers. Returns as the calls of
 * workload.h; an answer with another checksum than the first one's is a failure too.
 */
int client_run(const struct client *client, struct workload *workload, struct client_times *times,
               enum record_status *status, struct error *error);

#endif
