/* SPDX-License-Identifier: MIT */
#include "bench/analysis/observations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Platforms */

/* The order of columns: from the bare machine to the deepest box. */
static const char *const platform_order[] = {
    "native", "hosting", "container", "vm", "vm-linux", "vm-linux-tcg", "emulator",
};
enum { PLATFORM_ORDER = sizeof platform_order / sizeof *platform_order };

static size_t platform_rank(const char *name)
{
    for (size_t i = 0; i < PLATFORM_ORDER; i++)
        if (strcmp(name, platform_order[i]) == 0)
            return i;
    return PLATFORM_ORDER;
}

/* Unknown ones come last, in the order of the header, then of the samples. */
static void add_platform(struct observations *all, const char *name)
{
    size_t place = all->platform_count;

    for (size_t i = 0; i < all->platform_count; i++)
        if (all->platforms[i] == name)
            return;
    if (all->platform_count == FIGURES_PLATFORMS_MAX) {
        all->left_out++;
        return;
    }
    for (; place > 0 && platform_rank(name) < platform_rank(all->platforms[place - 1]); place--)
        all->platforms[place] = all->platforms[place - 1];
    all->platforms[place] = name;
    all->platform_count++;
}

/* platform_count when it is one of those left out. */
static size_t find_platform(const struct observations *all, const char *name)
{
    size_t place = 0;

    while (place < all->platform_count && all->platforms[place] != name)
        place++;
    return place;
}

/* Samples to observations */

/*
 * Parameters that tell samples of one measure apart, rather than measures. Of the memory of several
 * instances comes that of one more (footprint); the points of a curve stay what they are (density).
 */
bool observations_inside_measure(const struct sample *sample, const char *param)
{
    static const char *const others[] = {"arm", "source", "stop", "uid", "ceiling", "excess"};

    if (strcmp(param, "instances") == 0)
        return strcmp(sample->experiment, "footprint") == 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(param, others[i]) == 0)
            return true;
    return false;
}

/*
 * "mode=single,pages=4k": the parameters that make a measure, in a merged folder with the machine
 * behind them. NULL when there is no memory.
 */
static const char *describe_params(struct results *results, const struct sample *sample)
{
    char text[1024] = "";
    size_t used = 0;

    for (size_t i = 0; i < sample->param_count; i++) {
        const struct sample_param *param = &sample->params[i];
        if (observations_inside_measure(sample, param->name) || used >= sizeof text)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", used ? "," : "",
                                 param->name, param->value);
    }
    if (*sample->machine && used < sizeof text)
        snprintf(text + used, sizeof text - used, "%smachine=%s", used ? "," : "", sample->machine);
    return results_keep(results, text);
}

static int add_observation(struct observations *all, const struct observation *observation)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 1024;
        struct observation *more = reallocarray(all->list, room, sizeof *more);
        if (!more)
            return -ENOMEM;
        all->list = more;
        all->room = room;
    }
    all->list[all->count++] = *observation;
    return 0;
}

