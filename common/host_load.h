/* SPDX-License-Identifier: MIT */
/* What else this machine is doing: what makes a measurement noisy. */
#ifndef VIRTLAB_HOST_LOAD_H
#define VIRTLAB_HOST_LOAD_H

#include <stdint.h>

/* Pressure stall information (Documentation/accounting/psi.rst). -1: the kernel has none. */
struct host_pressure {
    double some_avg10, some_avg60; /* percent of the time in which something waited */
    int64_t some_total_us;
};

struct host_load {
    double average_1, average_5, average_15; /* /proc/loadavg; -1: not there */
    struct host_pressure cpu, memory, io;
    int64_t steal_ticks, total_ticks; /* since boot, of all CPUs: /proc/stat, its first line */
};

void host_load_read(struct host_load *load);

/* Read the first line of a /proc/stat; -1 and -1 when it is none. */
void host_load_parse_stat(const char *text, int64_t *steal_ticks, int64_t *total_ticks);

/* Read the text of a file of /proc/pressure. */
void host_load_parse_pressure(const char *text, struct host_pressure *pressure);

/* The share of the CPU time since boot that the hypervisor gave to others, percent; -1 unknown. */
double host_load_steal_percent(const struct host_load *load);

#endif
