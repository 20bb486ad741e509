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
 * The faults are real, so there is a ceiling over all boxes of a trial, which plays the machine: a
 * cgroup where we may make one. Beside it the program that fails has bounds of its own, in memory,
 * processes and time; and whatever is left is killed after each trial.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/onlooker.h"
#include "bench/harness/workload.h"
#include "bench/process/guard.h"
#include "bench/process/memory.h"
#include "bench/process/spawn.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"

#define NAME "faults"

enum {
    BLOCKS = 3,
    NEIGHBOURS = 2,
    EXPECTED_TRIAL_MS = 600,

    BEFORE_MS = 100,         /* how long the neighbours are asked before the fault … */
    AFTER_MS = 50,           /* … and after the box is back */
    PATIENCE_MS = 1000,      /* of the restart rule */
    SLOW_PATIENCE_MS = 3000, /* with boxes that are slow by nature */
    BACK_MS = 10000,         /* longer than this nobody waits for it */
    LEFT_MS = 1000,          /* what has not gone by then with its box was left behind */

    REQUEST = 1,
    FAULT = 2, /* as many iterations are one too many for workloads/tenant.c */
    PROCESSES_SEEN = 64,
};

/*
 * The machine that all boxes of a trial share, where a cgroup can play it; then the program's own
 * bounds lie above it, so that it is the machine that is full. Without one they are all there is.
 */
#define MIB               (INT64_C(1) << 20)
#define MACHINE_MOST      (768 * MIB)
#define MACHINE_LEAST     (384 * MIB) /* room for the boxes themselves */
#define MACHINE_PROCESSES 160
#define OWN_MEMORY        (256 * MIB)
#define OWN_PROCESSES     200

/* "tool": not the program fails, but what is around it, the VMM or the runtime, is killed. */
static const char *const kinds[] = {"crash", "memory", "forks", "loop", "guest", "tool"};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct faults {
    const char *kind;
    char program[PATHS_MAX];
    int64_t machine_bytes;
    char boot_id[64], boot_time[24]; /* of the host, which no guest shares */
};

/* All that is made in a trial, in this order, and taken down again in tear_down(). */
struct scene {
    struct session *session;
    const struct faults *faults;
    const struct platform *platform;
    struct bench_cgroup cgroup;
    bool has_cgroup;
    struct onlooker_signal signal;
    struct onlooker neighbours[NEIGHBOURS];
    unsigned started, neighbour_count;
    struct workload victim;
    int64_t fault_ns, detected_ns, back_ns;
    int pidfds[PROCESSES_SEEN]; /* of the box that fails */
    size_t pidfd_count;
    unsigned left; /* of those, how many its end did not take along */
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

/* --- setting the scene ----------------------------------------------------------------------- */

static int start_tenant(struct scene *scene, unsigned tenant, char *const *args,
                        struct workload *workload, struct error *error)
{
    struct trial trial = {
        .platform = scene->platform,
        .program = scene->faults->program,
        .args = args,
        .input = true,
        .tenant = tenant,
        .cgroup = scene->has_cgroup ? &scene->cgroup : NULL,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS},
    };
    *workload = (struct workload){
        .process = {.pidfd = -1, .input = -1, .output_fd = -1, .errors_fd = -1}
    };
    return trial_start(scene->session, &trial, &workload->process, error);
}

