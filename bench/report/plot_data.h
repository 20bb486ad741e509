/* SPDX-License-Identifier: MIT */
/* What the scripts in bench/plots read: each says at its head what the file has to hold. */
#ifndef VIRTLAB_PLOT_DATA_H
#define VIRTLAB_PLOT_DATA_H

#include "bench/report/plot.h"
#include "bench/tables/machines.h"

/* A box with nothing to draw is named, with ": skipped"; on slides it is left out. */
bool plot_data_startup(struct plot_job *job); /* single runs, or of the user's program */
bool plot_data_burst(struct plot_job *job);
bool plot_data_box(struct plot_job *job); /* of the times of plot_data_startup() */
bool plot_data_stages(struct plot_job *job);

/*
 * Rows with a ratio of 1.5 or more, or 1/1.5 or less, and the other rows. On slides the first has
 * one row of each workload, whatever its ratio, and the second has none.
 */
bool plot_data_far(struct plot_job *job);
bool plot_data_near(struct plot_job *job);

bool plot_data_density(struct plot_job *job);
bool plot_data_neighbours(struct plot_job *job);
bool plot_data_escape(struct plot_job *job);

/* Density without gnuplot: a line for each box, at most width columns wide. */
void plot_text_density(const struct analysis *analysis, FILE *out, int width);

/* The title of a platform in the plot's language. */
void plot_data_title(const struct plot_job *job, size_t platform, char label[PLOT_LABEL_MAX]);

/* The same with the machine behind it, where the folder was merged of several. */
void plot_data_machine_title(const struct plot_job *job, size_t platform, const char *machine,
                             char label[PLOT_LABEL_MAX]);

/*
 * How many of the machines have a part in a plot: there is room for a few. The tables have all of
 * them.
 */
size_t plot_data_drawn(const struct machines *machines);
enum { PLOT_MACHINES_MAX = 4 };

/* ": skipped" or ": no values", for behind a title. */
const char *plot_data_missing(const struct plot_job *job, const struct figure *figure);

#endif
