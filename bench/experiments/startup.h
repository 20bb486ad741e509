/* SPDX-License-Identifier: MIT */
/* The experiment startup: the whole (exp_startup.c), and of what it consists (startup_parts.c). */
#ifndef VIRTLAB_STARTUP_H
#define VIRTLAB_STARTUP_H

#include <stdbool.h>

#include "bench/harness/session.h"

#define STARTUP "startup"

/* Single runs have a pause before them, bursts have none; they are never mixed. */
static inline const char *startup_mode(bool burst)
{
    return burst ? "burst" : "single";
}

struct trial startup_trial(const char *program);

/*
 * Stages: the same starts once more, each with a timeline that the tool itself writes. Nothing of
 * that is in the figures of the whole, since writing it takes time.
 */
int startup_stages(struct session *session, struct contender *contenders, size_t count,
                   const char *program, struct error *error);

/*
 * Namespaces: what each kind alone, and all of them, add to a native start. An ordinary user can
 * make them only with a user namespace, and then that is what is measured, and said.
 */
int startup_namespaces(struct session *session, const char *program, struct error *error);

/* About how long these two will take. */
int64_t startup_parts_expect_ns(const struct session *session);

#endif
