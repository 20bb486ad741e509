/* SPDX-License-Identifier: MIT */
#include "bench/experiments/live_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/process/guard.h"
#include "common/clock.h"
#include "common/i18n.h"
#include "common/text.h"
#include "common/width.h"

enum { NAME_WIDTH = 12 };

/* A line in the making. */
struct line {
    const struct live_lines *lines;
    FILE *out;
    char *text;
    size_t length;
};

static int begin_line(struct line *line, const struct live_lines *lines, const char *kind,
                      struct error *error)
{
    int64_t at_ns = clock_now_ns() - lines->start_ns;

    *line = (struct line){.lines = lines};
    line->out = open_memstream(&line->text, &line->length);
    if (!line->out)
        return error_set_errno(error, ENOMEM, "cannot make a line");
    if (lines->json)
        fprintf(line->out, "{\"live\":1,\"kind\":\"%s\",\"at_ms\":%" PRId64, kind,
                at_ns / NS_PER_MS);
    else
        fprintf(line->out, "%7.1f s  ", (double)at_ns / 1e9);
    return 0;
}

/* Waits until there is room, which a pipe that is written in small pieces has for all of it. */
static int await_room(const struct live_lines *lines, struct error *error)
{
    struct pollfd polled[] = {
        {.fd = lines->fd,       .events = POLLOUT},
        {.fd = guard_wake_fd(), .events = POLLIN },
    };

    for (;;) {
        int64_t left_ns = lines->until_ns - clock_now_ns();
        if (guard_interrupted())
            return error_set(error, EINTR, "interrupted");
        if (poll(polled, 2, left_ns > 0 ? (int)(left_ns / NS_PER_MS) + 1 : 0) > 0 &&
            polled[0].revents)
            return 0;
        if (left_ns <= 0)
            return error_set(error, ETIMEDOUT, "nobody reads the output");
    }
}

static int end_line(struct line *line, struct error *error)
{
    fputs(line->lines->json ? "}\n" : "\n", line->out);
    int result = fclose(line->out) == 0 ? 0 : error_set_errno(error, ENOMEM, "cannot make a line");
    for (size_t done = 0; done < line->length && result == 0;) {
        result = await_room(line->lines, error);
        if (result < 0)
            break;
        ssize_t written = write(line->lines->fd, line->text + done, line->length - done);
        if (written > 0)
            done += (size_t)written;
        else if (errno != EAGAIN && errno != EINTR)
            result = error_set_errno(error, errno, "cannot write to standard output");
    }
    free(line->text);
    return result;
}

static void put_string(FILE *out, const char *key, const char *value)
{
    fprintf(out, ",\"%s\":", key);
    text_print_json(out, value);
}

static void put_wanted(FILE *out, const struct live *live)
{
    const char *separator = "";

    fputs(",\"antagonists\":[", out);
    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        if (!live->wanted[i])
            continue;
        fprintf(out, "%s\"%s\"", separator, antagonists[i].name);
        separator = ",";
    }
    fprintf(out, "],\"limits\":\"%s\"", live_limits_names[live->limits]);
}

/* What of the limits the platform knows. */
static void put_limits_known(FILE *out, const struct platform *platform)
{
    static const enum platform_option known[] = {OPTION_MEMORY, OPTION_QUOTA, OPTION_CPUS,
                                                 OPTION_PIDS};
    const char *separator = "";

    fputs(",\"limits\":[", out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!platform_has(platform, known[i]) ||
            (known[i] == OPTION_CPUS && platform_has(platform, OPTION_QUOTA)))
            continue;
        fprintf(out, "%s\"%s\"", separator, platform_option_names[known[i]]);
        separator = ",";
    }
    fputc(']', out);
}

static void put_platforms(FILE *out, const struct live *live)
{
    fputs(",\"platforms\":[", out);
    for (size_t i = 0; i < live->box_count; i++) {
        const struct live_box *box = &live->boxes[i];
        fprintf(out, "%s{\"name\":", i ? "," : "");
        text_print_json(out, box->platform->name);
        put_string(out, "title", box->platform->title);
        put_limits_known(out, box->platform);
        put_string(out, "reason", box->reason);
        fputc('}', out);
    }
    fputs("],\"known\":[", out);
    for (unsigned i = 1; i < ANTAGONISTS; i++)
        fprintf(out, "%s\"%s\"", i > 1 ? "," : "", antagonists[i].name);
    fputc(']', out);
}

/* A text that may be hostile, for people, in so many columns at least. */
static void put_plain(FILE *out, const char *text, int width)
{
    char *clean = width_for_locale(text);

    fputs(clean ? clean : "", out);
    for (int i = clean ? width_of(clean) : 0; i < width; i++)
        fputc(' ', out);
    free(clean);
}

int live_say_start(const struct live_lines *lines, const struct live *live, struct error *error)
{
    struct line line;
    int result = begin_line(&line, lines, "start", error);

    if (result < 0)
        return result;
    if (lines->json) {
        fprintf(line.out, ",\"ends_ms\":%" PRId64 ",\"ceiling\":\"%s\"",
                (lines->until_ns - lines->start_ns) / NS_PER_MS,
                live->has_ceiling ? "cgroup" : "own");
        put_platforms(line.out, live);
        return end_line(&line, error);
    }
    fprintf(line.out, _("commands: start NAME, stop [NAME], limits on|off, wait SECONDS, quit"));
    for (size_t i = 0; i < live->box_count; i++) {
        if (!*live->boxes[i].reason)
            continue;
        fprintf(line.out, "\n%11s", "");
        put_plain(line.out, live->boxes[i].platform->name, NAME_WIDTH);
        fprintf(line.out, _("skipped: "));
        put_plain(line.out, live->boxes[i].reason, 0);
    }
    return end_line(&line, error);
}

