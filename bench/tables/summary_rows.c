/* SPDX-License-Identifier: MIT */
/* Everything that is known, in long form: for programs, and for the report's appendix. */
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/outputs.h"
#include "bench/results/params.h"
#include "bench/tables/machines.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

static const struct table_column row_columns[] = {
    {"experiment",         "", 0},
    {"workload",           "", 0},
    {"params",             "", 0},
    {"metric",             "", 0},
    {"platform",           "", 0},
    {"status",             "", 0},
    {"runs",               "", 0},
    {"median",             "", 0},
    {"median_low",         "", 0},
    {"median_high",        "", 0},
    {"minimum",            "", 0},
    {"first_quartile",     "", 0},
    {"third_quartile",     "", 0},
    {"p99",                "", 0},
    {"maximum",            "", 0},
    {"outliers",           "", 0},
    {"low_fence",          "", 0},
    {"high_fence",         "", 0},
    {"precision",          "", 0},
    {"runs_for_2_percent", "", 0},
    {"several_modes",      "", 0},
    {"drifts",             "", 0},
    {"drift",              "", 0},
    {"drift_correlation",  "", 0},
    {"ratio_to_native",    "", 0},
    {"ratio_low",          "", 0},
    {"ratio_high",         "", 0},
    {"ratio_blocks",       "", 0},
    {"noise_floor",        "", 0},
    {"ratio_means",        "", 0},
    {"failed_runs",        "", 0},
    {"source",             "", 0},
    {"verdict",            "", 0},
    {"reason_or_detail",   "", 0},
    {"machine",            "", 0},
};
enum { ROW_COLUMNS = sizeof row_columns / sizeof *row_columns };

static void put_number_if(struct table *table, bool known, double value)
{
    if (known)
        table_put_number(table, value, "%.6g", value);
    else
        table_put_none(table, "");
}

static void put_text(struct table *table, const char *text)
{
    if (*text)
        table_put_string(table, text, NULL);
    else
        table_put_none(table, "");
}

static void put_count(struct table *table, size_t count)
{
    table_put_integer(table, (int64_t)count, "%zu", count);
}

static void put_nothing(struct table *table, unsigned cells)
{
    for (unsigned i = 0; i < cells; i++)
        table_put_none(table, "");
}

static double quantile(const struct figure *figure, double q)
{
    size_t count = figure->value.count;

    return count > 0 ? statistics_quantile(figure->values, count, q) : 0;
}

static const char *comparison_name(enum comparison comparison)
{
    static const char *const names[] = {
        [COMPARISON_UNKNOWN] = "",
        [COMPARISON_NOISE] = "noise",
        [COMPARISON_UNDECIDED] = "undecided",
        [COMPARISON_DIFFERS] = "differs",
    };
    return names[comparison];
}

static const char *figure_status(const struct figure *figure)
{
    if (figure->value.count > 0)
        return "ok";
    if (!figure->reason)
        return "absent";
    return figure->skipped ? "skipped" : "failed";
}

/* What may be amiss with a series: outliers, modes, drift, and how precise its median is. */
static void put_shape(struct table *table, const struct figure *figure)
{
    size_t count = figure->value.count, needed = statistics_runs_needed(&figure->value, 0.02);
    double precision = statistics_precision(&figure->value), low = 0, high = 0;
    bool any = count > 0;

    if (any)
        statistics_fences(figure->values, count, &low, &high);
    put_count(table, figure->outliers);
    put_number_if(table, any, low);
    put_number_if(table, any, high);
    put_number_if(table, precision >= 0, precision);
    if (needed > 0)
        put_count(table, needed);
    else
        table_put_none(table, "");
    table_put_bool(table, figure->several_modes, NULL);
    table_put_bool(table, figure->trend.drifts, NULL);
    put_number_if(table, count >= TREND_VALUES_MIN, figure->trend.change);
    put_number_if(table, count >= TREND_VALUES_MIN, figure->trend.correlation);
}

