/* SPDX-License-Identifier: MIT */
#include "bench/harness/resume.h"

#include <errno.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/analysis.h"
#include "bench/results/environment.h"
#include "common/i18n.h"

void resume_close(struct resume *resume)
{
    results_free(&resume->results);
    *resume = (struct resume){0};
}

/* One sample after the other */

struct key {
    const char *experiment, *workload, *platform;
    unsigned block, order;
    bool failed;                 /* only a sample that is not ok */
    const struct record *record; /* whose params it has; NULL: any */
};

static bool same_params(const struct sample *sample, const struct record *record)
{
    if (sample->param_count != record->param_count)
        return false;
    for (size_t i = 0; i < record->param_count; i++) {
        char digits[24];
        const char *text = record->params[i].text;
        if (!text) {
            snprintf(digits, sizeof digits, "%" PRId64, record->params[i].number);
            text = digits;
        }
        if (strcmp(sample_param(sample, record->params[i].name), text) != 0)
            return false;
    }
    return true;
}

/* Whether it is the one that is looked for. */
static bool fits(const struct sample *sample, const struct key *key)
{
    return sample->block == key->block && sample->order == key->order &&
           strcmp(sample->platform, key->platform) == 0 &&
           strcmp(sample->workload, key->workload) == 0 &&
           strcmp(sample->experiment, key->experiment) == 0 &&
           (!key->failed || sample->status != SAMPLE_OK) &&
           (!key->record || same_params(sample, key->record));
}

static const struct sample *next_of(const struct resume *resume, const char *experiment)
{
    if (!resume || resume->next == resume->results.sample_count)
        return NULL;
    const struct sample *next = &resume->results.samples[resume->next];
    return strcmp(next->experiment, experiment) == 0 ? next : NULL;
}

static const struct sample *take(struct resume *resume, const struct key *key)
{
    const struct sample *next = next_of(resume, key->experiment);

    if (!next || !fits(next, key))
        return NULL;
    resume->next++;
    return next;
}

bool resume_pass_over(struct resume *resume, const char *experiment)
{
    const struct results *results = &resume->results;
    size_t count = results->sample_count;

    if (!next_of(resume, experiment) ||
        strcmp(results->samples[count - 1].experiment, experiment) == 0)
        return false;
    while (next_of(resume, experiment))
        resume->next++;
    return true;
}

const struct sample *resume_take(struct resume *resume, const char *experiment,
                                 const char *workload, const char *platform, unsigned block,
                                 unsigned order)
{
    return take(resume, &(struct key){experiment, workload, platform, block, order, false, NULL});
}

void resume_make_again(struct resume *resume, size_t before)
{
    resume->again = before;
    resume->again_end = resume->next;
}

const struct sample *resume_take_failure(struct resume *resume, const char *experiment,
                                         const char *workload, const char *platform, unsigned order)
{
    return take(resume, &(struct key){experiment, workload, platform, 0, order, true, NULL});
}

int resume_expect_end(const struct resume *resume, const char *experiment, struct error *error)
{
    if (!next_of(resume, experiment))
        return 0;
    return error_set(error, EINVAL,
                     _("'%s' does not go the same way again, so it cannot go on in the middle: "
                       "start a new run"),
                     experiment);
}

int resume_take_record(void *context, const struct record *record, struct error *error)
{
    const struct key key = {record->experiment,
                            record->workload,
                            record->platform,
                            record->block,
                            record->order,
                            false,
                            record};
    const struct resume *resume = context;

    for (size_t i = resume->again; i < resume->again_end; i++)
        if (fits(&resume->results.samples[i], &key))
            return 1;
    return take(context, &key) ? 1 : resume_expect_end(context, record->experiment, error);
}
