/* SPDX-License-Identifier: MIT */
/* The escape matrix as a table. */
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/probe.h"
#include "bench/tables/escape_matrix.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

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

static void put_verdict(struct table *table, const struct escape_cell *cell)
{
    const struct sample *sample = cell->sample;

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
            if (cell->alike < cell->tries)
                table_footnote(table, _("in %zu of %zu runs; the others say less of the host"),
                               cell->alike, cell->tries);
            else if (strcmp(sample->verdict, "unknown") == 0 && *sample->detail)
                table_footnote(table, "%s", sample->detail);
            return;
        }
    }
    table_put_string(table, sample->verdict, NULL);
    table_tone(table, TONE_WARN);
}

static void set_columns(struct table *table, const struct escape_matrix *matrix,
                        const struct results *results, const char *key, const char *title)
{
    struct table_column columns[ESCAPE_COLUMNS_MAX + 1] = {
        {key, title, TABLE_LEFT}
    };
    char keys[ESCAPE_COLUMNS_MAX][64], titles[ESCAPE_COLUMNS_MAX][128];

    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct escape_column *column = &matrix->columns[i];
        bool twice = escape_matrix_native_twice(matrix) && strcmp(column->platform, "native") == 0;
        snprintf(keys[i], sizeof keys[i], twice ? "%s_%s" : "%s", column->platform, column->uid);
        snprintf(titles[i], sizeof titles[i], twice ? "%s\n%s" : "%s",
                 _(measure_platform_title(results, column->platform)),
                 strcmp(column->uid, "0") == 0 ? _("as root") : _("as a user"));
        columns[i + 1] = (struct table_column){keys[i], titles[i], TABLE_LEFT};
    }
    table_set_columns(table, columns, matrix->column_count + 1);
}

static void explain_verdicts(struct table *table)
{
    table_note(table, "", "%s",
               _("allowed: it reached the host; contained: it worked, but not on the host;"));
    table_note(table, "", "%s",
               _("refused: the kernel said no; absent: there is no such thing in there"));
}

/* A skip of a whole machine, or of a whole run, has no row: it is told below. */
static void add_skip_notes(struct table *table, const struct escape_matrix *matrix)
{
    for (size_t i = 0; matrix->probe_count == 0 && i < matrix->verdict_count; i++)
        table_note(table, "!", _("%s: %s is skipped: %s"), "escape", matrix->verdicts[i]->platform,
                   matrix->verdicts[i]->reason);
    machines_add_note(table, &matrix->machines);
}

static void add_probes(struct table *table, const struct escape_matrix *matrix, size_t machine)
{
    for (size_t i = 0; i < matrix->probe_count; i++) {
        const struct probe *probe = probe_find(matrix->probes[i]);
        table_add_row(table, 0);
        table_put_string(table, matrix->probes[i], probe ? _(probe->title) : NULL);
        for (size_t j = 0; j < matrix->column_count; j++) {
            const struct escape_cell cell = escape_matrix_find(matrix, machine, i, j);
            put_verdict(table, &cell);
        }
    }
}

/* The empty table of a matrix; NULL: there are no verdicts, or there is no memory. */
static struct table *start_table(const struct escape_matrix *matrix, const struct results *results,
                                 const char *key, const char *head)
{
    struct table *table =
        matrix->column_count == 0
            ? NULL
            : table_new(_("What a program in the box can reach of the host"), NULL);
    if (table)
        set_columns(table, matrix, results, key, head);
    return table;
}

struct table *summary_escapes(const struct analysis *analysis)
{
    struct escape_matrix matrix;

    if (escape_matrix_make(&matrix, analysis) < 0)
        return NULL;
    struct table *table =
        start_table(&matrix, &analysis->results, "probe", _("a program tries to"));
    for (size_t i = 0; table && i < matrix.machines.count; i++) {
        machine_add_heading(table, analysis, matrix.machines.labels[i]);
        add_probes(table, &matrix, i);
    }
    if (table) {
        add_skip_notes(table, &matrix);
        explain_verdicts(table);
    }
    escape_matrix_free(&matrix);
    return table;
}

/* How many probes have that verdict in a column; where none was tried, why. */
static void put_count(struct table *table, const struct escape_matrix *matrix, size_t machine,
                      size_t column, const struct verdict_look *look)
{
    struct escape_cell missing = {0};
    int64_t tried = 0, count = 0;

    for (size_t i = 0; i < matrix->probe_count; i++) {
        const struct escape_cell cell = escape_matrix_find(matrix, machine, i, column);
        if (cell.sample && cell.sample->status == SAMPLE_OK) {
            tried++;
            count += strcmp(cell.sample->verdict, look->verdict) == 0;
        } else if (cell.sample) {
            missing = cell;
        }
    }
    if (tried == 0) {
        put_verdict(table, &missing);
        return;
    }
    table_put_integer(table, count, "%lld", (long long)count);
    if (count > 0)
        table_tone(table, look->tone);
}

static bool is_in(const struct escape_matrix *matrix, const char *verdict)
{
    for (size_t i = 0; i < matrix->verdict_count; i++)
        if (strcmp(matrix->verdicts[i]->verdict, verdict) == 0)
            return true;
    return false;
}

static void add_counts(struct table *table, const struct escape_matrix *matrix, size_t machine)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strcmp(looks[i].verdict, "unknown") == 0 && !is_in(matrix, looks[i].verdict))
            continue;
        table_add_row(table, 0);
        table_put_string(table, looks[i].verdict, _(looks[i].text));
        for (size_t j = 0; j < matrix->column_count; j++)
            put_count(table, matrix, machine, j, &looks[i]);
    }
}

struct table *summary_escape_counts(const struct analysis *analysis)
{
    struct escape_matrix matrix;
    char tries[64];

    if (escape_matrix_make(&matrix, analysis) < 0)
        return NULL;
    snprintf(tries, sizeof tries, _("of %zu tries"), matrix.probe_count);
    struct table *table = start_table(&matrix, &analysis->results, "verdict", tries);
    for (size_t i = 0; table && i < matrix.machines.count; i++) {
        machine_add_heading(table, analysis, matrix.machines.labels[i]);
        add_counts(table, &matrix, i);
        size_t tried = escape_matrix_tries(&matrix, i);
        if (tried < matrix.probe_count)
            table_note(table, "!", _("%s: %zu of the %zu tries were made"),
                       matrix.machines.labels[i], tried, matrix.probe_count);
    }
    if (table) {
        machines_add_note(table, &matrix.machines);
        explain_verdicts(table);
        table_note(table, "", "%s", _("which they were stands in the report and in summary.md"));
    }
    escape_matrix_free(&matrix);
    return table;
}
