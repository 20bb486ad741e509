/* SPDX-License-Identifier: MIT */
#include "bench/claims/rule_verdicts.h"

#include <string.h>

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

static bool is_of_platform(const struct rule *rule, const struct sample *sample)
{
    return same(sample->experiment, rule->of.experiment) &&
           same(sample->platform, rule->of.platform);
}

static bool has_params(const struct rule *rule, const struct sample *sample)
{
    for (size_t i = 0; i < rule->of.param_count; i++)
        if (!same(sample_param(sample, rule->of.params[i].name), rule->of.params[i].value))
            return false;
    return true;
}

/* probe: as many bytes of a name; NULL: of any. */
static struct tally tally_probe(const struct rule *rule, const struct results *results,
                                const char *probe, size_t length)
{
    struct tally tally = {0};

    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (!is_of_platform(rule, sample) || !has_params(rule, sample) ||
            (probe &&
             (strlen(sample->workload) != length || strncmp(sample->workload, probe, length) != 0)))
            continue;
        if (sample->status != SAMPLE_OK || !*sample->verdict) {
            tally.silent++;
            continue;
        }
        tally.answers++;
        if (same(sample->verdict, rule->verdict))
            tally.counted++;
        else if (same(sample->verdict, "unknown"))
            tally.silent++;
    }
    if (tally.answers == 0 && tally.silent == 0)
        tally.silent = 1;
    return tally;
}

struct tally tally_verdicts(const struct rule *rule, const struct results *results)
{
    const char *probe = rule->of.workload;
    struct tally all = {0};

    for (size_t i = 0; i < results->sample_count && !all.reason; i++)
        if (is_of_platform(rule, &results->samples[i]) && results->samples[i].status != SAMPLE_OK)
            all.reason = results->samples[i].reason;
    do {
        size_t length = probe ? strcspn(probe, ",") : 0;
        struct tally one = tally_probe(rule, results, probe, length);
        all.answers += one.answers;
        all.counted += one.counted;
        all.silent += one.silent;
        if (probe)
            probe = probe[length] ? probe + length + 1 : NULL;
    } while (probe);
    return all;
}
