/* SPDX-License-Identifier: MIT */
#include "bench/run_resume.h"

#include <errno.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/analysis.h"
#include "bench/results/environment.h"
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

int run_request_hash(const struct session *session, const struct run_request *request,
                     char hash[RUN_REQUEST_HASH_SIZE], struct error *error)
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

int run_resume_open(struct resume *resume, struct session *session,
                    const struct run_request *request, const char *folder, const char *request_hash,
                    struct error *error)
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