static void put_turn_json(FILE *out, const struct live *live, const struct live_turn *turn)
{
    static const char *const statuses[] = {
        [RECORD_OK] = "ok",
        [RECORD_FAILED] = "failed",
        [RECORD_SKIPPED] = "skipped",
        [RECORD_TIMEOUT] = "timeout",
    };
    const char *separator = "";

    put_string(out, "platform", turn->box->platform->name);
    fprintf(out, ",\"status\":\"%s\"", statuses[turn->status]);
    put_string(out, "reason", turn->reason);
    put_string(out, "remark", turn->remark);
    if (turn->status == RECORD_OK)
        fprintf(out,
                ",\"p50_ns\":%" PRId64 ",\"p99_ns\":%" PRId64 ",\"late_ns\":%" PRId64
                ",\"requests_n\":%u,\"window_ns\":%" PRId64,
                turn->p50_ns, turn->p99_ns, turn->late_ns, turn->requests, turn->window_ns);
    fprintf(out, ",\"limits\":\"%s\",\"ceiling\":\"%s\",\"beside\":{",
            live_limits_names[turn->limits], live->has_ceiling ? "cgroup" : "own");
    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        if (turn->beside[i].state == LIVE_NOT_ASKED)
            continue;
        fprintf(out, "%s\"%s\":{\"state\":\"%s\"", separator, antagonists[i].name,
                live_beside_names[turn->beside[i].state]);
        if (turn->beside[i].state == LIVE_CANNOT)
            put_string(out, "reason", turn->beside[i].why);
        else
            fprintf(out, ",\"work_n\":%" PRIu64, turn->beside[i].work);
        if (turn->beside[i].state == LIVE_ENDED && turn->beside[i].exit >= 0)
            fprintf(out, ",\"exit_n\":%d", turn->beside[i].exit);
        fputc('}', out);
        separator = ",";
    }
    fputc('}', out);
}

static void put_turn_plain(FILE *out, const struct live_turn *turn)
{
    put_plain(out, turn->box->platform->name, NAME_WIDTH);
    if (turn->status == RECORD_OK)
        fprintf(out, " p50 %8.3f ms  p99 %8.3f ms", (double)turn->p50_ns / 1e6,
                (double)turn->p99_ns / 1e6);
    else
        put_plain(out, turn->reason, 0);
    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        if (turn->beside[i].state == LIVE_NOT_ASKED)
            continue;
        fprintf(out, "  +%s", antagonists[i].name);
        if (turn->beside[i].state == LIVE_CANNOT) {
            fputs(" (", out);
            put_plain(out, turn->beside[i].why, 0);
            fputc(')', out);
        } else if (turn->beside[i].state == LIVE_ENDED) {
            fprintf(out, _(" (ended with status %d)"), turn->beside[i].exit);
        }
    }
    if (turn->limits == LIVE_LIMITS_ON)
        fprintf(out, "  %s", _("with limits"));
    else if (turn->limits == LIVE_LIMITS_NONE)
        fprintf(out, "  %s", _("knows no limits"));
    if (*turn->remark) {
        fputs("  ", out);
        put_plain(out, turn->remark, 0);
    }
}

int live_say_turn(const struct live_lines *lines, const struct live *live,
                  const struct live_turn *turn, struct error *error)
{
    struct line line;
    int result = begin_line(&line, lines, "turn", error);

    if (result < 0)
        return result;
    if (lines->json)
        put_turn_json(line.out, live, turn);
    else
        put_turn_plain(line.out, turn);
    return end_line(&line, error);
}

int live_say_change(const struct live_lines *lines, const struct live *live, const char *command,
                    struct error *error)
{
    struct line line;
    int result = begin_line(&line, lines, "change", error);

    if (result < 0)
        return result;
    if (lines->json) {
        put_string(line.out, "command", command);
        put_wanted(line.out, live);
    } else {
        fputs("-- ", line.out);
        put_plain(line.out, command, 0);
    }
    return end_line(&line, error);
}

int live_say_refusal(const struct live_lines *lines, const char *command, const char *why,
                     struct error *error)
{
    struct line line;
    int result = begin_line(&line, lines, "refused", error);

    if (result < 0)
        return result;
    if (lines->json) {
        put_string(line.out, "command", command);
        put_string(line.out, "reason", why);
    } else {
        fputs("'", line.out);
        put_plain(line.out, command, 0);
        fputs("': ", line.out);
        put_plain(line.out, why, 0);
    }
    return end_line(&line, error);
}

int live_say_end(const struct live_lines *lines, const char *why, struct error *error)
{
    struct line line;
    int result = begin_line(&line, lines, "end", error);

    if (result < 0)
        return result;
    if (lines->json)
        put_string(line.out, "reason", why);
    else
        put_plain(line.out, why, 0);
    return end_line(&line, error);
}
