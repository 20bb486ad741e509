/* SPDX-License-Identifier: MIT */
/* virtlab lab: exercises, and the grader that looks after them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/process/guard.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/text.h"
#include "labs/actions.h"
#include "labs/marked.h"

enum {
    KEY_JSON = 256,
    KEY_TAP,
    KEY_IN,
    KEY_RESULTS,
    KEY_TEACHER,
    KEY_ELSEWHERE,
    KEY_FROM,
    KEY_STEP,
    KEY_MUTANT,
};

/* clang-format off */
static const struct option_spec options[] = {
    {KEY_JSON, "json", NULL, N_("list, check, grade: print JSON")},
    {KEY_TAP, "tap", NULL, N_("check, grade: print TAP, as test runners read it")},
    {KEY_IN, "in", N_("FOLDER"), N_("the lab's folder, where it is not here")},
    {KEY_RESULTS, "results", N_("DIR"), N_("the results folder that the answers are about")},
    {KEY_FROM, "from", N_("FOLDER"), N_("catch-up: the step, as your teacher gave it to you")},
    {KEY_TEACHER, "teacher", N_("FOLDER"), N_("for teachers: where hidden tests and solutions are")},
    {KEY_ELSEWHERE, "elsewhere", NULL, N_("for teachers: the results come from the student's machine")},
    {KEY_STEP, "step", N_("N"), N_("generate: with the solution up to this step")},
    {KEY_MUTANT, "mutant", N_("NAME"), N_("generate: the solution with this mistake")},
    {0},
};
/* clang-format on */

static const struct command_spec command = {
    .name = "virtlab lab",
    .synopsis = "list | start N | check N [TEST] | hint N [STEP] | grade N | catch-up N STEP | "
                "submit N",
    .purpose = N_("Learn by doing: start an exercise, check it, have it graded."),
    .options = options,
    .notes =
        N_("  list                 the labs, and how far you are\n"
           "  start N              make a folder of your own for lab N, here\n"
           "  check N [TEST]       build and test what you have, or only that test\n"
           "  hint N [STEP]        the first hint for STEP; the README has them folded away\n"
           "  grade N              every test there is here, with points; it is remembered\n"
           "  catch-up N STEP      put the solution of all steps up to STEP into your folder\n"
           "  submit N             make the archive to hand in, with the run that was graded\n"
           "  generate SOURCE DIR  for authors: skeleton, step or mutant of a marked source\n"
           "\n"
           "N is the number or the name of a lab. Your program is built and run in a container:\n"
           "without a network, with limits, with nothing but its own files and the system's\n"
           "compilers. The exit status of check and grade is 0 when all was right, 1 when not,\n"
           "125 when the grader failed."),
};

static int take_option(struct lab_request *request, int key, const char *argument,
                       struct error *error)
{
    uint64_t step;

    switch (key) {
    case KEY_JSON:
        request->form = REPORT_JSON;
        break;
    case KEY_TAP:
        request->form = REPORT_TAP;
        break;
    case KEY_IN:
        request->in = argument;
        break;
    case KEY_RESULTS:
        request->results = argument;
        break;
    case KEY_TEACHER:
        request->teacher = argument;
        break;
    case KEY_ELSEWHERE:
        request->elsewhere = true;
        break;
    case KEY_FROM:
        request->from = argument;
        break;
    case KEY_MUTANT:
        request->mutant = argument;
        break;
    case KEY_STEP:
        if (!text_parse_u64(argument, 0, MARKED_STEPS_MAX, &step))
            return options_misuse(&command, error, _("--step wants a small number, not '%s'"),
                                  argument);
        request->step = (unsigned)step;
        break;
    }
    return 0;
}

/* Options may stand before and behind each word: each word starts the parser anew. */
static int parse(struct lab_request *request, int argc, char **argv, struct error *error)
{
    size_t words = 0;

    while (argc > 0) {
        struct option_parser parser;
        int key, result;
        options_start(&parser, &command, argc, argv);
        while ((key = options_next(&parser, error)) > 0)
            if ((result = take_option(request, key, parser.argument, error)) < 0)
                return result;
        if (key != OPTIONS_END)
            return key;
        argc -= parser.rest;
        argv += parser.rest;
        if (argc == 0)
            break;
        if (!request->action)
            request->action = argv[0];
        else if (words < 3)
            request->words[words++] = argv[0];
        else
            return options_misuse(&command, error, _("'%s' is one word too many"), argv[0]);
    }
    if (!request->action)
        return options_misuse(&command, error, _("it is not said what is to be done"));
    return 0;
}

static int generate(const struct lab_request *request, struct error *error)
{
    const struct marked_request what = {.step = (int)request->step, .mutant = request->mutant};

    if (!request->words[1])
        return options_misuse(&command, error, _("generate wants SOURCE and TARGET"));
    return marked_make_folder(request->words[0], request->words[1], &what, error);
}

static int act(const struct lab_request *request, const struct scratch *scratch,
               struct error *error)
{
    static const struct {
        const char *name;
        size_t words, most;
        int (*act)(const struct lab_request *, const struct lab *, struct error *);
        int (*act_in_scratch)(const struct lab_request *, const struct lab *,
                              const struct scratch *, struct error *);
    } actions[] = {
        {"start",    1, 2, action_start,    NULL         },
        {"hint",     1, 2, action_hint,     NULL         },
        {"catch-up", 2, 2, action_catch_up, NULL         },
        {"submit",   1, 1, NULL,            action_submit},
        {"check",    1, 2, NULL,            action_grade },
        {"grade",    1, 1, NULL,            action_grade },
    };
    const char *const *words = request->words;
    const size_t given = words[0] ? words[1] ? words[2] ? 3 : 2 : 1 : 0;
    struct lab_places places;
    struct lab *lab;

    if (strcmp(request->action, "generate") == 0)
        return generate(request, error);
    int result = lab_find_places(&places, request->teacher, error);
    if (result < 0)
        return result;
    if (strcmp(request->action, "list") == 0)
        return action_list(request, &places, error);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(request->action, actions[i].name) != 0)
            continue;
        if (given < actions[i].words || given > actions[i].most)
            return options_misuse(&command, error, _("'%s' wants other words behind it"),
                                  request->action);
        if ((result = lab_read(&lab, &places, words[0], error)) < 0)
            return result;
        if (actions[i].act)
            result = actions[i].act(request, lab, error);
        else if ((result = scratch_make_folder(scratch, error)) == 0)
            result = actions[i].act_in_scratch(request, lab, scratch, error);
        lab_free(lab);
        return result;
    }
    return options_misuse(&command, error, _("there is nothing called '%s' to be done"),
                          request->action);
}

static int work(const struct scratch *scratch, int argc, char **argv)
{
    struct lab_request request = {0};
    struct error error;
    int result = parse(&request, argc, argv, &error);

    if (result == 0) {
        scratch_sweep(scratch);
        result = act(&request, scratch, &error);
    } else if (result == OPTIONS_SHOWN) {
        result = 0;
    }
    if (result < 0 || streams_finish(&error) < 0)
        return error_report(&error, command.name);
    return result;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    return guard_run(command.name, argc, argv, work);
}