/* The tenant that is going to fail, with the bounds of its fault. */
static int start_victim(struct scene *scene, struct error *error)
{
    const struct faults *faults = scene->faults;
    int64_t memory = scene->has_cgroup ? 2 * faults->machine_bytes : OWN_MEMORY;
    char fault[] = "--fault", most[] = "--memory", count[] = "--processes", host[] = "--host";
    char kind[16], boot_id[sizeof faults->boot_id], boot_time[sizeof faults->boot_time];
    char memory_mib[24], processes[16];
    char *args[] = {fault,     kind, most,    memory_mib, count,
                    processes, host, boot_id, boot_time,  NULL};
    char *no_args[] = {NULL};
    bool by_itself = strcmp(faults->kind, "tool") != 0;

    snprintf(kind, sizeof kind, "%s", faults->kind);
    snprintf(memory_mib, sizeof memory_mib, "%" PRId64, memory / MIB);
    snprintf(processes, sizeof processes, "%d", OWN_PROCESSES);
    snprintf(boot_id, sizeof boot_id, "%s", faults->boot_id);
    snprintf(boot_time, sizeof boot_time, "%s", faults->boot_time);
    return start_tenant(scene, 0, by_itself ? args : no_args, &scene->victim, error);
}

/* The ceiling; without it the program's own bounds have to do. */
static void make_machine(struct scene *scene)
{
    struct error error;

    scene->has_cgroup =
        bench_cgroup_make(&scene->cgroup, scene->session->scratch->name, &error) == 0;
    if (scene->has_cgroup && bench_cgroup_limit(&scene->cgroup, scene->faults->machine_bytes,
                                                MACHINE_PROCESSES, &error) < 0) {
        bench_cgroup_remove(&scene->cgroup);
        scene->has_cgroup = false;
    }
}

/*
 * Neighbours and victim, all at once, since some boxes take their time. A neighbour of a slow box
 * is alone, or the machine would be full of them before anything happens.
 */
static int set_up(struct scene *scene, enum record_status *status, struct error *error)
{
    struct workload_work work;

    make_machine(scene);
    scene->neighbour_count = scene->platform->blocks ? 1 : NEIGHBOURS;
    int result = start_victim(scene, error);
    while (result == 0 && scene->started < scene->neighbour_count) {
        result = start_tenant(scene, scene->started + 1, NULL,
                              &scene->neighbours[scene->started].workload, error);
        scene->started += result == 0;
    }
    for (unsigned i = 0; i < scene->started && result == 0; i++)
        result = workload_await_ready(&scene->neighbours[i].workload, status, error);
    if (result == 0)
        result = workload_await_ready(&scene->victim, status, error);
    if (result == 0)
        result = workload_go(&scene->victim, REQUEST, &work, status, error);
    if (result == 0 && work.checksum != 0)
        result = error_set(error, EPROTO, _("it is refused memory or processes before the fault"));
    for (unsigned i = 0; i < scene->started && result == 0; i++)
        result = onlooker_start(&scene->neighbours[i], &scene->signal, error);
    return result;
}

static void stop_asking(struct scene *scene)
{
    scene->signal.stop = true;
    for (unsigned i = 0; i < scene->started; i++)
        onlooker_join(&scene->neighbours[i]);
}

static void tear_down(struct scene *scene)
{
    stop_asking(scene);
    workload_kill(&scene->victim);
    for (unsigned i = 0; i < scene->started; i++)
        workload_kill(&scene->neighbours[i].workload);
    for (size_t i = 0; i < scene->pidfd_count; i++)
        close(scene->pidfds[i]);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    if (scene->has_cgroup)
        bench_cgroup_remove(&scene->cgroup);
}

/* --- the fault, and the restart rule --------------------------------------------------------- */

/* Held by descriptor, since a number can be another process's once its own has gone. */
static void note_processes(struct scene *scene)
{
    struct tree *tree = malloc(sizeof *tree);

    if (tree && tree_read(tree, scene->victim.process.pid) == 0)
        for (size_t i = 0; i < tree->count && scene->pidfd_count < PROCESSES_SEEN; i++) {
            int fd = pidfd_open(tree->pids[i], 0);
            if (fd >= 0)
                scene->pidfds[scene->pidfd_count++] = fd;
        }
    free(tree);
}

