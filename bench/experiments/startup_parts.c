/* SPDX-License-Identifier: MIT */
/* Of what a start consists: the stages that a box's tool goes through, and the kinds of namespaces.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/startup.h"
#include "bench/results/stages.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"

enum { STAGE_BLOCKS = 20, NAMESPACE_BLOCKS = 20, EXPECTED_MS = 8 };

static int ended_badly(struct record *record)
{
    record->status = RECORD_FAILED;
    snprintf(record->reason, sizeof record->reason, _("ended with status %d"), record->exit);
    return 0;
}

/* Stages */

struct stage_trials {
    const char *program;
    char timeline[PATHS_MAX];
    bool burst;
};

static int try_stages(struct session *session, void *context, const struct contender *contender,
                      struct record *record, struct error *error)
{
    struct stage_trials *trials = context;
    struct trial trial = startup_trial(trials->program);
    struct stage_times parts;
    struct trial_times times;

    trial.platform = contender->platform;
    trial.value[OPTION_TIMELINE] = trials->timeline;
    record_param_text(record, "mode", startup_mode(trials->burst));
    record_param_text(record, "timeline", "yes");
    unlink(trials->timeline); /* so that nobody takes an old one for this trial's */
    int result = trial_run(session, &trial, NULL, NULL, &times, record, error);
    if (result < 0 || record->status != RECORD_OK)
        return result;
    if (record->exit != 0)
        return ended_badly(record);
    if (stages_read(trials->timeline, &parts, error) < 0)
        return trial_failed(record, RECORD_FAILED, error);
    record_metric(record, "end_ns", times.end_ns);
    for (size_t i = 0; i < stages_count; i++)
        if (parts.durations_ns[i] >= 0)
            record_metric(record, stages[i].metric, parts.durations_ns[i]);
    if (times.end_ns > parts.covered_ns)
        record_metric(record, "no_stage_ns", times.end_ns - parts.covered_ns);
    for (size_t i = 0; i < stages_count; i++)
        if (parts.durations_ns[i] >= 0 && parts.starts_ns[i] >= record->t0_ns &&
            parts.starts_ns[i] <= record->t0_ns + times.end_ns)
            record_metric(record, stages[i].at_metric, parts.starts_ns[i] - record->t0_ns);
    return 0;
}

int startup_stages(struct session *session, struct contender *contenders, size_t count,
                   const char *program, struct error *error)
{
    struct contender able[PLATFORMS_MAX + 1];
    struct stage_trials trials = {.program = program};
    size_t able_count = 0;
    int result = 0;

    for (size_t i = 0; i < count; i++)
        if (!contenders[i].out && platform_has(contenders[i].platform, OPTION_TIMELINE))
            able[able_count++] = contenders[i];
    if (able_count == 0)
        return 0;
    snprintf(trials.timeline, sizeof trials.timeline, "%s/timeline", session->scratch->folder);
    for (unsigned i = session->burst; i < 2 && result == 0; i++) {
        trials.burst = i == 1;
        struct schedule_plan plan = {
            .experiment = STARTUP,
            .workload = "hello",
            .variant = trials.burst ? "stages burst" : "stages single",
            .blocks = session_runs(session, STAGE_BLOCKS),
            .pause = !trials.burst,
            .warm_up = true,
            .step = i,
            .steps = 2,
        };
        result = session_each(session, &plan, able, able_count, try_stages, &trials, error);
    }
    unlink(trials.timeline);
    return result;
}

/* Namespaces */

static const char *const root_kinds[] = {
    "none", "user", "mnt",    "pid",  "net",
    "ipc",  "uts",  "cgroup", "time", "user+mnt+pid+net+ipc+uts+cgroup",
};
static const char *const user_kinds[] = {
    "none",     "user",     "user+mnt",    "user+pid",  "user+net",
    "user+ipc", "user+uts", "user+cgroup", "user+time", "user+mnt+pid+net+ipc+uts+cgroup",
};
enum { KINDS = sizeof root_kinds / sizeof *root_kinds };
_Static_assert(KINDS == sizeof user_kinds / sizeof *user_kinds, "the same for root and users");

struct namespace_trials {
    char launcher[PATHS_MAX];
    char *args[3]; /* of the launcher: kinds and program, ended by NULL */
    char kinds[64], program[PATHS_MAX];
    bool burst;
    char said[128]; /* the first that came out of the last trial */
    size_t length;
};

