/* SPDX-License-Identifier: MIT */
#include "bench/folders/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/analysis/analysis.h"
#include "bench/results/environment.h"
#include "bench/results/whole_file.h"
#include "common/i18n.h"
#include "common/text.h"

enum { LABEL_MAX = 32, ID_SHOWN = 8 };

struct source {
    const char *dir;
    struct results results;
    json_t *environment;
    char machine[LABEL_MAX];
    int64_t first_block; /* what its blocks are counted from, behind those of its machine */
};

struct merging {
    struct source *sources;
    size_t count;
    void (*notice)(const char *sentence);
    char environment_hash[SHA256_DIGEST_STRING_LENGTH];
    const char *run; /* the new folder's name */
};

/* The start of the machine's identifier, "" when env.json does not say it as it should. */
static void read_machine(const struct source *source, char id[ID_SHOWN + 1])
{
    const json_t *machine = json_object_get(source->environment, "machine");
    const char *text = json_string_value(json_object_get(machine, "id"));

    *id = '\0';
    if (text && strspn(text, "0123456789abcdef") >= ID_SHOWN)
        snprintf(id, ID_SHOWN + 1, "%s", text);
}

static bool has_program(const struct source *source)
{
    for (size_t i = 0; i < source->results.sample_count; i++)
        if (strcmp(source->results.samples[i].experiment, "program") == 0)
            return true;
    return false;
}

/*
 * Whether both compare the user's program, and it may be another: a path says nothing about what
 * was there, but the request has a hash of the file and its arguments.
 */
static bool other_program(const struct source *a, const struct source *b)
{
    return has_program(a) && has_program(b) &&
           (!*a->results.request || strcmp(a->results.request, b->results.request) != 0);
}

/* What another source with this label has that this one has not, so that they cannot be pooled;
   NULL: they can. */
static const char *conflict(const struct merging *merging, size_t place, const char *label)
{
    const struct source *source = &merging->sources[place];
    const char *differs = NULL;

    for (size_t i = 0; i < place && !differs; i++) {
        const struct source *other = &merging->sources[i];
        if (strcmp(other->machine, label) != 0)
            continue;
        differs = environment_difference(other->environment, source->environment);
        if (!differs && other_program(other, source))
            differs = "program";
    }
    return differs;
}

/* The same machine with another kernel or another virtlab is another one: "90aedf4d.2". */
static void label_machine(const struct merging *merging, size_t place, enum environment_state state)
{
    struct source *source = &merging->sources[place];
    char id[ID_SHOWN + 1], sentence[512];
    const char *differs;

    read_machine(source, id);
    if (state != ENVIRONMENT_GOOD || !*id) {
        snprintf(source->machine, sizeof source->machine, "unknown-%zu", place + 1);
        snprintf(sentence, sizeof sentence,
                 state == ENVIRONMENT_OTHER
                     ? _("%.200s: its env.json is not the one of its samples and is left out; its "
                         "machine is unknown, so it is pooled with no other")
                 : state == ENVIRONMENT_MISSING
                     ? _("%.200s: it has no env.json that can be read; its machine is unknown, so "
                         "it is pooled with no other")
                     : _("%.200s: its env.json does not tell its machine, so it is pooled with no "
                         "other"),
                 source->dir);
        merging->notice(sentence);
        return;
    }
    snprintf(source->machine, sizeof source->machine, "%s", id);
    for (unsigned n = 2; (differs = conflict(merging, place, source->machine)); n++) {
        snprintf(sentence, sizeof sentence,
                 _("%.200s: the machine %s, but with another '%s': it is pooled apart"),
                 source->dir, id, differs);
        if (n == 2)
            merging->notice(sentence);
        snprintf(source->machine, sizeof source->machine, "%s.%u", id, n);
    }
}

static int refuse_twice(const struct merging *merging, size_t place, struct error *error)
{
    const struct source *source = &merging->sources[place];

    for (size_t i = 0; i < place; i++)
        if (strcmp(merging->sources[i].results.run, source->results.run) == 0 &&
            strcmp(merging->sources[i].results.environment, source->results.environment) == 0)
            return error_set(error, EINVAL, _("%.200s and %.200s are the same run"),
                             merging->sources[i].dir, source->dir);
    if (source->results.sample_count > 0 && *source->results.samples[0].machine)
        return error_set(error, EINVAL, _("%.200s is merged already: name the runs it is made of"),
                         source->dir);
    return 0;
}

static int count_blocks(const struct merging *merging, size_t place, struct error *error)
{
    struct source *source = &merging->sources[place];
    int64_t last = 0;

    for (size_t i = 0; i < place; i++) {
        const struct source *other = &merging->sources[i];
        if (strcmp(other->machine, source->machine) != 0)
            continue;
        for (size_t j = 0; j < other->results.sample_count; j++)
            if (other->first_block + other->results.samples[j].block >= source->first_block)
                source->first_block = other->first_block + other->results.samples[j].block + 1;
    }
    for (size_t i = 0; i < source->results.sample_count; i++)
        if (source->results.samples[i].block > last)
            last = source->results.samples[i].block;
    if (source->first_block + last > INT32_MAX)
        return error_set(error, EINVAL,
                         _("%.200s: its blocks cannot be counted on behind those before it: no "
                           "harness numbers them like that"),
                         source->dir);
    return 0;
}

