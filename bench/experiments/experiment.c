/* SPDX-License-Identifier: MIT */
#include "bench/experiments/experiment.h"

#include <string.h>

const struct experiment *const experiments[] = {
    &experiment_startup,    &experiment_overhead, &experiment_footprint,
    &experiment_peak,       &experiment_program,  &experiment_harness,
    &experiment_escape,     &experiment_syscalls, &experiment_faults,
    &experiment_neighbours, &experiment_limits,   &experiment_vcores,
    &experiment_density,    &experiment_image,    NULL,
};

const struct experiment *experiment_find(const char *name)
{
    for (size_t i = 0; experiments[i]; i++)
        if (strcmp(experiments[i]->name, name) == 0)
            return experiments[i];
    return NULL;
}