static void take_output(void *context, const char *data, size_t length)
{
    struct namespace_trials *trials = context;
    size_t room = sizeof trials->said - 1 - trials->length;

    if (length > room)
        length = room;
    memcpy(trials->said + trials->length, data, length);
    trials->length += length;
    trials->said[trials->length] = '\0';
}

/* Why the namespace could not be made, as the launcher says it; NULL: it said nothing of the kind.
 */
static const char *refusal(struct namespace_trials *trials, int exit)
{
    static const char cannot[] = "cannot ";

    if (exit != EXIT_NOT_POSSIBLE || strncmp(trials->said, cannot, strlen(cannot)) != 0)
        return NULL;
    trials->said[strcspn(trials->said, "\n")] = '\0';
    return trials->said + strlen(cannot);
}

/* The contender's arm is which kinds of namespaces. */
static int try_namespaces(struct session *session, void *context, const struct contender *contender,
                          struct record *record, struct error *error)
{
    struct namespace_trials *trials = context;
    struct trial trial = startup_trial(trials->launcher);
    struct trial_times times;

    trial.platform = contender->platform;
    trial.args = trials->args;
    snprintf(trials->kinds, sizeof trials->kinds, "%s", contender->arm);
    trials->length = 0;
    record_param_text(record, "mode", startup_mode(trials->burst));
    record_param_text(record, "namespaces", contender->arm);
    int result = trial_run(session, &trial, take_output, trials, &times, record, error);
    if (result < 0 || record->status != RECORD_OK)
        return result;
    const char *why = refusal(trials, record->exit);
    if (why) {
        record->status = RECORD_SKIPPED;
        snprintf(record->reason, sizeof record->reason, "%s", why);
        return 0;
    }
    if (record->exit != 0)
        return ended_badly(record);
    trial_metrics(&times, record);
    return 0;
}

/* Native, once for each kind; NULL: native does not take part. */
static const struct platform *fill_contenders(const struct session *session,
                                              struct contender contenders[KINDS])
{
    const char *const *kinds = geteuid() == 0 ? root_kinds : user_kinds;
    const struct platform *native = NULL;

    for (size_t i = 0; i < session->box_count; i++)
        if (strcmp(session->boxes[i].platform->name, "native") == 0 && !*session->boxes[i].reason)
            native = session->boxes[i].platform;
    for (size_t i = 0; i < KINDS; i++)
        contenders[i] = (struct contender){.platform = native, .arm = kinds[i]};
    return native;
}

int startup_namespaces(struct session *session, const char *program, struct error *error)
{
    struct contender contenders[KINDS];
    struct namespace_trials trials = {
        .args = {trials.kinds, trials.program, NULL}
    };

    if (!fill_contenders(session, contenders))
        return 0;
    snprintf(trials.program, sizeof trials.program, "%s", program);
    int result = session_program(session, "namespaces", trials.launcher, error);
    for (unsigned i = session->burst; i < 2 && result == 0; i++) {
        trials.burst = i == 1;
        struct schedule_plan plan = {
            .experiment = STARTUP,
            .workload = "hello",
            .variant = trials.burst ? "namespaces burst" : "namespaces single",
            .blocks = session_runs(session, NAMESPACE_BLOCKS),
            .pause = !trials.burst,
            .warm_up = true,
            .step = i,
            .steps = 2,
        };
        result = session_each(session, &plan, contenders, KINDS, try_namespaces, &trials, error);
    }
    return result;
}

int64_t startup_parts_expect_ns(const struct session *session)
{
    int64_t pauses_ms = session->burst ? 0 : SESSION_PAUSE_MS, modes = session->burst ? 1 : 2;
    int64_t stage_trials = 0;

    for (size_t i = 0; i < session->box_count; i++)
        stage_trials +=
            platform_has(session->boxes[i].platform, OPTION_TIMELINE) && !*session->boxes[i].reason;
    stage_trials *= session_runs(session, STAGE_BLOCKS);
    int64_t namespace_trials = (int64_t)session_runs(session, NAMESPACE_BLOCKS) * KINDS;
    return (stage_trials + namespace_trials) * (modes * EXPECTED_MS + pauses_ms) * NS_PER_MS;
}
