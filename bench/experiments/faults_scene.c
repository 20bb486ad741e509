/* SPDX-License-Identifier: MIT */
#include "bench/experiments/faults_scene.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/guard.h"
#include "bench/process/spawn.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { BURY_MS = 1000 };

static int start_tenant(struct scene *scene, unsigned tenant, char *const *args,
                        struct workload *workload, struct error *error)
{
    struct trial trial = {
        .platform = scene->platform,
        .program = scene->plan->program,
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

int scene_start_victim(struct scene *scene, struct error *error)
{
    const struct scene_plan *plan = scene->plan;
    int64_t memory = scene->has_cgroup ? 2 * plan->machine_bytes : SCENE_OWN_MEMORY;
    char fault[] = "--fault", most[] = "--memory", count[] = "--processes", host[] = "--host";
    char kind[16], boot_id[sizeof plan->boot_id], boot_time[sizeof plan->boot_time];
    char memory_mib[24], processes[16];
    char *args[] = {fault,     kind, most,    memory_mib, count,
                    processes, host, boot_id, boot_time,  NULL};
    char *no_args[] = {NULL};

    snprintf(kind, sizeof kind, "%s", plan->fault ? plan->fault : "");
    snprintf(memory_mib, sizeof memory_mib, "%" PRId64, memory >> 20);
    snprintf(processes, sizeof processes, "%d", SCENE_OWN_PROCESSES);
    snprintf(boot_id, sizeof boot_id, "%s", plan->boot_id);
    snprintf(boot_time, sizeof boot_time, "%s", plan->boot_time);
    return start_tenant(scene, 0, plan->fault ? args : no_args, &scene->victim, error);
}

/* The ceiling; without it the program's own bounds have to do. */
static void make_machine(struct scene *scene)
{
    struct error error;

    scene->has_cgroup =
        bench_cgroup_make(&scene->cgroup, scene->session->scratch->name, &error) == 0;
    if (scene->has_cgroup && bench_cgroup_limit(&scene->cgroup, scene->plan->machine_bytes,
                                                SCENE_MACHINE_PROCESSES, &error) < 0) {
        bench_cgroup_remove(&scene->cgroup);
        scene->has_cgroup = false;
    }
}

/*
 * Neighbours and victim, all at once, since some boxes take their time. A neighbour of a slow box
 * is alone, or the machine would be full of them before anything happens.
 */
int scene_set_up(struct scene *scene, enum record_status *status, struct error *error)
{
    struct workload_work work;

    make_machine(scene);
    scene->neighbour_count = scene->platform->blocks ? 1 : SCENE_NEIGHBOURS;
    int result = scene_start_victim(scene, error);
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
        result = workload_go(&scene->victim, SCENE_REQUEST, &work, status, error);
    if (result == 0 && work.checksum != 0)
        result = error_set(error, EPROTO, _("it is refused memory or processes before the fault"));
    for (unsigned i = 0; i < scene->started && result == 0; i++)
        result = onlooker_start(&scene->neighbours[i], &scene->signal, error);
    return result;
}

void scene_note_others(struct scene *scene)
{
    struct tree *tree = malloc(sizeof *tree);

    for (unsigned i = 0; tree && i < scene->started; i++) {
        if (tree_read(tree, scene->neighbours[i].workload.process.pid) < 0)
            continue;
        for (size_t j = 0; j < tree->count && scene->other_count < SCENE_OTHERS_MAX; j++)
            scene->others[scene->other_count++] = tree->pids[j];
    }
    free(tree);
}

/*
 * What a killed box leaves becomes our child, and stays in the machine's count of processes until
 * it is waited for: the part of process 1. Not the neighbours: they have groups of their own.
 */
void scene_kill_victim(struct scene *scene)
{
    int64_t until_ns = clock_now_ns() + BURY_MS * NS_PER_MS;
    pid_t group = scene->victim.process.pid, pid;

    workload_kill(&scene->victim);
    while ((pid = waitpid(-group, NULL, WNOHANG)) > 0 ||
           (pid == 0 && clock_now_ns() < until_ns && guard_pause(NS_PER_MS)))
        ;
}

void scene_stop_asking(struct scene *scene)
{
    scene->signal.stop = true;
    for (unsigned i = 0; i < scene->started; i++)
        onlooker_join(&scene->neighbours[i]);
}

unsigned scene_count_left(const struct scene *scene)
{
    pid_t not_left[SCENE_OTHERS_MAX + 1];
    struct tree *tree = malloc(sizeof *tree);
    unsigned left = 0;

    memcpy(not_left, scene->others, scene->other_count * sizeof *not_left);
    not_left[scene->other_count] = scene->victim.process.pid;
    if (tree && tree_read_without(tree, getpid(), not_left, scene->other_count + 1) == 0)
        for (size_t i = 1; i < tree->count; i++)
            left += tree_runs(tree->pids[i]);
    free(tree);
    return left;
}

void scene_tear_down(struct scene *scene)
{
    scene_stop_asking(scene);
    workload_kill(&scene->victim);
    for (unsigned i = 0; i < scene->started; i++)
        workload_kill(&scene->neighbours[i].workload);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    if (scene->has_cgroup)
        bench_cgroup_remove(&scene->cgroup);
}
