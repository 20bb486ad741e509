/* SPDX-License-Identifier: MIT */
#include "bench/tables/escape_matrix.h"

#include <string.h>

#include "bench/results/probe.h"

size_t summary_find_verdicts(const struct results *results,
                             const struct sample *verdicts[SUMMARY_VERDICTS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < results->sample_count && count < SUMMARY_VERDICTS_MAX; i++)
        if (strcmp(results->samples[i].experiment, "escape") == 0)
            verdicts[count++] = &results->samples[i];
    return count;
}

static bool in_column(const struct sample *sample, const struct escape_column *column)
{
    return strcmp(sample->platform, column->platform) == 0 &&
           (strcmp(column->platform, "native") != 0 ||
            strcmp(sample_param(sample, "uid"), column->uid) == 0);
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
                (strcmp(sample_param(sample, "uid"), "0") == 0) == root)
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

/* The last sample of that probe in that column; else one that speaks for the whole column. */
static const struct sample *find_sample(const struct escape_matrix *matrix, const char *probe,
                                        const struct escape_column *column)
{
    const struct sample *whole = NULL;

    for (size_t i = matrix->verdict_count; i-- > 0;) {
        const struct sample *sample = matrix->verdicts[i];
        if (!in_column(sample, column))
            continue;
        if (strcmp(sample->workload, probe) == 0)
            return sample;
        if (sample->status == SAMPLE_SKIPPED && *sample->workload == '\0')
            whole = sample;
    }
    return whole;
}

const struct sample *escape_matrix_find(const struct escape_matrix *matrix, size_t row,
                                        size_t column)
{
    return find_sample(matrix, matrix->probes[row], &matrix->columns[column]);
}

bool escape_matrix_native_twice(const struct escape_matrix *matrix)
{
    size_t natives = 0;

    for (size_t i = 0; i < matrix->column_count; i++)
        natives += strcmp(matrix->columns[i].platform, "native") == 0;
    return natives > 1;
}

void escape_matrix_make(struct escape_matrix *matrix, const struct analysis *analysis)
{
    *matrix = (struct escape_matrix){0};
    matrix->verdict_count = summary_find_verdicts(&analysis->results, matrix->verdicts);
    for (size_t i = 0; i < analysis->figures.platform_count; i++)
        add_columns(matrix, analysis->figures.platforms[i]);
    add_probes(matrix);
}
