/* SPDX-License-Identifier: MIT */
#include "bench/report/plot.h"

#include <string.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "bench/report/gnuplot.h"
#include "bench/report/plot_data.h"
#include "bench/results/whole_file.h"
#include "common/i18n.h"
#include "common/paths.h"
#include "common/text.h"

enum { FONT_WAIT_MS = 5000 };

const struct plot plots[PLOTS] = {
    {
     .name = "startup",
     .script = "startup.gp",
     .write_data = plot_data_startup,
     .caption =
            N_("How long a box takes to start. For each time t, the share of runs that needed at "
               "most t: a steep curve is a box that is always the same, a long tail one that is "
               "not. Further left is faster."),
     },
    {
     .name = "startup-burst",
     .script = "startup.gp",
     .write_data = plot_data_burst,
     .caption =
            N_("The same for runs one right after the other, without a pause: what the kernel "
               "keeps warm for a while makes them another figure than single runs."),
     },
    {
     .name = "startup-box",
     .script = "box.gp",
     .write_data = plot_data_box,
     .caption =
            N_("The same times as box plots: the middle half of the runs in the box, the median "
               "in it, whiskers to the last run within 1.5 boxes, and outliers, which are "
               "counted like all others."),
     },
    {
     .name = "stages",
     .script = "waterfall.gp",
     .write_data = plot_data_stages,
     .caption = N_(
            "What a box does while it starts: when each of its stages begins, and how long it "
            "takes; medians. Between the bars it is in no stage; where two lie over the same time, "
            "one is "
            "within the other. These runs wrote a timeline, which takes time; the times above come "
            "from runs that did not."),
     },
    {
     .name = "ratios",
     .script = "ratios.gp",
     .write_data = plot_data_far,
     .caption =
            N_("What costs at least half as much again, or a third less, in some box: ratios to "
               "native with their intervals (95 %), paired by block; a point without one comes "
               "from fewer than 6 runs. The grey bands are this machine's noise: native against "
               "native."),
     },
    {
     .name = "ratios-near",
     .script = "ratios.gp",
     .write_data = plot_data_near,
     .caption =
            N_("What costs about as much in every box: ratios to native with their intervals "
               "(95 %), paired by block; a point without one comes from fewer than 6 runs. The "
               "grey bands are this machine's noise: native against native."),
     },
    {
     .name = "density",
     .script = "density.gp",
     .write_data = plot_data_density,
     .caption =
            N_("How many boxes stand beside each other, how long one more takes to start then, "
               "and the memory of all. A curve ends where a box got slow, or at a ceiling of "
               "ours; not where the machine was full."),
     },
    {
     .name = "neighbours",
     .script = "heat.gp",
     .write_data = plot_data_neighbours,
     .caption =
            N_("What a victim notices of its neighbour: how many times as long the slowest of a "
               "hundred requests or steps takes as when it runs alone. Darker is worse. What is "
               "empty could not run."),
     },
    {
     .name = "escape",
     .script = "heat.gp",
     .write_data = plot_data_escape,
     .caption =
            N_("What a program in the box can reach of the host, as each probe and a witness on "
               "the host found it. Darker is worse. What is empty could not run."),
     },
};

static void remove_pictures(int folder, const char *name)
{
    static const char *const formats[] = {"dat", "svg", "pdf", "png"};
    char file[64];

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        snprintf(file, sizeof file, "%s.%s", name, formats[i]);
        unlinkat(folder, file, 0);
    }
}

/* Returns 1 when it is drawn, 0 when gnuplot failed, for which error has the reason. */
static int draw(const struct plot *plot, int folder, const struct plot_job *job, const char *format,
                const char *gnuplot, struct error *error)
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
    rewind(job->out);
    const struct gnuplot_call call = {
        .script = script,
        .data = fileno(job->out),
        .picture = fileno(picture.out),
        .format = format,
        .label = job->label,
        .language = job->korean ? "ko" : "en",
        .size = job->slides ? "slides" : "",
    };
    bool drawn = gnuplot_run(gnuplot, &call, error) == 0;
    result = whole_file_close(&picture, drawn, error);
    return result < 0 ? result : drawn;
}

