/* SPDX-License-Identifier: MIT */
#include "bench/folders/diff.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/environment.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

static const struct measure *find_measure(const struct figures *figures, const struct measure *like)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, like->experiment) == 0 &&
            strcmp(measure->workload, like->workload) == 0 &&
            strcmp(measure->params, like->params) == 0 &&
            strcmp(measure->metric, like->metric) == 0)
            return measure;
    }
    return NULL;
}

static const struct figure *find_figure(const struct figures *figures,
                                        const struct measure *measure, const char *platform)
{
    for (size_t i = 0; measure && i < figures->platform_count; i++)
        if (strcmp(figures->platforms[i], platform) == 0 && measure->figures[i].value.count > 0)
            return &measure->figures[i];
    return NULL;
}

static void compare(struct difference *difference, const struct measure *old_measure, uint64_t seed)
{
    const struct figure *old = difference->old, *new = difference->new;

    difference->floor = fmax(fmax(old_measure->floor, difference->measure->floor), DIFF_FLOOR);
    if (strcmp(old->source, new->source) == 0)
        difference->ratio =
            statistics_ratio(new->values, new->value.count, old->values, old->value.count, seed);
    difference->comparison = statistics_compare(&difference->ratio, difference->floor);
}

static void add_measure(struct differences *differences, const struct analysis *old,
                        const struct analysis *new, const struct measure *measure)
{
    const struct measure *before = find_measure(&old->figures, measure);

    for (size_t i = 0; i < new->figures.platform_count; i++) {
        const char *platform = new->figures.platforms[i];
        const struct figure *old_figure = find_figure(&old->figures, before, platform);
        if (measure->figures[i].value.count == 0)
            continue;
        if (!old_figure) {
            differences->only_new++;
            continue;
        }
        struct difference *difference = &differences->list[differences->count++];
        *difference = (struct difference){
            .measure = measure,
            .platform = platform,
            .old = old_figure,
            .new = &measure->figures[i],
        };
        compare(difference, before, (uint64_t) new->results.seed);
        differences->tested += difference->ratio.has_interval;
        differences->differing += difference->comparison == COMPARISON_DIFFERS;
    }
}

static bool is_asked_for(const struct measure *measure, bool all)
{
    return *measure->metric && (all || measure_is_shown(measure));
}

static size_t count_only_old(const struct figures *old, const struct figures *new, bool all)
{
    size_t count = 0;

    for (size_t i = 0; i < old->measure_count; i++) {
        const struct measure *measure = &old->measures[i];
        const struct measure *after = find_measure(new, measure);
        for (size_t j = 0; j < old->platform_count && is_asked_for(measure, all); j++)
            count +=
                measure->figures[j].value.count > 0 && !find_figure(new, after, old->platforms[j]);
    }
    return count;
}

int diff_make(struct differences *differences, const struct analysis *old,
              const struct analysis *new, bool all, struct error *error)
{
    const struct figures *figures = &new->figures;

    *differences = (struct differences){
        .list =
            calloc(figures->measure_count * figures->platform_count + 1, sizeof *differences->list),
        .only_old = count_only_old(&old->figures, figures, all),
    };
    if (!differences->list)
        return error_set_errno(error, ENOMEM, _("cannot compare two runs"));
    for (size_t kind = 0; kind <= measure_kinds_count; kind++)
        for (size_t i = 0; i < figures->measure_count; i++) {
            const struct measure *measure = &figures->measures[i];
            const struct measure_kind *wanted =
                kind < measure_kinds_count ? &measure_kinds[kind] : NULL;
            if (measure_kind(measure) == wanted && is_asked_for(measure, all))
                add_measure(differences, old, new, measure);
        }
    return 0;
}

void diff_free(struct differences *differences)
{
    free(differences->list);
    *differences = (struct differences){0};
}

/* The table */

static void put_value(struct table *table, const struct measure *measure,
                      const struct figure *figure)
{
    char text[MEASURE_TEXT_MAX];

    measure_print_value(text, measure_unit(measure->metric), figure->value.median);
    table_put_number(table, figure->value.median, "%s", text);
}

static void put_interval(struct table *table, const struct estimate *estimate)
{
    if (estimate->has_interval) {
        table_put_number(table, estimate->low, "%.4g", estimate->low);
        table_put_number(table, estimate->high, "%.4g", estimate->high);
    } else {
        table_put_none(table, "");
        table_put_none(table, "");
    }
}

