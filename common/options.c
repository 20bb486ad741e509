/* SPDX-License-Identifier: MIT */
#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/version.h"

enum {
    KEY_HELP = 0x10000,
    KEY_USAGE,
    KEY_VERSION,
    HELP_COLUMN = 28, /* where the help sentences start */
    USAGE_COLUMN = 7, /* and what follows "Usage: " on further lines */
    HELP_WIDTH = 80,
};

static const struct option_spec common_options[] = {
    {KEY_HELP, "help", NULL, N_("print this help")},
    {KEY_USAGE,    "usage", NULL, N_("print a short usage line")},
    {KEY_VERSION,        "version", NULL, N_("print the version")},
    {0},
};

void options_start(struct option_parser *parser, const struct command_spec *command, int argc,
                   char **argv)
{
    *parser = (struct option_parser){.command = command, .argc = argc, .argv = argv};
    optind = 0; /* starts getopt_long anew, in glibc and in musl */
    opterr = 0; /* we say what is wrong ourselves, in one line */
}

/* The columns that the first bytes of text take, or fewer: what may be wide counts as wide. */
static int columns(const char *text, size_t bytes)
{
    int count = 0;

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];
        count += byte >= 0xe1 ? 2 : (byte & 0xc0) != 0x80; /* from U+1000 on; UTF-8's first bytes */
    }
    return count;
}

/* To the next space; what stands in brackets, as in a synopsis, is one word with its spaces. */
static size_t word_length(const char *text, size_t bytes)
{
    size_t length, plain = 0;
    int depth = 0;

    while (plain < bytes && text[plain] != ' ' && text[plain] != '\n')
        plain++;
    for (length = 0; length < bytes && text[length] != '\n'; length++) {
        if (text[length] == ' ' && depth <= 0)
            break;
        depth += (text[length] == '[') - (text[length] == ']');
    }
    return depth == 0 ? length : plain;
}

/*
 * Prints words from the column `at` on, broken before HELP_WIDTH, further lines from column hang
 * on. Ends with the last word; returns where.
 */
static int print_words(const char *text, size_t bytes, int at, int hang)
{
    for (bool first = at <= hang; bytes > 0; first = false) {
        size_t length = word_length(text, bytes);
        int wide = columns(text, length);
        if (!first && at + 1 + wide > HELP_WIDTH) {
            printf("\n%*s", hang, "");
            at = hang;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", (int)length, text);
        at += !first + wide;
        length += length < bytes;
        text += length;
        bytes -= length;
    }
    return at;
}

/* A line that starts with a space, or is followed by one, stays a line; others run on. */
static void print_paragraphs(const char *text)
{
    while (*text) {
        size_t end = strcspn(text, "\n");
        size_t indent = strspn(text, " ");
        while (indent == 0 && end > 0 && text[end] == '\n' && !strchr(" \n", text[end + 1]))
            end += 1 + strcspn(text + end + 1, "\n");
        printf("%.*s", (int)indent, text);
        if (indent > 0) /* a table, as it was laid out */
            printf("%.*s", (int)(end - indent), text + indent);
        else
            print_words(text, end, 0, 0);
        putchar('\n');
        text += end;
        text += *text == '\n';
    }
}

static void print_option(const struct option_spec *option)
{
    char left[64];
    int length;

    if (option->key < 256)
        length = snprintf(left, sizeof left, "  -%c, --%s", option->key, option->name);
    else
        length = snprintf(left, sizeof left, "      --%s", option->name);
    if (option->argument)
        length += snprintf(left + length, sizeof left - (size_t)length, "=%s", option->argument);

    fputs(left, stdout);
    if (length > HELP_COLUMN - 2) {
        putchar('\n');
        length = 0;
    }
    printf("%*s", HELP_COLUMN - length, "");
    const char *help = _(option->help);
    print_words(help, strlen(help), HELP_COLUMN, HELP_COLUMN);
    putchar('\n');
}

static void print_help(const struct command_spec *command)
{
    char usage[512];

    snprintf(usage, sizeof usage, _("Usage: %s [OPTION...]%s%s\n"), command->name,
             *command->synopsis ? " " : "", command->synopsis);
    print_words(usage, strcspn(usage, "\n"), 0, USAGE_COLUMN);
    putchar('\n');
    print_paragraphs(_(command->purpose));
    putchar('\n');
    for (const struct option_spec *option = command->options; option->name; option++)
        print_option(option);
    for (const struct option_spec *option = common_options; option->name; option++)
        print_option(option);
    if (command->notes) {
        putchar('\n');
        print_paragraphs(_(command->notes));
    }
}

static void print_usage(const struct command_spec *command)
{
    printf(_("Usage: %s"), command->name);
    for (const struct option_spec *option = command->options; option->name; option++)
        printf(" [--%s%s%s]", option->name, option->argument ? "=" : "",
               option->argument ? option->argument : "");
    printf(" [--help] [--usage] [--version]%s%s\n", *command->synopsis ? " " : "",
           command->synopsis);
}

static int add_options(const struct option_spec *from, struct option *longs, char *shorts,
                       int count)
{
    for (; from->name && count < OPTIONS_MAX; from++, count++) {
        longs[count] = (struct option){
            .name = from->name,
            .has_arg = from->argument ? required_argument : no_argument,
            .val = from->key,
        };
        if (from->key < 256) {
            size_t used = strlen(shorts);
            shorts[used++] = (char)from->key;
            if (from->argument)
                shorts[used++] = ':';
            shorts[used] = '\0';
        }
    }
    return count;
}

int options_next(struct option_parser *parser, struct error *error)
{
    const struct command_spec *command = parser->command;
    struct option longs[OPTIONS_MAX + 1] = {0};
    char shorts[2 * OPTIONS_MAX + 3] = "+:"; /* stop at the first word; report a missing argument */
    int count = add_options(command->options, longs, shorts, 0);
    add_options(common_options, longs, shorts, count);

    int key = getopt_long(parser->argc, parser->argv, shorts, longs, NULL);
    const char *word = optind > 0 && optind <= parser->argc ? parser->argv[optind - 1] : "";
    switch (key) {
    case -1:
        parser->rest = optind;
        return OPTIONS_END;
    case '?':
        if (optopt > 0 && optopt < 256 && strncmp(word, "--", 2) != 0)
            options_misuse(command, error, _("there is no option -%c"), optopt);
        else if (optopt)
            options_misuse(command, error, _("option '%s' takes no argument"), word);
        else
            options_misuse(command, error, _("option '%s' is unknown or ambiguous"), word);
        return OPTIONS_ERROR;
    case ':':
        options_misuse(command, error, _("option '%s' needs an argument"), word);
        return OPTIONS_ERROR;
    case KEY_HELP:
        print_help(command);
        return OPTIONS_SHOWN;
    case KEY_USAGE:
        print_usage(command);
        return OPTIONS_SHOWN;
    case KEY_VERSION:
        printf("%s (virtlab) %s\n", command->name, VIRTLAB_VERSION);
        return OPTIONS_SHOWN;
    default:
        parser->argument = optarg;
        return key;
    }
}

int options_misuse(const struct command_spec *command, struct error *error, const char *format, ...)
{
    va_list args;
    char what[256];

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return error_set(error, EINVAL, _("%s; try '%s --help'"), what, command->name);
}
