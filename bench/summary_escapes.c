/* SPDX-License-Identifier: MIT */
/* The escape matrix as a table. */
#include <stdio.h>
#include <string.h>

#include "bench/escape_matrix.h"
#include "bench/measures.h"
#include "bench/probe.h"
#include "bench/summary.h"
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

static void set_columns(struct table *table, const struct escape_matrix *matrix,
                        const struct results *results)
{
    struct table_column columns[ESCAPE_COLUMNS_MAX + 1] = {
        {"probe", _("a program tries to"), TABLE_LEFT}
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

struct table *summary_escapes(const struct analysis *analysis)
{
    const struct results *results = &analysis->results;
    struct escape_matrix matrix;

    escape_matrix_make(&matrix, analysis);
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
            put_verdict(table, escape_matrix_find(&matrix, i, j));
    }
    table_note(table, "", "%s",
               _("allowed: it reached the host; contained: it worked, but not on the host;"));
    table_note(table, "", "%s",
               _("refused: the kernel said no; absent: there is no such thing in there"));
    return table;
}
