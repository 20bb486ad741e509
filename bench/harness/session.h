/* SPDX-License-Identifier: MIT */
/*
 * One run of the harness: what was asked for, which boxes can do it, and where the samples go. The
 * experiments (experiment.h) get a session and use the calls below; the way of a measurement is
 *
 *     session_each()   blocks in random order, a pause before each trial, one sample after it
 *       trial_run()    one execution: from the platform's command to the times
 *       trial_start()  the same for a program that is to be talked with (process.h, workload.h)
 */
#ifndef VIRTLAB_SESSION_H
#define VIRTLAB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/harness/platform.h"
#include "bench/harness/progress.h"
#include "bench/process/cgroup.h"
#include "bench/process/process.h"
#include "bench/process/scratch.h"
#include "bench/results/record.h"
#include "common/error.h"
#include "common/paths.h"

enum {
    SESSION_PAUSE_MS = 40, /* before a single run: long enough for the kernel to fall asleep */
    SESSION_REASON_MAX = 256,
};

/* The same ceilings for every box that knows ceilings, so that they are compared alike. */
#define LIMIT_MEMORY "256M"
#define LIMIT_CPUS   "1"
#define LIMIT_PIDS   "64"

/* How much time a run may take: what --quick and --full change in each experiment's own number. */
enum effort {
    EFFORT_USUAL,
    EFFORT_QUICK, /* a quarter, but what makes an interval; slow boxes one block */
    EFFORT_FULL,  /* for a report: enough for p99 where the usual number is 40 */
};

/* A platform that was chosen, and whether it can run here. */
struct box {
    const struct platform *platform;
    bool asked_for;                  /* by name, so that it takes part in every experiment */
    char reason[SESSION_REASON_MAX]; /* why it is skipped; empty: it is not */
};

struct session {
    const struct scratch *scratch;
    struct paths paths;
    struct platforms platforms;
    struct box boxes[PLATFORMS_MAX];
    size_t box_count;

    uint64_t seed;
    unsigned runs; /* --runs: single runs for each platform; 0: each experiment's own number */
    enum effort effort;
    bool burst;       /* no pauses */
    bool brief;       /* what a comparison of boxes needs, not all that an experiment can tell */
    bool peers;       /* peers.conf takes part */
    double precision; /* --precision: 0.02 for 2 %; 0: a fixed number of blocks */
    int64_t timeout_ns;

    char *program;                   /* the user's, an absolute path; NULL: none was given */
    char **args;                     /* its arguments, ended by NULL */
    char *files[PLATFORM_FILES_MAX]; /* absolute paths, the same outside and inside */
    size_t file_count;

    char **environment; /* of every program that is started */
    int work_cpu;       /* where steady work is bound to; −1: there is only one processor */

    struct recorder recorder;
    struct resume *resume;      /* the samples of a run that goes on (resume.h); NULL: a new run */
    const char *skips_recorded; /* the experiment whose skipped boxes have their sample already */
    struct progress progress;
    unsigned starts;                 /* counted for {id} */
    struct process_account programs; /* when boxes ran */
    int64_t pauses_ns;               /* before single runs, in all */
    int64_t took_ns;                 /* all experiments, with all that lies between trials */
    unsigned failed;                 /* experiments of this run that ended in an error */
    int64_t program_ns;   /* how long the user's program takes, once it ran; 0: not known */
    bool timed_out;       /* it did not even end in its first run */
    bool outputs_differ;  /* set by the experiment that compares them */
    char difference[512]; /* where; a sentence */
};

/* A file of the host that a box gets under another name. */
struct trial_file {
    const char *host, *guest;
};

enum { TRIAL_FILES_MAX = 4 };

/* One execution of one program in one box. */
struct trial {
    const struct platform *platform;
    const char *program;                     /* an absolute path */
    char *const *args;                       /* ended by NULL; NULL: none */
    const char *value[PLATFORM_OPTIONS];     /* options asked for, see platform.h */
    bool files;                              /* hand in what --file names */
    struct trial_file more[TRIAL_FILES_MAX]; /* and these */
    size_t more_count;
    bool input;                        /* a pipe to its standard input */
    bool bound;                        /* to session->work_cpu */
    uid_t uid;                         /* an ordinary user to start it as; 0: who we are */
    unsigned tenant;                   /* which, on a platform with tenants: from 0 */
    const struct bench_cgroup *cgroup; /* around the whole box; NULL: none */
};

struct trial_times {
    int64_t first_output_ns; /* −1: there was none */
    int64_t end_ns, user_ns, system_ns;
};

/*
 * The user that the trial's command is started as: trial->uid, or the tenant's own where the
 * platform has tenants and we are root, else who we are. For params.uid of the sample.
 */