static void add_figure(struct table *table, const struct measure *measure, const char *platform,
                       const struct figure *figure)
{
    const struct estimate *value = &figure->value, *ratio = &figure->ratio;
    bool any = value->count > 0;
    char params[PARAMS_TEXT_MAX];
    size_t length;
    const char *machine = measure_machine(measure, &length);

    snprintf(params, sizeof params, "%.*s", (int)length, measure->params);

    table_add_row(table, 0);
    table_put_string(table, measure->experiment, NULL);
    put_text(table, measure->workload);
    put_text(table, params);
    put_text(table, measure->metric);
    table_put_string(table, platform, NULL);
    table_put_string(table, figure_status(figure), NULL);
    put_count(table, value->count);
    put_number_if(table, any, value->median);
    put_number_if(table, value->has_interval, value->low);
    put_number_if(table, value->has_interval, value->high);
    put_number_if(table, any, quantile(figure, 0));
    put_number_if(table, any, quantile(figure, 0.25));
    put_number_if(table, any, quantile(figure, 0.75));
    put_number_if(table, statistics_quantile_known(value->count, 0.99), quantile(figure, 0.99));
    put_number_if(table, any, quantile(figure, 1));
    put_shape(table, figure);
    put_number_if(table, ratio->count > 0, ratio->median);
    put_number_if(table, ratio->has_interval, ratio->low);
    put_number_if(table, ratio->has_interval, ratio->high);
    put_count(table, ratio->count);
    put_number_if(table, measure->floor >= 0, measure->floor);
    put_text(table, comparison_name(figure->comparison));
    put_count(table, figure->troubles);
    put_text(table, figure->source);
    put_nothing(table, 1);
    put_text(table, figure->reason ? figure->reason : "");
    put_text(table, machine);
}

static void add_output(struct table *table, const char *platform, const char *machine,
                       const struct output_comparison *comparison)
{
    static const char *const names[] = {
        [OUTPUT_UNKNOWN] = "unknown",
        [OUTPUT_SAME] = "identical",
        [OUTPUT_OTHER] = "different",
        [OUTPUT_VARIES] = "varies",
    };
    table_add_row(table, 0);
    table_put_string(table, "program", NULL);
    put_nothing(table, 2);
    table_put_string(table, "output", NULL);
    table_put_string(table, platform, NULL);
    table_put_string(table, "ok", NULL);
    put_count(table, comparison->runs);
    put_nothing(table, ROW_COLUMNS - 10);
    table_put_string(table, names[comparison->verdict], NULL);
    put_text(table, comparison->reason);
    put_text(table, machine);
}

static void add_escape(struct table *table, const struct sample *sample)
{
    static const char *const statuses[] = {
        [SAMPLE_OK] = "ok",
        [SAMPLE_FAILED] = "failed",
        [SAMPLE_SKIPPED] = "skipped",
        [SAMPLE_TIMEOUT] = "timeout",
    };
    char params[64] = "";

    if (*sample_param(sample, "uid"))
        snprintf(params, sizeof params, "uid=%s", sample_param(sample, "uid"));
    table_add_row(table, 0);
    table_put_string(table, "escape", NULL);
    put_text(table, sample->workload);
    put_text(table, params);
    put_nothing(table, 1);
    table_put_string(table, sample->platform, NULL);
    table_put_string(table, statuses[sample->status], NULL);
    put_count(table, 1);
    put_nothing(table, ROW_COLUMNS - 10);
    put_text(table, sample->verdict);
    put_text(table, sample->status == SAMPLE_OK ? sample->detail : sample->reason);
    put_text(table, sample->machine);
}

struct table *summary_rows(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    const struct results *results = &analysis->results;
    struct output_comparison comparisons[FIGURES_PLATFORMS_MAX];
    struct machines machines;
    struct table *table = table_new(NULL, NULL);

    if (!table)
        return NULL;
    table_set_columns(table, row_columns, ROW_COLUMNS);
    for (size_t i = 0; i < figures->measure_count; i++)
        for (size_t j = 0; j < figures->platform_count; j++)
            add_figure(table, &figures->measures[i], figures->platforms[j],
                       &figures->measures[i].figures[j]);
    machines_of_figures(&machines, figures, "program");
    for (size_t i = 0; i < machines.count; i++)
        if (outputs_compare(comparisons, results, figures, machines.labels[i]))
            for (size_t j = 0; j < figures->platform_count; j++)
                add_output(table, figures->platforms[j], machines.labels[i], &comparisons[j]);
    for (size_t i = 0; i < results->sample_count; i++)
        if (strcmp(results->samples[i].experiment, "escape") == 0)
            add_escape(table, &results->samples[i]);
    return table;
}

