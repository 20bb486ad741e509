/* SPDX-License-Identifier: MIT */
/* The comparison: a row for each figure, a column for each platform. */
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/outputs.h"
#include "bench/tables/summary_parts.h"
#include "common/i18n.h"

/* The figure of another metric of the same measure and platform; NULL when there is none. */
static const struct figure *sibling(const struct figures *figures, const struct measure *measure,
                                    const char *metric, size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *other = &figures->measures[i];
        if (strcmp(other->metric, metric) == 0 &&
            strcmp(other->experiment, measure->experiment) == 0 &&
            strcmp(other->workload, measure->workload) == 0 &&
            strcmp(other->params, measure->params) == 0)
            return other->figures[platform].value.count > 0 ? &other->figures[platform] : NULL;
    }
    return NULL;
}

const char *summary_source_sentence(const char *source)
{
    if (strcmp(source, "vmm") == 0)
        return _("the program makes no call to the host; these are what its VMM may ask of it, "
                 "should a program take the VMM over");
    return strcmp(source, "cgroup") == 0
               ? _("peak memory: the high-water mark of a cgroup around the box")
               : _("peak memory: sampled while it ran, so a short peak may be missing");
}

/* What became of the excess, of the experiment limits. */
static const char *excess_sentence(const char *excess)
{
    static const char *const sentences[][2] = {
        {"killed",    N_("beyond that it is killed")                            },
        {"ENOMEM",    N_("beyond that it is refused memory: ENOMEM")            },
        {"EAGAIN",    N_("beyond that it is refused processes: EAGAIN")         },
        {"throttled", N_("beyond that it has to wait")                          },
        {"none",      N_("it had more than it was to have, or all it wanted")   },
        {"unknown",   N_("others had the processors: the limit was not reached")},
    };
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(excess, sentences[i][0]) == 0)
            return _(sentences[i][1]);
    return _("beyond that it ends");
}

/* A figure whose source is not native's, so that it is not compared. */
static void add_source_caveat(struct table *table, const struct measure *measure,
                              const struct figure *figure)
{
    const char *native = measure->figures[0].source;

    if (strcmp(measure->experiment, "peak") == 0 || strcmp(measure->experiment, "syscalls") == 0)
        table_footnote(table, "%s", summary_source_sentence(figure->source));
    else if (*native)
        table_footnote(table, _("done on %s, natively on %s, so it is not compared"),
                       figure->source, native);
    else
        table_footnote(table, _("done on %s"), figure->source);
}

/* What a reader must know about a figure that stands there as if nothing were the matter. */
static void add_caveats(struct table *table, const struct figures *figures,
                        const struct measure *measure, size_t platform)
{
    const struct figure *figure = &measure->figures[platform];
    const struct figure *huge = sibling(figures, measure, "huge_bytes", platform);
    bool wants_huge = strcmp(measure->params, "pages=2m") == 0;
    bool refuses_huge = strcmp(measure->params, "pages=4k") == 0;

    if (figure->troubles > 0)
        table_footnote(table, _("%zu of %zu runs failed: %s"), figure->troubles,
                       figure->troubles + figure->value.count, figure->reason);
    else if (wants_huge && huge && huge->value.median == 0)
        table_footnote(table, _("asked for 2 MiB pages, and was given none"));
    else if (refuses_huge && huge && huge->value.median > 0)
        table_footnote(table, _("asked for 4 KiB pages, and was given larger ones"));
    else if (strcmp(measure->experiment, "limits") == 0)
        table_footnote(table, "%s", excess_sentence(figure->source));
    else if (figure->source != measure->figures[0].source)
        add_source_caveat(table, measure, figure);
    else if (sibling(figures, measure, "cpu_n", 0) && !sibling(figures, measure, "cpu_n", platform))
        table_footnote(table, _("not bound to one processor, as native is"));
}

