/* SPDX-License-Identifier: MIT */
#include "bench/tables/escape_matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/probe.h"

static bool has_verdict(const struct sample *sample)
{
    return strcmp(sample->experiment, "escape") == 0;
}

static bool is_root(const char *uid)
{
    return strcmp(uid, "0") == 0;
}

static bool in_column(const struct sample *sample, const struct escape_column *column)
{
    return strcmp(sample->platform, column->platform) == 0 &&
           (strcmp(column->platform, "native") != 0 ||
            is_root(sample_param(sample, "uid")) == is_root(column->uid));
}

static void add_column(struct escape_matrix *matrix, const struct sample *sample)
{
    for (size_t i = 0; i < matrix->column_count; i++)
        if (in_column(sample, &matrix->columns[i]))
            return;
    if (matrix->column_count < ESCAPE_COLUMNS_MAX)
        matrix->columns[matrix->column_count++] =
            (struct escape_column){sample->platform, sample_param(sample, "uid")};
}

/* The columns of one platform: root's before an ordinary user's. */
static void add_columns(struct escape_matrix *matrix, const char *platform)
{
    for (int root = 1; root >= 0; root--) {
        for (size_t i = 0; i < matrix->verdict_count; i++) {
            const struct sample *sample = matrix->verdicts[i];
            if (strcmp(sample->platform, platform) == 0 &&
                is_root(sample_param(sample, "uid")) == root)
                add_column(matrix, sample);
        }
    }
}

static bool has_probe(const struct escape_matrix *matrix, const char *name)
{
    for (size_t i = 0; i < matrix->probe_count; i++)
        if (strcmp(matrix->probes[i], name) == 0)
            return true;
    return false;
}

static bool was_tried(const struct escape_matrix *matrix, const char *probe)
{
    for (size_t i = 0; i < matrix->verdict_count; i++)
        if (strcmp(matrix->verdicts[i]->workload, probe) == 0)
            return true;
    return false;
}

/* Known probes in the order of their table, then those that only the samples know. */
static void add_probes(struct escape_matrix *matrix)
{
    for (size_t i = 0; i < probes_count && matrix->probe_count < ESCAPE_PROBES_MAX; i++)
        if (was_tried(matrix, probes[i].name))
            matrix->probes[matrix->probe_count++] = probes[i].name;
    for (size_t i = 0; i < matrix->verdict_count && matrix->probe_count < ESCAPE_PROBES_MAX; i++) {
        const char *probe = matrix->verdicts[i]->workload;
        if (*probe && !has_probe(matrix, probe))
            matrix->probes[matrix->probe_count++] = probe;
    }
}

/* How bad it is that this is the answer; 0: there was none. */
static unsigned gravity(const struct sample *sample)
{
    static const char *const verdicts[] = {"absent", "refused", "contained", "unknown", "allowed"};
    enum { VERDICTS = sizeof verdicts / sizeof *verdicts };

    if (sample->status != SAMPLE_OK)
        return 0;
    for (unsigned i = 0; i < VERDICTS; i++)
        if (strcmp(sample->verdict, verdicts[i]) == 0)
            return i + 1;
    return VERDICTS;
}

/* Of samples alike the last; without any, one that speaks for the whole column. */
struct escape_cell escape_matrix_find(const struct escape_matrix *matrix, size_t machine,
                                      size_t row, size_t column)
{
    struct escape_cell cell = {0};
    const struct sample *whole = NULL;

    for (size_t i = matrix->first_of[machine + 1]; i-- > matrix->first_of[machine];) {
        const struct sample *sample = matrix->verdicts[i];
        bool of_all = *sample->workload == '\0';
        /* The probe first: it tells most of them apart, and there may be a hundred thousand. */
        if ((!of_all && strcmp(sample->workload, matrix->probes[row]) != 0) ||
            !in_column(sample, &matrix->columns[column]))
            continue;
        if (of_all && sample->status == SAMPLE_SKIPPED)
            whole = sample;
        if (of_all)
            continue;
        cell.tries += sample->status == SAMPLE_OK;
        if (!cell.sample || gravity(sample) > gravity(cell.sample)) {
            cell.sample = sample;
            cell.alike = 0;
        }
        cell.alike +=
            sample->status == SAMPLE_OK && strcmp(sample->verdict, cell.sample->verdict) == 0;
    }
    if (!cell.sample)
        cell.sample = whole;
    return cell;
}

bool escape_matrix_native_twice(const struct escape_matrix *matrix)
{
    size_t natives = 0;

    for (size_t i = 0; i < matrix->column_count; i++)
        natives += strcmp(matrix->columns[i].platform, "native") == 0;
    return natives > 1;
}

size_t escape_matrix_tries(const struct escape_matrix *matrix, size_t machine)
{
    size_t tries = 0;

    for (size_t i = 0; i < matrix->probe_count; i++) {
        size_t j = matrix->first_of[machine];
        while (j < matrix->first_of[machine + 1] &&
               strcmp(matrix->verdicts[j]->workload, matrix->probes[i]) != 0)
            j++;
        tries += j < matrix->first_of[machine + 1];
    }
    return tries;
}

static void gather(struct escape_matrix *matrix, const struct results *results)
{
    for (size_t i = 0; i < results->sample_count; i++)
        if (has_verdict(&results->samples[i]))
            machines_add(&matrix->machines, results->samples[i].machine);
    for (size_t i = 0; i < matrix->machines.count; i++) {
        matrix->first_of[i] = matrix->verdict_count;
        for (size_t j = 0; j < results->sample_count; j++)
            if (has_verdict(&results->samples[j]) &&
                strcmp(results->samples[j].machine, matrix->machines.labels[i]) == 0)
                matrix->verdicts[matrix->verdict_count++] = &results->samples[j];
    }
    matrix->first_of[matrix->machines.count] = matrix->verdict_count;
}

int escape_matrix_make(struct escape_matrix *matrix, const struct analysis *analysis)
{
    const struct results *results = &analysis->results;

    *matrix = (struct escape_matrix){
        .verdicts = calloc(results->sample_count + 1, sizeof(*matrix->verdicts))};
    if (!matrix->verdicts)
        return -ENOMEM;
    gather(matrix, results);
    for (size_t i = 0; i < analysis->figures.platform_count; i++)
        add_columns(matrix, analysis->figures.platforms[i]);
    add_probes(matrix);
    return 0;
}

void escape_matrix_free(struct escape_matrix *matrix)
{
    free(matrix->verdicts);
    *matrix = (struct escape_matrix){0};
}
