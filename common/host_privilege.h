/* SPDX-License-Identifier: MIT */
/* What this process may do: its user, its capabilities, and two things that are tried for real. */
#ifndef VIRTLAB_HOST_PRIVILEGE_H
#define VIRTLAB_HOST_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

struct host_privilege {
    bool root;
    uint64_t capabilities; /* effective, one bit each: capabilities(7) */
    uint64_t bounding;     /* what could ever be had */
};

void host_privilege_read(struct host_privilege *privilege);

/* The name of a capability, "CAP_SYS_ADMIN"; NULL for a number that this kernel's names end before.
 */
const char *host_capability_name(unsigned number);

/* Load a filter that allows everything, in a child. 0, or the errno. */
int host_seccomp_try(void);

/*
 * Open a counter of instructions for this process. 0; EACCES or EPERM: not allowed
 * (perf_event_paranoid); ENOENT or EOPNOTSUPP: this machine shows no counters.
 */
int host_perf_try(void);

#endif