/* As in other tables, but that what is undecided has its "~" too: no difference was found. */
static void put_ratio(struct table *table, const struct difference *difference)
{
    struct figure figure = {.ratio = difference->ratio, .comparison = difference->comparison};
    char text[MEASURE_TEXT_MAX];

    if (difference->ratio.count == 0) {
        table_put_none(table, "–");
        return;
    }
    measure_print_ratio(text, &figure);
    table_put_number(table, difference->ratio.median, "%s%s", text,
                     difference->comparison == COMPARISON_UNDECIDED ? " ~" : "");
    if (difference->comparison == COMPARISON_DIFFERS)
        table_tone(table, difference->ratio.median > 1 ? TONE_WARN : TONE_GOOD);
    else
        table_tone(table, TONE_WEAK);
}

static const char *meaning(enum comparison comparison)
{
    static const char *const names[] = {
        [COMPARISON_UNKNOWN] = "unknown",
        [COMPARISON_NOISE] = "noise",
        [COMPARISON_UNDECIDED] = "undecided",
        [COMPARISON_DIFFERS] = "differs",
    };
    return names[comparison];
}

static void add_row(struct table *table, const struct difference *difference,
                    const struct figures *figures)
{
    const struct measure *measure = difference->measure;
    char label[256];

    summary_label(figures, measure, label, sizeof label);
    table_add_row(table, 0);
    table_put_string(table, label, NULL);
    table_put_string(table, measure->experiment, NULL);
    table_put_string(table, measure->workload, NULL);
    table_put_string(table, measure->params, NULL);
    table_put_string(table, measure->metric, NULL);
    table_put_string(table, difference->platform, NULL);
    put_value(table, measure, difference->old);
    put_value(table, measure, difference->new);
    put_ratio(table, difference);
    put_interval(table, &difference->ratio);
    table_put_number(table, difference->floor, "%.4g", difference->floor);
    table_put_integer(table, (int64_t)difference->old->value.count, "%zu",
                      difference->old->value.count);
    table_put_integer(table, (int64_t)difference->new->value.count, "%zu",
                      difference->new->value.count);
    table_put_string(table, meaning(difference->comparison), NULL);
}

static void add_notes(struct table *table, const struct differences *differences,
                      const struct analysis *old, const struct analysis *new)
{
    const char *differs = NULL;

    table_note(table, "~",
               _("no difference: within the noise of the two runs, or too near to tell"));
    table_note(table, "[–]", _("where the ratio new / old lies with 95 %% confidence"));
    table_note(table, "", _("differences: %zu of %zu figures"), differences->differing,
               differences->count);
    if (differences->tested > 0)
        table_note(
            table, "",
            _("intervals: %zu, each of 95 %% by itself: where nothing differs, about %.1f of "
              "them miss 1 by chance; fewer lie beyond the noise, too"),
            differences->tested, 0.05 * (double)differences->tested);
    if (differences->only_old + differences->only_new > 0)
        table_note(table, "!", _("figures that only one run has: %zu old, %zu new"),
                   differences->only_old, differences->only_new);
    if (old->environment && new->environment)
        differs = environment_difference(old->environment, new->environment);
    if (differs)
        table_note(table, "!",
                   _("the machine or the software was another ('%s' in env.json): a difference "
                     "may be its"),
                   differs);
    if (old->environment_state != ENVIRONMENT_GOOD || new->environment_state != ENVIRONMENT_GOOD)
        table_note(table, "!", _("whether both were taken on one machine is unknown"));
    table_note(table, "",
               _("the runs were not interleaved: what changed between them is in the ratio"));
}

struct table *diff_table(const struct differences *differences, const struct analysis *old,
                         const struct analysis *new)
{
    const struct table_column columns[] = {
        {"label",       _("measure"),   TABLE_LEFT   },
        {"experiment",  "",             TABLE_MACHINE},
        {"workload",    "",             TABLE_MACHINE},
        {"params",      "",             TABLE_MACHINE},
        {"metric",      "",             TABLE_MACHINE},
        {"platform",    _("box"),       TABLE_LEFT   },
        {"old",         _("old"),       TABLE_RIGHT  },
        {"new",         _("new"),       TABLE_RIGHT  },
        {"ratio",       _("new / old"), TABLE_LEFT   },
        {"ratio_low",   "",             TABLE_MACHINE},
        {"ratio_high",  "",             TABLE_MACHINE},
        {"noise_floor", "",             TABLE_MACHINE},
        {"old_runs",    "",             TABLE_MACHINE},
        {"new_runs",    "",             TABLE_MACHINE},
        {"means",       "",             TABLE_MACHINE},
    };
    struct table *table = table_new(_("Old and new"), NULL);

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < differences->count; i++)
        add_row(table, &differences->list[i], &new->figures);
    add_notes(table, differences, old, new);
    return table;
}