static void put_value(struct table *table, const struct figures *figures,
                      const struct measure *measure, size_t platform)
{
    const struct figure *figure = &measure->figures[platform];
    char text[MEASURE_TEXT_MAX];

    if (figure->value.count > 0) {
        measure_print_value(text, measure_unit(measure->metric), figure->value.median);
        table_put_number(table, figure->value.median, "%s", text);
        add_caveats(table, figures, measure, platform);
    } else if (figure->reason) {
        table_put_none(table, figure->skipped ? _("skipped") : _("failed"));
        table_tone(table, figure->skipped ? TONE_WEAK : TONE_BAD);
        table_footnote(table, "%s", *figure->reason ? figure->reason : _("no reason was given"));
    } else {
        table_put_none(table, "–");
        table_tone(table, TONE_WEAK);
    }
}

static void put_ratio(struct table *table, const struct figure *figure, bool native)
{
    char text[MEASURE_TEXT_MAX];

    if (native) {
        table_put_number(table, 1, "1");
    } else if (figure->ratio.count == 0) {
        table_put_none(table, "");
    } else {
        measure_print_ratio(text, figure);
        table_put_number(table, figure->ratio.median, "%s", text);
    }
    table_tone(table, TONE_WEAK);
}

static bool has_ratio(const struct figures *figures, const struct measure *measure)
{
    for (size_t i = 0; i < figures->platform_count; i++)
        if (measure->figures[i].ratio.count > 0)
            return true;
    return false;
}

/* How many measures go by this row's name: then the workload has to tell them apart. */
static size_t count_kind(const struct figures *figures, const struct measure_kind *kind,
                         const char *machine)
{
    size_t count = 0, length;

    for (size_t i = 0; i < figures->measure_count; i++)
        count += measure_kind(&figures->measures[i]) == kind &&
                 strcmp(measure_machine(&figures->measures[i], &length), machine) == 0;
    return count;
}

void summary_label(const struct figures *figures, const struct measure *measure, char *label,
                   size_t size)
{
    const struct measure_kind *kind = measure_kind(measure);
    size_t length;
    const char *machine = measure_machine(measure, &length);
    int used;

    if (!kind)
        used = snprintf(label, size, "%s %s %s %.*s", measure->experiment, measure->workload,
                        measure->metric, (int)length, measure->params);
    else if (kind->flags & MEASURE_MATRIX)
        used = snprintf(label, size, "%s (%s, %.*s)", _(kind->label), measure->workload,
                        (int)length, measure->params);
    else if (count_kind(figures, kind, machine) > 1)
        used = snprintf(label, size, "%s (%s)", _(kind->label), measure->workload);
    else
        used = snprintf(label, size, "%s", _(kind->label));
    if (*machine && used >= 0 && (size_t)used < size)
        snprintf(label + used, size - (size_t)used, ", %s", machine);
}

static void put_label(struct table *table, const struct figures *figures,
                      const struct measure *measure)
{
    char label[256];

    summary_label(figures, measure, label, sizeof label);
    table_put_string(table, label, NULL);
}

/* Whether there is anything to say of the platform in this measure. */
bool summary_is_known(const struct measure *measure, size_t platform)
{
    return measure->figures[platform].value.count > 0 || measure->figures[platform].reason;
}

bool summary_has_column(const struct figures *figures, size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (summary_is_known(&figures->measures[i], platform))
            return true;
    return figures->measure_count == 0;
}

static void add_rows(struct table *table, const struct figures *figures,
                     const struct measure *measure, const struct measure_kind *kind)
{
    unsigned indent = kind && kind->flags & MEASURE_PART ? 1 : 0;

    table_add_row(table, indent);
    put_label(table, figures, measure);
    for (size_t i = 0; i < figures->platform_count; i++)
        if (summary_has_column(figures, i))
            put_value(table, figures, measure, i);
    if (!has_ratio(figures, measure) || indent > 0)
        return;
    table_add_row(table, 1);
    table_put_string(table, _("ratio to native"), NULL);
    table_tone(table, TONE_WEAK);
    for (size_t i = 0; i < figures->platform_count; i++)
        if (summary_has_column(figures, i))
            put_ratio(table, &measure->figures[i], strcmp(figures->platforms[i], "native") == 0);
}

