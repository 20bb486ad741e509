/* SPDX-License-Identifier: MIT */
#include "bench/harness/schedule.h"

#include "bench/process/fnv.h"

void schedule_start(struct schedule *schedule, uint64_t seed, const char *name, unsigned contenders)
{
    random_seed(&schedule->random, seed ^ fnv1a_string(name));
    schedule->contenders = contenders;
    for (unsigned i = 0; i < contenders; i++)
        schedule->order[i] = i;
}

void schedule_block(struct schedule *schedule)
{
    random_shuffle(&schedule->random, schedule->order, schedule->contenders);
}
