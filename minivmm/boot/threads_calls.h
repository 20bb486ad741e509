/* SPDX-License-Identifier: MIT */
/* The system call filters of the main thread and of the vCPUs' threads (sandbox.h). */
#ifndef MINIVMM_THREADS_CALLS_H
#define MINIVMM_THREADS_CALLS_H

#include "minivmm/devices/sandbox.h"

/* Ended by NULL, for sandbox_thread(). */
extern const struct sandbox_group *const cpu_thread_calls[];
extern const struct sandbox_group *const main_thread_calls[];

#endif
