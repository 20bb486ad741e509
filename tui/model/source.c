/* SPDX-License-Identifier: MIT */
#include "tui/model/source.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/analysis/analysis.h"
#include "bench/analysis/measures.h"
#include "bench/results/environment.h"
#include "common/i18n.h"
#include "tui/model/pages.h"

void source_open(struct source *source, const char *folder, const char *timeline)
{
    char real[PATH_MAX], copy[PATH_MAX], other[PATH_MAX];

    *source = (struct source){.timeline = timeline};
    snprintf(source->folder, sizeof source->folder, "%s", folder);
    /* "latest" is a link: its neighbours are those of the folder that it points to. */
    snprintf(copy, sizeof copy, "%s", realpath(folder, real) ? real : folder);
    memcpy(other, copy, sizeof other); /* both calls change what they are given */
    snprintf(source->root, sizeof source->root, "%s", dirname(copy));
    snprintf(source->name, sizeof source->name, "%.255s", basename(other));
}

void source_close(struct source *source)
{
    if (source->file)
        fclose(source->file);
    results_free(&source->results);
    free(source->starts_ns);
    *source = (struct source){0};
}

static bool fail(struct source *source, const struct error *error)
{
    bool new = !source->in_trouble || strcmp(source->trouble.text, error->text) != 0;

    source->trouble = *error;
    source->in_trouble = true;
    return new;
}

bool source_read(struct source *source)
{
    struct error error;
    size_t before = source->results.lines;

    if (!source->file && results_open(source->folder, &source->file, &error) < 0) {
        source->file = NULL;
        return fail(source, &error);
    }
    if (results_read_more(&source->results, source->file, source->folder, &error) < 0)
        return fail(source, &error);
    bool was_in_trouble = source->in_trouble;
    source->in_trouble = false;
    return was_in_trouble || source->results.lines != before;
}

bool source_is_over(const struct source *source)
{
    struct stat ours, now;
    char path[PATH_MAX];

    if (!source->file || fstat(fileno(source->file), &ours) < 0)
        return false;
    snprintf(path, sizeof path, "%.4000s/samples.jsonl", source->folder);
    return (stat(path, &now) == 0 && (now.st_dev != ours.st_dev || now.st_ino != ours.st_ino)) ||
           ours.st_size < ftello(source->file);
}

static int by_start(const void *a, const void *b)
{
    int64_t left = ((const struct sample *)a)->t0_ns, right = ((const struct sample *)b)->t0_ns;

    return (left > right) - (left < right);
}

bool source_prepare_replay(struct source *source)
{
    struct results *results = &source->results;

    if (results->sample_count > 0)
        qsort(results->samples, results->sample_count, sizeof *results->samples, by_start);
    free(source->starts_ns);
    source->starts_ns = calloc(results->sample_count + 1, sizeof *source->starts_ns);
    for (size_t i = 0; source->starts_ns && i < results->sample_count; i++)
        source->starts_ns[i] = results->samples[i].t0_ns;
    return source->starts_ns;
}

size_t source_count_at(const struct source *source, int64_t after_ns)
{
    size_t low = 0, high = source->results.sample_count;

    if (!source->starts_ns)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->starts_ns[middle] - source->starts_ns[0] <= after_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t source_duration_ns(const struct source *source)
{
    size_t count = source->results.sample_count;

    return source->starts_ns && count > 0 ? source->starts_ns[count - 1] - source->starts_ns[0] : 0;
}

static void add_warning(void *context, const char *sentence)
{
    struct state *state = context;

    lines_add(&state->warnings, arena_text(&state->arena, sentence));
}

/* What the head of each screen says. */
static void describe(struct state *state, const struct analysis *analysis)
{
    double smallest, largest;

    state->run = arena_text(&state->arena, analysis->results.run);
    state->host = arena_text(&state->arena, analysis->host);
    if (analysis_noise(analysis, &smallest, &largest))
        state->noise = largest;
    analysis_warn(analysis, add_warning, state);
}

static void make_pages(struct state *state, const struct source *source,
                       const struct analysis *analysis)
{
    const struct sources sources = {
        .analysis = analysis,
        .folder = source->folder,
        .root = source->root,
        .name = source->name,
        .timeline = source->timeline,
    };
    for (size_t i = 0; i < page_kinds_count && i < PAGES_MAX; i++)
        page_kinds[i].make(&state->pages[i], &state->arena, &sources);
    pages_point_to_earlier(state->pages, &state->arena, &sources);
}

/* The results are lent to the analysis, so that no sample is copied. */
static int analyse(struct analysis *analysis, struct source *source, size_t shown)
{
    struct error error;

    *analysis = (struct analysis){.results = source->results};
    if (shown < analysis->results.sample_count)
        analysis->results.sample_count = shown;
    int result = figures_make(&analysis->figures, &analysis->results, &error);
    if (result < 0)
        return result;
    measures_know(&analysis->figures);
    analysis->environment = analysis_environment(source->folder, analysis->results.environment,
                                                 &analysis->environment_state);
    if (analysis->environment)
        environment_describe(analysis->environment, analysis->host, sizeof analysis->host);
    else
        snprintf(analysis->host, sizeof analysis->host, "%s", _("host: unknown"));
    return 0;
}

struct state *source_make_state(struct source *source, size_t shown)
{
    struct state *state = calloc(1, sizeof *state);
    struct analysis *analysis = calloc(1, sizeof *analysis);
    bool analysed = false;

    if (!state || !analysis)
        goto out;
    state->noise = -1;
    state->run = state->host = "";
    state->folder = arena_text(&state->arena, source->folder);
    state->samples = source->results.sample_count;
    state->shown = shown < state->samples ? shown : state->samples;
    analysed = source->results.run && analyse(analysis, source, shown) == 0;
    if (analysed)
        describe(state, analysis);
    if (source->in_trouble)
        state->trouble = arena_text(&state->arena, source->trouble.text);
    make_pages(state, source, analysed ? analysis : NULL);
out:
    if (analysed) {
        json_decref(analysis->environment);
        figures_free(&analysis->figures);
    }
    free(analysis);
    if (state && state->arena.failed) {
        state_free(state);
        state = NULL;
    }
    return state;
}
