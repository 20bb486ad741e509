/* SPDX-License-Identifier: MIT */
#include "common/host_kernel.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/host_file.h"

#define CLOCK "/sys/devices/system/clocksource/clocksource0/"
#define THP   "/sys/kernel/mm/transparent_hugepage/"

/* Documentation/admin-guide/kernel-parameters.txt */
static const char *const parameters_shown[] = {
    "mitigations",
    "spectre_v2",
    "spec_store_bypass_disable",
    "nopti",
    "pti",
    "nosmt",
    "isolcpus",
    "nohz_full",
    "rcu_nocbs",
    "idle",
    "processor.max_cstate",
    "intel_idle.max_cstate",
    "intel_pstate",
    "amd_pstate",
    "transparent_hugepage",
    "hugepages",
    "hugepagesz",
    "default_hugepagesz",
    "clocksource",
    "tsc",
    "preempt",
    "psi",
    "nokaslr",
    "threadirqs",
    "cgroup_disable",
    "systemd.unified_cgroup_hierarchy",
    "numa_balancing",
    "audit",
    "lockdown",
};

static bool is_shown(const char *word, size_t length)
{
    size_t name = strcspn(word, "=");

    if (name > length)
        name = length;
    for (size_t i = 0; i < sizeof parameters_shown / sizeof *parameters_shown; i++)
        if (strlen(parameters_shown[i]) == name && strncmp(word, parameters_shown[i], name) == 0)
            return true;
    return false;
}

void host_kernel_choose_parameters(const char *command_line, char *parameters, int size)
{
    int used = 0;

    parameters[0] = '\0';
    while (*command_line) {
        command_line += strspn(command_line, " \t\n");
        size_t length = strcspn(command_line, " \t\n");
        if (length == 2 && strncmp(command_line, "--", 2) == 0)
            break; /* the rest is init's */
        if (is_shown(command_line, length) && used + (int)length + 2 <= size)
            used += snprintf(parameters + used, (size_t)(size - used), "%s%.*s", used ? " " : "",
                             (int)length, command_line);
        command_line += length;
    }
}

static void read_choice(const char *path, char *word, size_t size)
{
    host_read_line(path, word, size);
    host_chosen_word(word);
}

void host_kernel_read(struct host_kernel *kernel)
{
    struct utsname names;
    char command_line[4096], thp[128];

    *kernel = (struct host_kernel){.perf_event_paranoid = -100, .aslr = -1};
    if (uname(&names) == 0) {
        snprintf(kernel->release, sizeof kernel->release, "%s", names.release);
        snprintf(kernel->version, sizeof kernel->version, "%s", names.version);
        snprintf(kernel->architecture, sizeof kernel->architecture, "%s", names.machine);
    }
    host_read("/proc/cmdline", command_line, sizeof command_line);
    host_kernel_choose_parameters(command_line, kernel->parameters, (int)sizeof kernel->parameters);
    host_read_line(CLOCK "current_clocksource", kernel->clock_source, sizeof kernel->clock_source);
    host_read_line(CLOCK "available_clocksource", kernel->clock_sources,
                   sizeof kernel->clock_sources);
    kernel->clock_sources[strcspn(kernel->clock_sources, "\n")] = '\0';
    for (size_t n = strlen(kernel->clock_sources); n > 0 && kernel->clock_sources[n - 1] == ' ';)
        kernel->clock_sources[--n] = '\0';

    read_choice(THP "enabled", thp, sizeof thp);
    snprintf(kernel->thp, sizeof kernel->thp, "%.31s", thp);
    read_choice(THP "defrag", thp, sizeof thp);
    snprintf(kernel->thp_defrag, sizeof kernel->thp_defrag, "%.31s", thp);
    read_choice(THP "shmem_enabled", thp, sizeof thp);
    snprintf(kernel->thp_shmem, sizeof kernel->thp_shmem, "%.31s", thp);

    host_read_number("/proc/sys/kernel/perf_event_paranoid", &kernel->perf_event_paranoid);
    host_read_number("/proc/sys/kernel/randomize_va_space", &kernel->aslr);
    kernel->seccomp_filter = access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0;
}
