/* SPDX-License-Identifier: MIT */
/* The vCPU at work: in by KVM_RUN, out by an exit, which is served; until the program has ended. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "common/stages.h"
#include "minivmm/cpu.h"
#include "minivmm/fault.h"
#include "minivmm/gateway.h"
#include "minivmm/kvm.h"
#include "minivmm/machine.h"
#include "minivmm/syscalls.h"

enum { TIMER_AGAIN_US = 10000 };

/* The signal handler's view: the one mutable global, and where KVM looks before it enters. */
static volatile sig_atomic_t timed_out;
static struct kvm_run *volatile running;

static void on_timeout(int signal)
{
    (void)signal;
    timed_out = 1;
    if (running)
        running->immediate_exit = 1;
}

bool machine_timed_out(void)
{
    return timed_out;
}

void machine_end(struct minivmm *machine, enum minivmm_end end, int status)
{
    machine->ended = true;
    machine->outcome.end = end;
    machine->outcome.status = status;
}

int machine_start_timer(struct minivmm *machine, struct error *error)
{
    int64_t ns = machine->config.timeout_ns;
    /*
     * The signal comes again and again: should it strike just before a blocking read, the next one
     * ends the read.
     */
    struct itimerval timer = {
        .it_value = {.tv_sec = ns / NS_PER_S, .tv_usec = ns % NS_PER_S / NS_PER_US},
        .it_interval = {.tv_usec = TIMER_AGAIN_US                      },
    };
    struct sigaction action = {.sa_handler = on_timeout};

    timed_out = 0;
    running = machine->vcpu.run;
    if (ns > 0 && timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0)
        timer.it_value.tv_usec = 1;
    if (ns > 0 &&
        (sigaction(SIGALRM, &action, NULL) < 0 || setitimer(ITIMER_REAL, &timer, NULL) < 0))
        return error_set_errno(error, errno, "cannot set a timer");
    return 0;
}

void machine_stop_timer(struct minivmm *machine)
{
    if (machine->config.timeout_ns > 0) {
        setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
        signal(SIGALRM, SIG_DFL);
    }
    running = NULL;
}

/* Was the OUT executed where the machine put it, and not by the program on its own? */
static bool is_at(uint64_t rip, uint64_t entry)
{
    /* KVM leaves RIP at the instruction or behind it, depending on how it was handled. */
    return rip == entry || rip == entry + 2;
}

static void serve_syscall(struct minivmm *machine)
{
    struct kvm_regs *regs = &machine->vcpu.run->s.regs.regs;
    const uint64_t args[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};

    regs->rax = (uint64_t)syscalls_serve(machine, regs->rax, args);
    /*
     * Where SYSCALL has left ring 3, the SYSRET behind the OUT goes back. The software back end
     * stays in ring 3, where SYSRET would fault: do its work here, and skip it.
     */
    if (machine->vcpu.run->s.regs.sregs.cs.dpl == 3) {
        regs->rip = regs->rcx;
        regs->rflags = (regs->r11 & 0x3c7fd7) | 2; /* the bits that SYSRET restores */
    }
    machine->vcpu.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
}

/* The program is stopped for something that is no exception the processor told us about. */
static void end_by(struct minivmm *machine, int signal, const char *why)
{
    machine_end(machine, MINIVMM_SIGNALLED, signal);
    snprintf(machine->outcome.report, sizeof machine->outcome.report, "%s at RIP %#llx", why,
             machine->vcpu.run->s.regs.regs.rip);
}

static void serve_port(struct minivmm *machine)
{
    const struct kvm_run *run = machine->vcpu.run;
    unsigned port = run->io.port, vector = port - CPU_PORT_FAULT;
    uint64_t rip = run->s.regs.regs.rip;
    struct cpu_fault fault;

    if (port == CPU_PORT_SYSCALL && run->io.direction == KVM_EXIT_IO_OUT &&
        is_at(rip, CPU_PAGE_SYSCALL)) {
        serve_syscall(machine);
    } else if (port >= CPU_PORT_FAULT && vector < CPU_VECTORS &&
               is_at(rip, CPU_PAGE_FAULTS + vector * 2)) {
        if (cpu_read_fault(&machine->space, run, &fault))
            fault_end(machine, &fault);
        else
            end_by(machine, SIGSEGV, "exception with a damaged stack");
    } else {
        end_by(machine, SIGSEGV, "port I/O by the program");
    }
}

