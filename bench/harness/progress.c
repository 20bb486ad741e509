/* SPDX-License-Identifier: MIT */
#include "bench/harness/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/harness/progress_file.h"
#include "bench/process/guard.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { BAR_MAX = 30, DRAW_EVERY_MS = 100, PUBLISH_EVERY_MS = 250, TELLING_PERCENT = 3 };

void progress_start(struct progress *progress)
{
    const char *term = getenv("TERM");

    *progress = (struct progress){.start_ns = clock_now_ns(), .folder = -1};
    progress->shown = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

void progress_plan(struct progress *progress, int64_t expected_ns)
{
    progress->expected_ns += expected_ns;
}

/* Negative: it is too early to tell how wrong the plan is. */
static int64_t seconds_left(const struct progress *progress, int64_t now_ns)
{
    int64_t done = progress->done_ns, all = progress->expected_ns;

    if (all <= 0 || done < all * TELLING_PERCENT / 100)
        return -1;
    double left = (double)(now_ns - progress->start_ns) / (double)done * (double)(all - done);
    return left > 0 ? (int64_t)(left / 1e9 + 0.5) : 0;
}

void progress_format(const struct progress *progress, int64_t now_ns, int width, char *line,
                     size_t size)
{
    char text[128], bar[BAR_MAX + 1];
    int64_t done = progress->done_ns, all = progress->expected_ns;
    int64_t left_s = seconds_left(progress, now_ns);
    int percent = all > 0 ? (int)(done >= all ? 100 : done * 100 / all) : 0;
    int bar_width;

    if (left_s < 0) {
        snprintf(text, sizeof text, _("%3d %%  %s"), percent, progress->what);
    } else {
        snprintf(text, sizeof text, _("%3d %%  %" PRId64 ":%02" PRId64 " left  %s"), percent,
                 left_s / 60, left_s % 60, progress->what);
    }
    bar_width = width - (int)strlen(text) - 4;
    if (bar_width > BAR_MAX)
        bar_width = BAR_MAX;
    if (bar_width < 4) {
        snprintf(line, size, "%.*s", width, text);
        return;
    }
    memset(bar, ' ', (size_t)bar_width);
    memset(bar, '#', (size_t)(percent * bar_width / 100));
    bar[bar_width] = '\0';
    snprintf(line, size, "[%s] %s", bar, text);
}

static void publish(struct progress *progress, int64_t now_ns)
{
    if (progress->folder < 0)
        return;
    progress->published_ns = now_ns;
    progress_file_write(progress, seconds_left(progress, now_ns));
}

static void draw(struct progress *progress)
{
    struct winsize window;
    char line[256];
    int64_t now = clock_now_ns();

    if (now - progress->published_ns >= PUBLISH_EVERY_MS * NS_PER_MS)
        publish(progress, now);
    if (!progress->shown || now - progress->drawn_ns < DRAW_EVERY_MS * NS_PER_MS)
        return;
    progress->drawn_ns = now;
    int width =
        ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col ? window.ws_col : 80;
    progress_format(progress, now, width - 1, line, sizeof line);
    fprintf(stderr, "\r%s\033[K", line);
}

void progress_publish(struct progress *progress, const char *folder)
{
    progress->folder = progress_file_open(folder);
    publish(progress, clock_now_ns());
}

void progress_end_all(struct progress *progress)
{
    progress_clear(progress);
    if (progress->folder >= 0)
        progress_file_remove(progress->folder);
    progress->folder = -1;
}

void progress_rest(struct progress *progress)
{
    int64_t since_ns = clock_now_ns();

    if (!guard_asked_to_rest())
        return;
    progress->resting = true;
    publish(progress, since_ns);
    guard_rest();
    progress->resting = false;
    int64_t rested_ns = clock_now_ns() - since_ns;
    progress->rested_ns += rested_ns;
    progress->start_ns += rested_ns; /* it says nothing about the plan */
    publish(progress, clock_now_ns());
}

void progress_begin(struct progress *progress, const char *what, int64_t expected_ns)
{
    snprintf(progress->what, sizeof progress->what, "%s", what);
    progress->what_start_ns = progress->done_ns;
    progress->what_end_ns = progress->done_ns + expected_ns;
    draw(progress);
}

void progress_expect(struct progress *progress, int64_t expected_ns)
{
    int64_t before = progress->what_end_ns - progress->what_start_ns;

    progress->expected_ns += expected_ns - before;
    progress->what_end_ns = progress->what_start_ns + expected_ns;
}

void progress_step(struct progress *progress, uint64_t done, uint64_t total)
{
    int64_t part = progress->what_end_ns - progress->what_start_ns;

    if (total > 0 && done <= total)
        progress->done_ns =
            progress->what_start_ns + (int64_t)((double)part * (double)done / (double)total);
    draw(progress);
}

void progress_end(struct progress *progress)
{
    progress->done_ns = progress->what_end_ns;
    draw(progress);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown && progress->drawn_ns)
        fputs("\r\033[K", stderr);
    progress->drawn_ns = 0;
}
