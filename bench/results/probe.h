/* SPDX-License-Identifier: MIT */
/*
 * The probes of the escape matrix as a table: what each is called, what it tries, what is in its
 * way, and by what a witness tells whether it truly reached the host. The programs themselves are
 * in bench/probes/.
 */
#ifndef VIRTLAB_PROBE_H
#define VIRTLAB_PROBE_H

#include <stddef.h>

/* What proves that a probe which says "allowed" has reached the host. */
enum proof {
    PROOF_SECRET,         /* it says the secret that only the planted thing could tell */
    PROOF_SIGNAL,         /* the planted process counted one signal more */
    PROOF_TYPED,          /* the planted terminal counted one character more */
    PROOF_MOUNT,          /* the host's list of mounts has the probe's */
    PROOF_NAMESPACE,      /* the probe's process is in the host's namespace of this kind */
    PROOF_ROOT,           /* it is user 0 of the host's user namespace */
    PROOF_INODE,          /* the file it may write is the host's, not a copy */
    PROOF_MEMORY,         /* it saw as much memory as the host has */
    PROOF_FACT,           /* it saw the same fact as the host has (bench/probes/facts.h) */
    PROOF_UPTIME,         /* it saw for how long the host has been running */
    PROOF_NEW_PRIVILEGES, /* the host says that its process has not given them up */
    PROOF_KERNEL, /* there is one for the whole kernel, and the probe's process is the host's */
};

struct probe {
    const char *name;       /* of the program, and of the workload in the samples */
    const char *title;      /* of the row: at most 24 columns */
    const char *tries;      /* what it does, one clause */
    const char *stopped_by; /* what is in the way, in a container and elsewhere */
    enum proof proof;
    const char *namespace; /* of its proof if that has one: the name in /proc/PID/ns/ */
};

extern const struct probe probes[];
extern const size_t probes_count;

/* NULL: there is no such probe. */
const struct probe *probe_find(const char *name);

#endif