/* One exit, by its reason. */
static int serve_exit(struct minivmm *machine, struct error *error)
{
    const struct kvm_run *run = machine->vcpu.run;

    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        serve_port(machine);
        return 0;
    case KVM_EXIT_SHUTDOWN:
        end_by(machine, SIGSEGV, "triple fault");
        return 0;
    case KVM_EXIT_MMIO:
        end_by(machine, SIGBUS, "access to guest-physical memory that is not there");
        return 0;
    case KVM_EXIT_INTERNAL_ERROR:
        return error_set(error, EIO, "KVM could not go on at RIP %#llx (internal error %u)",
                         run->s.regs.regs.rip, run->internal.suberror);
    case KVM_EXIT_FAIL_ENTRY:
        return error_set(error, EIO, "the processor refused the vCPU's state (reason %#llx)",
                         (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
    default:
        return error_set(error, EIO, "KVM gave an exit that nobody asked for: %s (%u)",
                         stats_exit_name(run->exit_reason), run->exit_reason);
    }
}

int machine_enter(struct minivmm *machine, struct error *error)
{
    for (;;) {
        if (kvm_ioctl(machine->vcpu.fd, KVM_RUN, NULL) == 0)
            return 0;
        /* After a signal exit_reason is stale; the registers in the shared page are not touched. */
        if (errno == EINTR || errno == EAGAIN) {
            if (timed_out) {
                machine_end(machine, MINIVMM_TIMED_OUT, 0);
                return 0;
            }
            continue;
        }
        if (errno == EFAULT) { /* no page can be had: most likely the file has become shorter */
            end_by(machine, SIGBUS, "a page of the program's file is gone");
            return 0;
        }
        return error_set_errno(error, errno, "cannot run the vCPU (KVM_RUN)");
    }
}

static int run_loop(struct minivmm *machine, struct error *error)
{
    const struct trace *trace = &machine->config.trace;
    bool timed = machine->config.measure || trace->event;
    int result = 0;

    while (!machine->ended && result == 0) {
        int64_t entered = timed ? clock_now_ns() : 0;
        result = machine_enter(machine, error);
        int64_t left = timed ? clock_now_ns() : 0;
        if (result < 0 || machine->ended)
            break;
        uint32_t reason = machine->vcpu.run->exit_reason;
        result = serve_exit(machine, error);
        if (timed) {
            struct trace_step step = {.name = stats_exit_name(reason)};
            stats_add(&machine->stats.guest, left - entered);
            stats_add(&machine->stats.exits[reason < STATS_EXITS ? reason : 0],
                      clock_now_ns() - left);
            trace_end(trace, TRACE_EXIT, &step, left, NULL);
        }
    }
    return result;
}

int minivmm_run(struct minivmm *machine, struct minivmm_outcome *outcome, struct error *error)
{
    static const struct trace_step step = {
        STAGE_RUN_PROGRAM, "ioctl(KVM_RUN), again and again",
        "the program runs on the processor itself until it exits: by a system call or a fault",
        "KVM API 4.10, 5"};
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);

    int result = machine_start_timer(machine, error);
    if (result < 0)
        return result;
    void (*old_handler)(int) = signal(SIGPIPE, SIG_IGN);
    gateway_open();
    result = run_loop(machine, error);
    gateway_close();
    signal(SIGPIPE, old_handler);
    machine_stop_timer(machine);
    trace_end(trace, TRACE_STAGE, &step, start, NULL);

    char *report = machine->outcome.report;
    bool well = machine->outcome.end == MINIVMM_EXITED && machine->outcome.status == 0;
    if (!well && report[0] == '\0') {
        char list[400];
        if (syscalls_list_missing(machine, list, sizeof list) > 0)
            snprintf(report, sizeof machine->outcome.report,
                     "system calls that are not served here (ENOSYS): %s", list);
    }
    *outcome = machine->outcome;
    return result;
}

void minivmm_print_statistics(const struct minivmm *machine, FILE *out)
{
    stats_print(&machine->stats, out);
}