uid_t trial_uid(const struct trial *trial);

/* Sees all that the program writes, piece by piece, outside the times. */
typedef void trial_output(void *context, const char *data, size_t length);

/*
 * Start the program. After success process_kill() or process_close() must follow. Errors: spawn()'s
 * and platform_command()'s.
 */
int trial_start(struct session *session, const struct trial *trial, struct process *process,
                struct error *error);

/*
 * Run the program to its end. record gets t0, exit, status and reason: a program that ends with a
 * status of its own is `ok`, one that was not executed or not allowed to go on is not. Returns 0
 * when there is a sample to write; -EINTR when the harness is to end.
 */
int trial_run(struct session *session, const struct trial *trial, trial_output *output,
              void *context, struct trial_times *times, struct record *record, struct error *error);

/*
 * Run the platform's `needs`, `prepare` or `cleanup` to its end. Errors: its last line on standard
 * error.
 */
int trial_check_needs(struct session *session, const struct platform *platform,
                      struct error *error);
int trial_prepare(struct session *session, const struct trial *trial, bool cleanup,
                  struct error *error);

/* Put *times into the record as metrics. */
void trial_metrics(const struct trial_times *times, struct record *record);

/*
 * What became of a trial that ended in error: fill the record's status and reason, and return 0 if
 * it is the box's failure, which is a sample too; else the error's own negative errno (-EINTR).
 */
int trial_failed(struct record *record, enum record_status status, const struct error *error);

/* One place in every block: a box, or a second series of the same box. */
struct contender {
    const struct platform *platform;
    const char *arm; /* "a"; "b" is native's second series, for the noise floor */
    bool warm;       /* it ran before: no warm-up is needed */
    bool out;        /* it failed or timed out once: no more trials of it */
};

/* Whether the box has a place in this experiment: see `only` in docs/formats.md. */
bool session_takes_part(const struct box *box, const char *experiment);

/*
 * The boxes that can run and take part in this experiment, native twice if `twice`. For each that
 * cannot, a skipped sample is written, once per experiment. Returns the number, or a negative
 * errno.
 */
int session_contenders(struct session *session, const char *experiment, const char *workload,
                       bool twice, struct contender contenders[PLATFORMS_MAX + 1],
                       struct error *error);

/*
 * One trial: fill what the record does not have yet (experiment, workload, platform, block, order
 * are there). Returns as trial_run().
 */
typedef int session_try(struct session *session, void *context, const struct contender *contender,
                        struct record *record, struct error *error);

struct schedule_plan {
    const char *experiment, *workload;
    const char *variant; /* part of what the order is drawn from; NULL: nothing */
    unsigned blocks;
    bool pause;           /* SESSION_PAUSE_MS before each trial, unless --burst */
    const char *last_has; /* a trial writes samples of its own before the one at its end, which has
                             this param if it is ok; NULL: it does not */
    bool warm_up;         /* one trial of each first, which is recorded only if it fails */
    unsigned step, steps; /* for the progress: this plan is the step-th of so many, from 0 */
};

/*
 * Go through the blocks (with --precision, through as many as it takes, see precision.h): each
 * contender once in each, in random order. Writes a sample after every trial; what the trial left
 * running is killed. A contender that fails is out.
 */
int session_each(struct session *session, const struct schedule_plan *plan,
                 struct contender *contenders, size_t count, session_try *try, void *context,
                 struct error *error);

/*
 * Run `prepare` (before an experiment) or `cleanup` (after it) of every contender that has one. A
 * box whose preparation fails is out, with a failed sample.
 */
int session_prepare(struct session *session, const struct trial *trial, const char *experiment,
                    const char *workload, struct contender *contenders, size_t count,
                    struct error *error);
void session_cleanup(struct session *session, const struct trial *trial,
                     const struct contender *contenders, size_t count);

/* What is known of a sample before its trial, which has not been started. */
struct record session_record(const char *experiment, const char *workload,
                             const struct platform *platform);

/* Write a sample that says why there is no trial; the caller has added its params. */
int session_skip(struct session *session, struct record *record, const char *why,
                 struct error *error);

/* The path of a built-in workload; "probes/NAME" for a probe. path has PATHS_MAX bytes. */
int session_program(const struct session *session, const char *name, char *path,
                    struct error *error);

/*
 * How many blocks an experiment makes whose own number is `usual`: what --runs says, else the
 * usual number as --quick and --full change it. At least 1.
 */
unsigned session_runs(const struct session *session, unsigned usual);

/* The most blocks that this platform takes part in (its `blocks`, for slow ones); 0: in all. */
unsigned session_most_blocks(const struct session *session, const struct platform *platform);

#endif
