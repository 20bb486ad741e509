/* SPDX-License-Identifier: MIT */
#include "tui/model/figure_cell.h"

#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/params.h"
#include "common/i18n.h"
#include "tui/model/mechanism.h"

static bool is_known(const struct figure *figure)
{
    return figure->value.count > 0 || figure->reason;
}

void figure_columns_add(struct figure_columns *columns, struct arena *arena, struct grid *grid,
                        const struct analysis *analysis,
                        bool (*chosen)(const struct measure *measure))
{
    const struct figures *figures = &analysis->figures;

    for (size_t i = 0; i < figures->platform_count; i++) {
        bool any = false;
        for (size_t j = 0; j < figures->measure_count && !any; j++)
            any = chosen(&figures->measures[j]) && is_known(&figures->measures[j].figures[i]);
        if (!any)
            continue;
        columns->platform[columns->count++] = i;
        grid_add_column(arena, grid, figures->platforms[i],
                        _(measure_platform_title(&analysis->results, figures->platforms[i])), true);
    }
}

/*
 * Quantiles in place of all values: a plot has no more dots than so many, and a state is made anew
 * while samples arrive.
 */
static const struct curve *make_curve(struct arena *arena, const struct figure *figure)
{
    size_t count = figure->value.count < CURVE_POINTS_MAX ? figure->value.count : CURVE_POINTS_MAX;
    struct curve *curve = arena_take(arena, sizeof *curve);
    double *points = arena_array(arena, count, sizeof *points);

    if (!curve || !points)
        return NULL;
    for (size_t i = 0; i < count; i++)
        points[i] = count < 2 ? figure->values[0]
                              : statistics_quantile(figure->values, figure->value.count,
                                                    (double)i / (double)(count - 1));
    *curve = (struct curve){points, count, figure->value.count};
    return curve;
}

static const char *comparison_text(const struct figure *figure)
{
    switch (figure->comparison) {
    case COMPARISON_NOISE:
        return _("no difference: within this machine's noise");
    case COMPARISON_UNDECIDED:
        return _("undecided: the interval reaches over the edge of the noise");
    case COMPARISON_DIFFERS:
        return _("a difference: the whole interval lies outside the noise");
    default:
        return _("too few runs, or no noise measured, to say whether that is a difference");
    }
}

/* What the figure means: held against native, and against the noise. */
static void explain_ratio(struct lines *lines, struct arena *arena, const struct measure *measure,
                          const struct figure *figure)
{
    char ratio[MEASURE_TEXT_MAX], floor[64] = "";

    if (figure->ratio.count == 0)
        return;
    measure_print_ratio(ratio, figure);
    if (measure->floor >= 0)
        snprintf(floor, sizeof floor, _("; noise of this row: %.1f %%"), 100 * measure->floor);
    lines_add(lines, arena_format(arena, _("Means: %s times native – %s%s"), ratio,
                                  comparison_text(figure), floor));
}

static void explain_value(struct lines *lines, struct arena *arena, const struct measure *measure,
                          const struct figure *figure)
{
    enum measure_unit unit = measure_unit(measure->metric);
    char median[MEASURE_TEXT_MAX], low[MEASURE_TEXT_MAX], high[MEASURE_TEXT_MAX];

    measure_print_value(median, unit, figure->value.median);
    measure_print_value(low, unit, figure->value.low);
    measure_print_value(high, unit, figure->value.high);
    if (figure->value.has_interval)
        lines_add(lines, arena_format(arena, _("median %s; 95 %% interval %s to %s; %zu values"),
                                      median, low, high, figure->value.count));
    else
        lines_add(lines, arena_format(arena, _("median %s; %zu values are too few for an interval"),
                                      median, figure->value.count));
    measure_print_value(low, unit, figure->values[0]);
    measure_print_value(high, unit, figure->values[figure->value.count - 1]);
    lines_add(lines, arena_format(arena, _("least %s, most %s; outliers: %zu, none dropped"), low,
                                  high, figure->outliers));
    explain_ratio(lines, arena, measure, figure);
    if (figure->several_modes)
        lines_add(lines, arena_text(arena, _("the values gather at more than one place")));
    if (figure->trend.drifts)
        lines_add(lines, arena_format(arena, _("they drifted by %+.0f %% while the run went on"),
                                      100 * figure->trend.change));
}

/* What was done, and from when to when. Some definitions lean on the row above: not these. */
static void explain_measure(struct lines *lines, struct arena *arena, const struct measure *measure)
{
    const struct measure_kind *kind = measure_kind(measure);
    const char *turn = mechanism_turn(measure);

    if (turn)
        lines_add(lines, arena_format(arena,
                                      _("Measured: one turn is %s; the time from writing `go` to "
                                        "reading `done`, divided by the number of turns"),
                                      turn));
    else if (kind && kind->meaning == MEANS_ONE_MORE_GUEST)
        lines_add(lines, arena_text(arena, _("Measured: of the memory that one more box takes, the "
                                             "part that is the program's or the guest's")));
    else if (kind && kind->meaning == MEANS_ONE_MORE_TOOL)
        lines_add(lines, arena_text(arena, _("Measured: of the memory that one more box takes, the "
                                             "part that is the runtime's or the VMM's own")));
    else if (kind && kind->meaning == MEANS_COPIES_WRITTEN)
        lines_add(lines, arena_text(arena, _("Measured: what the file system gave for ten copies, "
                                             "after a page of 4 KiB was written to each")));
    else if (kind)
        lines_add(lines, arena_format(arena, _("Measured: %s"), measure_definition(kind->meaning)));
}

