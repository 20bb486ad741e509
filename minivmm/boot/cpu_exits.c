/* SPDX-License-Identifier: MIT */
/* A vCPU at work: in by KVM_RUN, out by an exit, which is served; until the machine ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "minivmm/boot/cpus.h"
#include "minivmm/stats.h"

/* --- devices --------------------------------------------------------------------------------- */

static bool is_timed(const struct cpu *cpu)
{
    return cpu->cpus->config.measure;
}

/* Add an access to the row of the device that took it. */
static void count(const struct cpu *cpu, struct exits_row *rows, size_t device, uint64_t accesses,
                  int64_t start_ns)
{
    exits_add(&rows[device], accesses, is_timed(cpu) ? clock_now_ns() - start_ns : 0);
}

/*
 * IN and OUT. A string instruction (REP INSB) can come as one exit with several items: they lie one
 * behind the other, and all are for the same port (KVM API 5, KVM_EXIT_IO).
 */
static void serve_port(struct cpu *cpu)
{
    const struct bus *bus = cpu->cpus->config.ports;
    struct kvm_run *run = cpu->vcpu.run;
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    const bool in = run->io.direction == KVM_EXIT_IO_IN;
    int64_t start = is_timed(cpu) ? clock_now_ns() : 0;
    size_t device = BUS_NOBODY;

    for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
        uint64_t value = 0;
        if (in) {
            device = bus_read(bus, run->io.port, run->io.size, &value);
            memcpy(data, &value, run->io.size);
        } else {
            memcpy(&value, data, run->io.size);
            device = bus_write(bus, run->io.port, run->io.size, value);
        }
    }
    /* One exit, however many items. */
    count(cpu, in ? cpu->exits.port_reads : cpu->exits.port_writes, device, 1, start);
}