/* The data file, and from it the pictures. gnuplot is NULL when there is none. */
static int write_plot(const struct analysis *analysis, const struct plot_options *options,
                      size_t index, int folder, const char *gnuplot, struct plot_outcome *outcome,
                      struct error *error)
{
    static const char *const formats[] = {"svg", "pdf", "png"};
    const struct plot *plot = &plots[index];
    struct plot_job job = {
        .analysis = analysis, .korean = options->korean, .slides = options->slides, .label = ""};
    struct whole_file data;
    struct error why;
    char name[64];

    remove_pictures(folder, plot->name); /* what an earlier call drew may be wrong by now */
    snprintf(name, sizeof name, "%s.dat", plot->name);
    int result = whole_file_open(&data, folder, name, error);
    if (result < 0)
        return result;
    job.out = data.out;
    bool any = plot->write_data(&job) && fflush(data.out) == 0;
    for (size_t i = 0; any && gnuplot && i < (options->paper ? 3 : 1); i++) {
        int drawn = draw(plot, folder, &job, formats[i], gnuplot, &why);
        outcome->drawn[index] = drawn > 0;
        if (drawn > 0)
            continue;
        snprintf(outcome->notice, sizeof outcome->notice, "%s", why.text);
        if (drawn < 0) {
            *error = why;
            result = drawn;
        }
        break;
    }
    int closed = whole_file_close(&data, any && result == 0, result < 0 ? &why : error);
    return result < 0 ? result : closed;
}

/* Whether some font has Korean letters, as far as fontconfig knows. */
static bool has_korean_font(void)
{
    char path[PATHS_MAX], fonts[256] = "", language[] = ":lang=ko", family[] = "family";
    char *const argv[] = {path, language, family, NULL};
    struct error ignored;

    return capture_find("fc-list", path, sizeof path) &&
           capture(argv, FONT_WAIT_MS, fonts, sizeof fonts, &ignored) >= 0 && *fonts;
}

int plot_write(const struct analysis *analysis, const struct plot_options *options, int folder,
               struct plot_outcome *outcome, struct error *error)
{
    char gnuplot[PATHS_MAX];
    bool found = gnuplot_find(gnuplot, sizeof gnuplot);
    struct plot_options possible = *options;
    int below = whole_file_folder(folder, "plots", error);
    int result = below < 0 ? below : 0;

    *outcome = (struct plot_outcome){0};
    if (!found)
        snprintf(outcome->notice, sizeof outcome->notice, "%s",
                 _("gnuplot is not installed, so there are no plots: apt-get install gnuplot-nox"));
    else if (options->korean && !has_korean_font()) {
        possible.korean = false;
        snprintf(outcome->notice, sizeof outcome->notice, "%s",
                 _("no font with Korean letters was found, so the plots are labelled in English: "
                   "apt-get install fontconfig fonts-nanum"));
    }
    for (size_t i = 0; i < PLOTS && result == 0; i++)
        result = write_plot(analysis, &possible, i, below, found ? gnuplot : NULL, outcome, error);
    if (below >= 0)
        close(below);
    return result;
}

const char *plot_say(const struct plot_job *job, const char *text)
{
    return job->korean ? _(text) : text;
}

/* What gnuplot takes for a letter, and nothing more, however the text stands in its data. */
static bool is_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr(" ,.:()+-/_'", byte));
}

void plot_label(char label[PLOT_LABEL_MAX], const char *text)
{
    size_t used = 0, left = strlen(text);

    for (; left > 0 && used + 4 < PLOT_LABEL_MAX;) {
        size_t length = text_printable_length(text, left);
        if (*text == '\n') {
            label[used++] = ',';
            label[used++] = ' ';
        } else if (length > 1 || is_plain(*text)) {
            memcpy(label + used, text, length);
            used += length;
        }
        text += length ? length : 1;
        left -= length ? length : 1;
    }
    label[used] = '\0';
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
