/* SPDX-License-Identifier: MIT */
#include "bench/process/cpu_time.h"

#include <time.h>

#include "bench/process/tree.h"
#include "common/clock.h"

int64_t cpu_time_ns(pid_t root)
{
    struct timespec time;
    struct tree tree;
    clockid_t clock;
    int64_t sum = tree_read(&tree, root);

    for (size_t i = 0; sum >= 0 && i < tree.count; i++)
        if (clock_getcpuclockid(tree.pids[i], &clock) == 0 && clock_gettime(clock, &time) == 0)
            sum += time.tv_sec * NS_PER_S + time.tv_nsec;
    return sum;
}
