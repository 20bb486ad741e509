/* SPDX-License-Identifier: MIT */
/*
 * faults: a tenant fails. Do its neighbours notice, and how soon is it back?
 *
 * Boxes of one platform stand side by side, each with the same small server (workloads/tenant.c).
 * The neighbours are asked all the time (onlooker.h); then one more box fails. A restart rule, as
 * every host of servers has one, watches over that one: when it has ended, or has not answered for
 * PATIENCE_MS, it is killed and started again. What is read: what became of the neighbours' answers
 * until it was back, and how long that took.
 *
 * The boxes and the ceiling over them are in faults_scene.h. Whatever is left is killed after each
 * trial.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/faults_scene.h"
#include "bench/process/guard.h"
#include "bench/process/memory.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"

#define NAME "faults"

enum {
    BLOCKS = 3,
    EXPECTED_TRIAL_MS = 600,

    BEFORE_MS = 100,         /* how long the neighbours are asked before the fault … */
    AFTER_MS = 50,           /* … and after the box is back */
    PATIENCE_MS = 1000,      /* of the restart rule */
    SLOW_PATIENCE_MS = 3000, /* with boxes that are slow by nature */
    BACK_MS = 10000,         /* once it is ready: longer than this nobody lets it be refused */
    LEFT_MS = 1000,          /* what has not gone by then with its box was left behind */
    LOOK_MS = 10,            /* how often that is looked for */

    FAULT = SCENE_REQUEST + 1, /* as many iterations are one too many for workloads/tenant.c */
};

#define MIB           (INT64_C(1) << 20)
#define MACHINE_MOST  (768 * MIB)
#define MACHINE_LEAST (384 * MIB) /* room for the boxes themselves */

/* Here not the program fails, but what is around it, the VMM or the runtime, is killed. */
#define TOOL "tool"

static const char *const kinds[] = {"crash", "memory", "forks", "loop", "guest", TOOL};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct faults {
    const char *kind;
    struct scene_plan plan;
};

/* One fault, from the first request to the answer of the box that is back. */
struct course {
    struct scene scene;
    const char *kind;
    int64_t fault_ns, detected_ns, back_ns;
    bool hung;
    unsigned left;
};

/* A fault is seen or not; what varies is how long it takes. So a first look may be one. */
static unsigned blocks(const struct session *session)
{
    return session->effort == EFFORT_QUICK && !session->runs ? 1 : session_runs(session, BLOCKS);
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(blocks(session) * session->box_count) * KINDS * EXPECTED_TRIAL_MS * NS_PER_MS;
}

/* --- the fault, and the restart rule --------------------------------------------------------- */

static int strike(struct course *course, struct error *error)
{
    static const char order[] = "go 2\n";
    struct scene *scene = &course->scene;
    struct process *process = &scene->victim.process;

    _Static_assert(FAULT == 2, "the order above");
    scene->signal.happened = true;
    course->fault_ns = clock_now_ns();
    if (strcmp(course->kind, TOOL) == 0)
        kill(process->pid, SIGKILL);
    else if (write(process->input, order, strlen(order)) != (ssize_t)strlen(order))
        return error_set(error, EPROTO, _("it had ended before the fault"));
    return 0;
}

/* Wait for its end, or until nobody waits any longer; then it is killed. */
static int detect(struct course *course, struct error *error)
{
    struct scene *scene = &course->scene;
    struct process *process = &scene->victim.process;
    int patience_ms = scene->platform->blocks ? SLOW_PATIENCE_MS : PATIENCE_MS;

    process->wake_ns = course->fault_ns + patience_ms * NS_PER_MS;
    for (;;) {
        switch (process_next(process)) {
        case PROCESS_OUTPUT:
            return error_set(error, EPROTO, _("it went on answering: the fault did not happen"));
        case PROCESS_ENDED:
            course->detected_ns = process->ended_ns;
            return 0;
        case PROCESS_TIMED_OUT:
        case PROCESS_WOKEN:
            course->hung = true;
            course->detected_ns = clock_now_ns();
            return 0;
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        }
    }
}

