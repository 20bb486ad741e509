/* SPDX-License-Identifier: MIT */
/* What the parts of libminicontainer share: one container, as its maker and its child see it. */
#ifndef MINICONTAINER_CONTAINER_H
#define MINICONTAINER_CONTAINER_H

#include <limits.h>
#include <signal.h>

#include "minicontainer/cgroup.h"
#include "minicontainer/minicontainer.h"
#include "minicontainer/rootfs.h"

struct minicontainer {
    struct minicontainer_config config;
    char program[PATH_MAX];   /* its path inside; empty: to be looked for there */
    const char **environment; /* of the program */
    char *term;               /* one of its strings */
    struct rootfs rootfs;
    struct cgroup cgroup;
    bool privileged;  /* we have CAP_SYS_ADMIN out here */
    bool opened;      /* the mounts of the root were opened out here */
    bool many_ids;    /* the child's user namespace maps more than one ID */
    pid_t init;       /* pid 1 inside; 0: not started or already reaped */
    int channel[2];   /* the maker's end, the child's end; -1: closed */
    sigset_t signals; /* the mask of the caller, which the program gets */
};

/* What the maker tells the child over the channel, one after the other, when it is done. */
struct ids_message {
    bool many; /* see many_ids */
};
struct cgroups_message {
    bool enter[CGROUP_CONTROLLERS]; /* which version 1 cgroups there are for it to enter */
};

/* The child's part, from clone to the death of the program (inside.c). Never returns. */
_Noreturn void inside_run(struct minicontainer *container);

#endif
