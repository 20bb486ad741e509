/* SPDX-License-Identifier: MIT */
/*
 * Plots of characters, for where gnuplot is not: one line per box on a logarithmic scale. ASCII, so
 * that it is the same in every terminal and log file.
 */
#include <math.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/report/plot_data.h"
#include "common/i18n.h"

enum { LABEL_WIDTH = 24, LINE_MAX_WIDTH = 200 };

/* A logarithmic axis from low to high on so many columns. */
struct axis {
    double low, high;
    int columns;
};

static int column_of(const struct axis *axis, double value)
{
    double part = log(value / axis->low) / log(axis->high / axis->low);
    int column = (int)lround(part * (axis->columns - 1));

    return column < 0 ? 0 : column < axis->columns ? column : axis->columns - 1;
}

static void fill(char *line, int from, int to, char mark)
{
    for (int i = from; i <= to; i++)
        line[i] = mark;
}

static void print_label(FILE *out, const char *text)
{
    char title[PLOT_TITLE_MAX];

    plot_title(title, text);
    fprintf(out, "  %-*.*s", LABEL_WIDTH - 2, LABEL_WIDTH - 3, title);
}

/* The numbers below an axis: 1, 2 and 5 times the powers of ten, as far as they fit. */
static void print_axis(FILE *out, const struct axis *axis, const char *unit)
{
    char line[LINE_MAX_WIDTH + 16];
    int used = 0;

    memset(line, ' ', sizeof line);
    for (int power = (int)floor(log10(axis->low)); power <= (int)ceil(log10(axis->high)); power++) {
        for (int step = 1; step <= 5; step += step == 2 ? 3 : 1) {
            double value = step * pow(10, power);
            char text[16];
            if (step == 3 || value < axis->low || value > axis->high)
                continue;
            int length = snprintf(text, sizeof text, "%g", value);
            int at = column_of(axis, value);
            if (at < used || at + length > axis->columns)
                continue;
            memcpy(line + at, text, (size_t)length);
            used = at + length + 2;
        }
    }
    line[used > 2 ? used - 2 : 0] = '\0';
    fprintf(out, "%-*s%s %s\n", LABEL_WIDTH, "", line, unit);
}

/* |--[==O==]-------| : the least, the quartiles around the median, the greatest. */
static void print_box(FILE *out, const struct axis *axis, const struct figure *figure)
{
    char line[LINE_MAX_WIDTH + 1] = "";
    size_t count = figure->value.count;
    int least = column_of(axis, figure->values[0]);
    int first = column_of(axis, statistics_quantile(figure->values, count, 0.25));
    int third = column_of(axis, statistics_quantile(figure->values, count, 0.75));
    int most = column_of(axis, figure->values[count - 1]);

    fill(line, 0, most, ' ');
    fill(line, least, most, '-');
    line[least] = line[most] = '|';
    fill(line, first, third, '=');
    line[first] = '[';
    line[third] = ']';
    line[column_of(axis, figure->value.median)] = 'O';
    fprintf(out, "%s\n", line);
}

static void print_startup(const struct analysis *analysis, const struct measure *measure, FILE *out,
                          int columns)
{
    const struct figures *figures = &analysis->figures;
    struct axis axis = {INFINITY, 0, columns};

    for (size_t i = 0; i < figures->platform_count; i++) {
        const struct figure *figure = &measure->figures[i];
        if (figure->value.count > 0 && figure->values[0] > 0) {
            axis.low = fmin(axis.low, figure->values[0]);
            axis.high = fmax(axis.high, figure->values[figure->value.count - 1]);
        }
    }
    if (axis.high <= 0)
        return;
    axis.low *= 0.9;
    axis.high *= 1.1;

    fprintf(out, "%s (%s)\n", _(measure_kind(measure)->label),
            _("|--[==O==]--|: least, quartiles, median, most"));
    for (size_t i = 0; i < figures->platform_count; i++) {
        const struct figure *figure = &measure->figures[i];
        print_label(out, measure_platform_title(&analysis->results, figures->platforms[i]));
        if (figure->value.count > 0 && figure->values[0] > 0)
            print_box(out, &axis, figure);
        else
            fprintf(out, "%s\n", figure->skipped ? _("skipped") : _("no values"));
    }
    struct axis milliseconds = {axis.low / 1e6, axis.high / 1e6, columns};
    print_axis(out, &milliseconds, "ms");
}

static void print_ratio(FILE *out, const struct axis *axis, const struct estimate *ratio)
{
    char line[LINE_MAX_WIDTH + 1] = "";
    int one = column_of(axis, 1), low = column_of(axis, ratio->low);
    int high = column_of(axis, ratio->high);

    fill(line, 0, high > one ? high : one, ' ');
    line[one] = ':'; /* native */
    fill(line, low, high, '-');
    line[low] = '[';
    line[high] = ']';
    line[column_of(axis, ratio->median)] = 'O';
    fprintf(out, "%s\n", line);
}

static bool is_drawn(const struct estimate *ratio)
{
    return ratio->count > 0 && ratio->low > 0;
}

static void print_measure(const struct analysis *analysis, const struct measure *measure, FILE *out,
                          const struct axis *axis)
{
    const struct figures *figures = &analysis->figures;
    bool titled = false;

    for (size_t i = 0; i < figures->platform_count; i++) {
        if (!is_drawn(&measure->figures[i].ratio))
            continue;
        if (!titled)
            fprintf(out, "%s\n", _(measure_kind(measure)->label));
        titled = true;
        print_label(out, measure_platform_title(&analysis->results, figures->platforms[i]));
        print_ratio(out, axis, &measure->figures[i].ratio);
    }
}

/* Measures with a row of their own in the table. */
static bool has_row(const struct measure *measure, size_t kind)
{
    return measure_kind(measure) == &measure_kinds[kind] && measure_kinds[kind].flags == 0;
}

static void print_ratios(const struct analysis *analysis, FILE *out, int columns)
{
    const struct figures *figures = &analysis->figures;
    struct axis axis = {0.9, 1.2, columns};
    bool any = false;

    for (size_t i = 0; i < figures->measure_count; i++) {
        for (size_t j = 0; j < figures->platform_count; j++) {
            const struct measure *measure = &figures->measures[i];
            const struct estimate *ratio = &measure->figures[j].ratio;
            if (!is_drawn(ratio) || !measure_kind(measure) || measure_kind(measure)->flags)
                continue;
            axis.low = fmin(axis.low, ratio->low);
            axis.high = fmax(axis.high, ratio->high);
            any = true;
        }
    }
    if (!any)
        return;
    fprintf(out, "\n%s\n", _("Ratios to native ([-O-]: interval of 95 %, ':' is native)"));
    for (size_t kind = 0; kind < measure_kinds_count; kind++)
        for (size_t i = 0; i < figures->measure_count; i++)
            if (has_row(&figures->measures[i], kind))
                print_measure(analysis, &figures->measures[i], out, &axis);
    print_axis(out, &axis, "");
}

void plot_print_text(const struct analysis *analysis, FILE *out, int width)
{
    const struct measure *startup = plot_startup_measure(analysis);
    int columns = (width > LINE_MAX_WIDTH ? LINE_MAX_WIDTH : width) - LABEL_WIDTH - 4;

    if (columns < 20)
        columns = 20;
    if (startup)
        print_startup(analysis, startup, out, columns);
    print_ratios(analysis, out, columns);
    plot_text_density(analysis, out, width);
}
