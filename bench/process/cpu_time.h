/* SPDX-License-Identifier: MIT */
/* The processor time that a whole box has used, read from outside while it runs. */
#ifndef VIRTLAB_CPU_TIME_H
#define VIRTLAB_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/*
 * User and system time in ns of root and all its descendants that live, with all their threads,
 * also those that have ended (clock_getcpuclockid(3); to the nanosecond, where utime and stime of
 * /proc count ticks). Two readings have a difference that is right as long as no process ends in
 * between. Returns a negative errno where /proc cannot be read.
 */
int64_t cpu_time_ns(pid_t root);

#endif
