/* SPDX-License-Identifier: MIT */
#include "bench/harness/precision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/statistics.h"

int precision_start(struct precision *precision, double wanted, size_t contenders)
{
    *precision = (struct precision){.wanted = wanted, .count = contenders};
    if (wanted <= 0)
        return 0;
    precision->series = calloc(contenders + 1, sizeof *precision->series);
    return precision->series ? 0 : -ENOMEM;
}

void precision_free(struct precision *precision)
{
    for (size_t i = 0; precision->series && i < precision->count; i++)
        free(precision->series[i].values);
    free(precision->series);
    precision->series = NULL;
}

int precision_add(struct precision *precision, size_t contender, double value)
{
    if (!precision->series)
        return 0;
    struct precision_series *series = &precision->series[contender];
    if (series->count == series->room) {
        size_t room = series->room ? 2 * series->room : 64;
        double *more = reallocarray(series->values, room, sizeof *more);
        if (!more)
            return -ENOMEM;
        series->values = more;
        series->room = room;
    }
    series->values[series->count++] = value;
    /* In order: all but the last are. */
    size_t place = series->count - 1;
    for (; place > 0 && series->values[place - 1] > value; place--)
        series->values[place] = series->values[place - 1];
    series->values[place] = value;
    return 0;
}

bool precision_reached(const struct precision *precision, struct precision_worst *worst)
{
    bool all = true, any = false;

    *worst = (struct precision_worst){0};
    for (size_t i = 0; precision->series && i < precision->count; i++) {
        const struct precision_series *series = &precision->series[i];
        if (series->left_out || series->count == 0)
            continue;
        struct estimate median = statistics_median(series->values, series->count);
        double reached = statistics_precision(&median);
        bool known = reached >= 0 || median.median <= 0;
        bool worse = reached < 0 || (worst->reached >= 0 && reached > worst->reached);
        if (!any || worse)
            *worst = (struct precision_worst){i, statistics_runs_needed(&median, precision->wanted),
                                              reached};
        any = true;
        all = all && known && reached <= precision->wanted;
    }
    return any && all;
}
