/* SPDX-License-Identifier: MIT */
/*
 * vcores: as many virtual processors, as many things at once? And more of them than there are
 * cores?
 *
 * One, some and more threads do the same work in a box that has one, as many or twice as many
 * processors as this machine has for us. A box is given its processors by its option `cpus`; a
 * plain process, which has none, by the processors that it may run on, of which there are no more
 * than there are. All boxes run on the same real ones (vcores_sizes.h). Time that the guest's, or
 * else the host's, kernel has waited for a real processor is read by the program itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/vcores_sizes.h"
#include "bench/harness/workload.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

#define NAME "vcores"

enum {
    BLOCKS = 6,
    QUICK_BLOCKS = 2,
    EXPECTED_TRIAL_MS = 250,
    CONTENDERS_MAX = 512,
    STEPS = 20000000, /* of each thread: some 60 ms */
};

/* One place in a block. */
struct shape {
    unsigned cpus, threads;
};

struct vcores {
    char program[PATHS_MAX];
    struct vcores_sizes sizes;
    size_t count;
    struct contender contenders[CONTENDERS_MAX];
    struct shape shapes[CONTENDERS_MAX];
    uint64_t checksum; /* of each thread */
};

static unsigned blocks(const struct session *session)
{
    if (session->effort == EFFORT_QUICK && !session->runs)
        return QUICK_BLOCKS;
    return session_runs(session, BLOCKS);
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(blocks(session) * session->box_count) * VCORES_SIZES * VCORES_SIZES *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

/* Whether its command is the program itself, with no tool around it. */
static bool is_plain(const struct platform *platform)
{
    return strcmp(platform->start.word[0], "{program}") == 0;
}

/* What is started may run where we may. */
static int start(struct session *session, const struct vcores *vcores, const struct trial *trial,
                 unsigned cpus, struct process *process, struct error *error)
{
    cpu_set_t processors;

    vcores_processors(&vcores->sizes, is_plain(trial->platform), cpus, &processors);
    if (sched_setaffinity(0, sizeof processors, &processors) < 0)
        return error_set_errno(error, errno, "cannot choose %u processors", cpus);
    int result = trial_start(session, trial, process, error);
    sched_setaffinity(0, sizeof vcores->sizes.ours, &vcores->sizes.ours);
    return result;
}

/* End its input; its last word is what was stolen. −1: it does not know. */
static int end_and_read_steal(struct workload *workload, int64_t *steal_ns,
                              enum record_status *status, struct error *error)
{
    struct process *process = &workload->process;
    char line[64];
    size_t used = 0;

    *steal_ns = -1;
    *status = RECORD_FAILED;
    process_end_input(process);
    for (;;) {
        switch (process_next(process)) {
        case PROCESS_OUTPUT:
            if (process->output_length >= sizeof line - used)
                return error_set(error, EPROTO, _("it says more than it was asked for"));
            memcpy(line + used, process->output, process->output_length);
            used += process->output_length;
            break;
        case PROCESS_ENDED:
            line[used] = '\0';
            if (process->exit != 0)
                return error_set(error, EPROTO, _("ended with status %d"), process->exit);
            if (used > 0 && (sscanf(line, "steal %" SCNd64, steal_ns) != 1 || *steal_ns < 0))
                return error_set(error, EPROTO, _("it says more than it was asked for"));
            return 0;
        case PROCESS_TIMED_OUT:
            *status = RECORD_TIMEOUT;
            return error_set(error, ETIMEDOUT, _("did not end in time"));
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        case PROCESS_WOKEN:
            break;
        }
    }
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct vcores *vcores = context;
    const struct shape *shape = &vcores->shapes[contender - vcores->contenders];
    enum record_status status = RECORD_FAILED;
    struct workload workload = {0};
    struct workload_work work;
    char option[] = "--threads", threads[16], cpus[16];
    char *const args[] = {option, threads, NULL};
    int64_t steal_ns = -1;
    struct trial trial = {
        .platform = contender->platform,
        .program = vcores->program,
        .args = args,
        .input = true,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY, [OPTION_CPUS] = cpus},
    };

    record_param_number(record, "cpus", shape->cpus);
    record_param_number(record, "threads", shape->threads);
    snprintf(threads, sizeof threads, "%u", shape->threads);
    snprintf(cpus, sizeof cpus, "%u", shape->cpus);
    if (start(session, vcores, &trial, shape->cpus, &workload.process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, status, error);
    }
    record->t0_ns = workload.process.t0_ns;
    int result = workload_await_ready(&workload, &status, error);
    int processors = result == 0 ? tree_processors(workload.process.pid) : -1;
    if (result == 0)
        result = workload_go(&workload, STEPS, &work, &status, error);
    if (result == 0 && work.checksum != shape->threads * vcores->checksum) {
        status = RECORD_FAILED;
        result = error_set(error, EPROTO, _("its checksum says that it did other work"));
    }
    if (result == 0)
        result = end_and_read_steal(&workload, &steal_ns, &status, error);
    record->exit = workload.process.ended ? workload.process.exit : -1;
    workload_kill(&workload);
    if (result < 0)
        return trial_failed(record, status, error);
    record->status = RECORD_OK;
    record_metric(record, "work_ns", work.work_ns);
    record_metric(record, "iterations_n", (int64_t)shape->threads * STEPS);
    if (processors > 0)
        record_metric(record, "processors_n", processors);
    if (steal_ns >= 0)
        record_metric(record, "steal_ns", steal_ns);
    return 0;
}

