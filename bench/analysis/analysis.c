/* SPDX-License-Identifier: MIT */
#include "bench/analysis/analysis.h"

#include <fcntl.h>
#include <math.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/observations.h"
#include "bench/results/environment.h"
#include "common/i18n.h"

/* All of env.json; NULL when it is no regular file of a size that can be true. A link could lead to
   anything that we may read and its owner may not. */
static char *read_environment(const char *dir, size_t *length)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(folder, "env.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;
    char *text = NULL;

    *length = 0;
    if (folder >= 0)
        close(folder);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= ENVIRONMENT_FILE_MAX)
        text = malloc(ENVIRONMENT_FILE_MAX);
    for (ssize_t got = 1; text && got > 0 && *length < ENVIRONMENT_FILE_MAX;) {
        got = read(fd, text + *length, ENVIRONMENT_FILE_MAX - *length);
        *length += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return text;
}

json_t *analysis_environment(const char *dir, const char *hash, enum environment_state *state)
{
    char found[SHA256_DIGEST_STRING_LENGTH];
    json_t *environment = NULL;
    size_t length;
    char *text = read_environment(dir, &length);

    *state = ENVIRONMENT_MISSING;
    if (text)
        environment = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (environment) {
        SHA256Data((const uint8_t *)text, length, found);
        *state = strcmp(found, hash) == 0 ? ENVIRONMENT_GOOD : ENVIRONMENT_OTHER;
    }
    free(text);
    return environment;
}

static void open_environment(struct analysis *analysis, const char *dir)
{
    analysis->environment =
        analysis_environment(dir, analysis->results.environment, &analysis->environment_state);
    if (analysis->environment)
        environment_describe(analysis->environment, analysis->host, sizeof analysis->host);
    else
        snprintf(analysis->host, sizeof analysis->host, "%s", _("host: unknown"));
}

int analysis_open(struct analysis *analysis, const char *dir, struct error *error)
{
    *analysis = (struct analysis){0};
    int result = results_read(&analysis->results, dir, error);
    if (result < 0)
        return result;
    result = figures_make(&analysis->figures, &analysis->results, error);
    if (result < 0) {
        results_free(&analysis->results);
        return result;
    }
    measures_know(&analysis->figures);
    open_environment(analysis, dir);
    return 0;
}

void analysis_close(struct analysis *analysis)
{
    json_decref(analysis->environment);
    figures_free(&analysis->figures);
    results_free(&analysis->results);
}

void analysis_runs(const struct analysis *analysis, size_t *least, size_t *most)
{
    const struct figures *figures = &analysis->figures;

    *least = *most = 0;
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        for (size_t j = 0; j < figures->platform_count && measure_is_shown(measure); j++) {
            size_t count = measure->figures[j].value.count;
            if (count > 0 && (*least == 0 || count < *least))
                *least = count;
            if (count > *most)
                *most = count;
        }
    }
}

size_t analysis_outliers(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    size_t outliers = 0;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        for (size_t j = 0; j < figures->platform_count && measure_is_shown(measure); j++)
            outliers += measure->figures[j].outliers;
    }
    return outliers;
}

size_t analysis_drifts(const struct analysis *analysis, double *farthest)
{
    const struct figures *figures = &analysis->figures;
    size_t drifts = 0;

    *farthest = 0;
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        for (size_t j = 0; j < figures->platform_count && measure_is_shown(measure); j++) {
            const struct trend *trend = &measure->figures[j].trend;
            drifts += trend->drifts;
            if (trend->drifts && fabs(trend->change) > *farthest)
                *farthest = fabs(trend->change);
        }
    }
    return drifts;
}

size_t analysis_several_modes(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    size_t several = 0;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        for (size_t j = 0; j < figures->platform_count && measure_is_shown(measure); j++)
            several += measure->figures[j].several_modes;
    }
    return several;
}

bool analysis_noise(const struct analysis *analysis, double *smallest, double *largest)
{
    const struct figures *figures = &analysis->figures;
    bool any = false;

    for (size_t i = 0; i < figures->measure_count; i++) {
        double floor = figures->measures[i].floor;
        if (floor < 0 || !measure_is_shown(&figures->measures[i]))
            continue;
        *smallest = any && *smallest < floor ? *smallest : floor;
        *largest = any && *largest > floor ? *largest : floor;
        any = true;
    }
    return any;
}

void analysis_warn(const struct analysis *analysis,
                   void (*warn)(void *context, const char *sentence), void *context)
{
    const struct results *results = &analysis->results;
    char sentence[512];

    for (size_t i = 0; i < results->damage_count && i < RESULTS_DAMAGE_MAX; i++) {
        snprintf(sentence, sizeof sentence, _("samples.jsonl: line %zu is left out: %s"),
                 results->damage[i].line, results->damage[i].why);
        warn(context, sentence);
    }
    if (results->damage_count > RESULTS_DAMAGE_MAX) {
        snprintf(sentence, sizeof sentence, _("samples.jsonl: %zu more lines are left out"),
                 results->damage_count - RESULTS_DAMAGE_MAX);
        warn(context, sentence);
    }
    if (results->torn)
        warn(context, _("samples.jsonl: the last line is torn: the run was cut off there"));
    else if (results_cut_off(results))
        warn(context,
             _("the run did not come to its end: it was cut off, or still goes on; what it "
               "did not measure is missing"));
    if (results->cut_sources > 0) {
        snprintf(sentence, sizeof sentence,
                 _("of the runs that were merged, %zu did not come to their end"),
                 results->cut_sources);
        warn(context, sentence);
    }
    if (analysis->figures.left_out > 0) {
        snprintf(sentence, sizeof sentence,
                 _("more than %d platforms, %d figures or %d reasons: %zu are left out everywhere"),
                 FIGURES_PLATFORMS_MAX, FIGURES_MEASURES_MAX, OBSERVATIONS_TROUBLES_MAX,
                 analysis->figures.left_out);
        warn(context, sentence);
    }
    if (analysis->environment_state == ENVIRONMENT_MISSING)
        warn(context, _("there is no env.json that can be read: the machine is unknown"));
    if (analysis->environment_state == ENVIRONMENT_OTHER)
        warn(context, _("env.json is not the one that these samples were taken with"));
}