static int strike(struct scene *scene, struct error *error)
{
    static const char order[] = "go 2\n";
    struct process *process = &scene->victim.process;

    _Static_assert(FAULT == 2, "the order above");
    scene->signal.happened = true;
    scene->fault_ns = clock_now_ns();
    if (strcmp(scene->faults->kind, "tool") == 0)
        kill(process->pid, SIGKILL);
    else if (write(process->input, order, strlen(order)) != (ssize_t)strlen(order))
        return error_set(error, EPROTO, _("it had ended before the fault"));
    return 0;
}

/* Wait for its end, or until nobody waits any longer; then it is killed. */
static int detect(struct scene *scene, bool *hung, struct error *error)
{
    struct process *process = &scene->victim.process;
    int patience_ms = scene->platform->blocks ? SLOW_PATIENCE_MS : PATIENCE_MS;

    process->wake_ns = scene->fault_ns + patience_ms * NS_PER_MS;
    for (;;) {
        switch (process_next(process)) {
        case PROCESS_OUTPUT:
            return error_set(error, EPROTO, _("it went on answering: the fault did not happen"));
        case PROCESS_ENDED:
            scene->detected_ns = process->ended_ns;
            return 0;
        case PROCESS_TIMED_OUT:
        case PROCESS_WOKEN:
            *hung = true;
            scene->detected_ns = clock_now_ns();
            return 0;
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        }
    }
}

/*
 * What a killed box leaves becomes our child, and stays in the machine's count of processes until
 * it is waited for: the part of process 1. Not the neighbours: they have groups of their own.
 */
static void bury(pid_t group)
{
    int64_t until_ns = clock_now_ns() + LEFT_MS * NS_PER_MS;
    pid_t pid;

    while ((pid = waitpid(-group, NULL, WNOHANG)) > 0 ||
           (pid == 0 && clock_now_ns() < until_ns && guard_pause(NS_PER_MS)))
        ;
}

/* It is back when it answers and is refused nothing. */
static int restart(struct scene *scene, enum record_status *status, struct error *error)
{
    struct workload_work work = {0};

    int result = start_victim(scene, error);
    if (result == 0)
        result = workload_await_ready(&scene->victim, status, error);
    do {
        if (result == 0)
            result = workload_go(&scene->victim, REQUEST, &work, status, error);
        scene->back_ns = clock_now_ns();
        if (result == 0 && scene->back_ns - scene->fault_ns > BACK_MS * NS_PER_MS)
            result = error_set(error, ETIMEDOUT,
                               _("started again, it was still refused memory or "
                                 "processes"));
    } while (result == 0 && work.checksum != 0);
    return result;
}

/* What of the box that failed still runs; it is killed here, and not with the neighbours. */
static void count_left(struct scene *scene)
{
    int64_t until_ns = clock_now_ns() + LEFT_MS * NS_PER_MS;

    for (size_t i = 0; i < scene->pidfd_count; i++) {
        struct pollfd ended = {.fd = scene->pidfds[i], .events = POLLIN};
        int64_t wait_ms = (until_ns - clock_now_ns()) / NS_PER_MS;
        if (poll(&ended, 1, wait_ms > 0 ? (int)wait_ms : 0) > 0)
            continue;
        scene->left++;
        pidfd_send_signal(scene->pidfds[i], SIGKILL, NULL, 0);
    }
}

static int fail_and_return(struct scene *scene, bool *hung, enum record_status *status,
                           struct error *error)
{
    if (!guard_pause(BEFORE_MS * NS_PER_MS))
        return error_set(error, EINTR, "interrupted");
    note_processes(scene);
    int result = strike(scene, error);
    if (result == 0)
        result = detect(scene, hung, error);
    if (result < 0)
        return result;
    pid_t group = scene->victim.process.pid;
    workload_kill(&scene->victim);
    bury(group);
    result = restart(scene, status, error);
    if (result == 0 && !guard_pause(AFTER_MS * NS_PER_MS))
        result = error_set(error, EINTR, "interrupted");
    return result;
}