/* Where to find it in samples.jsonl. */
static void name_samples(struct lines *lines, struct arena *arena, const struct measure *measure)
{
    const char *parts[][2] = {
        {_("experiment"), measure->experiment},
        {_("workload"),   measure->workload  },
        {NULL,            measure->params    },
        {_("metric"),     measure->metric    },
    };
    char text[PARAMS_TEXT_MAX + 512];
    size_t used = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && used < sizeof text; i++)
        if (*parts[i][1])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s", used ? ", " : "",
                                     parts[i][0] ? parts[i][0] : "", parts[i][0] ? " " : "",
                                     parts[i][1]);
    lines_add(lines, arena_format(arena, _("Samples: %s"), text));
}

static const struct lines *explain(struct arena *arena, const struct analysis *analysis,
                                   const struct measure *measure, size_t platform,
                                   const char *label)
{
    const struct figure *figure = &measure->figures[platform];
    const char *name = analysis->figures.platforms[platform];
    struct lines *lines = arena_take(arena, sizeof *lines);

    if (!lines)
        return NULL;
    const char *title = _(measure_platform_title(&analysis->results, name));
    size_t first = strcspn(title, "\n");
    lines_add(lines, arena_format(arena, "%s – %.*s%s%s", label, (int)first, title,
                                  title[first] ? ", " : "", title[first] ? title + first + 1 : ""));
    explain_measure(lines, arena, measure);
    if (figure->value.count > 0)
        explain_value(lines, arena, measure, figure);
    if (figure->reason && figure->skipped)
        lines_add(lines, arena_format(arena, _("skipped: %s"), figure->reason));
    else if (figure->reason)
        lines_add(lines, arena_format(arena, _("runs without a value: %zu; %s"), figure->troubles,
                                      figure->reason));
    if (*figure->source)
        lines_add(lines, arena_format(arena, _("measured by: %s"), figure->source));
    const char *mechanism = mechanism_of(measure, name);
    if (mechanism && figure->value.count > 0)
        lines_add(lines, arena_format(arena, _("Behind it: %s."), mechanism));
    name_samples(lines, arena, measure);
    return lines;
}

static void print_times(char text[MEASURE_TEXT_MAX], const struct figure *figure)
{
    double ratio = figure->ratio.median;

    char mark = figure->comparison == COMPARISON_NOISE       ? '~'
                : figure->comparison == COMPARISON_UNDECIDED ? '?'
                                                             : 'x';

    snprintf(text, MEASURE_TEXT_MAX, "%.*f %c",
             ratio < 9.995   ? 2
             : ratio < 99.95 ? 1
                             : 0,
             ratio, mark);
}

static void fill_cell(struct arena *arena, struct cell *cell, const struct measure *measure,
                      const struct figure *figure)
{
    char text[MEASURE_TEXT_MAX];

    if (figure->value.count == 0) {
        if (figure->reason)
            cell->why = arena_text(arena, figure->reason);
        cell->tone = figure->reason && !figure->skipped ? TONE_BAD : TONE_WEAK;
        cell->text = arena_text(arena, !figure->reason   ? "–"
                                       : figure->skipped ? _("skipped")
                                                         : _("failed"));
        return;
    }
    measure_print_value(text, measure_unit(measure->metric), figure->value.median);
    cell->text = arena_text(arena, text);
    cell->has_number = true;
    cell->number = figure->value.median;
    cell->low = figure->value.low;
    cell->high = figure->value.high;
    cell->has_interval = figure->value.has_interval;
    cell->curve = make_curve(arena, figure);
    if (figure->ratio.count > 0) {
        print_times(text, figure);
        cell->other = arena_text(arena, text);
    }
}

void figure_row_add(struct arena *arena, struct grid *grid, const struct figure_columns *columns,
                    const struct analysis *analysis, const struct measure *measure,
                    const char *label, unsigned indent)
{
    static const char *const units[] = {"ns", "bytes", ""};
    struct row *row = grid_add_row(arena, grid, units[measure_unit(measure->metric)]);

    if (!row)
        return;
    row->indent = indent;
    row->cells[0].text = arena_text(arena, label);
    for (size_t i = 0; i < columns->count && i + 1 < GRID_COLUMNS_MAX; i++) {
        size_t platform = columns->platform[i];
        fill_cell(arena, &row->cells[i + 1], measure, &measure->figures[platform]);
        if (is_known(&measure->figures[platform]))
            row->cells[i + 1].explained = explain(arena, analysis, measure, platform, label);
    }
}
