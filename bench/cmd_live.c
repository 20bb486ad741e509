/* SPDX-License-Identifier: MIT */
/* virtlab live: noisy neighbours that come and go as one says, and what their victims notice. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/live.h"
#include "bench/experiments/live_command.h"
#include "bench/experiments/live_lines.h"
#include "bench/process/guard.h"
#include "bench/run.h"
#include "bench/setup.h"
#include "common/clock.h"
#include "common/i18n.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_PLATFORM = 256, KEY_PLATFORMS, KEY_SECONDS, KEY_JSON };

enum {
    SECONDS_MAX = 600,
    GRACE_S = 30, /* behind the last second; then the kernel ends what hangs, by SIGALRM */
};

static const struct option_spec options[] = {
    {KEY_PLATFORM,                        "platform", "NAME[,NAME...]", N_("only these platforms, instead of all")},
    {KEY_PLATFORMS,                   "platforms", "FILE", N_("read the platforms from FILE")},
    {KEY_SECONDS,                                   "seconds", "N",
     N_("for so long, also when standard input ends; at most 600, as without")},
    {KEY_JSON,      "json", NULL, N_("one JSON object a line, as everywhere but on a terminal")},
    {0}
};

static const struct command_spec command_line = {
    .name = "virtlab live",
    .synopsis = "[OPTION...]",
    .purpose = N_("Start and stop noisy neighbours, and watch their victims' answers."),
    .options = options,
    .notes =
        N_("Commands are lines on standard input: start NAME, stop [NAME], limits on|off, wait "
           "SECONDS, quit.\nNAME is cpu, memory, cache, fork, disk or network. Ends when "
           "standard input ends. The dashboard\n(virtlab tui, F2) shows the same as a "
           "picture."),
};

struct wish {
    struct run_request request;
    uint64_t seconds;
    bool outlives_input, json;
};

static int parse(struct wish *wish, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    int key;

    run_request_start(&wish->request, argv);
    run_add(&wish->request, &experiment_neighbours);
    wish->seconds = SECONDS_MAX;
    wish->json = !isatty(STDOUT_FILENO);
    options_start(&parser, &command_line, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        if (key == KEY_PLATFORM) {
            wish->request.platform_names = parser.argument;
        } else if (key == KEY_PLATFORMS) {
            wish->request.platforms_file = parser.argument;
        } else if (key == KEY_JSON) {
            wish->json = true;
        } else if (text_parse_u64(parser.argument, 1, SECONDS_MAX, &wish->seconds)) {
            wish->outlives_input = true;
        } else {
            return options_misuse(&command_line, error,
                                  _("--seconds takes a number from 1 to %d, not '%.40s'"),
                                  SECONDS_MAX, parser.argument);
        }
    }
    if (key == OPTIONS_END && parser.rest < argc)
        return options_misuse(&command_line, error, _("what is '%.40s'?"), argv[parser.rest]);
    return key;
}

/* One live measurement, from its first line to its last. */
struct course {
    const struct wish *wish;
    struct live live;
    struct live_lines lines;
    struct live_input input;
    int64_t deaf_until_ns; /* `wait`: no command is read before */
    bool quit;
};

static void carry_out(struct course *course, const struct live_command *command)
{
    struct live *live = &course->live;

    switch (command->verb) {
    case LIVE_START:
        live->wanted[command->antagonist] = true;
        break;
    case LIVE_STOP:
        for (unsigned i = 1; i < ANTAGONISTS; i++)
            if (command->antagonist == 0 || command->antagonist == i)
                live->wanted[i] = false;
        break;
    case LIVE_LIMITS:
        live->limits = command->on;
        break;
    case LIVE_WAIT:
        course->deaf_until_ns = clock_now_ns() + command->wait_ns;
        break;
    case LIVE_QUIT:
        course->quit = true;
        break;
    case LIVE_NOTHING:
        break;
    }
}

/* All that was said since the last turn. */
static int take_commands(struct course *course, struct error *error)
{
    char line[LIVE_LINE_MAX];
    bool too_long;
    int result = 0;

    while (result == 0 && !course->quit && clock_now_ns() >= course->deaf_until_ns &&
           live_input_next(&course->input, STDIN_FILENO, line, &too_long)) {
        struct live_command command;
        struct error wrong;
        if (too_long)
            error_set(&wrong, EINVAL, _("a command has %d characters at most"), LIVE_LINE_MAX - 1);
        if (too_long || live_command_parse(line, &command, &wrong) < 0) {
            result = live_say_refusal(&course->lines, line, wrong.text, error);
            continue;
        }
        carry_out(course, &command);
        if (command.verb != LIVE_NOTHING)
            result = live_say_change(&course->lines, &course->live, line, error);
    }
    return result;
}

/* NULL: it goes on. */
static const char *why_end(const struct course *course)
{
    int64_t now_ns = clock_now_ns();

    if (course->quit)
        return _("it was told to end");
    if (now_ns >= course->lines.until_ns)
        return _("its time is over");
    if (course->input.ended && !course->wish->outlives_input && now_ns >= course->deaf_until_ns)
        return _("standard input has ended");
    return NULL;
}

static int go(struct course *course, struct error *error)
{
    struct live_turn turn;
    const char *why;

    if (!live_can_take_turns(&course->live))
        return error_set(error, ENOTSUP, _("no platform can have a victim here"));
    int result = live_say_start(&course->lines, &course->live, error);

    while (result == 0) {
        int64_t turn_ns = clock_now_ns();
        result = take_commands(course, error);
        if (result < 0)
            break;
        if ((why = why_end(course)))
            return live_say_end(&course->lines, why, error);
        result = live_take_turn(&course->live, &turn, error);
        if (result == 0)
            return error_set(error, ENOTSUP, _("no platform can have a victim here"));
        if (result > 0)
            result = live_say_turn(&course->lines, &course->live, &turn, error);
        int64_t left_ns = turn_ns + LIVE_TURN_MS * NS_PER_MS - clock_now_ns();
        if (result == 0 && left_ns > 0 && !guard_pause(left_ns))
            result = error_set(error, EINTR, "interrupted");
    }
    /* Who asks us to end, or reads no more, knows why. */
    return result == -EINTR || result == -EPIPE ? 0 : result;
}

static int run_live(const struct wish *wish, const struct scratch *scratch, struct error *error)
{
    static struct course course; /* of some size */
    struct session session;

    int result = setup_session(&session, &wish->request, scratch, error);
    if (result == 0) {
        scratch_sweep(scratch);
        result = scratch_make_folder(scratch, error);
    }
    if (result == 0)
        result = setup_check_boxes(&session, error);
    if (result == 0) {
        course.wish = wish;
        course.lines = (struct live_lines){
            .fd = STDOUT_FILENO,
            .json = wish->json,
        };
        result = live_begin(&course.live, &session, error);
        course.lines.start_ns = clock_now_ns();
        course.lines.until_ns = course.lines.start_ns + (int64_t)wish->seconds * NS_PER_S;
        alarm((unsigned)wish->seconds + GRACE_S);
        if (result == 0)
            result = go(&course, error);
        live_end(&course.live);
    }
    setup_free(&session);
    return result == -EINTR ? 0 : result;
}

static int work(const struct scratch *scratch, int argc, char **argv)
{
    struct wish wish = {0};
    struct error error;
    int result = parse(&wish, argc, argv, &error);

    if (result == OPTIONS_SHOWN)
        result = streams_finish(&error);
    else if (result == 0)
        result = run_live(&wish, scratch, &error);
    return result < 0 ? error_report(&error, command_line.name) : 0;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    return guard_run(command_line.name, argc, argv, work);
}
