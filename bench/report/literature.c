/* SPDX-License-Identifier: MIT */
#include "bench/report/literature.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/claims/rule.h"
#include "common/i18n.h"
#include "common/paths.h"

enum { FILE_BYTES_MAX = 256 * 1024 };

enum { METRIC, SYSTEM, VALUE, UNIT, CONDITIONS, SOURCE, CHECKED, HERE, FIELDS };

/* One field, in place; *more says whether another one follows in this record. */
static char *next_field(char **text, bool *more)
{
    char *field = *text, *in = *text, *out = *text;
    bool quoted = *in == '"';

    if (quoted) {
        for (in++; *in && (*in != '"' || in[1] == '"'); in++) {
            in += *in == '"'; /* two quotes are one */
            *out++ = *in;
        }
        in += *in == '"';
    }
    while (*in && *in != ',' && *in != '\n')
        *out++ = *in++;
    *more = *in == ',';
    *text = *in ? in + 1 : in;
    if (out > field && out[-1] == '\r')
        out--;
    *out = '\0';
    return field;
}

size_t csv_next_record(char **text, char **fields, size_t most)
{
    size_t count = 0;
    bool more = **text != '\0';

    while (more) {
        char *field = next_field(text, &more);
        if (count < most)
            fields[count] = field;
        count++;
    }
    return count;
}

/* The figure of these results that is nearest to it; "" where none is named, or there is none. */
static void put_here(struct table *table, const struct analysis *analysis, const char *selection)
{
    char text[RULE_BYTES_MAX], value[MEASURE_TEXT_MAX];
    struct finding finding = {.outcome = RULE_MISSING, .reason = ""};
    struct error ignored;
    struct rule rule;

    snprintf(text, sizeof text, "value %s >= 0", selection);
    bool asked = *selection && rule_parse(&rule, text, &ignored) == 0 &&
                 rule_judge(&rule, analysis, &finding) == 0;
    if (!asked || !finding.measure) {
        table_put_none(table, asked ? _("skipped") : "");
        if (asked)
            table_footnote(table, "%s", finding.reason);
        return;
    }
    measure_print_value(value, measure_unit(finding.measure->metric), finding.value);
    snprintf(text, sizeof text, "%s (%s)", value, rule.of.platform);
    table_put_string(table, text, NULL);
}

static int add_rows(struct table *table, const struct analysis *analysis, char *text,
                    struct error *error)
{
    char *fields[FIELDS], figure[256];
    const char *before = "";
    size_t line = 0;

    for (size_t count; (count = csv_next_record(&text, fields, FIELDS)) > 0;) {
        if (++line == 1)
            continue; /* the names of the columns */
        if (count != FIELDS)
            return error_set(error, EINVAL, _("literature.csv: record %zu has %zu fields, not %d"),
                             line, count, FIELDS);
        snprintf(figure, sizeof figure, "%s %s", fields[VALUE], fields[UNIT]);
        if (strcmp(fields[METRIC], before) != 0)
            table_add_heading(table, fields[METRIC]);
        before = fields[METRIC]; /* text stays until the table is whole */
        table_add_row(table, 0);
        table_put_string(table, fields[METRIC], NULL);
        table_put_string(table, fields[SYSTEM], NULL);
        table_put_string(table, figure, NULL);
        put_here(table, analysis, fields[HERE]);
        table_put_string(table, fields[CONDITIONS], NULL);
        table_put_string(table, fields[SOURCE], NULL);
        table_put_string(table, fields[CHECKED], NULL);
    }
    return 0;
}

int literature_table_of(const struct analysis *analysis, char *text, struct table **table,
                        struct error *error)
{
    const struct table_column columns[] = {
        {"metric",     _("what"),            TABLE_LEFT | TABLE_MACHINE},
        {"system",     _("system"),          TABLE_LEFT                },
        {"published",  _("published"),       TABLE_LEFT | TABLE_WRAP   },
        {"here",       _("nearest here"),    TABLE_LEFT                },
        {"conditions", _("under"),           TABLE_LEFT | TABLE_WRAP   },
        {"source",     _("source"),          TABLE_LEFT | TABLE_WRAP   },
        {"checked",    _("checked against"), TABLE_LEFT                },
    };

    *table = table_new(NULL, NULL);
    if (!*table)
        return error_set_errno(error, ENOMEM, "cannot show the literature");
    table_set_columns(*table, columns, sizeof columns / sizeof *columns);
    int result = add_rows(*table, analysis, text, error);
    table_note(*table, "", "%s",
               _("checked against: source, the original text; data, the published data; abstract "
                 "or excerpt, only that; second-hand, another work that tells of it"));
    if (result < 0) {
        table_free(*table);
        *table = NULL;
    }
    return result;
}

int literature_table(const struct analysis *analysis, struct table **table, struct error *error)
{
    char path[PATHS_MAX];
    struct paths paths;

    *table = NULL;
    int result = paths_find(&paths, error);
    if (result == 0)
        result = paths_join(path, paths.share, "literature.csv", error);
    if (result < 0)
        return result;
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, FILE_BYTES_MAX + 1) : NULL;
    if (!text) {
        result = error_set_errno(error, errno, _("cannot read %s"), path);
    } else {
        text[fread(text, 1, FILE_BYTES_MAX, file)] = '\0';
        result = literature_table_of(analysis, text, table, error);
    }
    free(text);
    if (file)
        fclose(file);
    return result;
}
