/* SPDX-License-Identifier: MIT */
/*
 * faults: the boxes of one trial. The neighbours stand, answer and are asked; beside them is the
 * one that is going to fail, and what its end leaves behind is counted.
 *
 * The faults are real, so there is a ceiling over all boxes, which plays the machine: a cgroup
 * where we may make one. Beside it the program that fails has bounds of its own, in memory,
 * processes and time.
 */
#ifndef VIRTLAB_FAULTS_SCENE_H
#define VIRTLAB_FAULTS_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/experiments/onlooker.h"
#include "bench/harness/session.h"
#include "bench/harness/workload.h"

enum {
    SCENE_NEIGHBOURS = 2,
    SCENE_REQUEST = 1,
    SCENE_OTHERS_MAX = 64,
};

/*
 * The machine that all boxes of a trial share, where a cgroup can play it; then the program's own
 * bounds lie above it, so that it is the machine that is full. Without one they are all there is.
 */
#define SCENE_MACHINE_PROCESSES 160
#define SCENE_OWN_MEMORY        (INT64_C(256) << 20)
#define SCENE_OWN_PROCESSES     200

/* What is the same in all trials of a fault. */
struct scene_plan {
    const char
        *fault; /* a word that workloads/tenant.c knows; NULL: its program does nothing wrong */
    char program[PATHS_MAX];
    int64_t machine_bytes;
    char boot_id[64], boot_time[24]; /* of the host, which no guest shares */
};

/* All that is made in a trial, and taken down again by scene_tear_down(). */
struct scene {
    struct session *session;
    const struct scene_plan *plan;
    const struct platform *platform;
    struct bench_cgroup cgroup;
    bool has_cgroup;
    struct onlooker_signal signal;
    struct onlooker neighbours[SCENE_NEIGHBOURS];
    unsigned started, neighbour_count;
    struct workload victim;
    pid_t others[SCENE_OTHERS_MAX]; /* the neighbours' processes as they were before the fault */
    size_t other_count;
};

/* Start all boxes, and asking the neighbours. Returns as the calls of workload.h. */
int scene_set_up(struct scene *scene, enum record_status *status, struct error *error);

/* Start the tenant that is going to fail, or the one that takes its place. */
int scene_start_victim(struct scene *scene, struct error *error);

/* Note whose processes are the neighbours', while nothing has happened yet. */
void scene_note_others(struct scene *scene);

/* Kill the box that failed, as far as it can be found by its process group, and bury it. */
void scene_kill_victim(struct scene *scene);

/* Ask the neighbours no more. */
void scene_stop_asking(struct scene *scene);

/*
 * How many processes of the box that failed still run: all that descends from the harness, which
 * is where orphans go (PR_SET_CHILD_SUBREAPER, prctl(2)), but for the neighbours and the box in its
 * place. So a child counts that was made after the fault, or that has lost its parents.
 */
unsigned scene_count_left(const struct scene *scene);

/* End and remove everything; safe in every state. */
void scene_tear_down(struct scene *scene);

#endif
