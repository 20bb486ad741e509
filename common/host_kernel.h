/* SPDX-License-Identifier: MIT */
/* The kernel, and those of its settings that change what a measurement shows. */
#ifndef VIRTLAB_HOST_KERNEL_H
#define VIRTLAB_HOST_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

struct host_kernel {
    char release[65], version[65], architecture[65]; /* uname(2) */
    char parameters[512];    /* of its command line, those that change speed; no other */
    char clock_source[32];   /* what CLOCK_MONOTONIC reads */
    char clock_sources[128]; /* what it could read */
    char thp[32], thp_defrag[32], thp_shmem[32]; /* transparent huge pages */
    int64_t perf_event_paranoid;                 /* -100: not there */
    int64_t aslr;                                /* kernel.randomize_va_space, -1: not there */
    bool seccomp_filter;                         /* /proc/sys/kernel/seccomp exists: built in */
};

void host_kernel_read(struct host_kernel *kernel);

/*
 * Copy from a kernel command line the parameters that change how fast things are; the rest can
 * name disks, hosts and keys. parameters may be as large as you like; what does not fit is left
 * out.
 */
void host_kernel_choose_parameters(const char *command_line, char *parameters, int size);

#endif