/* Memory that grows with the number of instances, and what is derived of it. */
static const char *marginal_metric(const char *metric)
{
    static const char *const names[][2] = {
        {"pss_bytes",    "marginal_pss_bytes"   },
        {"guest_bytes",  "marginal_guest_bytes" },
        {"tool_bytes",   "marginal_tool_bytes"  },
        {"kernel_bytes", "marginal_kernel_bytes"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(metric, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

static int observe(struct observations *all, const struct sample *sample, const char *params,
                   size_t platform)
{
    /* There it is no way of measuring, but what becomes of the rest. */
    bool limits = strcmp(sample->experiment, "limits") == 0;
    struct observation observation = {
        .experiment = sample->experiment,
        .workload = sample->workload,
        .params = params,
        .platform = platform,
        .arm_b = strcmp(sample_param(sample, "arm"), "b") == 0,
        .block = sample->block,
        .source = sample_param(sample, limits ? "excess" : "source"),
    };
    bool footprint = strcmp(sample->experiment, "footprint") == 0;
    int64_t user_ns, system_ns, work_ns, iterations, idle_cpu_ns, idle_wall_ns;
    int result = 0;

    for (size_t i = 0; i < sample->metric_count && result == 0; i++) {
        const char *marginal = footprint ? marginal_metric(sample->metrics[i].name) : NULL;
        if (strcmp(sample->metrics[i].name, "output_hash") == 0)
            continue; /* a name, not a number: compared, never averaged */
        observation.metric = marginal ? marginal : sample->metrics[i].name;
        observation.instances = marginal ? strtoll(sample_param(sample, "instances"), NULL, 10) : 0;
        observation.value = (double)sample->metrics[i].value;
        result = add_observation(all, &observation);
    }
    if (result == 0 && sample_metric(sample, "user_ns", &user_ns) &&
        sample_metric(sample, "system_ns", &system_ns)) {
        observation.metric = "cpu_ns";
        observation.instances = 0;
        observation.value = (double)user_ns + (double)system_ns;
        result = add_observation(all, &observation);
    }
    if (result == 0 && sample_metric(sample, "work_ns", &work_ns) &&
        sample_metric(sample, "iterations_n", &iterations) && iterations > 0) {
        observation.metric = "turn_ns";
        observation.instances = 0;
        observation.value = (double)work_ns / (double)iterations;
        result = add_observation(all, &observation);
    }
    if (result == 0 && sample_metric(sample, "idle_cpu_ns", &idle_cpu_ns) &&
        sample_metric(sample, "idle_wall_ns", &idle_wall_ns) && idle_wall_ns > 0) {
        observation.metric = "idle_percent";
        observation.instances = 0;
        observation.value = 100 * (double)idle_cpu_ns / (double)idle_wall_ns;
        result = add_observation(all, &observation);
    }
    return result;
}

static void add_trouble(struct observations *all, const struct sample *sample, const char *params,
                        size_t platform)
{
    struct trouble trouble = {
        .experiment = sample->experiment,
        .workload = sample->workload,
        .params = params,
        .platform = platform,
        .status = sample->status,
        .reason = sample->reason,
        .count = 1,
    };
    for (size_t i = 0; i < all->trouble_count; i++) {
        struct trouble *known = &all->troubles[i];
        if (known->experiment == trouble.experiment && known->workload == trouble.workload &&
            known->params == trouble.params && known->platform == trouble.platform &&
            known->status == trouble.status) {
            known->count++;
            return;
        }
    }
    if (all->trouble_count < OBSERVATIONS_TROUBLES_MAX)
        all->troubles[all->trouble_count++] = trouble;
    else
        all->left_out++;
}

static int gather(struct observations *all, struct results *results)
{
    int result = 0;

    for (size_t i = 0; i < results->title_count; i++)
        add_platform(all, results->titles[i].platform);
    for (size_t i = 0; i < results->sample_count; i++)
        add_platform(all, results->samples[i].platform);
    for (size_t i = 0; i < results->sample_count && result == 0; i++) {
        const struct sample *sample = &results->samples[i];
        size_t platform = find_platform(all, sample->platform);
        if (platform == all->platform_count || strcmp(sample->experiment, "escape") == 0)
            continue;
        const char *params = describe_params(results, sample);
        if (!params)
            return -ENOMEM;
        if (sample->status == SAMPLE_OK)
            result = observe(all, sample, params, platform);
        else
            add_trouble(all, sample, params, platform);
    }
    return result;
}

/* Observations in order */

static int compare_text(const char *left, const char *right)
{
    return left == right ? 0 : strcmp(left, right);
}

static int compare_measure(const struct observation *a, const struct observation *b)
{
    int order = compare_text(a->experiment, b->experiment);

    if (order == 0)
        order = compare_text(a->workload, b->workload);
    if (order == 0)
        order = compare_text(a->params, b->params);
    return order != 0 ? order : compare_text(a->metric, b->metric);
}

/* Within a measure by platform and arm, so that each series is one piece, by block. */
static int compare_observations(const void *left, const void *right)
{
    const struct observation *a = left, *b = right;
    int order = compare_measure(a, b);

    if (order != 0)
        return order;
    if (a->platform != b->platform)
        return a->platform < b->platform ? -1 : 1;
    if (a->arm_b != b->arm_b)
        return a->arm_b ? 1 : -1;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    if (a->instances != b->instances)
        return a->instances < b->instances ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static bool same_series(const struct observation *a, const struct observation *b)
{
    return compare_measure(a, b) == 0 && a->platform == b->platform && a->arm_b == b->arm_b;
}

/*
 * In place of the memory of 1 and of N instances in a block, what one more of them takes:
 * (total of N - total of 1) / (N - 1). Shared pages are in the first alone, as they should be.
 */
static void make_marginal(struct observations *all)
{
    struct observation *list = all->list;
    size_t kept = 0;

    for (size_t first = 0, next; first < all->count; first = next) {
        for (next = first + 1; next < all->count; next++)
            if (!same_series(&list[first], &list[next]) || list[first].block != list[next].block)
                break;
        if (list[first].instances == 0) {
            for (size_t i = first; i < next; i++)
                list[kept++] = list[i];
            continue;
        }
        struct observation one = list[first], most = list[next - 1];
        if (one.instances != 1 || most.instances <= 1)
            continue;
        one.value = (most.value - one.value) / (double)(most.instances - 1);
        one.instances = 0;
        list[kept++] = one;
    }
    all->count = kept;
}

bool observations_same_measure(const struct observation *a, const struct observation *b)
{
    return compare_measure(a, b) == 0;
}

int observations_make(struct observations *all, struct results *results)
{
    *all = (struct observations){0};
    int result = gather(all, results);
    if (result < 0)
        return result;
    if (all->count > 0)
        qsort(all->list, all->count, sizeof *all->list, compare_observations);
    make_marginal(all);
    return 0;
}

void observations_free(struct observations *all)
{
    free(all->list);
    *all = (struct observations){0};
}
