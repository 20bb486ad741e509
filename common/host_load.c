/* SPDX-License-Identifier: MIT */
#include "common/host_load.h"

#include <stdio.h>
#include <string.h>

#include "common/host_file.h"

void host_load_parse_stat(const char *text, int64_t *steal_ticks, int64_t *total_ticks)
{
    /* proc(5): user nice system idle iowait irq softirq steal; guest time is in user already */
    long long ticks[8];

    *steal_ticks = *total_ticks = -1;
    if (sscanf(text, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &ticks[0], &ticks[1], &ticks[2],
               &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8)
        return;
    *steal_ticks = ticks[7];
    *total_ticks = 0;
    for (int i = 0; i < 8; i++)
        *total_ticks += ticks[i];
}

void host_load_parse_pressure(const char *text, struct host_pressure *pressure)
{
    double avg10, avg60, avg300;
    long long total;

    *pressure = (struct host_pressure){-1, -1, -1};
    if (sscanf(text, "some avg10=%lf avg60=%lf avg300=%lf total=%lld", &avg10, &avg60, &avg300,
               &total) == 4)
        *pressure = (struct host_pressure){avg10, avg60, total};
}

static void read_pressure(const char *path, struct host_pressure *pressure)
{
    char text[256];

    host_read(path, text, sizeof text);
    host_load_parse_pressure(text, pressure);
}

void host_load_read(struct host_load *load)
{
    char text[512];

    *load = (struct host_load){.average_1 = -1, .average_5 = -1, .average_15 = -1};
    host_read("/proc/loadavg", text, sizeof text);
    sscanf(text, "%lf %lf %lf", &load->average_1, &load->average_5, &load->average_15);
    read_pressure("/proc/pressure/cpu", &load->cpu);
    read_pressure("/proc/pressure/memory", &load->memory);
    read_pressure("/proc/pressure/io", &load->io);
    host_read("/proc/stat", text, sizeof text);
    host_load_parse_stat(text, &load->steal_ticks, &load->total_ticks);
}

double host_load_steal_percent(const struct host_load *load)
{
    return load->total_ticks > 0 ? 100.0 * (double)load->steal_ticks / (double)load->total_ticks
                                 : -1;
}
