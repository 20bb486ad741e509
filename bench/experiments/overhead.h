/* SPDX-License-Identifier: MIT */
/*
 * What the experiment overhead does (exp_overhead.c) and how often (overhead_amount.c).
 */
#ifndef VIRTLAB_OVERHEAD_H
#define VIRTLAB_OVERHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/session.h"
#include "bench/harness/workload.h"

/* One piece of work. Where it can be done in several ways, each is a variant, told apart by a
 * param. */
struct variant {
    const char *workload;
    const char *param, *value; /* NULL: there is one way */
    const char *option;        /* of the workload, with the value behind it; NULL: none */
    unsigned flags;
};

enum {
    VARIANT_BRIEF = 1,        /* a comparison of boxes has it, too */
    VARIANT_OPTION_ALONE = 2, /* there is no value behind the option */
    VARIANT_UNBOUND = 4,      /* it needs every processor that we have; their number is the value */
};

/* How often the work is done, and what comes of it. */
struct amount {
    uint64_t iterations; /* 0: not chosen yet */
    uint64_t checksum;
    bool limited; /* a box is very much slower than native: it is not made larger any more */
    bool checked; /* the checksum is native's */
};

struct overhead {
    const struct variant *variant;
    char program[PATHS_MAX];
    char *args[3], words[2][16];           /* its arguments, ended by NULL */
    char on[32];                           /* what the last trial's work was done on */
    char cpus[8];                          /* for unbound work: how many processors there are */
    const struct contender *contenders;    /* of the variant */
    struct amount usual;                   /* of all boxes but those that are slow by nature */
    struct amount slow[PLATFORMS_MAX + 1]; /* of those, at the contender's place */
};

struct trial overhead_trial(const struct overhead *overhead, const struct platform *platform);

/* The contender's amount. */
struct amount *overhead_amount(struct overhead *overhead, const struct contender *contender);

/*
 * Choose overhead->usual. Natively the work takes about CALIBRATION_MS, with --quick a third of it;
 * but the number is the same everywhere, so where one box is very much slower it is lowered for
 * all. Boxes that are slow by nature (platform.blocks) have numbers of their own, which do not
 * spoil the others' and are chosen in their first trial, since starting them takes so long.
 *
 * Returns 0, or a negative errno with *status said: RECORD_SKIPPED where not even native can do it.
 */
int overhead_choose(struct session *session, struct overhead *overhead, size_t count,
                    enum record_status *status, struct error *error);

/*
 * Choose a slow box's own amount, in the workload that is ready in it. Errors: as in workload.h.
 */
int overhead_choose_slow(const struct session *session, const struct overhead *overhead,
                         struct workload *workload, struct amount *amount,
                         enum record_status *status, struct error *error);

/* Find what comes of that amount natively. It ends everything else that we have started. */
int overhead_check_slow(struct session *session, const struct overhead *overhead,
                        struct amount *amount, enum record_status *status, struct error *error);

#endif