/* --- one trial ------------------------------------------------------------------------------- */

/* What the tenant says before `ready`, among what its box says: this cannot be done in here. */
static bool is_impossible(const struct scene *scene, char *why, size_t size)
{
    static const char said[] = "tenant: ";
    const struct process *process = &scene->victim.process;
    char text[sizeof process->errors + 1];

    memcpy(text, process->errors, process->errors_length);
    text[process->errors_length] = '\0';
    const char *line = strstr(text, said);
    if (scene->fault_ns != 0 || !line)
        return false;
    line += strlen(said);
    snprintf(why, size, "%.*s", (int)strcspn(line, "\r\n"), line);
    return true;
}

static void record_scene(struct scene *scene, bool hung, struct record *record)
{
    struct onlooker_report report;

    onlooker_sum_up(scene->neighbours, scene->neighbour_count, &report);
    record->status = RECORD_OK;
    record_metric(record, "recovery_ns", scene->back_ns - scene->fault_ns);
    record_metric(record, "detect_ns", scene->detected_ns - scene->fault_ns);
    record_metric(record, "hung_n", hung);
    record_metric(record, "left_n", scene->left);
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
                  scene->has_cgroup ? scene->faults->machine_bytes : OWN_MEMORY);
    record_metric(record, "ceiling_n", scene->has_cgroup ? MACHINE_PROCESSES : OWN_PROCESSES);
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
    bool hung = false;

    record_param_text(record, "fault", faults->kind);
    if (is_left_out(session, contender->platform, faults->kind)) {
        error_set(error, ETIME, _("left out of a quick run, since this box is slow by nature"));
        return trial_failed(record, RECORD_SKIPPED, error);
    }
    struct scene *scene = calloc(1, sizeof *scene);
    if (!scene)
        return error_set_errno(error, ENOMEM, "cannot set up a trial");
    scene->session = session;
    scene->faults = faults;
    scene->platform = contender->platform;
    int result = set_up(scene, &status, error);
    record->t0_ns = scene->victim.process.t0_ns;
    if (result == 0)
        result = fail_and_return(scene, &hung, &status, error);
    if (result == 0) {
        stop_asking(scene);
        count_left(scene);
        record->exit = 0;
        record_scene(scene, hung, record);
        record_ceiling(scene, record);
    } else if (result != -EINTR && is_impossible(scene, record->reason, sizeof record->reason)) {
        record->status = RECORD_SKIPPED;
        result = 0;
    } else {
        result = trial_failed(record, status, error);
    }
    tear_down(scene);
    free(scene);
    return result;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* By these a guest knows that it is one (workloads/tenant.c). */
static void identify_host(struct faults *faults)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    char line[4096];

    snprintf(faults->boot_id, sizeof faults->boot_id, "unknown");
    snprintf(faults->boot_time, sizeof faults->boot_time, "1");
    if (file && fscanf(file, "%63s", faults->boot_id) != 1)
        snprintf(faults->boot_id, sizeof faults->boot_id, "unknown");
    if (file)
        fclose(file);
    file = fopen("/proc/stat", "re");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "btime %23[0-9]", faults->boot_time);
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
    /* A box in which one fault is impossible may well have the next. */
    for (size_t i = 0; i < count; i++)
        contenders[i].out = false;
    return session_each(session, &plan, contenders, count, try, faults, error);
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct faults faults = {.machine_bytes = memory_available_bytes() / 2};

    int result = session_program(session, "tenant", faults.program, error);
    if (result < 0)
        return result;
    if (faults.machine_bytes > MACHINE_MOST)
        faults.machine_bytes = MACHINE_MOST;
    if (faults.machine_bytes < MACHINE_LEAST)
        return error_set(error, ENOMEM,
                         _("there is less than %d MiB of free memory, too little to fill any"),
                         (int)(2 * MACHINE_LEAST / MIB));
    identify_host(&faults);
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
