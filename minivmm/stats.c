/* SPDX-License-Identifier: MIT */
#include "minivmm/stats.h"

#include <linux/kvm.h>

#include "common/clock.h"
#include "minivmm/syscalls.h"

static const char *const exit_names[] = {
    [KVM_EXIT_UNKNOWN] = "unknown",
    [KVM_EXIT_EXCEPTION] = "exception",
    [KVM_EXIT_IO] = "port I/O",
    [KVM_EXIT_HYPERCALL] = "hypercall",
    [KVM_EXIT_DEBUG] = "debug",
    [KVM_EXIT_HLT] = "HLT",
    [KVM_EXIT_MMIO] = "MMIO",
    [KVM_EXIT_IRQ_WINDOW_OPEN] = "interrupt window",
    [KVM_EXIT_SHUTDOWN] = "shutdown (triple fault)",
    [KVM_EXIT_FAIL_ENTRY] = "failed entry",
    [KVM_EXIT_INTR] = "interrupted by a signal",
    [KVM_EXIT_SET_TPR] = "task priority",
    [KVM_EXIT_INTERNAL_ERROR] = "internal error of KVM",
    [KVM_EXIT_SYSTEM_EVENT] = "system event",
};

const char *stats_exit_name(uint32_t reason)
{
    const char *name = reason < sizeof exit_names / sizeof *exit_names ? exit_names[reason] : NULL;
    return name ? name : exit_names[KVM_EXIT_UNKNOWN];
}

static void print_row(FILE *out, const char *name, const struct stats_row *row)
{
    if (row->count == 0)
        return;
    fprintf(out, "  %-28s %10llu %12.1f %10.2f\n", name, (unsigned long long)row->count,
            (double)row->ns / NS_PER_US, (double)row->ns / NS_PER_US / (double)row->count);
}

void stats_print(const struct stats *stats, FILE *out)
{
    fprintf(out, "%-30s %10s %12s %10s\n", "VM exits, and their handling", "count", "total µs",
            "each µs");
    for (uint32_t i = 0; i < STATS_EXITS; i++)
        print_row(out, stats_exit_name(i), &stats->exits[i]);
    print_row(out, "(the guest itself, KVM_RUN)", &stats->guest);
    fprintf(out, "System calls served\n");
    for (unsigned i = 0; i < STATS_SYSCALLS; i++) {
        char name[SYSCALL_NAME_BYTES];
        print_row(out, syscalls_name(i, name), &stats->calls[i]);
    }
}
