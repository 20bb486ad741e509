/* SPDX-License-Identifier: MIT */
/* The escape matrix: what was tried in each box, what the kernel answered, and what was in the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/probe.h"
#include "bench/tables/escape_matrix.h"
#include "common/i18n.h"
#include "tui/model/pages.h"

struct verdict_look {
    const char *verdict, *text, *meaning;
    enum table_tone tone;
};

static const struct verdict_look looks[] = {
    {"allowed",   N_("allowed"),   N_("The host was reached, and a witness outside has the proof."),
     TONE_BAD                                                                                                 },
    {"contained", N_("contained"), N_("It worked in there, and the host did not change."),
     TONE_GOOD                                                                                                },
    {"refused",   N_("refused"),   N_("The kernel said no."),                                        TONE_GOOD},
    {"absent",    N_("absent"),    N_("There is no such thing in there."),                           TONE_GOOD},
    {"unknown",   N_("unknown"),   N_("Probe and witness disagree, or neither can tell."),           TONE_WARN},
};

static const struct verdict_look *look_of(const char *verdict)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (strcmp(looks[i].verdict, verdict) == 0)
            return &looks[i];
    return NULL;
}

static const char *first_line(struct arena *arena, const char *text)
{
    return arena_format(arena, "%.*s", (int)strcspn(text, "\n"), text);
}

/* What held, in the terms of the probe's table; where the host was reached, nothing did. */
static void add_mechanism(struct lines *lines, struct arena *arena, const struct probe *probe,
                          const struct sample *sample)
{
    if (!probe)
        return;
    if (strcmp(sample->verdict, "allowed") == 0)
        lines_add(lines, arena_format(arena, _("In the way elsewhere: %s. Here nothing was."),
                                      _(probe->stopped_by)));
    else if (strcmp(sample->platform, "container") == 0)
        lines_add(lines, arena_format(arena, _("What is in the way in a container: %s"),
                                      _(probe->stopped_by)));
    else if (strcmp(sample->platform, "vm") == 0)
        lines_add(lines, arena_text(arena, _("In the way: a kernel that is not the host's. The VMM "
                                             "serves the system calls, and knows few of them.")));
    else if (strncmp(sample->platform, "vm-", 3) == 0)
        lines_add(lines,
                  arena_text(arena, _("In the way: the machine itself. The guest has a kernel "
                                      "of its own, and meets nothing but that.")));
    else if (strcmp(sample->verdict, "refused") == 0)
        lines_add(lines, arena_format(arena,
                                      _("In the way: the rights of user %s; in a container: "
                                        "%s"),
                                      sample_param(sample, "uid"), _(probe->stopped_by)));
    else
        lines_add(lines,
                  arena_format(arena, _("In the way in a container: %s"), _(probe->stopped_by)));
}

static const struct lines *explain(struct arena *arena, const struct results *results,
                                   const struct sample *sample, const struct probe *probe)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const struct verdict_look *look = look_of(sample->verdict);

    if (!lines)
        return NULL;
    lines_add(lines, arena_format(
                         arena, "%s – %s", probe ? _(probe->title) : sample->workload,
                         first_line(arena, _(measure_platform_title(results, sample->platform)))));
    if (probe)
        lines_add(lines, arena_format(arena, _("Tried: the probe %s"), _(probe->tries)));
    if (sample->status != SAMPLE_OK) {
        lines_add(lines, arena_format(arena, _("No answer: %s"),
                                      *sample->reason ? sample->reason : _("no reason was given")));
        return lines;
    }
    lines_add(lines, arena_format(arena, _("Answer: %s"),
                                  *sample->detail ? sample->detail : _("none in words")));
    lines_add(lines,
              arena_format(arena, _("Verdict: %s. %s"), look ? _(look->text) : sample->verdict,
                           look ? _(look->meaning) : ""));
    add_mechanism(lines, arena, probe, sample);
    lines_add(lines, arena_format(arena, _("Ran as user %s; sample: block %lld, workload %s"),
                                  sample_param(sample, "uid"), (long long)sample->block,
                                  sample->workload));
    return lines;
}

