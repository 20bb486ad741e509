/* SPDX-License-Identifier: MIT */
/*
 * The life of a container, step by step: what --explain tells. Each row names a step, the system
 * calls that make it, why it is made there, and where to read about it.
 */
#ifndef MINICONTAINER_STEPS_H
#define MINICONTAINER_STEPS_H

#include "common/trace.h"

enum step {
    /* Outside */
    STEP_FIND_PROGRAM,
    STEP_CGROUP,
    STEP_CLONE,
    STEP_ID_MAP,
    STEP_SWEEP,
    STEP_TEARDOWN,
    /* Inside, before the program */
    STEP_DEATH_SIGNAL,
    STEP_NETWORK,
    STEP_ENTER_CGROUP,
    STEP_CGROUP_NAMESPACE,
    STEP_TIME,
    STEP_BECOME_ROOT,
    STEP_HOSTNAME,
    STEP_ROOTFS,
    STEP_PROC,
    STEP_SYS,
    STEP_DEVICES,
    STEP_FILES,
    STEP_MASK,
    STEP_PIVOT,
    /* Inside, the program's own process and pid 1 */
    STEP_DESCRIPTORS,
    STEP_RLIMITS,
    STEP_BOUND,
    STEP_USER,
    STEP_WORKDIR,
    STEP_CAPABILITIES,
    STEP_SECCOMP,
    STEP_EXEC,
    STEP_RUN,
    STEPS,
};

extern const struct trace_step steps_table[STEPS];

/* The stages of common/stages.h are more than the steps between them. */
enum trace_category steps_category(enum step step);

/* Make a step, an expression, and report it with this time's values (NULL: none). Its value. */
#define STEPS_MAKE(trace, step, detail, expression)                                                \
    ({                                                                                             \
        int64_t steps_start_ns = trace_start(trace);                                               \
        __typeof__(expression) steps_value = (expression);                                         \
        trace_end(trace, steps_category(step), &steps_table[step], steps_start_ns, detail);        \
        steps_value;                                                                               \
    })

#endif
