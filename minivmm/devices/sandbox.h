/* SPDX-License-Identifier: MIT */
/*
 * The second wall of a guest system. The first one is the machine: a guest reaches the VMM only
 * through exits and queues. Should the code that serves them be wrong, what has taken over a thread
 * of the VMM finds a system call filter (seccomp(2)): each thread may make only the calls that its
 * work needs, and one call more kills the process.
 *
 * A thread's calls come in groups, and each group says why it is there. The tables are the
 * documentation.
 */
#ifndef MINIVMM_SANDBOX_H
#define MINIVMM_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "common/error.h"

enum sandbox_condition {
    SANDBOX_ALWAYS,
    SANDBOX_IF_EQUAL,  /* the argument's lower half is value */
    SANDBOX_IF_NO_BIT, /* none of the bits of value is in the argument */
};

/* A system call, and a condition on one of its arguments. */
struct sandbox_call {
    int number; /* SYS_ */
    enum sandbox_condition condition;
    unsigned argument; /* 0 to 5 */
    uint32_t value;
};

/* For tables. Kernels look at the lower 32 bits of an ioctl's request only, and so does this. */
#define SANDBOX_CALL(number)                                                                       \
    {                                                                                              \
        (number), SANDBOX_ALWAYS, 0, 0                                                             \
    }
#define SANDBOX_IOCTL(request)                                                                     \
    {                                                                                              \
        SYS_ioctl, SANDBOX_IF_EQUAL, 1, (uint32_t)(request)                                        \
    }
/* mmap and mprotect: memory, none of it executable. */
#define SANDBOX_NO_CODE(number)                                                                    \
    {                                                                                              \
        (number), SANDBOX_IF_NO_BIT, 2, 4 /* PROT_EXEC */                                          \
    }

struct sandbox_group {
    const char *why;
    size_t count;
    const struct sandbox_call *calls;
};

#define SANDBOX_GROUP(why, table)                                                                  \
    {                                                                                              \
        (why), sizeof(table) / sizeof *(table), (table)                                            \
    }

/* What the C library needs in every thread: locks, memory, signals, the clock, an end. */
extern const struct sandbox_group sandbox_basics;

/*
 * Take from the calling thread, for good, everything but the calls of groups (ended by NULL), and
 * the right to new privileges. Threads that it makes later inherit this: so make them before.
 * Put first what is called most.
 */
int sandbox_thread(const struct sandbox_group *const *groups, struct error *error);

#endif