/* It is back when it answers and is refused nothing. */
static int restart(struct course *course, enum record_status *status, struct error *error)
{
    struct scene *scene = &course->scene;
    struct workload_work work = {0};

    int result = scene_start_victim(scene, error);
    if (result == 0)
        result = workload_await_ready(&scene->victim, status, error);
    int64_t ready_ns = clock_now_ns();
    do {
        if (result == 0)
            result = workload_go(&scene->victim, SCENE_REQUEST, &work, status, error);
        course->back_ns = clock_now_ns();
        if (result == 0 && work.checksum != 0 && course->back_ns - ready_ns > BACK_MS * NS_PER_MS)
            result = error_set(error, ETIMEDOUT,
                               _("started again, it was still refused memory or processes; of the "
                                 "one that failed, %u are left"),
                               scene_count_left(scene));
    } while (result == 0 && work.checksum != 0);
    return result;
}

/* What goes with its box may need a moment. */
static int count_left(struct course *course, struct error *error)
{
    int64_t until_ns = clock_now_ns() + LEFT_MS * NS_PER_MS;

    do {
        course->left = scene_count_left(&course->scene);
        if (course->left > 0 && !guard_pause(LOOK_MS * NS_PER_MS))
            return error_set(error, EINTR, "interrupted");
    } while (course->left > 0 && clock_now_ns() < until_ns);
    return 0;
}

static int fail_and_return(struct course *course, enum record_status *status, struct error *error)
{
    struct scene *scene = &course->scene;

    if (!guard_pause(BEFORE_MS * NS_PER_MS))
        return error_set(error, EINTR, "interrupted");
    scene_note_others(scene);
    int result = strike(course, error);
    if (result == 0)
        result = detect(course, error);
    if (result < 0)
        return result;
    scene_kill_victim(scene);
    result = restart(course, status, error);
    if (result == 0 && !guard_pause(AFTER_MS * NS_PER_MS))
        result = error_set(error, EINTR, "interrupted");
    if (result < 0)
        return result;
    scene_stop_asking(scene);
    return count_left(course, error);
}

/* --- one trial ------------------------------------------------------------------------------- */

/* What the tenant says before `ready`, among what its box says: this cannot be done in here. */
static bool is_impossible(const struct course *course, char *why, size_t size)
{
    static const char said[] = "tenant: ";
    const struct process *process = &course->scene.victim.process;
    char text[sizeof process->errors + 1];

    memcpy(text, process->errors, process->errors_length);
    text[process->errors_length] = '\0';
    const char *line = strstr(text, said);
    if (course->fault_ns != 0 || !line)
        return false;
    line += strlen(said);
    snprintf(why, size, "%.*s", (int)strcspn(line, "\r\n"), line);
    return true;
}

static void record_course(struct course *course, struct record *record)
{
    struct scene *scene = &course->scene;
    struct onlooker_report report;

    onlooker_sum_up(scene->neighbours, scene->neighbour_count, &report);
    record->status = RECORD_OK;
    record_metric(record, "recovery_ns", course->back_ns - course->fault_ns);
    record_metric(record, "detect_ns", course->detected_ns - course->fault_ns);
    record_metric(record, "hung_n", course->hung);
    record_metric(record, "left_n", course->left);
    record_metric(record, "neighbours_n", report.onlookers);
    record_metric(record, "noticed_n", report.noticed);
    record_metric(record, "lost_n", report.lost);
    record_metric(record, "answers_n", report.answers);
    record_metric(record, "delayed_n", report.delayed);
    record_metric(record, "refused_n", report.refused);
    record_metric(record, "usual_ns", report.usual_ns);
    record_metric(record, "worst_ns", report.worst_ns);
}

static void record_ceiling(const struct scene *scene, struct record *record)
{
    struct trial trial = {.platform = scene->platform};

    record_metric(record, "uid_n", trial_uid(&trial));
    record_metric(record, "ceiling_bytes",
                  scene->has_cgroup ? scene->plan->machine_bytes : SCENE_OWN_MEMORY);
    record_metric(record, "ceiling_n",
                  scene->has_cgroup ? SCENE_MACHINE_PROCESSES : SCENE_OWN_PROCESSES);
}

