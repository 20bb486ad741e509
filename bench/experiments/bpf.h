/* SPDX-License-Identifier: MIT */
/*
 * The kernel's small machine for filters, classic BPF, as seccomp(2) has it: which answers can a
 * filter of system calls give? Found by running the filter, never by making the call.
 *
 * The machine has an accumulator A, an index X and 16 words of memory; it may read the 64 bytes of
 * a struct seccomp_data, and it only ever jumps forward, so every program ends.
 *
 * What a call's arguments will be, nobody knows. So a word here is either known or not; where a
 * jump depends on an unknown one, both ways are followed, and where ways meet, only what all of
 * them agree on stays known. The answers found are all that there can be, and perhaps a few more
 * that no arguments would lead to; never fewer.
 */
#ifndef VIRTLAB_BPF_H
#define VIRTLAB_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

struct sock_filter;
struct seccomp_data;

enum { BPF_LENGTH_MAX = 4096 }; /* BPF_MAXINSNS */

struct bpf_program {
    const struct sock_filter *instructions;
    unsigned length;
};

/* What the kernel does with a call (seccomp(2), "SECCOMP_RET_..."), from the harshest on. */
enum bpf_action {
    BPF_ACTION_KILL_PROCESS,
    BPF_ACTION_KILL_THREAD,
    BPF_ACTION_TRAP,   /* SIGSYS, which the program may catch */
    BPF_ACTION_ERRNO,  /* the call fails, or does nothing */
    BPF_ACTION_NOTIFY, /* another process answers in the kernel's place */
    BPF_ACTION_TRACE,  /* a tracer decides; without one the call fails */
    BPF_ACTION_LOG,    /* made, and noted in the log */
    BPF_ACTION_ALLOW,
    BPF_ACTIONS,
};

struct bpf_answers {
    unsigned actions; /* a bit for each that there can be: 1 << BPF_ACTION_... */
    bool exact;       /* there is only one, and value is it */
    uint32_t value;   /* the filter's whole return value */
};

/* The action that a return value stands for: the kernel takes an unknown one for KILL_PROCESS. */
enum bpf_action bpf_action(uint32_t value);

/*
 * Whether the kernel would load it (seccomp_check_filter() and bpf_check_classic()): known
 * instructions, no jump out of the program, no read out of the data, memory read only after it was
 * written, and no way past the end. Errors: -EINVAL, with the number of the instruction.
 */
int bpf_check(const struct bpf_program *program, struct error *error);

/*
 * Every answer to the call data->nr of the ABI data->arch, whatever its arguments and from wherever
 * it is made; if known, to this call with these arguments alone. Only for programs that passed
 * bpf_check(). Errors: -ENOMEM.
 */
int bpf_answers(const struct bpf_program *program, const struct seccomp_data *data, bool known,
                struct bpf_answers *answers, struct error *error);

#endif
