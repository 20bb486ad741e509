/* SPDX-License-Identifier: MIT */
#include "bench/resume.h"

#include <errno.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis.h"
#include "bench/environment.h"
#include "common/i18n.h"

/* The request */

/* Lengths before texts, so that no two requests look alike. */
static void print_text(FILE *out, const char *text)
{
    fprintf(out, "%zu:%s,", text ? strlen(text) : 0, text ? text : "");
}

static void print_words(FILE *out, const struct words *words)
{
    fprintf(out, "%d,%zu,", words->given, words->count);
    for (size_t i = 0; i < words->count; i++)
        print_text(out, words->word[i]);
}

static void print_platform(FILE *out, const struct platform *platform)
{
    print_text(out, platform->name);
    print_words(out, &platform->start);
    print_words(out, &platform->prepare);
    print_words(out, &platform->cleanup);
    fprintf(out, "%u\n", platform->blocks);
    for (int i = 0; i < PLATFORM_OPTIONS; i++)
        print_words(out, &platform->option[i]);
}

static int print_file(FILE *out, const char *path, struct error *error)
{
    char hash[SHA256_DIGEST_STRING_LENGTH];

    print_text(out, path);
    if (!SHA256File(path, hash))
        return error_set_errno(error, errno, _("cannot read %s"), path);
    print_text(out, hash);
    return 0;
}

static int print_request(FILE *out, const struct session *session,
                         const struct run_request *request, struct error *error)
{
    int result = 0;

    fprintf(out, "virtlab request 1\n%u,%d,%d,%d,%d,%" PRId64 ",%.9f\n", session->runs,
            (int)session->effort, session->burst, session->brief, session->peers,
            session->timeout_ns, session->precision);
    for (size_t i = 0; i < request->experiment_count; i++)
        print_text(out, request->experiments[i]->name);
    for (size_t i = 0; i < session->box_count; i++)
        print_platform(out, session->boxes[i].platform);
    for (size_t i = 0; i < session->file_count && result == 0; i++)
        result = print_file(out, session->files[i], error);
    if (session->program && result == 0)
        result = print_file(out, session->program, error);
    for (size_t i = 0; session->args && session->args[i]; i++)
        print_text(out, session->args[i]);
    return result;
}

int resume_request_hash(const struct session *session, const struct run_request *request,
                        char hash[RESUME_HASH_SIZE], struct error *error)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return error_set_errno(error, errno, "cannot describe the request");
    int result = print_request(out, session, request, error);
    if (fclose(out) != 0 && result == 0)
        result = error_set_errno(error, ENOMEM, "cannot describe the request");
    if (result == 0)
        SHA256Data((const uint8_t *)text, length, hash);
    free(text);
    return result;
}

/* Whether it is the same run */

static bool has_box(const struct results *results, const char *name)
{
    for (size_t i = 0; i < results->box_count; i++)
        if (strcmp(results->boxes[i], name) == 0)
            return true;
    return false;
}

static int check_boxes(const struct results *results, const struct session *session,
                       const char *folder, struct error *error)
{
    for (size_t i = 0; i < session->box_count; i++) {
        const struct box *box = &session->boxes[i];
        bool runs = !*box->reason;
        if (runs && !has_box(results, box->platform->name))
            return error_set(error, EINVAL,
                             _("cannot go on with %s: '%s' can run here now, and could not then"),
                             folder, box->platform->name);
        if (!runs && has_box(results, box->platform->name))
            return error_set(error, EINVAL,
                             _("cannot go on with %s: '%s' cannot run here any more: %s"), folder,
                             box->platform->name, box->reason);
    }
    return 0;
}

static int check_environment(const char *folder, struct error *error)
{
    struct analysis analysis;
    int result = analysis_open(&analysis, folder, error);

    if (result < 0)
        return result;
    if (analysis.environment_state != ENVIRONMENT_GOOD) {
        result = error_set(error, EINVAL,
                           _("cannot go on with %s: its env.json is missing, or not the one that "
                             "its samples were taken with"),
                           folder);
    } else {
        json_t *now = environment_read(false);
        const char *differs = environment_difference(analysis.environment, now);
        if (differs)
            result = error_set(error, EINVAL,
                               _("cannot go on with %s: this is another machine or software than "
                                 "then ('%s' in env.json)"),
                               folder, differs);
        json_decref(now);
    }
    analysis_close(&analysis);
    return result;
}

static int check_request(const struct results *results, const struct session *session,
                         const struct run_request *request, const char *folder,
                         const char *request_hash, struct error *error)
{
    if (strcmp(results->request, request_hash) != 0)
        return error_set(error, EINVAL,
                         _("cannot go on with %s: it was another request; repeat its command: %s"),
                         folder, results->command);
    if (request->seeded && request->seed != (uint64_t)results->seed)
        return error_set(error, EINVAL, _("cannot go on with %s: its seed is %" PRId64), folder,
                         results->seed);
    if (results->damage_count > 0)
        return error_set(error, EINVAL,
                         _("cannot go on with %s: line %zu of its samples.jsonl is damaged: %s"),
                         folder, results->damage[0].line, results->damage[0].why);
    return check_boxes(results, session, folder, error);
}

int resume_open(struct resume *resume, struct session *session, const struct run_request *request,
                const char *folder, const char *request_hash, struct error *error)
{
    *resume = (struct resume){0};
    int result = results_read(&resume->results, folder, error);
    if (result < 0)
        return result;
    result = check_request(&resume->results, session, request, folder, request_hash, error);
    if (result == 0)
        result = check_environment(folder, error);
    if (result < 0) {
        resume_close(resume);
        return result;
    }
    session->seed = (uint64_t)resume->results.seed;
    return 0;
}

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
