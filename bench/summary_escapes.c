/* SPDX-License-Identifier: MIT */
/* The escape matrix: one row per probe, one column per box. */
#include <stdio.h>
#include <string.h>

#include "bench/measures.h"
#include "bench/probe.h"
#include "bench/summary.h"
#include "common/i18n.h"

enum {
    COLUMNS_MAX = FIGURES_PLATFORMS_MAX + 8, /* native may come twice */
    PROBES_MAX = 128,
};

/* A platform, and natively the user: root sees and may far more there. */
struct escape_column {
    const char *platform, *uid;
};

struct matrix {
    const struct sample *verdicts[SUMMARY_VERDICTS_MAX];
    size_t verdict_count;
    struct escape_column columns[COLUMNS_MAX];
    size_t column_count;
    const char *probes[PROBES_MAX];
    size_t probe_count;
};

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

static void add_column(struct matrix *matrix, const struct sample *sample)
{
    for (size_t i = 0; i < matrix->column_count; i++)
        if (in_column(sample, &matrix->columns[i]))
            return;
    if (matrix->column_count < COLUMNS_MAX)
        matrix->columns[matrix->column_count++] =
            (struct escape_column){sample->platform, sample_param(sample, "uid")};
}

/* The columns of one platform: root's before an ordinary user's. */
static void add_columns(struct matrix *matrix, const char *platform)
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

static bool has_probe(const struct matrix *matrix, const char *name)
{
    for (size_t i = 0; i < matrix->probe_count; i++)
        if (strcmp(matrix->probes[i], name) == 0)
            return true;
    return false;
}

static bool was_tried(const struct matrix *matrix, const char *probe)
{
    for (size_t i = 0; i < matrix->verdict_count; i++)
        if (strcmp(matrix->verdicts[i]->workload, probe) == 0)
            return true;
    return false;
}

/* Known probes in the order of their table, then those that only the samples know. */
static void add_probes(struct matrix *matrix)
{
    for (size_t i = 0; i < probes_count && matrix->probe_count < PROBES_MAX; i++)
        if (was_tried(matrix, probes[i].name))
            matrix->probes[matrix->probe_count++] = probes[i].name;
    for (size_t i = 0; i < matrix->verdict_count && matrix->probe_count < PROBES_MAX; i++) {
        const char *probe = matrix->verdicts[i]->workload;
        if (*probe && !has_probe(matrix, probe))
            matrix->probes[matrix->probe_count++] = probe;
    }
}

/* The last sample of that probe in that column; else one that speaks for the whole column. */
static const struct sample *find_sample(const struct matrix *matrix, const char *probe,
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

struct verdict_look {
    const char *verdict, *text;
    enum table_tone tone;
};

static const struct verdict_look looks[] = {
    {"allowed",   N_("allowed"),   TONE_BAD },
    {"contained", N_("contained"), TONE_GOOD},
    {"refused",   N_("refused"),   TONE_GOOD},
    {"absent",    N_("absent"),    TONE_GOOD},
    {"unknown",   N_("unknown"),   TONE_WARN},
};

static void put_verdict(struct table *table, const struct sample *sample)
{
    if (!sample) {
        table_put_none(table, "–");
        table_tone(table, TONE_WEAK);
        return;
    }
    if (sample->status != SAMPLE_OK) {
        bool skipped = sample->status == SAMPLE_SKIPPED;
        table_put_none(table, skipped ? _("skipped") : _("failed"));
        table_tone(table, skipped ? TONE_WEAK : TONE_BAD);
        table_footnote(table, "%s", *sample->reason ? sample->reason : _("no reason was given"));
        return;
    }
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strcmp(sample->verdict, looks[i].verdict) == 0) {
            table_put_string(table, sample->verdict, _(looks[i].text));
            table_tone(table, looks[i].tone);
            if (strcmp(sample->verdict, "unknown") == 0 && *sample->detail)
                table_footnote(table, "%s", sample->detail);
            return;
        }
    }
    table_put_string(table, sample->verdict, NULL);
    table_tone(table, TONE_WARN);
}

static void set_columns(struct table *table, const struct matrix *matrix,
                        const struct results *results)
{
    struct table_column columns[COLUMNS_MAX + 1] = {
        {"probe", _("a program tries to"), TABLE_LEFT}
    };
    char keys[COLUMNS_MAX][64], titles[COLUMNS_MAX][128];
    size_t natives = 0;

    for (size_t i = 0; i < matrix->column_count; i++)
        natives += strcmp(matrix->columns[i].platform, "native") == 0;
    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct escape_column *column = &matrix->columns[i];
        bool twice = natives > 1 && strcmp(column->platform, "native") == 0;
        snprintf(keys[i], sizeof keys[i], twice ? "%s_%s" : "%s", column->platform, column->uid);
        snprintf(titles[i], sizeof titles[i], twice ? "%s\n%s" : "%s",
                 _(measure_platform_title(results, column->platform)),
                 strcmp(column->uid, "0") == 0 ? _("as root") : _("as a user"));
        columns[i + 1] = (struct table_column){keys[i], titles[i], TABLE_LEFT};
    }
    table_set_columns(table, columns, matrix->column_count + 1);
}

struct table *summary_escapes(const struct analysis *analysis)
{
    const struct results *results = &analysis->results;
    struct matrix matrix = {0};

    matrix.verdict_count = summary_find_verdicts(results, matrix.verdicts);
    for (size_t i = 0; i < analysis->figures.platform_count; i++)
        add_columns(&matrix, analysis->figures.platforms[i]);
    add_probes(&matrix);
    if (matrix.column_count == 0)
        return NULL;
    struct table *table = table_new(_("What a program in the box can reach of the host"), NULL);
    if (!table)
        return NULL;
    set_columns(table, &matrix, results);
    for (size_t i = 0; i < matrix.probe_count; i++) {
        const struct probe *probe = probe_find(matrix.probes[i]);
        table_add_row(table, 0);
        table_put_string(table, matrix.probes[i], probe ? _(probe->title) : NULL);
        for (size_t j = 0; j < matrix.column_count; j++)
            put_verdict(table, find_sample(&matrix, matrix.probes[i], &matrix.columns[j]));
    }
    table_note(table, "", "%s",
               _("allowed: it reached the host; contained: it worked, but not on the host;"));
    table_note(table, "", "%s",
               _("refused: the kernel said no; absent: there is no such thing in there"));
    return table;
}