/* The largest size that devices know, of what is left of an access that crosses some boundary. */
static unsigned piece(unsigned left)
{
    return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* A load from or a store to an address that is no RAM. */
static void serve_mmio(struct cpu *cpu)
{
    const struct bus *bus = cpu->cpus->config.mmio;
    struct kvm_run *run = cpu->vcpu.run;
    const unsigned length =
        run->mmio.len <= sizeof run->mmio.data ? run->mmio.len : sizeof run->mmio.data;
    int64_t start = is_timed(cpu) ? clock_now_ns() : 0;
    size_t device = BUS_NOBODY;

    for (unsigned at = 0; at < length;) {
        unsigned size = piece(length - at);
        uint64_t value = 0;
        if (run->mmio.is_write) {
            memcpy(&value, run->mmio.data + at, size);
            device = bus_write(bus, run->mmio.phys_addr + at, size, value);
        } else {
            device = bus_read(bus, run->mmio.phys_addr + at, size, &value);
            memcpy(run->mmio.data + at, &value, size);
        }
        at += size;
    }
    count(cpu, run->mmio.is_write ? cpu->exits.mmio_writes : cpu->exits.mmio_reads, device, 1,
          start);
}

/* --- other exits ----------------------------------------------------------------------------- */

static uint64_t instruction_pointer(const struct cpu *cpu)
{
    struct kvm_regs regs;
    return kvm_ioctl(cpu->vcpu.fd, KVM_GET_REGS, &regs) < 0 ? 0 : regs.rip;
}

static const char *internal_error_name(uint32_t suberror)
{
    static const char *const names[] = {
        [KVM_INTERNAL_ERROR_EMULATION] = "it cannot emulate the instruction; can Linux boot on it "
                                         "at all? Ask 'minivmm check boot'",
        [KVM_INTERNAL_ERROR_SIMUL_EX] = "two exceptions at once",
        [KVM_INTERNAL_ERROR_DELIVERY_EV] = "an exit while it delivered an event",
        [KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "an exit that it does not know",
    };
    bool known = suberror < sizeof names / sizeof *names && names[suberror];
    return known ? names[suberror] : "no reason that is known here";
}

static void serve_system_event(struct cpu *cpu)
{
    struct control *control = cpu->cpus->config.control;

    switch (cpu->vcpu.run->system_event.type) {
    case KVM_SYSTEM_EVENT_SHUTDOWN:
        control_end(control, MINIVMM_SYSTEM_POWERED_OFF, 0);
        break;
    case KVM_SYSTEM_EVENT_RESET:
        control_end(control, MINIVMM_SYSTEM_REBOOTED, 0);
        break;
    default: /* a crash that the guest tells the hypervisor of: it goes on by itself */
        break;
    }
}

static void fail(struct cpu *cpu, const struct error *error)
{
    control_fail(cpu->cpus->config.control, error);
}

static void serve_exit(struct cpu *cpu)
{
    const struct kvm_run *run = cpu->vcpu.run;
    struct error error;

    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        serve_port(cpu);
        return;
    case KVM_EXIT_MMIO:
        serve_mmio(cpu);
        return;
    case KVM_EXIT_SHUTDOWN:
        control_end(cpu->cpus->config.control, MINIVMM_SYSTEM_TRIPLE_FAULT, (int)cpu->index);
        return;
    case KVM_EXIT_SYSTEM_EVENT:
        serve_system_event(cpu);
        return;
    case KVM_EXIT_INTR: /* a signal: the loop sees what it was for */
        return;
    case KVM_EXIT_INTERNAL_ERROR:
        error_set(&error, EIO, "KVM could not go on with vCPU %u at RIP %#llx: %s", cpu->index,
                  (unsigned long long)instruction_pointer(cpu),
                  internal_error_name(run->internal.suberror));
        break;
    case KVM_EXIT_FAIL_ENTRY:
        error_set(&error, EIO, "the processor refused the state of vCPU %u (reason %#llx)",
                  cpu->index, (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
        break;
    default: /* HLT too: with an interrupt controller in KVM, halting is KVM's business */
        error_set(&error, EIO, "KVM gave an exit that nobody asked for: %s (%u)",
                  stats_exit_name(run->exit_reason), run->exit_reason);
        break;
    }
    fail(cpu, &error);
}

/* --- the loop -------------------------------------------------------------------------------- */

/* KVM_RUN until there is an exit to serve. False: the machine ends. */
static bool enter(struct cpu *cpu)
{
    struct error error;

    while (!atomic_load(&cpu->cpus->stopping)) {
        if (kvm_ioctl(cpu->vcpu.fd, KVM_RUN, NULL) == 0)
            return true;
        /* After a signal exit_reason is stale. EAGAIN: KVM has woken a vCPU that was halted. */
        if (errno == EINTR || errno == EAGAIN)
            continue;
        if (errno == EFAULT)
            error_set(&error, EFAULT,
                      "guest memory is gone under vCPU %u: has the file of the kernel or of the "
                      "initrd become shorter?",
                      cpu->index);
        else
            error_set_errno(&error, errno, "cannot run vCPU %u (KVM_RUN)", cpu->index);
        fail(cpu, &error);
        return false;
    }
    return false;
}

/* For the timeline: the exit, and which address it was about. */
static void tell(const struct cpu *cpu, uint32_t reason, int64_t start_ns)
{
    const struct trace *trace = cpu->cpus->config.trace;
    const struct kvm_run *run = cpu->vcpu.run;
    const struct trace_step step = {.name = stats_exit_name(reason)};
    char detail[64];

    if (reason == KVM_EXIT_IO)
        snprintf(detail, sizeof detail, "%s %#x, %u times %u",
                 run->io.direction == KVM_EXIT_IO_IN ? "read" : "write", run->io.port,
                 run->io.count, run->io.size);
    else if (reason == KVM_EXIT_MMIO)
        snprintf(detail, sizeof detail, "%s %#llx, %u bytes", run->mmio.is_write ? "write" : "read",
                 (unsigned long long)run->mmio.phys_addr, run->mmio.len);
    else
        detail[0] = '\0';
    trace_end(trace, TRACE_EXIT, &step, start_ns, detail);
}

void cpu_run(struct cpu *cpu)
{
    const struct trace *trace = cpu->cpus->config.trace;
    const bool timed = is_timed(cpu) || trace->event;

    for (;;) {
        int64_t entered = timed ? clock_now_ns() : 0;
        if (!enter(cpu))
            return;
        int64_t left = timed ? clock_now_ns() : 0;
        uint32_t reason = cpu->vcpu.run->exit_reason;
        serve_exit(cpu);
        exits_add(&cpu->exits.guest, 1, left - entered);
        exits_add(&cpu->exits.reasons[reason < EXITS_REASONS ? reason : 0], 1,
                  timed ? clock_now_ns() - left : 0);
        if (trace->event)
            tell(cpu, reason, left);
        /* This vCPU's own exit may have ended the machine: nothing of the guest's runs behind it.
         */
        if (control_ended(cpu->cpus->config.control))
            return;
    }
}
