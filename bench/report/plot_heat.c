/* SPDX-License-Identifier: MIT */
/* The data of heat maps: for each cell a shade, and what is to be read in it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/report/plot_data.h"
#include "bench/results/params.h"
#include "bench/results/probe.h"
#include "bench/tables/escape_matrix.h"
#include "common/i18n.h"

/* Escape */

static const struct {
    const char *verdict, *text;
    double shade;
} verdicts[] = {
    {"allowed",   N_("allowed"),   1   },
    {"unknown",   N_("unknown"),   0.6 },
    {"contained", N_("contained"), 0.35},
    {"refused",   N_("refused"),   0.2 },
    {"absent",    N_("absent"),    0.05},
};

static void print_verdict(const struct plot_job *job, size_t place, size_t row,
                          const struct sample *sample)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (sample && sample->status == SAMPLE_OK &&
            strcmp(sample->verdict, verdicts[i].verdict) == 0)
            fprintf(job->out, "%zu %zu %g \"%s\"\n", place, row + 1, verdicts[i].shade,
                    plot_say(job, verdicts[i].text));
}

/* Columns of the map: a box of a machine each, those of one machine after those of the other. */
struct escape_places {
    size_t of[PLOT_MACHINES_MAX * ESCAPE_COLUMNS_MAX]; /* from 1; 0: no verdict, and no place */
    size_t count;
};

static void find_places(struct escape_places *places, const struct escape_matrix *matrix)
{
    size_t all = plot_data_drawn(&matrix->machines) * matrix->column_count;

    *places = (struct escape_places){0};
    for (size_t i = 0; i < all; i++) {
        bool any = false;
        for (size_t row = 0; row < matrix->probe_count && !any; row++) {
            const struct sample *sample =
                escape_matrix_find(matrix, i / matrix->column_count, row, i % matrix->column_count)
                    .sample;
            any = sample && sample->status == SAMPLE_OK;
        }
        places->of[i] = any ? ++places->count : 0;
    }
}

/* The boxes of one machine after those of the other. */
static void print_escape_columns(const struct plot_job *job, const struct escape_matrix *matrix,
                                 const struct escape_places *places, size_t machine)
{
    const struct results *results = &job->analysis->results;
    bool twice = escape_matrix_native_twice(matrix);
    char label[PLOT_LABEL_MAX];

    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct escape_column *column = &matrix->columns[i];
        size_t place = places->of[machine * matrix->column_count + i];
        if (place == 0)
            continue;
        plot_label(label, plot_say(job, measure_platform_title(results, column->platform)));
        fprintf(job->out, "%zu \"%s", place, label);
        if (twice && strcmp(column->platform, "native") == 0)
            fprintf(job->out, ", %s",
                    plot_say(job, strcmp(column->uid, "0") == 0 ? N_("as root") : N_("as a user")));
        plot_label(label, matrix->machines.labels[machine]);
        fprintf(job->out, "%s%s\"\n", *label ? ", " : "", label);
    }
}

static void print_escape_heads(const struct plot_job *job, const struct escape_matrix *matrix,
                               const struct escape_places *places)
{
    char label[PLOT_LABEL_MAX];

    for (size_t i = 0; i < plot_data_drawn(&matrix->machines); i++)
        print_escape_columns(job, matrix, places, i);
    fputs("\n\n", job->out);
    for (size_t i = 0; i < matrix->probe_count; i++) {
        const struct probe *probe = probe_find(matrix->probes[i]);
        plot_label(label, probe ? plot_say(job, probe->title) : matrix->probes[i]);
        fprintf(job->out, "%zu \"%s\"\n", i + 1, label);
    }
    fputs("\n\n", job->out);
}

static void print_escape(const struct plot_job *job, const struct escape_matrix *matrix,
                         const struct escape_places *places)
{
    print_escape_heads(job, matrix, places);
    for (size_t row = 0; row < matrix->probe_count; row++)
        for (size_t i = 0; i < plot_data_drawn(&matrix->machines) * matrix->column_count; i++)
            if (places->of[i] > 0)
                print_verdict(job, places->of[i], row,
                              escape_matrix_find(matrix, i / matrix->column_count, row,
                                                 i % matrix->column_count)
                                  .sample);
}

bool plot_data_escape(struct plot_job *job)
{
    struct escape_matrix *matrix = calloc(1, sizeof *matrix);
    struct escape_places places = {0};

    if (!matrix)
        return false;
    if (escape_matrix_make(matrix, job->analysis) < 0) {
        free(matrix);
        return false;
    }
    find_places(&places, matrix);
    if (places.count > 0)
        print_escape(job, matrix, &places);
    escape_matrix_free(matrix);
    free(matrix);
    return places.count > 0;
}

/* Neighbours */

enum { NEIGHBOUR_ROWS_MAX = 128, NEIGHBOUR_COLUMNS_MAX = 48, NAME_BYTES = 48 };

/* A victim and what disturbs it. */
struct neighbour_row {
    const char *victim;
    char antagonist[NAME_BYTES];
};

struct neighbour_map {
    struct neighbour_row rows[NEIGHBOUR_ROWS_MAX];
    size_t row_count;
};

