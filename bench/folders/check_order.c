/* SPDX-License-Identifier: MIT */
/*
 * In which order samples were taken, as they stand in the file. Those of one experiment, workload
 * and parameters are a series of contests; in each, the boxes (and native's two arms) are to take
 * turns.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/observations.h"
#include "bench/folders/check.h"
#include "common/i18n.h"

enum {
    CONTENDERS_MAX = 64,
    TURNS_MIN = 3, /* fewer samples of a contender show no order */
};

/*
 * Blocks of a shuffled schedule are all in one order as rarely as that, in one contest; a folder
 * has some hundred of them.
 */
#define CHANCE_MAX 1e-5

struct turn {
    const struct sample *sample;
    const char *params; /* without those that tell contenders of one contest apart */
    size_t place;       /* in the file */
};

struct contender {
    const char *platform, *arm;
    size_t count, first, last; /* places in the file */
    int64_t first_block, last_block, blocks;
};

/* As in figures; but one instance and many are two contests, and two loops are one. */
static bool tells_contests_apart(const struct sample *sample, const char *param)
{
    return strcmp(param, "instances") == 0 ||
           (strcmp(param, "loop") != 0 && !observations_inside_measure(sample, param));
}

static const char *describe(struct results *results, const struct sample *sample)
{
    char text[1024] = "";
    size_t used = 0;

    for (size_t i = 0; i < sample->param_count && used < sizeof text; i++)
        if (tells_contests_apart(sample, sample->params[i].name))
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", used ? "," : "",
                                     sample->params[i].name, sample->params[i].value);
    return results_keep(results, text);
}

static int by_contest(const struct turn *a, const struct turn *b)
{
    int order = strcmp(a->sample->experiment, b->sample->experiment);

    if (order == 0)
        order = strcmp(a->sample->workload, b->sample->workload);
    if (order == 0)
        order = strcmp(a->sample->machine, b->sample->machine);
    if (order == 0)
        order = strcmp(a->sample->origin, b->sample->origin);
    return order != 0 ? order : strcmp(a->params, b->params);
}

static int by_contest_and_place(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;
    int order = by_contest(a, b);

    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static struct contender *find_contender(struct contender *contenders, size_t *count,
                                        const struct sample *sample)
{
    const char *arm = sample_param(sample, "arm");

    if (!*arm)
        arm = sample_param(sample, "loop");
    for (size_t i = 0; i < *count; i++)
        if (contenders[i].platform == sample->platform && strcmp(contenders[i].arm, arm) == 0)
            return &contenders[i];
    if (*count == CONTENDERS_MAX)
        return NULL;
    contenders[*count] = (struct contender){.platform = sample->platform, .arm = arm};
    return &contenders[(*count)++];
}

static size_t gather(struct contender *contenders, const struct turn *turns, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = turns[i].sample;
        struct contender *contender = find_contender(contenders, &found, sample);
        if (!contender || sample->status != SAMPLE_OK)
            continue;
        if (contender->count++ == 0) {
            contender->first = turns[i].place;
            contender->first_block = sample->block;
        }
        contender->blocks += contender->count == 1 || sample->block != contender->last_block;
        contender->last = turns[i].place;
        contender->last_block = sample->block;
    }
    return found;
}

static void check_interleaved(struct findings *findings, const struct sample *sample,
                              const struct contender *contenders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const struct contender *a = &contenders[i], *b = &contenders[j];
            if (a->count < TURNS_MIN || b->count < TURNS_MIN || a->last > b->first || i == j)
                continue;
            check_add(findings, CHECK_BLOCKED, _("%s %s: all of '%s' before all of '%s'"),
                      sample->experiment, sample->workload, a->platform, b->platform);
            return;
        }
}

/* Blocks that one contender has no sample in, though it has before and behind them. */
static void check_gaps(struct findings *findings, const struct sample *sample,
                       const struct contender *contenders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct contender *contender = &contenders[i];
        int64_t wanted = contender->last_block - contender->first_block + 1;
        if (contender->count > 0 && contender->blocks < wanted)
            check_add(findings, CHECK_HIDDEN_SKIP,
                      _("%s %s, '%s': %lld of %lld blocks have no sample"), sample->experiment,
                      sample->workload, contender->platform,
                      (long long)(wanted - contender->blocks), (long long)wanted);
    }
}

static bool same_contender(const struct turn *a, const struct turn *b)
{
    return a->sample->platform == b->sample->platform &&
           strcmp(sample_param(a->sample, "arm"), sample_param(b->sample, "arm")) == 0 &&
           strcmp(sample_param(a->sample, "loop"), sample_param(b->sample, "loop")) == 0;
}

static size_t end_of_block(const struct turn *turns, size_t count, size_t first)
{
    size_t next = first + 1;

    while (next < count && turns[next].sample->block == turns[first].sample->block)
        next++;
    return next;
}

static void check_shuffled(struct findings *findings, const struct turn *turns, size_t count)
{
    size_t size = end_of_block(turns, count, 0), blocks = 0;
    double chance = 1;

    for (size_t first = 0, next; first < count; first = next, blocks++) {
        next = end_of_block(turns, count, first);
        if (next - first != size)
            return; /* somebody failed, or is slow: the order is another from here on */
        for (size_t i = 0; i < size; i++)
            if (!same_contender(&turns[i], &turns[first + i]))
                return;
        for (size_t i = 2; i <= size && blocks > 0; i++)
            chance /= (double)i;
    }
    if (chance < CHANCE_MAX)
        check_add(findings, CHECK_SAME_ORDER, _("%s %s: %zu blocks in the same order"),
                  turns->sample->experiment, turns->sample->workload, blocks);
}

static void check_contest(struct findings *findings, const struct turn *turns, size_t count)
{
    struct contender contenders[CONTENDERS_MAX];
    size_t found = gather(contenders, turns, count);

    check_interleaved(findings, turns->sample, contenders, found);
    check_gaps(findings, turns->sample, contenders, found);
    check_shuffled(findings, turns, count);
}

int check_order(struct findings *findings, struct results *results)
{
    struct turn *turns = calloc(results->sample_count + 1, sizeof *turns);
    size_t count = 0;
    int result = turns ? 0 : -ENOMEM;

    for (size_t i = 0; i < results->sample_count && result == 0; i++) {
        const struct sample *sample = &results->samples[i];
        if (sample->status == SAMPLE_SKIPPED)
            continue;
        turns[count] = (struct turn){sample, describe(results, sample), i};
        if (!turns[count++].params)
            result = -ENOMEM;
    }
    if (result == 0 && count > 0)
        qsort(turns, count, sizeof *turns, by_contest_and_place);
    for (size_t first = 0, next; first < count && result == 0; first = next) {
        for (next = first + 1; next < count && by_contest(&turns[first], &turns[next]) == 0; next++)
            ;
        check_contest(findings, &turns[first], next - first);
    }
    free(turns);
    return result;
}
