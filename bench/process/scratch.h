/* SPDX-License-Identifier: MIT */
/*
 * What a run makes outside its results: one temporary folder and one cgroup, both named for the
 * process that answers for them, its pid namespace and the moment it started, so that a later run
 * can tell that nobody is left who needs them.
 */
#ifndef VIRTLAB_SCRATCH_H
#define VIRTLAB_SCRATCH_H

#include <sys/types.h>

#include "common/error.h"

struct scratch {
    char name[64];     /* "virtlab-PID-NAMESPACE-START" */
    char parent[1024]; /* TMPDIR, or /tmp */
    char folder[1100]; /* parent/name; made by scratch_make_folder() */
};

/* Choose the names for the calling process; makes nothing. */
void scratch_name(struct scratch *scratch);

/* Make the folder, for the caller's eyes only. Being there already is an error. */
int scratch_make_folder(const struct scratch *scratch, struct error *error);

/* Remove folder and cgroup, where they are. Nothing may run in the cgroup any more. */
void scratch_remove(const struct scratch *scratch);

/* Remove what runs left behind whose process is gone. */
void scratch_sweep(const struct scratch *scratch);

/* Remove a folder and all that is in it, without following any link. */
void scratch_remove_tree(int parent, const char *name);

#endif
