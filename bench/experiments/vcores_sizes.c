/* SPDX-License-Identifier: MIT */
#include "bench/experiments/vcores_sizes.h"

static void first_of(const cpu_set_t *set, unsigned most, cpu_set_t *first)
{
    unsigned count = 0;

    CPU_ZERO(first);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && count < most; cpu++) {
        if (CPU_ISSET(cpu, set)) {
            CPU_SET(cpu, first);
            count++;
        }
    }
}

void vcores_choose_sizes(struct vcores_sizes *sizes, const cpu_set_t *ours)
{
    *sizes = (struct vcores_sizes){.ours = *ours};
    first_of(ours, VCORES_CORES_MAX, &sizes->cores);
    sizes->core_count = (unsigned)CPU_COUNT(&sizes->cores);
    sizes->size[sizes->size_count++] = 1;
    if (sizes->core_count > 1)
        sizes->size[sizes->size_count++] = sizes->core_count;
    sizes->size[sizes->size_count++] = 2 * sizes->core_count;
}

void vcores_processors(const struct vcores_sizes *sizes, bool plain, unsigned cpus,
                       cpu_set_t *processors)
{
    first_of(&sizes->cores, plain ? cpus : sizes->core_count, processors);
}