/* The slowest of a hundred, where there were as many. */
static bool is_neighbours(const struct measure *measure)
{
    return strcmp(measure->experiment, "neighbours") == 0 && strcmp(measure->metric, "p99_ns") == 0;
}

static void find_rows(struct neighbour_map *map, const struct figures *figures)
{
    char antagonist[NAME_BYTES];

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        params_get(measure->params, "antagonist", antagonist, sizeof antagonist);
        bool wanted = is_neighbours(measure) && *antagonist && strcmp(antagonist, "none") != 0;
        for (size_t j = 0; j < map->row_count && wanted; j++)
            wanted = strcmp(map->rows[j].victim, measure->workload) != 0 ||
                     strcmp(map->rows[j].antagonist, antagonist) != 0;
        if (!wanted || map->row_count == NEIGHBOUR_ROWS_MAX)
            continue;
        struct neighbour_row *row = &map->rows[map->row_count++];
        row->victim = measure->workload;
        memcpy(row->antagonist, antagonist, sizeof row->antagonist);
    }
}

/* What a column of the map is of. */
struct place {
    const char *machine, *limits;
    size_t platform;
};

static const struct figure *find_figure(const struct figures *figures, const char *victim,
                                        const char *antagonist, const struct place *place)
{
    size_t length;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (is_neighbours(measure) && strcmp(measure->workload, victim) == 0 &&
            params_have(measure->params, "antagonist", antagonist) &&
            params_have(measure->params, "limits", place->limits) &&
            strcmp(measure_machine(measure, &length), place->machine) == 0 &&
            measure->figures[place->platform].value.count > 0)
            return &measure->figures[place->platform];
    }
    return NULL;
}

/* How many times as long; 0: it is not known. */
static double slowdown(const struct figures *figures, const struct neighbour_row *row,
                       const struct place *place)
{
    const struct figure *with = find_figure(figures, row->victim, row->antagonist, place);
    const struct figure *alone = find_figure(figures, row->victim, "none", place);

    if (!with || !alone || alone->value.median <= 0)
        return 0;
    return with->value.median / alone->value.median;
}

/* From as fast as alone, white, to a hundred times as slow, black. */
static double slowdown_shade(double slower)
{
    double shade = log10(slower) / 2;
    return shade < 0 ? 0 : shade > 1 ? 1 : shade;
}

static bool has_column(const struct figures *figures, const struct neighbour_map *map,
                       const struct place *place)
{
    for (size_t i = 0; i < map->row_count; i++)
        if (slowdown(figures, &map->rows[i], place) > 0)
            return true;
    return false;
}

/* The columns that have a cell, machine by machine; at most as many as there is room for. */
static size_t find_columns(const struct plot_job *job, const struct neighbour_map *map,
                           struct place columns[NEIGHBOUR_COLUMNS_MAX])
{
    static const char *const limits[] = {"off", "on"};
    const struct figures *figures = &job->analysis->figures;
    struct machines machines;
    size_t count = 0;

    machines_of_figures(&machines, figures, "neighbours");
    for (size_t i = 0; i < plot_data_drawn(&machines); i++) {
        for (size_t j = 0; j < 2 * figures->platform_count; j++) {
            struct place place = {machines.labels[i], limits[j % 2], j / 2};
            if (count < NEIGHBOUR_COLUMNS_MAX && has_column(figures, map, &place))
                columns[count++] = place;
        }
    }
    return count;
}

static void print_neighbour_heads(const struct plot_job *job, const struct neighbour_map *map,
                                  const struct place *columns, size_t count)
{
    char victim[PLOT_LABEL_MAX], antagonist[PLOT_LABEL_MAX], title[PLOT_LABEL_MAX];

    for (size_t i = 0; i < count; i++) {
        plot_data_machine_title(job, columns[i].platform, columns[i].machine, title);
        fprintf(job->out, "%zu \"%s", i + 1, title);
        if (strcmp(columns[i].limits, "on") == 0)
            fprintf(job->out, ", %s", plot_say(job, N_("limits on")));
        fputs("\"\n", job->out);
    }
    fputs("\n\n", job->out);
    for (size_t i = 0; i < map->row_count; i++) {
        plot_label(victim, map->rows[i].victim);
        plot_label(antagonist, map->rows[i].antagonist);
        fprintf(job->out, "%zu \"", i + 1);
        /* Translators: a victim and its neighbour, such as "server beside cpu" */
        fprintf(job->out, plot_say(job, N_("%s beside %s")), victim, antagonist);
        fputs("\"\n", job->out);
    }
    fputs("\n\n", job->out);
}

bool plot_data_neighbours(struct plot_job *job)
{
    const struct figures *figures = &job->analysis->figures;
    struct place columns[NEIGHBOUR_COLUMNS_MAX];
    struct neighbour_map map = {0};

    find_rows(&map, figures);
    size_t count = find_columns(job, &map, columns);
    if (count == 0)
        return false;
    print_neighbour_heads(job, &map, columns, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < map.row_count; j++) {
            double slower = slowdown(figures, &map.rows[j], &columns[i]);
            int digits = slower < 0.095 ? 2 : slower < 9.95 ? 1 : 0;
            if (slower > 0)
                fprintf(job->out, "%zu %zu %.3g \"%.*f\"\n", i + 1, j + 1, slowdown_shade(slower),
                        digits, slower);
        }
    }
    return true;
}
