/* SPDX-License-Identifier: MIT */
/* What the two ways to run the probes of the escape matrix share: one by one, and by a relay. */
#ifndef VIRTLAB_ESCAPE_H
#define VIRTLAB_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/experiments/witness.h"
#include "bench/harness/session.h"

#define ESCAPE "escape"

/* A probe makes a few system calls; this, or --timeout if it is shorter, strikes when one hangs. */
#define ESCAPE_TIMEOUT_NS (5 * NS_PER_S)

struct escape {
    const struct probe *probe;
    char target[PATHS_MAX], program[PATHS_MAX], relay[PATHS_MAX];
    uid_t user;        /* the ordinary user of arm b */
    char detail[1024]; /* borrowed by the record until it is written */
    const struct contender *contenders;
    bool hung[PLATFORMS_MAX + 1]; /* those in which a probe did not end */
    char said[512];               /* by a relay: what is not a whole line yet */
    size_t said_used;

    /* The trial at work (escape_trial_start). */
    struct witness witness;
    struct trial trial;
    struct process process;
    char copy[PATHS_MAX]; /* of the program, for an ordinary user; empty: none was made */
};

/* The line is there: have the witness look, and judge. Returns 0 or -EINTR. */
int escape_judge_line(struct escape *escape, const char *line, size_t length, struct record *record,
                      struct error *error);

/* The probe ended, with escape->process.exit, and had said nothing. */
void escape_judge_silence(struct escape *escape, struct record *record);

/*
 * Plant what the probes look for, prepare the box, and start the program in it: from here to
 * escape_trial_end() it is escape->process, its witness escape->witness. uid: as in struct trial;
 * leak: let the box inherit a descriptor on what was planted. record gets its params and, after an
 * error, what the sample is to say beside it; then nothing is left to end.
 */
int escape_trial_start(struct session *session, struct escape *escape,
                       const struct platform *platform, const char *program, uid_t uid, bool leak,
                       struct record *record, struct error *error);
void escape_trial_end(struct session *session, struct escape *escape);

/* The process has most_ns from then on, or less if --timeout says so. */
void escape_trial_limit(struct escape *escape, int64_t from_ns, int64_t most_ns);

/*
 * A session_try for a box whose start takes long: started once, with all probes in one program
 * (bench/relay/relay.c), and again only where a probe ends it. Writes the samples of all probes but
 * the last, whose record is the caller's.
 */
session_try escape_try_relay;

#endif
