/* SPDX-License-Identifier: MIT */
/*
 * Onlookers: tenants who are asked again and again while something happens beside them, each by a
 * thread of its own, so that one that hangs holds up none of the others.
 */
#ifndef VIRTLAB_ONLOOKER_H
#define VIRTLAB_ONLOOKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/harness/workload.h"

enum {
    ONLOOKER_ASK_EVERY_MS = 5,  /* after each answer */
    ONLOOKER_LOST_MS = 2000,    /* who does not answer for so long is lost */
    ONLOOKER_DELAYED_MS = 20,   /* an answer is late that takes longer than this … */
    ONLOOKER_DELAYED_TIMES = 2, /* … and so many times as long as any before it happened */
    ONLOOKER_ANSWERS_MAX = 4096,
};

/* What all of a row have in common; they only read it. */
struct onlooker_signal {
    _Atomic bool stop;
    _Atomic bool happened; /* what is looked at: answers from now on are counted as after it */
};

struct onlooker {
    struct workload workload; /* ready; the thread's own while that runs */
    const struct onlooker_signal *signal;
    pthread_t thread;
    bool running;

    int64_t times_ns[ONLOOKER_ANSWERS_MAX]; /* first those before, then those after */
    size_t before, count;
    unsigned refused; /* answers after it by which the tenant said that it was refused something */
    bool lost;        /* it ended, or did not answer */
};

/* What became of a row of them since it happened. */
struct onlooker_report {
    unsigned onlookers;
    unsigned answers; /* after it */
    unsigned delayed, refused;
    unsigned lost;    /* onlookers */
    unsigned noticed; /* onlookers that are lost, or had an answer that was late or refused */
    int64_t usual_ns; /* the median answer before */
    int64_t worst_ns; /* the longest answer after; of one that is lost, what was waited for */
};

/* Start asking. Errors: what pthread_create(3) says. */
int onlooker_start(struct onlooker *onlooker, const struct onlooker_signal *signal,
                   struct error *error);

/* Wait for the thread, after signal->stop. Safe where it was never started. */
void onlooker_join(struct onlooker *onlooker);

/* After all are joined; sorts their times. */
void onlooker_sum_up(struct onlooker *onlookers, unsigned count, struct onlooker_report *report);

#endif