static void put_value(struct table *table, const struct measure *measure, bool known, double value)
{
    char text[MEASURE_TEXT_MAX];

    measure_print_value(text, measure_unit(measure->metric), value);
    if (known)
        table_put_number(table, value, "%s", text);
    else
        table_put_none(table, "");
}

static void put_interval(struct table *table, const struct measure *measure,
                         const struct estimate *value)
{
    char low[MEASURE_TEXT_MAX], high[MEASURE_TEXT_MAX], both[2 * MEASURE_TEXT_MAX + 8] = "";

    measure_print_value(low, measure_unit(measure->metric), value->low);
    measure_print_value(high, measure_unit(measure->metric), value->high);
    if (value->has_interval)
        snprintf(both, sizeof both, "%s – %s", low, high);
    table_put_string(table, both, NULL);
}

static void put_names(struct table *table, const struct measure *measure)
{
    const struct measure_kind *kind = measure_kind(measure);
    char program[256];

    snprintf(program, sizeof program, "%s%s%s", measure->workload, *measure->params ? ", " : "",
             measure->params);
    bool named = kind && kind->meaning != MEANS_STAGE; /* stages go by their metrics */
    table_put_string(table, named ? _(kind->label) : measure->metric, NULL);
    table_put_string(table, program, NULL);
}

static void put_remarks(struct table *table, const struct figure *figure)
{
    char drift[64] = "", text[192];

    if (figure->trend.drifts)
        snprintf(drift, sizeof drift, _("drift %+.0f %%"), 100 * figure->trend.change);
    snprintf(text, sizeof text, "%s%s%s", drift, *drift && figure->several_modes ? ", " : "",
             figure->several_modes ? _("several modes") : "");
    table_put_string(table, text, NULL);
}

static void add_detail(struct table *table, const struct measure *measure, const char *platform,
                       const struct figure *figure)
{
    char ratio[MEASURE_TEXT_MAX] = "";

    if (figure->value.count == 0)
        return;
    if (figure->ratio.count > 0)
        measure_print_ratio(ratio, figure);
    table_add_row(table, 0);
    put_names(table, measure);
    table_put_string(table, platform, NULL);
    put_count(table, figure->value.count);
    put_value(table, measure, true, figure->value.median);
    put_interval(table, measure, &figure->value);
    put_value(table, measure, true, quantile(figure, 0));
    put_value(table, measure, true, quantile(figure, 0.25));
    put_value(table, measure, true, quantile(figure, 0.75));
    put_value(table, measure, statistics_quantile_known(figure->value.count, 0.99),
              quantile(figure, 0.99));
    put_value(table, measure, true, quantile(figure, 1));
    put_count(table, figure->outliers);
    table_put_string(table, ratio, NULL);
    put_remarks(table, figure);
}

/* In the order of the comparison, measures that it does not know last. */
static void add_details(struct table *table, const struct figures *figures,
                        const struct measure_kind *kind)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        for (size_t j = 0; j < figures->platform_count; j++)
            if (measure_kind(&figures->measures[i]) == kind)
                add_detail(table, &figures->measures[i], figures->platforms[j],
                           &figures->measures[i].figures[j]);
}

struct table *summary_details(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    const struct table_column columns[] = {
        {"label",    _("figure"),          TABLE_LEFT },
        {"workload", _("program"),         TABLE_LEFT },
        {"platform", _("box"),             TABLE_LEFT },
        {"runs",     _("runs"),            TABLE_RIGHT},
        {"median",   _("median"),          TABLE_RIGHT},
        {"interval", _("interval (95 %)"), TABLE_RIGHT},
        {"minimum",  _("least"),           TABLE_RIGHT},
        {"first",    _("first quartile"),  TABLE_RIGHT},
        {"third",    _("third quartile"),  TABLE_RIGHT},
        {"p99",      _("p99"),             TABLE_RIGHT},
        {"maximum",  _("most"),            TABLE_RIGHT},
        {"outliers", _("outliers"),        TABLE_RIGHT},
        {"ratio",    _("ratio to native"), TABLE_RIGHT},
        {"remarks",  _("remarks"),         TABLE_LEFT },
    };
    struct table *table = table_new(NULL, NULL);

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < measure_kinds_count; i++)
        if (measure_kinds[i].meaning != MEANS_BOUND && measure_kinds[i].meaning != MEANS_TURNS)
            add_details(table, figures, &measure_kinds[i]);
    add_details(table, figures, NULL);
    return table;
}
