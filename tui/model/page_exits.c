/* SPDX-License-Identifier: MIT */
/* The exits of a machine up to a moment: by reason, over time, and those around the moment. */
#include "tui/model/page_exits.h"

#include <stdlib.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"
#include "tui/model/exit_words.h"
#include "tui/model/pages.h"

/* What a row is made of: all exits of a reason, or those of its system calls of one name. */
struct gathered {
    uint16_t reason, call; /* names; call 0: all */
    double *durations_us;  /* ascending */
    size_t count;
    double sum_us;
};

struct gathering {
    const struct exit_record *record;
    size_t count;      /* exits of the record that count, from the first kept one on */
    double *durations; /* where those of the rows lie, one row behind the other */
    struct gathered rows[EXIT_GROUPS_MAX];
    size_t row_count;
    double sum_us, first_us, last_us;
};

static struct gathered *row_of(struct gathering *gathering, struct exit_group group, bool by_call)
{
    struct gathered *row = gathering->rows;

    for (; row < gathering->rows + gathering->row_count; row++)
        if (row->reason == group.reason && (!by_call || row->call == group.call))
            return row;
    *row = (struct gathered){.reason = group.reason, .call = by_call ? group.call : 0};
    gathering->row_count++;
    return row;
}

static int by_cost(const void *a, const void *b)
{
    const struct gathered *left = a, *right = b;

    return (left->sum_us < right->sum_us) - (left->sum_us > right->sum_us);
}

/* Counts first, so that each row's durations have their place; then they are put there. */
static void gather(struct gathering *gathering, bool by_call)
{
    const struct exit_record *record = gathering->record;
    struct gathered *of_group[EXIT_GROUPS_MAX];
    double *next = gathering->durations;

    gathering->row_count = 0;
    for (size_t i = 0; i < record->group_count; i++)
        of_group[i] = row_of(gathering, record->groups[i], by_call);
    for (size_t i = 0; i < gathering->count; i++)
        of_group[record->events[i].group]->count++;
    for (size_t i = 0; i < gathering->row_count; i++) {
        gathering->rows[i].durations_us = next;
        next += gathering->rows[i].count;
        gathering->rows[i].count = 0;
    }
    for (size_t i = 0; i < gathering->count; i++) {
        const struct exit_event *event = &record->events[i];
        struct gathered *row = of_group[event->group];
        row->durations_us[row->count++] = event->duration_us;
        row->sum_us += event->duration_us;
    }
    for (size_t i = 0; i < gathering->row_count; i++)
        statistics_sort(gathering->rows[i].durations_us, gathering->rows[i].count);
    qsort(gathering->rows, gathering->row_count, sizeof *gathering->rows, by_cost);
}

static void find_span(struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->count; i++) {
        const struct exit_event *event = &gathering->record->events[i];
        double end_us = event->start_us + event->duration_us;
        if (i == 0 || event->start_us < gathering->first_us)
            gathering->first_us = event->start_us;
        if (i == 0 || end_us > gathering->last_us)
            gathering->last_us = end_us;
        gathering->sum_us += event->duration_us;
    }
}

static const char *time_text(struct arena *arena, double us)
{
    char text[MEASURE_TEXT_MAX];

    measure_print_value(text, UNIT_NS, us * 1000);
    return arena_text(arena, text);
}

static void put_time(struct arena *arena, struct cell *cell, double us)
{
    cell->text = time_text(arena, us);
    cell->has_number = true;
    cell->number = cell->low = cell->high = us * 1000;
}

static void put_number(struct cell *cell, double number, const char *text)
{
    cell->text = text;
    cell->number = number;
    cell->has_number = true;
}

static const char *name_or_other(const struct exit_record *record, uint16_t name)
{
    return name ? exit_record_name(record, name) : _("other");
}

