/* SPDX-License-Identifier: MIT */
/*
 * The witness: plants on the host what the probes look for, and looks on the host at what a probe
 * did while it stands. It believes nothing that only the probe says.
 *
 * Everything planted is held by one process, the target (bench/probes/target.c), and by one folder.
 * As root, both are in a mount namespace that the caller enters as well, so that whatever the
 * probes mount or make in that folder is gone when the last of these processes is, even if all are
 * killed at once.
 */
#ifndef VIRTLAB_WITNESS_H
#define VIRTLAB_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "bench/experiments/judge.h"
#include "bench/probes/verdict.h"
#include "bench/process/process.h"
#include "bench/results/probe.h"
#include "common/error.h"

enum { WITNESS_WORDS_MAX = 16 };

struct witness {
    struct process target;
    char folder[1200]; /* the planted folder, which everybody may enter */
    char secret[20];   /* 16 hexadecimal digits */
    char cookie[20];   /* likewise */
    char answer[1024]; /* the target's last line */
    size_t answer_used;
    char words[1024];                  /* what was planted, cut up into */
    char *args[WITNESS_WORDS_MAX + 1]; /* the words NAME=VALUE for every probe, ended by NULL */
    unsigned signals, typed;           /* the target's counts so far */
    int folder_fd;                     /* open on the folder */
    int old_mounts;                    /* the mount namespace we came from; -1: we stayed in it */
    int old_folder;                    /* and the working folder in it */
};

/*
 * Plant everything: target is the target's program, parent a folder that everybody may enter
 * and in which `host` is made, owner the ordinary user whose it is (0: ours). Errors: what the
 * system calls say; then nothing is left to stop.
 */
int witness_start(struct witness *witness, const char *target, const char *parent, uid_t owner,
                  char **environment, struct error *error);

/* Take everything away again, and return to the mount namespace we came from. */
void witness_stop(struct witness *witness);

/*
 * A copy of the program for an ordinary user, who might not be allowed to enter the folder in which
 * the original lies: path becomes its name in the planted folder.
 */
int witness_copy_program(const struct witness *witness, const char *program, char *path,
                         size_t size, struct error *error);

/* Let the next processes inherit the descriptor on the planted folder, or not. */
void witness_leak(const struct witness *witness, bool leak);

/*
 * Look at the host while the probe stands that was started by the process tool (or is it: is_probe
 * says that for sure; else it is looked for);
 * program is the file that was run. Errors: the target does not answer.
 */
int witness_look(struct witness *witness, const struct probe *probe, pid_t tool, bool is_probe,
                 const char *program, struct observation *seen, struct error *error);

#endif