static void fill_cell(struct arena *arena, struct cell *cell, const struct results *results,
                      const struct escape_cell *found, const struct probe *probe)
{
    const struct sample *sample = found->sample;

    cell->tone = TONE_WEAK;
    cell->text = arena_text(arena, "–");
    if (!sample)
        return;
    const struct verdict_look *look = look_of(sample->verdict);
    bool ok = sample->status == SAMPLE_OK, skipped = sample->status == SAMPLE_SKIPPED;
    const char *text = look ? _(look->text) : sample->verdict;
    if (!ok)
        text = skipped ? _("skipped") : _("failed");
    cell->text = arena_text(arena, text);
    if (ok)
        cell->tone = look ? look->tone : TONE_WARN;
    else if (!skipped)
        cell->tone = TONE_BAD;
    /* Where runs disagree, this is the worst of them. */
    if (ok && found->alike < found->tries)
        cell->text = arena_format(arena, "%s %zu/%zu", cell->text, found->alike, found->tries);
    cell->explained = explain(arena, results, sample, probe);
}

static void add_columns(struct grid *grid, struct arena *arena, const struct escape_matrix *matrix,
                        const struct results *results)
{
    char key[96], title[256];

    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct escape_column *column = &matrix->columns[i];
        bool root = strcmp(column->uid, "0") == 0;
        bool twice = escape_matrix_native_twice(matrix) && strcmp(column->platform, "native") == 0;
        snprintf(key, sizeof key, twice ? "%s_%s" : "%s", column->platform, column->uid);
        snprintf(title, sizeof title, twice ? "%s\n%s" : "%s",
                 _(measure_platform_title(results, column->platform)),
                 root ? _("as root") : _("as a user"));
        grid_add_column(arena, grid, key, title, false);
    }
}

static void add_row(struct page *page, struct arena *arena, const struct escape_matrix *matrix,
                    const struct results *results, size_t machine, size_t place)
{
    const struct probe *probe = probe_find(matrix->probes[place]);
    const char *label = matrix->machines.labels[machine];
    struct row *row = grid_add_row(arena, &page->grid, "");

    if (!row)
        return;
    row->cells[0].text =
        arena_format(arena, "%s%s%s", probe ? _(probe->title) : matrix->probes[place],
                     *label ? ", " : "", label);
    row->value = arena_text(arena, matrix->probes[place]);
    for (size_t j = 0; j < matrix->column_count && j + 1 < GRID_COLUMNS_MAX; j++) {
        struct escape_cell found = escape_matrix_find(matrix, machine, place, j);
        fill_cell(arena, &row->cells[j + 1], results, &found, probe);
    }
}

static void fill(struct page *page, struct arena *arena, const struct escape_matrix *matrix,
                 const struct results *results)
{
    page->empty = NULL;
    add_columns(&page->grid, arena, matrix, results);
    for (size_t i = 0; i < matrix->machines.count; i++)
        for (size_t j = 0; j < matrix->probe_count; j++)
            add_row(page, arena, matrix, results, i, j);
    lines_add(&page->notes,
              arena_text(arena,
                         _("allowed: the host was reached; contained: it worked, in there alone")));
}

void page_make_isolation(struct page *page, struct arena *arena, const struct sources *sources)
{
    struct escape_matrix *matrix = calloc(1, sizeof *matrix);

    grid_add_column(arena, &page->grid, "probe", _("a program tries to"), false);
    page->empty = arena_text(arena, _("These results hold no probes. F5 runs them: the experiment "
                                      "escape."));
    if (matrix && sources->analysis && escape_matrix_make(matrix, sources->analysis) == 0) {
        if (matrix->probe_count > 0)
            fill(page, arena, matrix, &sources->analysis->results);
        escape_matrix_free(matrix);
    }
    free(matrix);
}