/* Shown only where a program did not end well: that it failed everywhere is no agreement. */
static void add_exit_statuses(struct table *table, const struct figures *figures,
                              const struct output_comparison *comparisons)
{
    bool all_good = true;

    for (size_t i = 0; i < figures->platform_count; i++)
        all_good &= comparisons[i].exit == 0;
    if (all_good)
        return;
    table_add_row(table, 0);
    table_put_string(table, _("exit status"), NULL);
    for (size_t i = 0; i < figures->platform_count; i++) {
        if (!summary_has_column(figures, i))
            continue;
        if (comparisons[i].runs == 0) {
            table_put_none(table, "–");
            table_tone(table, TONE_WEAK);
        } else {
            table_put_integer(table, comparisons[i].exit, "%d", comparisons[i].exit);
            table_tone(table, comparisons[i].exit == 0 ? TONE_PLAIN : TONE_WARN);
        }
    }
}

static void add_outputs(struct table *table, const struct analysis *analysis)
{
    struct output_comparison comparisons[FIGURES_PLATFORMS_MAX];

    if (!outputs_compare(comparisons, &analysis->results, &analysis->figures))
        return;
    table_add_row(table, 0);
    table_put_string(table, _("output identical"), NULL);
    for (size_t i = 0; i < analysis->figures.platform_count; i++) {
        const struct output_comparison *comparison = &comparisons[i];
        if (!summary_has_column(&analysis->figures, i))
            continue;
        switch (comparison->verdict) {
        case OUTPUT_SAME:
            table_put_bool(table, true, _("yes"));
            table_tone(table, TONE_GOOD);
            break;
        case OUTPUT_OTHER:
            table_put_bool(table, false, _("NO"));
            table_tone(table, TONE_BAD);
            table_footnote(table, "%s", comparison->reason);
            break;
        case OUTPUT_VARIES:
            table_put_none(table, _("varies"));
            table_tone(table, TONE_WARN);
            table_footnote(table, _("native's own outputs differ from run to run"));
            break;
        case OUTPUT_UNKNOWN:
            table_put_none(table, "–");
            table_tone(table, TONE_WEAK);
            break;
        }
    }
    add_exit_statuses(table, &analysis->figures, comparisons);
}

/* The user's program, where that is what was compared. */
static const char *compared_program(const struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].experiment, "program") == 0)
            return figures->measures[i].workload;
    return NULL;
}

static struct table *start_table(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    struct table_column columns[FIGURES_PLATFORMS_MAX + 1] = {
        {"measure", "", TABLE_LEFT}
    };
    const char *program = compared_program(figures);
    char title[256];
    size_t count = 1;

    if (program)
        snprintf(title, sizeof title, _("%s in several boxes"), program);
    else
        snprintf(title, sizeof title, _("One program, several boxes"));
    struct table *table = table_new(title, analysis->host);
    if (!table)
        return NULL;
    for (size_t i = 0; i < figures->platform_count; i++)
        if (summary_has_column(figures, i))
            columns[count++] = (struct table_column){
                figures->platforms[i],
                _(measure_platform_title(&analysis->results, figures->platforms[i])), TABLE_LEFT};
    table_set_columns(table, columns, count);
    return table;
}

struct table *summary_comparison(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    struct table *table = start_table(analysis);

    if (!table)
        return NULL;
    for (size_t i = 0; i < measure_kinds_count; i++)
        for (size_t j = 0; j < figures->measure_count; j++)
            if (measure_kind(&figures->measures[j]) == &measure_kinds[i] &&
                !(measure_kinds[i].flags & (MEASURE_DETAIL | MEASURE_MATRIX)))
                add_rows(table, figures, &figures->measures[j], &measure_kinds[i]);
    for (size_t j = 0; j < figures->measure_count; j++)
        if (!measure_kind(&figures->measures[j]))
            add_rows(table, figures, &figures->measures[j], NULL);
    add_outputs(table, analysis);
    summary_add_notes(table, analysis);
    return table;
}
