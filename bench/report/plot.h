/* SPDX-License-Identifier: MIT */
/*
 * Plots of a results folder: the scripts in bench/plots do the drawing, gnuplot runs them. Nothing
 * that comes from the samples is put into a script or a command line: gnuplot gets numbers, and
 * titles from fixed tables (of an unknown platform, its letters and digits) in a data file.
 */
#ifndef VIRTLAB_PLOT_H
#define VIRTLAB_PLOT_H

#include "bench/analysis/analysis.h"

enum { PLOTS = 9 };

/* A data file in the making. */
struct plot_job {
    const struct analysis *analysis;
    bool korean; /* the labels; else they are English, in every locale */
    bool slides; /* for a wall: larger letters, and only what is worth them */
    FILE *out;
    const char *label; /* what the script calls the axis, if it asks for that; "" */
};

struct plot {
    const char *name;   /* of its files in plots/: name.dat, name.svg, name.pdf, name.png */
    const char *script; /* in bench/plots */

    /* Write its data. false: the samples have nothing for this plot. */
    bool (*write_data)(struct plot_job *job);

    const char *caption; /* a sentence; to be put through gettext */
};

extern const struct plot plots[PLOTS];

struct plot_options {
    bool korean;
    bool slides; /* as they are shown on a wall: see plot_data.h */
    bool paper;  /* PDF and PNG, too, not SVG alone */
};

struct plot_outcome {
    bool drawn[PLOTS];
    char notice[512]; /* why plots are missing, or not as they were asked for; "" */
};

/*
 * Write the plots into the folder plots in folder, a descriptor. Without gnuplot, or when it fails,
 * only the data files are written, and outcome->notice says so: that is no error. Without a font
 * that has Korean letters the labels are English. Errors: files that cannot be written.
 */
int plot_write(const struct analysis *analysis, const struct plot_options *options, int folder,
               struct plot_outcome *outcome, struct error *error);

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

/* The same for gnuplot, which knows letters of every language. */
enum { PLOT_LABEL_MAX = 128 };
void plot_label(char label[PLOT_LABEL_MAX], const char *text);

/* text in the language of the plot. */
const char *plot_say(const struct plot_job *job, const char *text) __attribute__((format_arg(2)));

#endif
