/* SPDX-License-Identifier: MIT */
/* The machine as the rest of the room sees it: what minivmm.h leaves undefined. */
#ifndef MINIVMM_MACHINE_H
#define MINIVMM_MACHINE_H

#include <stdbool.h>

#include "minivmm/elf.h"
#include "minivmm/files.h"
#include "minivmm/kvm.h"
#include "minivmm/minivmm.h"
#include "minivmm/space.h"
#include "minivmm/stats.h"

enum {
    SYSCALL_NUMBERS = 512, /* above every x86-64 system call there is */
    SIGNALS = 65,
};

struct minivmm {
    struct minivmm_config config;

    int kvm_fd, vm_fd;
    struct kvm_vcpu vcpu;
    uint64_t xcr0; /* the extended registers that the program gets */

    struct memory memory;
    struct space space;

    int program_fd;
    struct elf elf;
    char *program_name; /* its path as the guest sees it: /NAME */

    struct files files;
    uint64_t ignored_signals; /* bit N - 1: the program ignores signal N */
    uint64_t blocked_signals;
    uint64_t pending_signals;      /* sent while blocked */
    char comm[16];                 /* prctl(PR_SET_NAME) */
    bool missing[SYSCALL_NUMBERS]; /* answered ENOSYS */
    bool missing_others;           /* as above, with a number above all of these */

    bool ended;
    struct minivmm_outcome outcome;
    struct stats stats;
};

/*
 * Start and stop the clock of config.timeout_ns; while it runs, SIGALRM interrupts machine_enter()
 * and every blocking host call once the time is over, again and again.
 */
int machine_start_timer(struct minivmm *machine, struct error *error);
void machine_stop_timer(struct minivmm *machine);

/* Enter the guest until it exits for a reason of its own, or machine->ended is set. */
int machine_enter(struct minivmm *machine, struct error *error);

/* End the program; the run loop stops at the next chance. */
void machine_end(struct minivmm *machine, enum minivmm_end end, int status);

/* Whether the timeout has struck: asked after every host call that a signal can interrupt. */
bool machine_timed_out(void);

#endif
