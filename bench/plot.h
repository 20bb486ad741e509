/* SPDX-License-Identifier: MIT */
/*
 * Plots of a results folder: the scripts in bench/plots do the drawing, gnuplot runs them. Nothing
 * that comes from the samples is put into a script or a command line: gnuplot gets numbers, and
 * titles from fixed tables (of an unknown platform, its letters and digits) in a data file.
 */
#ifndef VIRTLAB_PLOT_H
#define VIRTLAB_PLOT_H

#include "bench/analysis.h"

enum { PLOTS = 3 };

struct plot {
    const char *name;   /* of its files in plots/: name.dat, name.svg, name.png */
    const char *script; /* in bench/plots */

    /*
     * Write its data. *label becomes what the script calls the horizontal axis, if it asks for
     * that. false: the samples have nothing for this plot.
     */
    bool (*write_data)(const struct analysis *analysis, FILE *out, const char **label);

    const char *caption; /* a sentence; to be put through gettext */
};

extern const struct plot plots[PLOTS];

struct plot_outcome {
    bool drawn[PLOTS];
    char notice[512]; /* why plots are missing that could be there; "" */
};

/*
 * Write the plots into the folder plots in folder, a descriptor. Without gnuplot, or when it fails,
 * only the data files are written, and outcome->notice says so: that is no error. Errors: files
 * that cannot be written.
 */
int plot_write(const struct analysis *analysis, int folder, struct plot_outcome *outcome,
               struct error *error);

/* The same without gnuplot, as lines of characters, width columns wide (at least 60). */
void plot_print_text(const struct analysis *analysis, FILE *out, int width);

/* The measure whose distribution the start-up plot shows; NULL: there is none. */
const struct measure *plot_startup_measure(const struct analysis *analysis);

/*
 * A title for a plot: one line, and nothing that gnuplot could take for more than text: letters,
 * digits, blanks and ",.()+-" are kept.
 */
enum { PLOT_TITLE_MAX = 40 };
void plot_title(char title[PLOT_TITLE_MAX], const char *text);

#endif
