/* SPDX-License-Identifier: MIT */
/*
 * What the container may take: limits on memory, CPU time and processes, by cgroups(7).
 *
 * Linux has two kinds of cgroups, and a controller lives in one of them at a time: version 1, with
 * one hierarchy of folders per controller (cgroup1.c), and version 2, with one for all (cgroup2.c).
 * A machine may have either or both ("hybrid"), so the question is asked for each controller.
 */
#ifndef MINICONTAINER_CGROUP_H
#define MINICONTAINER_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "minicontainer/minicontainer.h"

enum cgroup_controller { CGROUP_MEMORY, CGROUP_CPU, CGROUP_PIDS, CGROUP_CONTROLLERS };

extern const char *const cgroup_controller_names[CGROUP_CONTROLLERS];

/* One hierarchy, as it is mounted here. */
struct cgroup_mount {
    char point[256]; /* the folder where it is mounted; empty: not there */
    char root[256];  /* which cgroup that folder is: "/", but in containers and for binds */
    char own[256];   /* the cgroup we are in */
    bool has[CGROUP_CONTROLLERS];
};

struct cgroup {
    struct cgroup_mount v1[CGROUP_CONTROLLERS]; /* where each controller is, if on version 1 */
    struct cgroup_mount v2;
    const char
        *layout; /* NULL: cgroup_find() has not been called. "v1", "v2", "hybrid" or "none" */

    char name[80]; /* of our folder, see cleanup.h; empty: no limit asked */
    char v1_folder[CGROUP_CONTROLLERS][PATH_MAX]; /* made, to be entered and removed */
    char v2_folder[PATH_MAX];
    int v2_descriptor; /* of v2_folder, for CLONE_INTO_CGROUP; -1: none */
};

/* Find the hierarchies (proc_pid_mountinfo(5)) and our place in them. Nothing is made. */
int cgroup_find(struct cgroup *cgroup, struct error *error);

/* Whether any limit is asked for. */
bool cgroup_wanted(const struct minicontainer_config *config);

/*
 * Make the container's cgroups with their limits: version 2 before the child is born, because it is
 * born into its cgroup; version 1 while the child is already at work, because it enters by itself.
 * A limit that cannot be set is an error if config->strict, else a warning.
 */
int cgroup_make_v2(struct cgroup *cgroup, const struct minicontainer_config *config,
                   struct error *error);
int cgroup_make_v1(struct cgroup *cgroup, const struct minicontainer_config *config,
                   struct error *error);

/* In the child, which was born before they were made: the name of a version 1 cgroup to enter. */
int cgroup_name_v1(struct cgroup *cgroup, const struct minicontainer_config *config,
                   enum cgroup_controller which);

/* In the child: enter the version 1 cgroups. */
int cgroup_enter(const struct cgroup *cgroup, struct error *error);

/* Remove the cgroups of makers that were killed, where this configuration puts its own. */
void cgroup_sweep(const struct cgroup *cgroup, const struct minicontainer_config *config);

/* How many processes the kernel has killed because they took more memory than allowed. */
unsigned cgroup_oom_kills(const struct cgroup *cgroup);

/* Remove what was made. All processes in it must have ended. */
int cgroup_remove(struct cgroup *cgroup, struct error *error);

/* For cgroup1.c and cgroup2.c. */

/* One file of a cgroup and the number to be written to it. */
struct cgroup_setting {
    const char *file;
    uint64_t value;
    bool optional; /* the kernel may be built without it */
};

enum { CGROUP_SETTINGS = 3 }; /* the most for one controller, with the empty one at the end */

/* Make the folder and all above it, up to the mount point. Returns 0 or a negative errno. */
int cgroup_make_folder(const struct cgroup_mount *mount, const char *folder);

/* Write settings, up to one with no file. Returns 0 or a negative errno. */
int cgroup_write_settings(const char *folder, const struct cgroup_setting *settings);

/* How many microseconds of CPU time there are in each period, which is this in a new cgroup. */
enum { CGROUP_PERIOD_US = 100000 };
uint64_t cgroup_quota_us(uint64_t cpu_millis);

/* The ceiling for pids: pid 1 is ours, so the program may have as many as were asked for. */
uint64_t cgroup_pids(uint64_t pids);

bool cgroup_limit_asked(const struct minicontainer_config *config, enum cgroup_controller which);

/* Report a limit that cannot be set: an error if strict (returned), else a warning (0). */
int cgroup_refused(const struct minicontainer_config *config, enum cgroup_controller which,
                   int errnum, const char *what, struct error *error);

/* "point/below/name" in folder (PATH_MAX bytes). Returns 0 or -ENAMETOOLONG. */
int cgroup_folder(char *folder, const struct cgroup_mount *mount, const char *below,
                  const char *name);

/* The cgroup we are in as a path below the mount point; "" where it cannot be seen from there. */
const char *cgroup_own(const struct cgroup_mount *mount);

#endif
