/* SPDX-License-Identifier: MIT */
/*
 * From a probe's claim and what a witness saw to a verdict (docs/formats.md, "Escape verdicts").
 * Nothing here looks at the machine, so that every case can be tested.
 */
#ifndef VIRTLAB_JUDGE_H
#define VIRTLAB_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/probes/facts.h"
#include "bench/probes/verdict.h"
#include "bench/results/probe.h"

/* A probe may have stood for so long when the witness looks. */
enum { JUDGE_UPTIME_SLACK_S = 6 };

/* What a probe printed. */
struct claim {
    enum verdict verdict;
    char detail[256];
};

/*
 * Read a line "VERDICT DETAIL" of length bytes, without its newline. Returns false for anything
 * else; control characters in the detail become spaces.
 */
bool claim_parse(struct claim *claim, const char *line, size_t length);

/* What the witness saw on the host while the probe stood, and knows about the host. */
struct observation {
    const char *secret;      /* what was planted */
    bool is_process;         /* the probe is a process of the host's kernel */
    bool same_namespace;     /* of the kind that matters, its namespace is the host's */
    bool namespace_readable; /* else nothing is known about it */
    uid_t uid;               /* of that process, as the host sees it */
    unsigned signals, typed; /* how often the target was reached meanwhile */
    bool mounted;            /* the probe's mount is in the host's list */
    dev_t device;            /* the host's file that was given to the box as its program */
    ino_t inode;
    unsigned long long memory_kib; /* MemTotal of the host's /proc/meminfo */
    long uptime;                   /* seconds */
    bool no_new_privileges;        /* of that process, as the host sees it */
    char processors[FACT_BYTES], boot[FACT_BYTES];
};

/*
 * The verdict; *why becomes what the witness adds to the probe's detail, a constant, "" when it
 * adds nothing.
 */
enum verdict judge(const struct probe *probe, const struct claim *claim,
                   const struct observation *seen, const char **why);

#endif
