/* SPDX-License-Identifier: MIT */
/* The options that every measuring command takes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run.h"
#include "common/clock.h"
#include "common/i18n.h"
#include "common/text.h"

enum { RUNS_MAX = 10000 };

void run_request_start(struct run_request *request, char *const *command)
{
    *request = (struct run_request){
        .command = command,
        .timeout_ns = RUN_DEFAULT_TIMEOUT_S * NS_PER_S,
        .out = "results",
        .form = TABLE_TEXT,
    };
}

void run_add(struct run_request *request, const struct experiment *experiment)
{
    if (request->experiment_count < RUN_EXPERIMENTS_MAX)
        request->experiments[request->experiment_count++] = experiment;
}

static int take_number(uint64_t *value, uint64_t min, uint64_t max, const char *argument,
                       const char *name, const struct command_spec *command, struct error *error)
{
    if (text_parse_u64(argument, min, max, value))
        return 0;
    return options_misuse(command, error, _("--%s takes a number from %llu to %llu, not '%.80s'"),
                          name, (unsigned long long)min, (unsigned long long)max, argument);
}

/* "2%", "2" or "0.5 %" */
static int take_precision(struct run_request *request, const char *argument,
                          const struct command_spec *command, struct error *error)
{
    char *end;
    double percent = strtod(argument, &end);

    end += strspn(end, " ");
    end += *end == '%';
    if (end == argument || *end || !(percent >= 0.1 && percent <= 50))
        return options_misuse(command, error, _("--precision takes 0.1 to 50 percent, not '%.80s'"),
                              argument);
    request->precision = percent / 100;
    return 0;
}

static int take_form(struct run_request *request, enum table_form form,
                     const struct command_spec *command, struct error *error)
{
    if (request->form != TABLE_TEXT && request->form != form)
        return options_misuse(command, error, _("--json and --csv: choose one"));
    request->form = form;
    return 0;
}

static int take_effort(struct run_request *request, enum effort effort,
                       const struct command_spec *command, struct error *error)
{
    if (request->effort != EFFORT_USUAL && request->effort != effort)
        return options_misuse(command, error, _("--quick and --full: choose one"));
    request->effort = effort;
    return 0;
}

static int take_file(struct run_request *request, const char *argument,
                     const struct command_spec *command, struct error *error)
{
    if (request->file_count == PLATFORM_FILES_MAX)
        return options_misuse(command, error, _("--file may be given %d times"),
                              PLATFORM_FILES_MAX);
    /* In the boxes' own options this is where GUEST ends and HOST begins. */
    if (strchr(argument, '='))
        return options_misuse(command, error, _("--file: no '=' may stand in '%.80s'"), argument);
    request->files[request->file_count++] = argument;
    return 0;
}

int run_take_option(struct run_request *request, const struct command_spec *command, int key,
                    const char *argument, struct error *error)
{
    uint64_t runs;
    int result = 0;

    switch (key) {
    case RUN_PLATFORM:
        request->platform_names = argument;
        break;
    case RUN_PLATFORMS:
        request->platforms_file = argument;
        break;
    case RUN_RUNS:
        result = take_number(&runs, 1, RUNS_MAX, argument, "runs", command, error);
        if (result == 0)
            request->runs = (unsigned)runs;
        break;
    case RUN_QUICK:
        result = take_effort(request, EFFORT_QUICK, command, error);
        break;
    case RUN_FULL:
        result = take_effort(request, EFFORT_FULL, command, error);
        break;
    case RUN_PRECISION:
        result = take_precision(request, argument, command, error);
        break;
    case RUN_RESUME:
        request->resume = argument;
        if (!*argument)
            result = options_misuse(command, error, _("--resume needs the name of a folder"));
        break;
    case RUN_SEED:
        result = take_number(&request->seed, 0, INT64_MAX, argument, "seed", command, error);
        request->seeded = true;
        break;
    case RUN_FILE:
        result = take_file(request, argument, command, error);
        break;
    case RUN_OUT:
        request->out = argument;
        if (!*argument)
            result = options_misuse(command, error, _("--out needs the name of a folder"));
        break;
    case RUN_IDENTIFY:
        request->identify = true;
        break;
    case RUN_JSON:
        result = take_form(request, TABLE_JSON, command, error);
        break;
    case RUN_CSV:
        result = take_form(request, TABLE_CSV, command, error);
        break;
    case RUN_TIMEOUT:
        if (!text_parse_seconds(argument, &request->timeout_ns) || request->timeout_ns == 0)
            result = options_misuse(command, error,
                                    _("--timeout takes seconds, such as 10 or 0.5, not '%.80s'"),
                                    argument);
        break;
    default:
        result = error_set(error, EINVAL, "option %d is not known here", key);
    }
    return result;
}
