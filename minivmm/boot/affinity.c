/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/affinity.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORD_BITS = 64, WORDS = AFFINITY_MAX / WORD_BITS };

bool affinity_allows(unsigned processor)
{
    unsigned long mask[WORDS] = {0};

    if (processor >= AFFINITY_MAX || syscall(SYS_sched_getaffinity, 0, sizeof mask, mask) < 0)
        return false;
    return mask[processor / WORD_BITS] >> processor % WORD_BITS & 1;
}

int affinity_pin(unsigned processor)
{
    unsigned long mask[WORDS] = {0};

    if (processor >= AFFINITY_MAX)
        return -EINVAL;
    mask[processor / WORD_BITS] = 1ul << processor % WORD_BITS;
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? -errno : 0;
}