/* Faults after which somebody has to wait first, with boxes whose starts are waiting enough. */
static bool is_left_out(const struct session *session, const struct platform *platform,
                        const char *kind)
{
    bool waits =
        strcmp(kind, "memory") == 0 || strcmp(kind, "forks") == 0 || strcmp(kind, "loop") == 0;

    return waits && platform->blocks && !session->runs && session->effort == EFFORT_QUICK;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    const struct faults *faults = context;
    enum record_status status = RECORD_FAILED;

    record_param_text(record, "fault", faults->kind);
    if (is_left_out(session, contender->platform, faults->kind)) {
        error_set(error, ETIME, _("left out of a quick run, since this box is slow by nature"));
        return trial_failed(record, RECORD_SKIPPED, error);
    }
    struct course *course = calloc(1, sizeof *course);
    if (!course)
        return error_set_errno(error, ENOMEM, "cannot set up a trial");
    course->kind = faults->kind;
    course->scene.session = session;
    course->scene.plan = &faults->plan;
    course->scene.platform = contender->platform;
    int result = scene_set_up(&course->scene, &status, error);
    record->t0_ns = course->scene.victim.process.t0_ns;
    if (result == 0)
        result = fail_and_return(course, &status, error);
    if (result == 0) {
        record->exit = 0;
        record_course(course, record);
        record_ceiling(&course->scene, record);
    } else if (result != -EINTR && is_impossible(course, record->reason, sizeof record->reason)) {
        record->status = RECORD_SKIPPED;
        result = 0;
    } else {
        result = trial_failed(record, status, error);
    }
    scene_tear_down(&course->scene);
    free(course);
    return result;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* By these a guest knows that it is one (workloads/tenant.c). */
static void identify_host(struct scene_plan *plan)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    char line[4096];

    snprintf(plan->boot_id, sizeof plan->boot_id, "unknown");
    snprintf(plan->boot_time, sizeof plan->boot_time, "1");
    if (file && fscanf(file, "%63s", plan->boot_id) != 1)
        snprintf(plan->boot_id, sizeof plan->boot_id, "unknown");
    if (file)
        fclose(file);
    file = fopen("/proc/stat", "re");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "btime %23[0-9]", plan->boot_time);
    if (file)
        fclose(file);
}

static int run_kind(struct session *session, struct faults *faults, unsigned index,
                    struct contender *contenders, size_t count, struct error *error)
{
    struct schedule_plan plan = {
        .experiment = NAME,
        .workload = "tenant",
        .variant = kinds[index],
        .blocks = blocks(session),
        .step = index,
        .steps = KINDS,
    };
    faults->kind = kinds[index];
    faults->plan.fault = strcmp(kinds[index], TOOL) == 0 ? NULL : kinds[index];
    /* A box in which one fault is impossible may well have the next. */
    for (size_t i = 0; i < count; i++)
        contenders[i].out = false;
    return session_each(session, &plan, contenders, count, try, faults, error);
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct faults faults = {.plan.machine_bytes = memory_available_bytes() / 2};

    int result = session_program(session, "tenant", faults.plan.program, error);
    if (result < 0)
        return result;
    if (faults.plan.machine_bytes > MACHINE_MOST)
        faults.plan.machine_bytes = MACHINE_MOST;
    if (faults.plan.machine_bytes < MACHINE_LEAST)
        return error_set(error, ENOMEM,
                         _("there is less than %d MiB of free memory, too little to fill any"),
                         (int)(2 * MACHINE_LEAST / MIB));
    identify_host(&faults.plan);
    int count = session_contenders(session, NAME, "tenant", false, contenders, error);
    if (count < 0)
        return count;
    for (unsigned i = 0; i < KINDS && result == 0; i++)
        result = run_kind(session, &faults, i, contenders, (size_t)count, error);
    return result;
}

const struct experiment experiment_faults = {
    .name = NAME,
    .purpose = N_("a tenant fails: which neighbours notice, and how soon it is back"),
    .expect_ns = expect_ns,
    .run = run,
};