/* NULL: nothing speaks against it. */
static const char *why_not(const struct session *session, const struct vcores *vcores,
                           const struct platform *platform, const struct shape *shape)
{
    if (is_plain(platform) && shape->cpus > vcores->sizes.core_count)
        return _("there are no more processors here for a plain process");
    if (!is_plain(platform) && !platform_has(platform, OPTION_CPUS))
        return _("this platform has no number of processors to choose");
    if (platform->blocks > 0 && session->effort != EFFORT_FULL && shape->cpus != shape->threads)
        return _("slow by nature: with --full only");
    return NULL;
}

static int record_skip(struct session *session, const struct platform *platform,
                       const struct shape *shape, const char *why, struct error *error)
{
    struct record record = session_record(NAME, "parallel", platform);

    record_param_number(&record, "cpus", shape->cpus);
    record_param_number(&record, "threads", shape->threads);
    return session_skip(session, &record, why, error);
}

/* What each thread has to come to: the chain of workloads/integer.c. */
static uint64_t do_the_work(void)
{
    uint64_t x = 1;

    for (unsigned i = 0; i < STEPS; i++)
        x = (x ^ x >> 29) * UINT64_C(2862933555777941757) + 3037000493;
    return x;
}

/* One shape for each number of processors and of threads. */
static size_t fill_shapes(const struct vcores_sizes *sizes, struct shape shapes[])
{
    size_t count = 0;

    for (unsigned i = 0; i < sizes->size_count; i++)
        for (unsigned j = 0; j < sizes->size_count; j++)
            shapes[count++] = (struct shape){sizes->size[i], sizes->size[j]};
    return count;
}

/* Every shape in every box that can have it. */
static int fill_places(struct session *session, struct vcores *vcores,
                       const struct contender *boxes, size_t box_count, struct error *error)
{
    struct shape shapes[VCORES_SIZES * VCORES_SIZES];
    size_t count = fill_shapes(&vcores->sizes, shapes);

    vcores->count = 0;
    for (size_t i = 0; i < box_count * count; i++) {
        const struct contender *box = &boxes[i / count];
        const struct shape *shape = &shapes[i % count];
        const char *why = why_not(session, vcores, box->platform, shape);
        int result = why ? record_skip(session, box->platform, shape, why, error) : 0;
        if (result < 0)
            return result;
        if (why || vcores->count == CONTENDERS_MAX)
            continue;
        vcores->contenders[vcores->count] = *box;
        vcores->shapes[vcores->count++] = *shape;
    }
    return 0;
}

static int run(struct session *session, struct error *error)
{
    static struct vcores vcores;
    cpu_set_t ours;
    struct contender boxes[PLATFORMS_MAX + 1];
    struct schedule_plan plan = {
        .experiment = NAME,
        .workload = "parallel",
        .blocks = blocks(session),
    };

    if (sched_getaffinity(0, sizeof ours, &ours) < 0)
        return error_set_errno(error, errno, "cannot tell the processors");
    vcores_choose_sizes(&vcores.sizes, &ours);
    vcores.checksum = do_the_work();
    int result = session_program(session, plan.workload, vcores.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, NAME, plan.workload, false, boxes, error);
    if (count < 0)
        return count;
    result = fill_places(session, &vcores, boxes, (size_t)count, error);
    if (result == 0 && vcores.count > 0)
        result = session_each(session, &plan, vcores.contenders, vcores.count, try, &vcores, error);
    return result;
}

const struct experiment experiment_vcores = {
    .name = NAME,
    .purpose = N_("what several threads get done with one, as many, or more processors"),
    .expect_ns = expect_ns,
    .run = run,
};
