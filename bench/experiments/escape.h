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
    bool interprets;              /* the platform whose turn it is: see there */
    bool hung[PLATFORMS_MAX + 1]; /* those in which a probe did not end */
    char said[512];               /* by a relay: what is not a whole line yet */
    size_t said_used;
};

/* The line is there: have the witness look, and judge. Returns 0 or -EINTR. */
int escape_judge_line(struct escape *escape, struct witness *witness, const struct process *process,
                      const char *program, const char *line, size_t length, struct record *record,
                      struct error *error);

/* The probe ended, with process->exit, and had said nothing. */
void escape_judge_silence(struct escape *escape, const struct process *process,
                          struct record *record);

/*
 * Whose what is planted is: ours, 0. Where there are tenants, a probe is one of them, and what it
 * aims at is another's: what does one tenant see of its neighbour?
 */
uid_t escape_owner_of_target(const struct trial *trial);

/*
 * A platform's `prepare` may put the program and its arguments into something, and these are other
 * ones in every trial; so here it is made for each of them, in a folder that is empty.
 */
int escape_prepare_box(struct session *session, const struct trial *trial, struct error *error);
void escape_clean_box(struct session *session, const struct trial *trial);

/*
 * A session_try for a box that is slow by nature: started once, with all probes in one program
 * (bench/relay/relay.c). Writes the samples of all probes but the last, whose record is the
 * caller's.
 */
session_try escape_try_relay;

#endif
