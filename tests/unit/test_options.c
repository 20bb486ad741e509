/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/options.h"

static const struct option_spec specs[] = {
    {'m',        "mem", "SIZE", "memory of the machine"},
    {'e',    "explain", NULL, "say what happens"},
    {256,          "file", "GUEST=HOST", "a file"},
    {0},
};
static const struct command_spec command = {
    "box run", "PROGRAM [ARG...]", "Run a program in a box.", specs, NULL,
};

#define START(parser, ...)                                                                         \
    const char *words[] = {"run", __VA_ARGS__, NULL};                                              \
    char **argv = (char **)words; /* getopt wants to permute them; "+" forbids it */               \
    struct option_parser parser;                                                                   \
    struct error error = {0};                                                                      \
    options_start(&parser, &command, sizeof words / sizeof *words - 1, argv)

static void options_end_at_the_program(void **state)
{
    (void)state;
    START(parser, "-m", "64M", "--file=/a=/b", "busybox", "-e", "--mem");

    assert_int_equal(options_next(&parser, &error), 'm');
    assert_string_equal(parser.argument, "64M");
    assert_int_equal(options_next(&parser, &error), 256);
    assert_string_equal(parser.argument, "/a=/b");
    assert_int_equal(options_next(&parser, &error), OPTIONS_END);
    assert_int_equal(parser.rest, 4);
    assert_string_equal(argv[parser.rest], "busybox");
}

static void a_double_dash_ends_options_and_disappears(void **state)
{
    (void)state;
    START(parser, "-e", "--", "-m");

    assert_int_equal(options_next(&parser, &error), 'e');
    assert_int_equal(options_next(&parser, &error), OPTIONS_END);
    assert_string_equal(argv[parser.rest], "-m");
}

static void assert_misuse(const struct error *error, const char *text)
{
    assert_string_equal(error->text, text);
    assert_int_equal(error->exit_status, EXIT_TOOL_FAILED);
    assert_int_equal(error->errnum, EINVAL);
}

static void an_unknown_long_option_is_named(void **state)
{
    (void)state;
    START(parser, "--colour", "busybox");

    assert_int_equal(options_next(&parser, &error), OPTIONS_ERROR);
    assert_misuse(&error, "option '--colour' is unknown or ambiguous; try 'box run --help'");
}

static void an_unknown_short_option_is_named(void **state)
{
    (void)state;
    START(parser, "-ex", "busybox");

    assert_int_equal(options_next(&parser, &error), 'e');
    assert_int_equal(options_next(&parser, &error), OPTIONS_ERROR);
    assert_misuse(&error, "there is no option -x; try 'box run --help'");
}

static void a_missing_argument_is_said(void **state)
{
    (void)state;
    START(parser, "--mem");

    assert_int_equal(options_next(&parser, &error), OPTIONS_ERROR);
    assert_misuse(&error, "option '--mem' needs an argument; try 'box run --help'");
}

static void an_argument_too_many_is_said(void **state)
{
    (void)state;
    START(parser, "--explain=yes");

    assert_int_equal(options_next(&parser, &error), OPTIONS_ERROR);
    assert_misuse(&error, "option '--explain=yes' takes no argument; try 'box run --help'");
}

/* Runs --help with stdout in a file, and leaves its text in buffer. */
static void capture_help(const struct command_spec *spec, char *buffer, size_t size)
{
    START(parser, "--help");
    parser.command = spec;
    FILE *file = tmpfile();
    int saved = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    int key = options_next(&parser, &error);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(key, OPTIONS_SHOWN);
    rewind(file);
    buffer[fread(buffer, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void help_comes_from_the_table(void **state)
{
    (void)state;
    char help[4096];

    capture_help(&command, help, sizeof help);
    assert_non_null(strstr(help, "Usage: box run [OPTION...] PROGRAM [ARG...]\n"));
    assert_non_null(strstr(help, "  -m, --mem=SIZE            memory of the machine\n"));
    assert_non_null(strstr(help, "      --file=GUEST=HOST     a file\n"));
    assert_non_null(strstr(help, "--version"));
}

static void a_synopsis_is_not_broken_within_brackets(void **state)
{
    (void)state;
    static const struct command_spec wide = {
        .name = "virtlab measure",
        .synopsis = "EXPERIMENT|everything [OPTION...] [[--] PROGRAM [ARG...]]",
        .purpose = "Measure [a bracket that is not closed.",
        .options = specs,
    };
    char help[4096];

    capture_help(&wide, help, sizeof help);
    assert_non_null(strstr(help, "[OPTION...]\n       [[--] PROGRAM [ARG...]]\n"));
    assert_non_null(strstr(help, "\nMeasure [a bracket that is not closed.\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_end_at_the_program),
        cmocka_unit_test(a_double_dash_ends_options_and_disappears),
        cmocka_unit_test(an_unknown_long_option_is_named),
        cmocka_unit_test(an_unknown_short_option_is_named),
        cmocka_unit_test(a_missing_argument_is_said),
        cmocka_unit_test(an_argument_too_many_is_said),
        cmocka_unit_test(help_comes_from_the_table),
        cmocka_unit_test(a_synopsis_is_not_broken_within_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
