/* SPDX-License-Identifier: MIT */
/* vcores: how many processors there are for a box, and which of the real ones it may run on. */
#ifndef VIRTLAB_VCORES_SIZES_H
#define VIRTLAB_VCORES_SIZES_H

#include <sched.h>
#include <stdbool.h>

enum {
    VCORES_CORES_MAX = 16, /* of a larger machine this part stands for the whole */
    VCORES_SIZES = 3,      /* one, as many as there are, twice as many */
};

struct vcores_sizes {
    cpu_set_t ours;  /* what we may run on */
    cpu_set_t cores; /* of those the first that take part */
    unsigned core_count;
    unsigned size[VCORES_SIZES], size_count; /* what a box is given, one after the other */
};

void vcores_choose_sizes(struct vcores_sizes *sizes, const cpu_set_t *ours);

/*
 * Which real processors a box with so many of its own may run on. A plain process has no other
 * limit than these. Any other box has all that take part, and never more: with twice as many
 * virtual processors as cores, there must not be real ones beside those that were counted.
 */
void vcores_processors(const struct vcores_sizes *sizes, bool plain, unsigned cpus,
                       cpu_set_t *processors);

#endif