static int read_source(struct merging *merging, size_t place, struct error *error)
{
    struct source *source = &merging->sources[place];
    enum environment_state state;
    char sentence[512];

    int result = results_read(&source->results, source->dir, error);
    if (result < 0)
        return result;
    merging->count = place + 1;
    source->environment = analysis_environment(source->dir, source->results.environment, &state);
    result = refuse_twice(merging, place, error);
    if (result < 0)
        return result;
    if (source->results.damage_count > 0) {
        snprintf(sentence, sizeof sentence,
                 _("%.200s: %zu damaged lines are left out, the first is line %zu: %s"),
                 source->dir, source->results.damage_count, source->results.damage[0].line,
                 source->results.damage[0].why);
        merging->notice(sentence);
    }
    if (results_cut_off(&source->results)) {
        snprintf(sentence, sizeof sentence, _("%.200s: its run was cut off"), source->dir);
        merging->notice(sentence);
    }
    label_machine(merging, place, state);
    if (state != ENVIRONMENT_GOOD) {
        /* Nobody knows whose it is, so it is not handed on. */
        json_decref(source->environment);
        source->environment = NULL;
    }
    return count_blocks(merging, place, error);
}

/* What is written */

static void print_pair(FILE *out, const char *before, const char *key, const char *value)
{
    fputs(before, out);
    text_print_json(out, key);
    fputc(':', out);
    text_print_json(out, value);
}

static void print_number(FILE *out, const char *key, int64_t value)
{
    fprintf(out, ",\"%s\":%" PRId64, key, value);
}

static const char *const status_names[] = {
    [SAMPLE_OK] = "ok",
    [SAMPLE_FAILED] = "failed",
    [SAMPLE_SKIPPED] = "skipped",
    [SAMPLE_TIMEOUT] = "timeout",
};

static void print_sample(FILE *out, const struct merging *merging, const struct source *source,
                         const struct sample *sample)
{
    fprintf(out, "{\"schema\":%d", RESULTS_SCHEMA);
    print_pair(out, ",", "run", merging->run);
    print_pair(out, ",", "machine", source->machine);
    print_pair(out, ",", "origin", source->results.run);
    print_pair(out, ",", "experiment", sample->experiment);
    fputs(",\"params\":{", out);
    for (size_t i = 0; i < sample->param_count; i++) {
        fputs(i ? "," : "", out);
        text_print_json(out, sample->params[i].name);
        fputc(':', out);
        if (sample->params[i].is_integer)
            fputs(sample->params[i].value, out);
        else
            text_print_json(out, sample->params[i].value);
    }
    fputc('}', out);
    print_pair(out, ",", "platform", sample->platform);
    print_pair(out, ",", "workload", sample->workload);
    print_number(out, "block", source->first_block + sample->block);
    print_number(out, "order", sample->order);
    print_number(out, "seed", sample->seed);
    print_number(out, "t0_ns", sample->t0_ns);
    print_pair(out, ",", "status", status_names[sample->status]);
    print_pair(out, ",", "reason", sample->reason);
    print_number(out, "exit", sample->exit);
    fputs(",\"metrics\":{", out);
    for (size_t i = 0; i < sample->metric_count; i++) {
        fputs(i ? "," : "", out);
        text_print_json(out, sample->metrics[i].name);
        fprintf(out, ":%" PRId64, sample->metrics[i].value);
    }
    fputc('}', out);
    if (*sample->verdict)
        print_pair(out, ",", "verdict", sample->verdict);
    if (*sample->detail)
        print_pair(out, ",", "detail", sample->detail);
    fputs("}\n", out);
}

/* Each platform once, with the title that the first source gives it. */
static void print_titles(FILE *out, const struct merging *merging)
{
    const char *seen[RESULTS_TITLES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < merging->count; i++) {
        const struct results *results = &merging->sources[i].results;
        for (size_t j = 0; j < results->title_count && count < RESULTS_TITLES_MAX; j++) {
            size_t k = 0;
            while (k < count && strcmp(seen[k], results->titles[j].platform) != 0)
                k++;
            if (k < count)
                continue;
            char title[RESULTS_TEXT_MAX + 1], *end = title;
            /* A line's end is written " / ", as in platforms.conf. */
            for (const char *at = results->titles[j].title;
                 *at && end - title < RESULTS_TEXT_MAX - 3; at++) {
                if (*at == '\n') {
                    memcpy(end, " / ", 3);
                    end += 3;
                } else {
                    *end++ = *at;
                }
            }
            *end = '\0';
            seen[count] = results->titles[j].platform;
            print_pair(out, count++ ? "," : "", results->titles[j].platform, title);
        }
    }
}