/* What the row counts, what its figures mean, and by which mechanism the guest left. */
static const struct lines *explain(struct arena *arena, const struct gathering *gathering,
                                   const struct gathered *of, double share)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const char *reason = name_or_other(gathering->record, of->reason);
    const char *call = of->call ? exit_record_name(gathering->record, of->call) : NULL;
    const char *words = exit_words(reason);
    double seconds = (gathering->last_us - gathering->first_us) / 1e6;

    if (!lines)
        return NULL;
    lines_add(lines, arena_format(arena, "%s%s%s", reason, call ? ": " : "", call ? call : ""));
    if (call)
        lines_add(lines, arena_format(arena,
                                      _("The guest's system call %s, which it has no kernel for: "
                                        "the exit hands it to the VMM, which answers it."),
                                      call));
    if (words)
        lines_add(lines, arena_text(arena, words));
    lines_add(lines, arena_format(
                         arena,
                         _("Measured: %zu such exits within %.3g s. Half of them took the "
                           "VMM no longer than %s (p50)."),
                         of->count, seconds,
                         time_text(arena, statistics_quantile(of->durations_us, of->count, 0.5))));
    if (statistics_quantile_known(of->count, 0.99))
        lines_add(lines, arena_format(arena, _("One in a hundred took longer than %s (p99)."),
                                      time_text(arena, statistics_quantile(of->durations_us,
                                                                           of->count, 0.99))));
    else
        lines_add(lines, arena_text(arena, _("p99 needs 100 of them.")));
    lines_add(lines, arena_format(arena,
                                  _("Means: together %s of the VMM's time, %.0f %% of what all "
                                    "exits cost; for so long its vCPU stood still. The way out of "
                                    "guest mode and back again comes on top, and is not in it."),
                                  time_text(arena, of->sum_us), 100 * share));
    return lines;
}

static void add_row(struct page *page, struct arena *arena, const struct gathering *gathering,
                    const struct gathered *of)
{
    double seconds = (gathering->last_us - gathering->first_us) / 1e6;
    double share = gathering->sum_us > 0 ? of->sum_us / gathering->sum_us : 0;
    struct row *row = of->count > 0 ? grid_add_row(arena, &page->grid, "ns") : NULL;

    if (!row)
        return;
    row->indent = of->call ? 1 : 0;
    row->cells[0].text =
        arena_text(arena, name_or_other(gathering->record, of->call ? of->call : of->reason));
    put_number(&row->cells[1], (double)of->count, arena_format(arena, "%zu", of->count));
    double rate = seconds > 0 ? (double)of->count / seconds : 0;
    put_number(&row->cells[2], rate, arena_format(arena, rate < 10 ? "%.2g/s" : "%.0f/s", rate));
    put_time(arena, &row->cells[3], statistics_quantile(of->durations_us, of->count, 0.5));
    if (statistics_quantile_known(of->count, 0.99)) {
        put_time(arena, &row->cells[4], statistics_quantile(of->durations_us, of->count, 0.99));
    } else {
        row->cells[4].text = arena_text(arena, "–");
        row->cells[4].tone = TONE_WEAK;
    }
    put_time(arena, &row->cells[5], of->sum_us);
    row->cells[6].share = share;
    const struct lines *lines = explain(arena, gathering, of, share);
    for (size_t i = 0; i < page->grid.column_count; i++)
        row->cells[i].explained = lines;
    put_number(&row->cells[6], 100 * share, arena_format(arena, "%3.0f %%", 100 * share));
}

/* A row for each reason, and below it one for each of its system calls. */
static void add_rows(struct page *page, struct arena *arena, struct gathering *gathering)
{
    struct gathering *calls = calloc(1, sizeof *calls);
    double *durations = calloc(gathering->count + 1, sizeof *durations);

    if (calls && durations) {
        *calls = *gathering;
        calls->durations = durations;
        gather(calls, true);
        gather(gathering, false);
        for (size_t i = 0; i < gathering->row_count; i++) {
            add_row(page, arena, gathering, &gathering->rows[i]);
            for (size_t j = 0; j < calls->row_count; j++)
                if (calls->rows[j].reason == gathering->rows[i].reason && calls->rows[j].call)
                    add_row(page, arena, gathering, &calls->rows[j]);
        }
    } else {
        arena->failed = true;
    }
    free(durations);
    free(calls);
}

static void add_line(struct moment *lines, struct arena *arena, const struct exit_record *record,
                     size_t index)
{
    const struct exit_event *event = &record->events[index];
    const struct exit_group *group = &record->groups[event->group];
    const char *call = exit_record_name(record, group->call);
    const char *detail = exit_record_name(record, event->detail);

    lines->lines[lines->line_count++] = (struct record_line){
        .number = arena_format(arena, "%zu", record->forgotten + index + 1),
        /* All with the same decimals: it is the differences that are read. */
        .since = arena_format(arena, "%.6f s", (event->start_us - record->origin_us) / 1e6),
        .what = arena_format(arena, "%s%s%s%s%s", name_or_other(record, group->reason),
                             *call ? ": " : "", call, *detail ? ", " : "", detail),
        .took = time_text(arena, event->duration_us),
    };
}

