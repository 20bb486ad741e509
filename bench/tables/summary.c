/* SPDX-License-Identifier: MIT */
#include "bench/tables/summary.h"

#include <errno.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"
#include "common/text.h"

static int print_table(struct table *table, enum table_form form, FILE *out, struct error *error)
{
    int result = table ? table_print(table, form, out, error)
                       : error_set(error, ENOMEM, _("there is no memory to show the samples"));

    table_free(table);
    return result;
}

static int print_json(const struct analysis *analysis, FILE *out, struct error *error)
{
    const struct results *results = &analysis->results;

    fputs("{\"run\": ", out);
    text_print_json(out, results->run);
    fputs(", \"command\": ", out);
    text_print_json(out, results->command);
    fputs(", \"host\": ", out);
    text_print_json(out, analysis->host);
    fprintf(out,
            ", \"seed\": %lld, \"resamples\": %d, \"damaged_lines\": %zu, \"torn\": %s, "
            "\"cut_off\": %s,",
            (long long)results->seed, STATISTICS_RESAMPLES, results->damage_count,
            results->torn ? "true" : "false",
            results_cut_off(results) || results->cut_sources > 0 ? "true" : "false");
    fputs("\n\"rows\": ", out);
    int result = print_table(summary_rows(analysis), TABLE_JSON, out, error);
    fputs("}\n", out);
    return result;
}

/* Whether the comparison has anything to show. */
static bool has_rows(const struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure_kind *kind = measure_kind(&figures->measures[i]);
        if (!kind || !(kind->flags & (MEASURE_DETAIL | MEASURE_MATRIX)))
            return true;
    }
    return false;
}

int summary_print_analysis(const struct analysis *analysis, enum table_form form, FILE *out,
                           struct error *error)
{
    if (form == TABLE_JSON)
        return print_json(analysis, out, error);
    if (form == TABLE_CSV)
        return print_table(summary_rows(analysis), form, out, error);

    bool short_of_lines = form == TABLE_TEXT && has_rows(&analysis->figures);
    struct table *others[] = {summary_stages(analysis), summary_namespaces(analysis),
                              summary_neighbours(analysis), summary_vcores(analysis),
                              short_of_lines ? summary_escape_counts(analysis)
                                             : summary_escapes(analysis)};
    enum { OTHERS = sizeof others / sizeof *others };
    bool any = false;
    for (size_t i = 0; i < OTHERS; i++)
        any = any || others[i];
    bool first = any && !has_rows(&analysis->figures);
    int result = first ? 0 : print_table(summary_comparison(analysis), form, out, error);
    for (size_t i = 0; i < OTHERS; i++) {
        if (others[i] && !first)
            fputc('\n', out);
        first = first && !others[i];
        if (others[i] && result == 0)
            result = print_table(others[i], form, out, error);
        else
            table_free(others[i]);
    }
    return result;
}

int summary_print(const char *dir, enum table_form form, FILE *out, struct error *error)
{
    struct analysis analysis;
    int result = analysis_open(&analysis, dir, error);

    if (result < 0)
        return result;
    result = summary_print_analysis(&analysis, form, out, error);
    analysis_close(&analysis);
    return result;
}