static void print_header(FILE *out, const struct merging *merging, char *const *command)
{
    fprintf(out, "{\"schema\":%d", RESULTS_SCHEMA);
    print_pair(out, ",", "run", merging->run);
    print_pair(out, ",", "environment", merging->environment_hash);
    fputs(",\"command\":[\"virtlab\",\"merge\"", out);
    for (size_t i = 1; command[i]; i++) {
        fputc(',', out);
        text_print_json(out, command[i]);
    }
    fprintf(out, "],\"seed\":%" PRId64 ",\"titles\":{", merging->sources[0].results.seed);
    print_titles(out, merging);
    fputs("},\"sources\":[", out);
    for (size_t i = 0; i < merging->count; i++) {
        const struct source *source = &merging->sources[i];
        print_pair(out, i ? ",{" : "{", "run", source->results.run);
        print_pair(out, ",", "machine", source->machine);
        print_pair(out, ",", "environment", source->results.environment);
        print_number(out, "seed", source->results.seed);
        fputs(results_cut_off(&source->results) ? ",\"cut_off\":true}" : "}", out);
    }
    fputs("]}\n", out);
}

/* {"version": 1, "runs": [{run, machine}…], "machines": {machine: its env.json}} */
static char *describe_machines(const struct merging *merging)
{
    json_t *runs = json_array(), *machines = json_object();

    for (size_t i = 0; i < merging->count; i++) {
        const struct source *source = &merging->sources[i];
        json_array_append_new(
            runs, json_pack("{s:s, s:s}", "run", source->results.run, "machine", source->machine));
        if (!json_object_get(machines, source->machine))
            json_object_set_new(machines, source->machine,
                                source->environment ? json_incref(source->environment)
                                                    : json_null());
    }
    json_t *all = json_pack("{s:i, s:o, s:o}", "version", ENVIRONMENT_VERSION, "runs", runs,
                            "machines", machines);
    char *text = all ? json_dumps(all, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(all);
    return text;
}

static int write_environment(struct merging *merging, int folder, struct error *error)
{
    struct whole_file file;
    char *text = describe_machines(merging);

    if (!text)
        return error_set_errno(error, ENOMEM, _("cannot describe the machines"));
    if (strlen(text) > ENVIRONMENT_FILE_MAX) {
        free(text);
        return error_set(error, EFBIG,
                         _("the env.json of these runs are larger than %d MiB together"),
                         ENVIRONMENT_FILE_MAX >> 20);
    }
    int result = whole_file_open(&file, folder, "env.json", error);
    if (result == 0) {
        fputs(text, file.out);
        result = whole_file_close(&file, true, error);
    }
    SHA256Data((const uint8_t *)text, strlen(text), merging->environment_hash);
    free(text);
    return result;
}

static int write_samples(const struct merging *merging, int folder, char *const *command,
                         struct error *error)
{
    struct whole_file file;
    int result = whole_file_open(&file, folder, "samples.jsonl", error);

    if (result < 0)
        return result;
    print_header(file.out, merging, command);
    for (size_t i = 0; i < merging->count; i++)
        for (size_t j = 0; j < merging->sources[i].results.sample_count; j++)
            print_sample(file.out, merging, &merging->sources[i],
                         &merging->sources[i].results.samples[j]);
    return whole_file_close(&file, true, error);
}

static int write_all(struct merging *merging, char *folder, const char *out, char *const *command,
                     struct error *error)
{
    int result = folder_make(folder, out, "merge", error);
    if (result < 0)
        return result;
    merging->run = strrchr(folder, '/') + 1;
    int descriptor = whole_file_folder(-1, folder, error);
    if (descriptor < 0)
        return descriptor;
    result = write_environment(merging, descriptor, error);
    if (result == 0)
        result = write_samples(merging, descriptor, command, error);
    close(descriptor);
    return result == 0 ? folder_give_to_caller(folder, error) : result;
}

int merge(char *folder, const char *out, char *const *sources, size_t count, char *const *command,
          void (*notice)(const char *sentence), struct error *error)
{
    struct merging merging = {.sources = calloc(MERGE_SOURCES_MAX, sizeof *merging.sources),
                              .notice = notice};
    size_t samples = 0;
    int result = 0;

    if (!merging.sources)
        return error_set_errno(error, ENOMEM, _("cannot merge so many runs"));
    for (size_t i = 0; i < count && result == 0; i++) {
        merging.sources[i].dir = sources[i];
        result = read_source(&merging, i, error);
        samples += merging.sources[i].results.sample_count;
    }
    if (result == 0 && samples > RESULTS_SAMPLES_MAX)
        result = error_set(error, EFBIG, _("these runs have more than %d samples together"),
                           RESULTS_SAMPLES_MAX);
    if (result == 0)
        result = write_all(&merging, folder, out, command, error);
    for (size_t i = 0; i < merging.count; i++) {
        json_decref(merging.sources[i].environment);
        results_free(&merging.sources[i].results);
    }
    free(merging.sources);
    return result;
}
