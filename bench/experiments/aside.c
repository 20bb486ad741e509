/* SPDX-License-Identifier: MIT */
#include "bench/experiments/aside.h"

void step_aside(int cpu, struct aside *aside)
{
    const struct sched_param least = {.sched_priority = 1};
    cpu_set_t others;

    *aside = (struct aside){.first = sched_setscheduler(0, SCHED_FIFO, &least) == 0};
    if (cpu < 0 || sched_getaffinity(0, sizeof aside->before, &aside->before) < 0)
        return;
    others = aside->before;
    CPU_CLR((size_t)cpu, &others);
    aside->moved = CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0;
}

void step_back(const struct aside *aside)
{
    const struct sched_param none = {0};

    if (aside->moved)
        sched_setaffinity(0, sizeof aside->before, &aside->before);
    if (aside->first)
        sched_setscheduler(0, SCHED_OTHER, &none);
}
