/* SPDX-License-Identifier: MIT */
#include "bench/plot.h"

#include <string.h>
#include <unistd.h>

#include "bench/gnuplot.h"
#include "bench/plot_data.h"
#include "bench/whole_file.h"
#include "common/i18n.h"
#include "common/paths.h"

const struct plot plots[PLOTS] = {
    {
     .name = "startup",
     .script = "startup.gp",
     .write_data = plot_data_startup,
     .caption =
            N_("How long a box takes to start. For each time t, the share of runs that needed "
               "at most t: a steep curve is a box that is always the same, a long tail one "
               "that is not. Further left is faster."),
     },
    {
     .name = "ratios",
     .script = "ratios.gp",
     .write_data = plot_data_far,
     .caption =
            N_("What costs at least half as much again, or a third less, in some box: ratios "
               "to native with their intervals (95 %), paired by block."),
     },
    {
     .name = "ratios-near",
     .script = "ratios.gp",
     .write_data = plot_data_near,
     .caption =
            N_("What costs about as much in every box: ratios to native with their "
               "intervals (95 %), paired by block. The grey bands are this machine's noise: native "
               "against native."),
     },
};

static void remove_pictures(int folder, const char *name)
{
    static const char *const formats[] = {"dat", "svg", "png"};
    char file[64];

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        snprintf(file, sizeof file, "%s.%s", name, formats[i]);
        unlinkat(folder, file, 0);
    }
}

/* Returns 1 when it is drawn, 0 when gnuplot failed, for which error has the reason. */
static int draw(const struct plot *plot, int folder, FILE *data, const char *format,
                const char *label, const char *gnuplot, struct error *error)
{
    struct whole_file picture;
    struct paths paths;
    char name[64], below[64], script[PATHS_MAX];

    snprintf(name, sizeof name, "%s.%s", plot->name, format);
    snprintf(below, sizeof below, "plots/%s", plot->script);
    if (paths_find(&paths, error) < 0 || paths_join(script, paths.share, below, error) < 0)
        return 0;
    int result = whole_file_open(&picture, folder, name, error);
    if (result < 0)
        return result;
    rewind(data);
    bool drawn =
        gnuplot_run(gnuplot, script, fileno(data), fileno(picture.out), format, label, error) == 0;
    result = whole_file_close(&picture, drawn, error);
    return result < 0 ? result : drawn;
}

/* The data file, and from it both pictures. gnuplot is NULL when there is none. */
static int write_plot(const struct analysis *analysis, size_t index, int folder,
                      const char *gnuplot, struct plot_outcome *outcome, struct error *error)
{
    const struct plot *plot = &plots[index];
    struct whole_file data;
    struct error why;
    const char *label = NULL;
    char name[64];

    remove_pictures(folder, plot->name); /* what an earlier call drew may be wrong by now */
    snprintf(name, sizeof name, "%s.dat", plot->name);
    int result = whole_file_open(&data, folder, name, error);
    if (result < 0)
        return result;
    bool any = plot->write_data(analysis, data.out, &label) && fflush(data.out) == 0;
    if (any && gnuplot) {
        int svg = draw(plot, folder, data.out, "svg", label, gnuplot, &why);
        int png = svg > 0 ? draw(plot, folder, data.out, "png", label, gnuplot, &why) : svg;
        outcome->drawn[index] = png > 0;
        if (png == 0)
            snprintf(outcome->notice, sizeof outcome->notice, "%s", why.text);
        if (png < 0) {
            *error = why;
            result = png;
        }
    }
    int closed = whole_file_close(&data, any && result == 0, result < 0 ? &why : error);
    return result < 0 ? result : closed;
}

int plot_write(const struct analysis *analysis, int folder, struct plot_outcome *outcome,
               struct error *error)
{
    char gnuplot[PATHS_MAX];
    bool found = gnuplot_find(gnuplot, sizeof gnuplot);
    int below = whole_file_folder(folder, "plots", error);
    int result = below < 0 ? below : 0;

    *outcome = (struct plot_outcome){0};
    if (!found)
        snprintf(outcome->notice, sizeof outcome->notice, "%s",
                 _("gnuplot is not installed, so there are no plots: apt-get install gnuplot-nox"));
    for (size_t i = 0; i < PLOTS && result == 0; i++)
        result = write_plot(analysis, i, below, found ? gnuplot : NULL, outcome, error);
    if (below >= 0)
        close(below);
    return result;
}

void plot_title(char title[PLOT_TITLE_MAX], const char *text)
{
    size_t used = 0;

    for (; *text && used + 2 < PLOT_TITLE_MAX; text++) {
        if (*text == '\n') {
            title[used++] = ',';
            title[used++] = ' ';
        } else if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                   (*text >= '0' && *text <= '9') || strchr(" ,.()+-", *text)) {
            title[used++] = *text;
        }
    }
    title[used] = '\0';
}
