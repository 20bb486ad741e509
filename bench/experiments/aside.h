/* SPDX-License-Identifier: MIT */
/*
 * The harness steps aside while it is the client of boxes that are measured: on the other
 * processors, and before all who wait for those, so that what the boxes do to each other is not
 * done to it. As an ordinary user it may not be before others, and where there is one processor
 * only it stays.
 */
#ifndef VIRTLAB_ASIDE_H
#define VIRTLAB_ASIDE_H

#include <sched.h>
#include <stdbool.h>

struct aside {
    bool moved; /* it has processors of its own */
    bool first; /* before all others */
    cpu_set_t before;
};

/* Away from that processor, −1: from none. Nothing must be started until step_back(). */
void step_aside(int cpu, struct aside *aside);
void step_back(const struct aside *aside);

#endif
