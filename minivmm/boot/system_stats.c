/* SPDX-License-Identifier: MIT */
/* What a guest cost: exits by reason and by device, the devices' work, the vCPUs' time. */
#include "common/clock.h"
#include "minivmm/boot/kvm_counters.h"
#include "minivmm/boot/system.h"
#include "minivmm/stats.h"

/* One row: everything, and of it what came before /init ran. */
static void print_row(FILE *out, const char *name, const char *what, const struct exits_row *all,
                      const struct exits_row *to_init, bool has_init)
{
    uint64_t count = all->count;
    char title[48], before[24] = "";

    if (count == 0)
        return;
    snprintf(title, sizeof title, "%s%s%s", name, *what ? ", " : "", what);
    if (has_init)
        snprintf(before, sizeof before, "%llu", (unsigned long long)to_init->count);
    fprintf(out, "  %-30s %10llu %10s %12.1f %9.2f\n", title, (unsigned long long)count, before,
            (double)all->ns / NS_PER_US, (double)all->ns / NS_PER_US / (double)count);
}

static void print_bus(FILE *out, const struct bus *bus, const char *kind,
                      const struct exits_row *reads, const struct exits_row *reads_to_init,
                      const struct exits_row *writes, const struct exits_row *writes_to_init,
                      bool has_init)
{
    char name[32];

    for (size_t i = 0; i < EXITS_DEVICES; i++) {
        if (i < bus->count)
            snprintf(name, sizeof name, "%s %#llx", bus->ranges[i].name,
                     (unsigned long long)bus->ranges[i].start);
        else
            snprintf(name, sizeof name, "%s of no device", kind);
        print_row(out, name, "read", &reads[i], &reads_to_init[i], has_init);
        print_row(out, name, "write", &writes[i], &writes_to_init[i], has_init);
    }
}

static void print_exits(const struct minivmm_system *system, FILE *out)
{
    const struct exits *to_init = &system->phases.exits_to_init;
    const bool has_init = system->phases.init_ns > 0;
    struct exits all = {0};

    for (unsigned i = 0; i < system->config.cpus; i++)
        exits_sum(&all, &system->cpus.each[i].exits);
    fprintf(out, "%-32s %10s %10s %12s %9s\n", "Exits to the VMM, by reason", "count",
            has_init ? "to /init" : "", "total µs", "each µs");
    for (uint32_t i = 0; i < EXITS_REASONS; i++)
        print_row(out, stats_exit_name(i), "", &all.reasons[i], &to_init->reasons[i], has_init);
    print_row(out, "(the guest itself, KVM_RUN)", "", &all.guest, &to_init->guest, has_init);
    fprintf(out, "Exits to the VMM, by device\n");
    print_bus(out, &system->board.ports, "port", all.port_reads, to_init->port_reads,
              all.port_writes, to_init->port_writes, has_init);
    print_bus(out, &system->board.mmio, "memory", all.mmio_reads, to_init->mmio_reads,
              all.mmio_writes, to_init->mmio_writes, has_init);
}

static void print_cards(const struct board *board, FILE *out)
{
    if (board->cards_count == 0)
        return;
    fprintf(out, "%-32s %10s %10s %12s\n", "Devices (virtio)", "wakes", "buffers", "interrupts");
    for (unsigned i = 0; i < board->cards_count; i++) {
        const struct virtio_device *card = board->cards[i];
        char name[32];
        snprintf(name, sizeof name, "%u: %s", i, card->kind->name);
        fprintf(out, "  %-30s %10llu %10llu %12llu\n", name, (unsigned long long)card->wakes,
                (unsigned long long)card->buffers, (unsigned long long)card->interrupts);
    }
}

/* Exits to here, and all of them: most are served by KVM and never seen here. */
static void print_cpus(const struct minivmm_system *system, FILE *out)
{
    fprintf(out, "%-32s %10s %10s %12s %12s\n", "Processors", "exits here", "in all", "guest ms",
            "KVM, VMM ms");
    for (unsigned i = 0; i < system->config.cpus; i++) {
        const struct cpu *cpu = &system->cpus.each[i];
        char name[32], all[24] = "?";
        uint64_t exits;
        snprintf(name, sizeof name, "vCPU %u", i);
        if (kvm_counters_read(cpu->counters_fd, "exits", &exits))
            snprintf(all, sizeof all, "%llu", (unsigned long long)exits);
        fprintf(out, "  %-30s %10llu %10s %12.1f %12.1f\n", name,
                (unsigned long long)cpu->exits.guest.count, all, (double)cpu->user_ns / NS_PER_MS,
                (double)cpu->system_ns / NS_PER_MS);
    }
}

static void print_phase(FILE *out, const char *name, int64_t from_ns, int64_t to_ns)
{
    if (to_ns > 0)
        fprintf(out, "  %-30s %10.1f\n", name, (double)(to_ns - from_ns) / NS_PER_MS);
}

void minivmm_system_print_statistics(const struct minivmm_system *system, FILE *out)
{
    const struct phases *phases = &system->phases;

    print_exits(system, out);
    print_cards(&system->board, out);
    print_cpus(system, out);
    if (phases->entered_ns == 0)
        return;
    fprintf(out, "%-32s %10s\n", "After the kernel was entered", "ms");
    print_phase(out, "first serial byte", phases->entered_ns, phases->first_byte_ns);
    print_phase(out, "/init", phases->entered_ns, phases->init_ns);
    print_phase(out, "program", phases->entered_ns, phases->program_ns);
}