static void fill_bins(struct moment *moment, const struct exit_record *record)
{
    double begin = record->events[0].start_us, end = begin;

    for (size_t i = 0; i < record->count; i++) {
        begin = record->events[i].start_us < begin ? record->events[i].start_us : begin;
        end = record->events[i].start_us > end ? record->events[i].start_us : end;
    }
    for (size_t i = 0; i < record->count; i++) {
        double share = end > begin ? (record->events[i].start_us - begin) / (end - begin) : 0;
        size_t bin = (size_t)(share * RECORD_BINS);
        moment->bins[bin < RECORD_BINS ? bin : RECORD_BINS - 1]++;
    }
    moment->begin_ns = 1000 * (begin - record->origin_us);
    moment->end_ns = 1000 * (end - record->origin_us);
}

/* count: of the kept exits, those up to the moment. */
static void describe_moment(struct page *page, struct arena *arena,
                            const struct exit_record *record, size_t count, bool held)
{
    struct moment *moment = arena_take(arena, sizeof *moment);

    if (!moment)
        return;
    moment->at = record->forgotten + count;
    moment->count = record->forgotten + record->count;
    moment->held = held;
    fill_bins(moment, record);
    size_t here = count - 1;
    moment->at_ns = 1000 * (record->events[here].start_us - record->origin_us);
    size_t first = here > RECORD_LINES / 2 ? here - RECORD_LINES / 2 : 0;
    if (record->count < first + RECORD_LINES)
        first = record->count > RECORD_LINES ? record->count - RECORD_LINES : 0;
    moment->here = here - first;
    for (size_t i = first; i < record->count && moment->line_count < RECORD_LINES; i++)
        add_line(moment, arena, record, i);
    page->moment = moment;
}

static void add_columns(struct page *page, struct arena *arena)
{
    grid_add_column(arena, &page->grid, "reason", _("exit"), false);
    grid_add_column(arena, &page->grid, "count", _("count"), true);
    grid_add_column(arena, &page->grid, "per_second", _("rate"), true);
    grid_add_column(arena, &page->grid, "p50_ns", "p50", true);
    grid_add_column(arena, &page->grid, "p99_ns", "p99", true);
    grid_add_column(arena, &page->grid, "sum_ns", _("together"), true);
    grid_add_column(arena, &page->grid, "share_percent", _("share of the cost"), false);
}

void page_exits_fill(struct page *page, struct arena *arena, const struct exit_record *record,
                     size_t at, bool held)
{
    struct gathering *gathering = calloc(1, sizeof *gathering);
    size_t count = at > record->forgotten ? at - record->forgotten : 1;

    add_columns(page, arena);
    count = count < record->count ? count : record->count;
    if (count == 0) {
        page->empty = arena_text(arena, _("There are no exits yet."));
    } else if (gathering) {
        *gathering = (struct gathering){.record = record, .count = count};
        gathering->durations = calloc(count, sizeof *gathering->durations);
        arena->failed |= !gathering->durations;
        find_span(gathering);
        if (gathering->durations)
            add_rows(page, arena, gathering);
        free(gathering->durations);
        describe_moment(page, arena, record, count, held);
        lines_add(&page->notes, arena_text(arena, _("the time is the VMM's, from one return of "
                                                    "KVM_RUN to the next call")));
    }
    free(gathering);
}

void page_exits_explain(struct page *page, struct arena *arena, const char *why)
{
    add_columns(page, arena);
    page->empty = arena_text(
        arena, why ? why
                   : _("No exits are recorded. F5 runs a small program in a virtual machine and "
                       "shows the exits of that. Exits of another machine: `minivmm run "
                       "--timeline FILE PROGRAM` records them, and `:timeline FILE` shows them "
                       "in here, also while it runs."));
}

void page_make_exits(struct page *page, struct arena *arena, const struct sources *sources)
{
    struct exit_record record = {0};
    struct error error;

    if (!sources->timeline)
        page_exits_explain(page, arena, NULL);
    else if (exit_record_read(&record, sources->timeline, &error) < 0)
        page_exits_explain(page, arena, error.text);
    else
        page_exits_fill(page, arena, &record, SIZE_MAX, false);
    exit_record_free(&record);
}
