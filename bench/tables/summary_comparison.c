/* SPDX-License-Identifier: MIT */
/* The comparison: a row for each figure, a column for each platform. */
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/outputs.h"
#include "bench/results/params.h"
#include "bench/tables/machines.h"
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
    bool wants_huge = params_have(measure->params, "pages", "2m");
    bool refuses_huge = params_have(measure->params, "pages", "4k");

    if (figure->troubles > 0)
        table_footnote(table,
                       figure->skipped ? _("%zu of %zu runs were skipped: %s")
                                       : _("%zu of %zu runs failed: %s"),
                       figure->troubles, figure->troubles + figure->value.count, figure->reason);
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

static void print_label(const struct figures *figures, const struct measure *measure,
                        bool with_machine, char *label, size_t size)
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
    if (with_machine && *machine && used >= 0 && (size_t)used < size)
        snprintf(label + used, size - (size_t)used, ", %s", machine);
}

static bool several_machines(const struct figures *figures)
{
    size_t length;

    for (size_t i = 1; i < figures->measure_count; i++)
        if (strcmp(measure_machine(&figures->measures[i], &length),
                   measure_machine(&figures->measures[0], &length)) != 0)
            return true;
    return false;
}

void summary_label(const struct figures *figures, const struct measure *measure, char *label,
                   size_t size)
{
    print_label(figures, measure, several_machines(figures), label, size);
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

/* One measure; a part stands under a row that says which machine it is of. */
static void add_measure(struct table *table, const struct figures *figures,
                        const struct measure *measure, bool is_part)
{
    const struct measure_kind *kind = measure_kind(measure);
    char label[256];

    print_label(figures, measure, !is_part && several_machines(figures), label, sizeof label);
    table_add_row(table, is_part ? 1 : 0);
    table_put_string(table, label, NULL);
    for (size_t i = 0; i < figures->platform_count; i++)
        if (summary_has_column(figures, i))
            put_value(table, figures, measure, i);
    if (is_part || (kind && kind->flags & MEASURE_PLAIN) || !has_ratio(figures, measure))
        return;
    table_add_row(table, 1);
    table_put_string(table, _("ratio to native"), NULL);
    table_tone(table, TONE_WEAK);
    for (size_t i = 0; i < figures->platform_count; i++)
        if (summary_has_column(figures, i))
            put_ratio(table, &measure->figures[i], strcmp(figures->platforms[i], "native") == 0);
}

static bool same_machine(const struct measure *a, const struct measure *b)
{
    size_t length;

    return strcmp(measure_machine(a, &length), measure_machine(b, &length)) == 0;
}

/* What the measures of the kinds behind that one say more about it, on the same machine. */
static void add_parts(struct table *table, const struct figures *figures,
                      const struct measure *whole, size_t kind)
{
    while (++kind < measure_kinds_count && measure_kinds[kind].flags & MEASURE_PART)
        for (size_t i = 0; i < figures->measure_count; i++)
            if (measure_kind(&figures->measures[i]) == &measure_kinds[kind] &&
                same_machine(&figures->measures[i], whole))
                add_measure(table, figures, &figures->measures[i], true);
}

/* Whether a part's row can stand under that of the whole. */
static bool has_whole(const struct figures *figures, const struct measure *part, size_t kind)
{
    while (kind > 0 && measure_kinds[kind].flags & MEASURE_PART)
        kind--;
    for (size_t i = 0; i < figures->measure_count; i++)
        if (measure_kind(&figures->measures[i]) == &measure_kinds[kind] &&
            same_machine(&figures->measures[i], part))
            return true;
    return false;
}

static void add_kind(struct table *table, const struct figures *figures, size_t kind)
{
    bool is_part = measure_kinds[kind].flags & MEASURE_PART;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (measure_kind(measure) != &measure_kinds[kind] ||
            (is_part && has_whole(figures, measure, kind)))
            continue;
        add_measure(table, figures, measure, false);
        if (!is_part)
            add_parts(table, figures, measure, kind);
    }
}

/* "output identical", of a merged folder with the machine behind it. */
static void add_output_row(struct table *table, const char *name, const char *machine)
{
    char label[256];

    snprintf(label, sizeof label, "%s%s%s", name, *machine ? ", " : "", machine);
    table_add_row(table, 0);
    table_put_string(table, label, NULL);
}

/* Shown only where a program did not end well: that it failed everywhere is no agreement. */
static void add_exit_statuses(struct table *table, const struct figures *figures,
                              const char *machine, const struct output_comparison *comparisons)
{
    bool all_good = true;

    for (size_t i = 0; i < figures->platform_count; i++)
        all_good &= comparisons[i].exit == 0;
    if (all_good)
        return;
    add_output_row(table, _("exit status"), machine);
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

static void add_outputs(struct table *table, const struct analysis *analysis,
                        const struct machines *machines, size_t place)
{
    const char *machine = machines->labels[place], *shown = machines->count > 1 ? machine : "";
    struct output_comparison comparisons[FIGURES_PLATFORMS_MAX];

    if (!outputs_compare(comparisons, &analysis->results, &analysis->figures, machine))
        return;
    add_output_row(table, _("output identical"), shown);
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
    add_exit_statuses(table, &analysis->figures, shown, comparisons);
}

/* The user's program, where that is what was compared; NULL: none, or (merged) several. */
static const char *compared_program(const struct figures *figures)
{
    const char *program = NULL;

    for (size_t i = 0; i < figures->measure_count; i++) {
        if (strcmp(figures->measures[i].experiment, "program") != 0)
            continue;
        if (program && strcmp(program, figures->measures[i].workload) != 0)
            return NULL;
        program = figures->measures[i].workload;
    }
    return program;
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
    struct machines machines;

    if (!table)
        return NULL;
    for (size_t i = 0; i < measure_kinds_count; i++)
        if (!(measure_kinds[i].flags & (MEASURE_DETAIL | MEASURE_MATRIX)))
            add_kind(table, figures, i);
    for (size_t j = 0; j < figures->measure_count; j++)
        if (!measure_kind(&figures->measures[j]))
            add_measure(table, figures, &figures->measures[j], false);
    machines_of_figures(&machines, figures, "program");
    for (size_t i = 0; i < machines.count; i++)
        add_outputs(table, analysis, &machines, i);
    summary_add_notes(table, analysis);
    return table;
}
