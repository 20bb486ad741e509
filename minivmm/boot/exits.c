/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/exits.h"

#include <stddef.h>

_Static_assert(sizeof(struct exits) % sizeof(struct exits_row) == 0, "nothing but rows");

void exits_sum(struct exits *sum, const struct exits *from)
{
    struct exits_row *to = &sum->guest;
    const struct exits_row *row = &from->guest;

    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        exits_add(to + i, atomic_load_explicit(&row[i].count, memory_order_relaxed),
                  atomic_load_explicit(&row[i].ns, memory_order_relaxed));
}
