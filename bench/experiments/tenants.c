/* SPDX-License-Identifier: MIT */
#include "bench/experiments/tenants.h"

/* The limits of a tenant. Half a processor each is what the two can be promised. */
#define TENANT_MEMORY "128M"
#define TENANT_QUOTA  "0.5"
#define TENANT_PIDS   "16"

/* Arguments of programs are not constant in C. */
static char kib_option[] = "--kib", large_kib[] = "1024";

const struct antagonist antagonists[ANTAGONISTS] = {
    {"none",    NULL,                  {0},                           0},
    {"cpu",     "antagonists/cpu",     {0},                           4},
    {"memory",  "antagonists/memory",  {0},                           4},
    {"cache",   "antagonists/cache",   {0},                           4},
    {"fork",    "antagonists/fork",    {0},                           1},
    {"disk",    "antagonists/disk",    {kib_option, large_kib, NULL}, 1},
    {"network", "antagonists/network", {0},                           4},
};

bool tenants_know_limits(const struct platform *platform)
{
    return platform_has(platform, OPTION_MEMORY) || platform_has(platform, OPTION_CPUS) ||
           platform_has(platform, OPTION_QUOTA) || platform_has(platform, OPTION_PIDS);
}

void tenants_limit(struct trial *trial)
{
    trial->value[OPTION_MEMORY] = TENANT_MEMORY;
    trial->value[OPTION_PIDS] = TENANT_PIDS;
    if (platform_has(trial->platform, OPTION_QUOTA))
        trial->value[OPTION_QUOTA] = TENANT_QUOTA;
    else
        trial->value[OPTION_CPUS] = "1";
}
