/* SPDX-License-Identifier: MIT */
#include "bench/analysis/outputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

/* What one run left behind. */
struct output {
    int64_t bytes, hash;
    int exit;
};

static bool read_output(const struct sample *sample, struct output *output)
{
    /* A run whose output is not the expected one is recorded as failed. */
    bool ended = sample->status == SAMPLE_OK || sample->status == SAMPLE_FAILED;

    output->exit = sample->exit;
    return strcmp(sample->experiment, "program") == 0 && ended &&
           sample_metric(sample, "output_bytes", &output->bytes) &&
           sample_metric(sample, "output_hash", &output->hash);
}

static bool same_output(const struct output *a, const struct output *b)
{
    return a->bytes == b->bytes && a->hash == b->hash && a->exit == b->exit;
}

static void tell_difference(char *text, size_t size, const struct output *native,
                            const struct output *other)
{
    if (native->exit != other->exit)
        snprintf(text, size, _("it ended with status %d, natively with %d"), other->exit,
                 native->exit);
    else if (native->bytes != other->bytes)
        snprintf(text, size, _("%" PRId64 " bytes of output, natively %" PRId64), other->bytes,
                 native->bytes);
    else
        snprintf(text, size, _("as many bytes of output as natively, but others"));
}

/* Native's first output, and whether all its outputs are the same. false: it has none. */
static bool find_native(const struct results *results, const char *machine, struct output *native,
                        bool *varies)
{
    bool found = false;

    *varies = false;
    for (size_t i = 0; i < results->sample_count; i++) {
        struct output output;
        if (strcmp(results->samples[i].platform, "native") != 0 ||
            strcmp(results->samples[i].machine, machine) != 0 ||
            !read_output(&results->samples[i], &output))
            continue;
        if (found && !same_output(native, &output))
            *varies = true;
        if (!found)
            *native = output;
        found = true;
    }
    return found;
}

static void compare(struct output_comparison *comparison, const struct output *native, bool varies,
                    const struct output *output)
{
    comparison->runs++;
    comparison->exit = output->exit;
    if (varies) {
        comparison->verdict = OUTPUT_VARIES;
    } else if (!native || comparison->verdict == OUTPUT_OTHER) {
        return;
    } else if (same_output(native, output)) {
        comparison->verdict = OUTPUT_SAME;
    } else {
        comparison->verdict = OUTPUT_OTHER;
        tell_difference(comparison->reason, sizeof comparison->reason, native, output);
    }
}

bool outputs_compare(struct output_comparison comparisons[FIGURES_PLATFORMS_MAX],
                     const struct results *results, const struct figures *figures,
                     const char *machine)
{
    struct output native = {0}, output;
    bool varies, any = false;
    bool known = find_native(results, machine, &native, &varies);

    memset(comparisons, 0, FIGURES_PLATFORMS_MAX * sizeof *comparisons);
    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (strcmp(sample->machine, machine) != 0 || !read_output(sample, &output))
            continue;
        any = true;
        for (size_t j = 0; j < figures->platform_count; j++)
            if (figures->platforms[j] == sample->platform)
                compare(&comparisons[j], known ? &native : NULL, varies, &output);
    }
    return any;
}
