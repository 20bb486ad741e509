/* SPDX-License-Identifier: MIT */
/* One run of the harness, from what the command line asks for to a results folder and a table. */
#ifndef VIRTLAB_RUN_H
#define VIRTLAB_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/experiments/experiment.h"
#include "bench/harness/platform.h"
#include "bench/process/scratch.h"
#include "common/error.h"
#include "common/options.h"
#include "common/table.h"

enum {
    RUN_EXPERIMENTS_MAX = 32,
    RUN_DEFAULT_TIMEOUT_S = 60,
    EXIT_OUTPUTS_DIFFER = 1, /* the program did not do the same everywhere */
};

/* What was asked for. Strings are the command line's. */
struct run_request {
    char *const *command; /* the command line, for the samples' header */
    const char *name;     /* the end of the folder's name */
    const struct experiment *experiments[RUN_EXPERIMENTS_MAX];
    size_t experiment_count;

    const char *platform_names; /* NAME[,NAME…]; NULL: all */
    const char *platforms_file; /* instead of virtlab's own platforms.conf; NULL: that */
    bool peers;                 /* peers.conf as well */
    bool burst, brief;          /* as in struct session */
    unsigned runs;              /* 0: each experiment's own number */
    enum effort effort;
    double precision;   /* 0.02 for 2 %; 0: none was asked for */
    const char *resume; /* the results folder of a run that goes on; NULL: a new one */
    bool seeded;        /* seed was given; else it is drawn */
    uint64_t seed;
    int64_t timeout_ns; /* for one execution */
    const char *files[PLATFORM_FILES_MAX];
    size_t file_count;
    const char *out;
    bool identify;
    enum table_form form;
    char *const *program; /* the user's program and its arguments; NULL: none */
};

void run_request_start(struct run_request *request, char *const *command);

/* The options that compare and bench share, to be put into their tables. */
enum run_option_key {
    RUN_PLATFORM = 256,
    RUN_PLATFORMS,
    RUN_RUNS,
    RUN_QUICK,
    RUN_FULL,
    RUN_PRECISION,
    RUN_RESUME,
    RUN_SEED,
    RUN_FILE,
    RUN_OUT,
    RUN_IDENTIFY,
    RUN_JSON,
    RUN_CSV,
    RUN_TIMEOUT,
    RUN_OWN_KEYS, /* a command's own options start here */
};
#define RUN_OPTIONS                                                                                \
    {RUN_PLATFORM, "platform", "NAME[,NAME...]", N_("only these platforms, instead of all")},      \
        {RUN_PLATFORMS, "platforms", "FILE", N_("read the platforms from FILE")},                  \
        {RUN_RUNS, "runs", "N", N_("single runs of each platform, from 1 to 10000")},              \
        {RUN_QUICK, "quick", NULL, N_("few runs: a first look")},                                  \
        {RUN_FULL, "full", NULL, N_("three times the usual runs: for a report")},                  \
        {RUN_PRECISION, "precision", "PERCENT",                                                    \
         N_("run until each median is known to within PERCENT of itself, such as 2%")},            \
        {RUN_RESUME, "resume", "DIR",                                                              \
         N_("go on with the run in DIR that was cut off; the rest of the command is repeated")},   \
        {RUN_SEED, "seed", "N", N_("the order of the schedule; without, a fresh one is drawn")},   \
        {RUN_FILE, "file", "PATH",                                                                 \
         N_("make this file readable everywhere, at the same absolute path; may be repeated")},    \
        {RUN_TIMEOUT, "timeout", "SECONDS", N_("for one run of a program; 60 without")},           \
        {RUN_OUT, "out", "DIR", N_("where the results folder is made; ./results without")},        \
        {RUN_IDENTIFY, "identify", NULL, N_("record user, host name and serial numbers too")},     \
        {RUN_JSON, "json", NULL, N_("print the table as JSON")},                                   \
    {                                                                                              \
        RUN_CSV, "csv", NULL, N_("print the table as CSV")                                         \
    }

/* Take one of those options. Errors: its argument makes no sense. */
int run_take_option(struct run_request *request, const struct command_spec *command, int key,
                    const char *argument, struct error *error);

/* Ask for one more experiment. */
void run_add(struct run_request *request, const struct experiment *experiment);

/*
 * Run it all: choose and check the platforms, make the results folder, make the measurements, write
 * the report, print the table. Returns 0, or a negative errno with *error filled; its exit status
 * is EXIT_OUTPUTS_DIFFER when the program did not do the same everywhere, and 128+N when signal N
 * ended the run.
 */
int run(const struct run_request *request, const struct scratch *scratch, struct error *error);

/*
 * All of a command but main(): parse what is asked for (0, OPTIONS_SHOWN where that was something
 * to be shown, or a negative errno), and run it. Returns the exit status.
 */
int run_command(const struct command_spec *command,
                int (*parse)(struct run_request *, int, char **, struct error *),
                const struct scratch *scratch, int argc, char **argv);

#endif
