/* SPDX-License-Identifier: MIT */
/*
 * Small guests that find out what a KVM can do. Each is a few bytes of machine code in a machine of
 * its own; it is given a time limit, since some do not come back where KVM emulates ring 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "minivmm/cpu.h"
#include "minivmm/kvm.h"
#include "minivmm/machine.h"

#define CODE_VA  UINT64_C(0x400000)
#define DATA_VA  UINT64_C(0x401000) /* writable */
#define MMIO_VA  UINT64_C(0x402000) /* mapped, but there is no memory behind it */
#define MMIO_GPA UINT64_C(0xd0000000)
/*
 * ns: no emulated loop of ring 0 is faster, no native one slower, the exit at its end included,
 * even where the processor is itself emulated.
 */
#define FAST_TURN INT64_C(250)

enum {
    TRIAL_MEMORY = MINIVMM_MEMORY_MIN,
    SPEED_TURNS = 4000,      /* emulated, a turn takes up to 3 µs */
    FAST_TURNS = 1000000,    /* native, a turn takes 0.3 ns or so */
    EXITS = 20,              /* of which the fastest counts */
    SLOWER = 16,             /* so many times fewer turns, where they do not fit the limit */
    LOOPS = 5,               /* likewise: on a busy host most may be interrupted */
    INTERRUPT_VECTOR = 30,   /* within the IDT that cpu.c makes */
    UNKNOWN_HYPERCALL = 999, /* KVM answers -1000, KVM_ENOSYS */
};

enum mode { RING_3, RING_0, PAGING_32 };

struct trial {
    struct minivmm *machine;
    struct kvm_regs *regs;
    uint32_t exit_reason;
    uint64_t code_gpa, data_gpa;
};

/* --- one guest ------------------------------------------------------------------------------- */

/* Ring 3 becomes ring 0 by its segments alone: the page tables and everything else stay. */
static void enter_ring0(struct kvm_sregs *sregs)
{
    sregs->cs.selector = SELECTOR_CODE0;
    sregs->cs.dpl = 0;
    sregs->ss.selector = SELECTOR_DATA0;
    sregs->ss.dpl = 0;
    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss;
}

/* 32-bit protected mode with a page directory of 4 MiB pages (Intel SDM volume 3, section 4.3). */
static void enter_paging32(struct trial *trial, struct kvm_sregs *sregs)
{
    uint32_t *directory = memory_at(&trial->machine->memory, trial->data_gpa, PAGE_BYTES);

    enter_ring0(sregs);
    directory[CODE_VA >> 22] = 0x83; /* present, writable, 4 MiB, to guest-physical 0 */
    sregs->cs.l = 0;
    sregs->cs.db = 1;
    sregs->efer = 0;
    sregs->cr3 = trial->data_gpa;
    sregs->cr4 = 1u << 4; /* PSE: pages of 4 MiB */
}

static int prepare(struct trial *trial, enum mode mode, const void *code, size_t bytes,
                   struct error *error)
{
    struct minivmm *machine = trial->machine;
    struct pagetable *table = &machine->space.table;
    struct kvm_sregs sregs;

    if (space_create(&machine->space, &machine->memory, MINIVMM_PAGES_4K) < 0 ||
        memory_take_frames(&machine->memory, 1, CODE_VA, &trial->code_gpa) < 0 ||
        memory_take_frames(&machine->memory, 1, DATA_VA, &trial->data_gpa) < 0 ||
        pagetable_map(table, CODE_VA, trial->code_gpa, PAGE_BYTES,
                      PAGE_READ | PAGE_WRITE | PAGE_EXECUTE, false) < 0 ||
        pagetable_map(table, DATA_VA, trial->data_gpa, PAGE_BYTES, PAGE_READ | PAGE_WRITE, false) <
            0 ||
        pagetable_map(table, MMIO_VA, MMIO_GPA, PAGE_BYTES, PAGE_READ | PAGE_WRITE, false) < 0)
        return error_set_errno(error, ENOMEM, "no memory for a trial guest");
    memcpy(memory_at(&machine->memory, trial->code_gpa, bytes), code, bytes);
    int result = cpu_map_pages(&machine->space, error);
    if (result == 0)
        result = cpu_set_registers(machine->vcpu.fd, table->root, machine->xcr0,
                                   &machine->config.trace, error);
    if (result < 0)
        return result;
    machine->vcpu.run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    *trial->regs = (struct kvm_regs){
        .rip = mode == PAGING_32 ? CODE_VA + trial->code_gpa : CODE_VA,
        .rsp = mode == RING_3 ? DATA_VA + PAGE_BYTES : CPU_PAGE_STACK + PAGE_BYTES,
        .rflags = mode == RING_3 ? 0x202 : 2,
    };
    machine->vcpu.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    if (mode != RING_3) {
        if (kvm_ioctl(machine->vcpu.fd, KVM_GET_SREGS, &sregs) < 0)
            return error_set_errno(error, errno, "KVM_GET_SREGS");
        mode == RING_0 ? enter_ring0(&sregs) : enter_paging32(trial, &sregs);
        if (kvm_ioctl(machine->vcpu.fd, KVM_SET_SREGS, &sregs) < 0)
            return error_set_errno(error, errno, "KVM_SET_SREGS");
    }
    return 0;
}

static int trial_open(struct trial *trial, int64_t limit_ns, enum mode mode, const void *code,
                      size_t bytes, struct error *error)
{
    const struct minivmm_config config = {.memory_bytes = TRIAL_MEMORY, .timeout_ns = limit_ns};

    *trial = (struct trial){0};
    int result = minivmm_create(&trial->machine, &config, error);
    if (result < 0)
        return result;
    trial->regs = &trial->machine->vcpu.run->s.regs.regs;
    return prepare(trial, mode, code, bytes, error);
}

static void trial_close(struct trial *trial)
{
    minivmm_destroy(trial->machine);
}

/* Run to the next exit, or for the time limit: -ETIMEDOUT. */
static int trial_run(struct trial *trial)
{
    struct minivmm *machine = trial->machine;
    struct error ignored;

    machine->ended = false;
    machine->vcpu.run->immediate_exit = 0;
    int result = machine_start_timer(machine, &ignored);
    if (result == 0)
        result = machine_enter(machine, &ignored);
    machine_stop_timer(machine);
    trial->exit_reason = machine->vcpu.run->exit_reason;
    if (result == 0 && machine->ended)
        result = machine->outcome.end == MINIVMM_TIMED_OUT ? -ETIMEDOUT : -EFAULT;
    machine->vcpu.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    return result;
}

static bool trial_left_by_port(const struct trial *trial, unsigned port)
{
    return trial->exit_reason == KVM_EXIT_IO && trial->machine->vcpu.run->io.port == port;
}

/* --- findings -------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void
set(struct minivmm_finding *finding, enum minivmm_verdict verdict, const char *format, ...)
{
    va_list args;

    finding->verdict = verdict;
    va_start(args, format);
    vsnprintf(finding->detail, sizeof finding->detail, format, args);
    va_end(args);
}

/* What an end other than the one hoped for means. */
static void set_failure(struct minivmm_finding *finding, const struct trial *trial, int result)
{
    unsigned vector = trial->machine ? trial->machine->vcpu.run->io.port - CPU_PORT_FAULT : 0;

    if (result == -ETIMEDOUT)
        set(finding, MINIVMM_HANGS, "the guest does not come back within %.1f s",
            (double)finding->limit_ns / NS_PER_S);
    else if (result < 0)
        set(finding, MINIVMM_FAILS, "%s", strerror(-result));
    else if (trial->exit_reason == KVM_EXIT_IO && vector < CPU_VECTORS)
        set(finding, MINIVMM_FAILS, "exception %u", vector);
    else
        set(finding, MINIVMM_FAILS, "exit: %s", stats_exit_name(trial->exit_reason));
}

/* Does the code reach its last OUT? That is all that many findings ask. */
static void try_code(struct minivmm_finding *finding, enum mode mode, const void *code,
                     size_t bytes, const char *detail)
{
    struct trial trial;
    struct error error;

    int result = trial_open(&trial, finding->limit_ns, mode, code, bytes, &error);
    if (result == 0)
        result = trial_run(&trial);
    if (result == 0 && trial_left_by_port(&trial, CPU_PORT_SYSCALL))
        set(finding, MINIVMM_WORKS, "%s", detail);
    else
        set_failure(finding, &trial, result);
    trial_close(&trial);
}

/* The time from entry to exit with ECX = turns, the best of some; negative errno. */
static int64_t time_turns(struct trial *trial, unsigned turns, unsigned tries)
{
    int64_t best = INT64_MAX;

    for (unsigned i = 0; i < tries; i++) {
        *trial->regs = (struct kvm_regs){
            .rip = CODE_VA, .rcx = turns, .rsp = trial->regs->rsp, .rflags = trial->regs->rflags};
        int64_t start = clock_now_ns();
        int result = trial_run(trial);
        int64_t ns = clock_now_ns() - start;
        if (result == -ETIMEDOUT && i == 0)
            continue; /* the first one has to wait for everything */
        if (result == -ETIMEDOUT && best < INT64_MAX)
            return best;
        if (result < 0)
            return result;
        if (!trial_left_by_port(trial, CPU_PORT_SYSCALL))
            return -EIO;
        if (ns < best)
            best = ns;
    }
    return best;
}

/* ECX turns of something, then out: what one turn takes, without the exit. */
static void time_loop(struct minivmm_finding *finding, enum mode mode, const void *code,
                      size_t bytes, unsigned turns)
{
    struct trial trial;
    struct error error;

    int64_t result = trial_open(&trial, finding->limit_ns, mode, code, bytes, &error);
    int64_t alone = result == 0 ? time_turns(&trial, 1, EXITS) : result;
    int64_t all = alone >= 0 ? time_turns(&trial, turns, LOOPS) : alone;
    /* A processor that is itself emulated, on a busy host, is a hundred times slower. */
    if (all == -ETIMEDOUT && alone >= 0) {
        turns /= SLOWER;
        all = time_turns(&trial, turns, LOOPS);
    }
    if (all >= 0) {
        finding->picoseconds = (all > alone ? all - alone : 0) * 1000 / (turns - 1);
        set(finding, MINIVMM_WORKS, "%.2f ns", (double)finding->picoseconds / 1000);
    } else {
        set_failure(finding, &trial, (int)all);
    }
    trial_close(&trial);
}

/* --- the guests ------------------------------------------------------------------------------ */

/* 1: dec %ecx; jnz 1b */
#define TURNS 0xff, 0xc9, 0x75, 0xfc
/* out %al, $CPU_PORT_SYSCALL; hlt */
#define OUT 0xe6, CPU_PORT_SYSCALL, 0xf4
/* ring 3's way to the same exit: syscall, whose entry is that OUT */
#define SYSCALL 0x0f, 0x05

static void try_ring3_speed(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {TURNS, SYSCALL};

    /* ECX is what counts, and SYSCALL needs it; time_turns() sets it anew each time. */
    time_loop(finding, RING_3, code, sizeof code, FAST_TURNS);
}

static void try_ring0_speed(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {TURNS, OUT};

    time_loop(finding, RING_0, code, sizeof code, SPEED_TURNS);
    if (finding->verdict == MINIVMM_WORKS && finding->picoseconds > FAST_TURN * 1000) {
        finding->verdict = MINIVMM_DIFFERS;
        snprintf(finding->detail, sizeof finding->detail,
                 "%.0f ns: emulated instruction by instruction",
                 (double)finding->picoseconds / 1000);
    }
}

static void try_port_exit(struct minivmm_finding *finding)
{
    /*
     * NOP: on the way in, KVM steps over an OUT that it has handled if RIP still points at it, and
     * time_turns() sets RIP to the beginning.
     */
    static const uint8_t code[] = {0x90, OUT};
    struct trial trial;
    struct error error;

    int64_t ns = trial_open(&trial, finding->limit_ns, RING_0, code, sizeof code, &error);
    ns = ns == 0 ? time_turns(&trial, 0, EXITS) : ns;
    finding->picoseconds = ns >= 0 ? ns * 1000 : 0;
    if (ns >= 0)
        set(finding, MINIVMM_WORKS, "%.1f µs from entry to exit", (double)ns / 1000);
    else
        set_failure(finding, &trial, (int)ns);
    trial_close(&trial);
}

static void try_syscall(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {SYSCALL};
    struct trial trial;
    struct error error;

    int64_t ns = trial_open(&trial, finding->limit_ns, RING_3, code, sizeof code, &error);
    ns = ns == 0 ? time_turns(&trial, 0, EXITS) : ns;
    if (ns < 0) {
        set_failure(finding, &trial, (int)ns);
    } else {
        bool stays = trial.machine->vcpu.run->s.regs.sregs.cs.dpl == 3;
        finding->picoseconds = ns * 1000;
        set(finding, stays ? MINIVMM_DIFFERS : MINIVMM_WORKS,
            "%.1f µs to the VMM, arrives in ring %d", (double)ns / 1000, stays ? 3 : 0);
    }
    trial_close(&trial);
}

static void try_cpuid(struct minivmm_finding *finding)
{
    /* 1: mov %ecx, %esi; xor %eax, %eax; cpuid; mov %esi, %ecx; dec %ecx; jnz 1b; syscall */
    static const uint8_t code[] = {0x89, 0xce, 0x31, 0xc0, 0x0f, 0xa2,   0x89,
                                   0xf1, 0xff, 0xc9, 0x75, 0xf4, SYSCALL};

    time_loop(finding, RING_3, code, sizeof code, 100);
    if (finding->verdict == MINIVMM_WORKS)
        set(finding, MINIVMM_WORKS, "%.2f µs, exit included", (double)finding->picoseconds / 1e6);
}

static void try_exception(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {0x0f, 0x0b}; /* ud2 */
    struct trial trial;
    struct error error;

    int result = trial_open(&trial, finding->limit_ns, RING_3, code, sizeof code, &error);
    result = result == 0 ? trial_run(&trial) : result;
    if (result == 0 && trial_left_by_port(&trial, CPU_PORT_FAULT + 6))
        set(finding, MINIVMM_WORKS, "#UD in ring 3 reaches its gate in ring 0");
    else
        set_failure(finding, &trial, result);
    trial_close(&trial);
}

static void try_int_n(struct minivmm_finding *finding)
{
    /* int $20: its gate is closed to ring 3, which the processor tells by #GP */
    static const uint8_t code[] = {0xcd, 20};
    struct trial trial;
    struct error error;

    int result = trial_open(&trial, finding->limit_ns, RING_3, code, sizeof code, &error);
    result = result == 0 ? trial_run(&trial) : result;
    if (result == 0 && trial_left_by_port(&trial, CPU_PORT_FAULT + 13))
        set(finding, MINIVMM_WORKS, "reaches the IDT");
    else if (result == 0 && trial_left_by_port(&trial, CPU_PORT_FAULT + 6))
        set(finding, MINIVMM_FAILS, "undefined opcode (#UD) instead");
    else
        set_failure(finding, &trial, result);
    trial_close(&trial);
}

static void try_interrupt(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {0xeb, 0xfe}; /* 1: jmp 1b */
    const struct kvm_interrupt interrupt = {.irq = INTERRUPT_VECTOR};
    struct trial trial;
    struct error error;

    int result = trial_open(&trial, finding->limit_ns, RING_3, code, sizeof code, &error);
    if (result == 0 && kvm_ioctl(trial.machine->vcpu.fd, KVM_INTERRUPT, &interrupt) < 0)
        result = -errno;
    result = result == 0 ? trial_run(&trial) : result;
    if (result == 0 && trial_left_by_port(&trial, CPU_PORT_FAULT + INTERRUPT_VECTOR))
        set(finding, MINIVMM_WORKS, "an injected interrupt stops a loop in ring 3");
    else
        set_failure(finding, &trial, result);
    trial_close(&trial);
}

static void try_irqchip(struct minivmm_finding *finding)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int vm = kvm >= 0 ? kvm_ioctl(kvm, KVM_CREATE_VM, NULL) : -1;

    if (vm >= 0 && kvm_ioctl(vm, KVM_CREATE_IRQCHIP, NULL) == 0)
        set(finding, MINIVMM_WORKS, "PIC, IO-APIC and local APIC in the kernel");
    else
        set(finding, MINIVMM_FAILS, "%s", strerror(errno));
    if (vm >= 0)
        close(vm);
    if (kvm >= 0)
        close(kvm);
}

static void try_avx(struct minivmm_finding *finding)
{
    /* vxorps %ymm0, %ymm0, %ymm0; vzeroupper; syscall */
    static const uint8_t code[] = {0xc5, 0xfc, 0x57, 0xc0, 0xc5, 0xf8, 0x77, SYSCALL};

    try_code(finding, RING_3, code, sizeof code, "switched on through XCR0");
}

static void try_mmio(struct minivmm_finding *finding)
{
    /* mov %eax, 0x402000 */
    static const uint8_t code[] = {0x89, 0x04, 0x25, 0x00, 0x20, 0x40, 0x00, OUT};
    struct trial trial;
    struct error error;

    int result = trial_open(&trial, finding->limit_ns, RING_0, code, sizeof code, &error);
    result = result == 0 ? trial_run(&trial) : result;
    if (result == 0 && trial.exit_reason == KVM_EXIT_MMIO &&
        trial.machine->vcpu.run->mmio.phys_addr == MMIO_GPA)
        set(finding, MINIVMM_WORKS, "a store where there is no memory exits");
    else
        set_failure(finding, &trial, result);
    trial_close(&trial);
}

static void try_string_io(struct minivmm_finding *finding)
{
    /* mov $0x401000, %esi; mov $4, %ecx; mov $5, %edx; cld; rep outsb */
    static const uint8_t code[] = {
        0xbe, 0x00, 0x10, 0x40, 0x00, 0xb9, 0x04, 0x00, 0x00, 0x00, 0xba, CPU_PORT_SYSCALL,
        0x00, 0x00, 0x00, 0xfc, 0xf3, 0x6e, 0xf4};

    try_code(finding, RING_0, code, sizeof code, "rep outsb");
}

static void try_hypercall(struct minivmm_finding *finding)
{
    /* mov $UNKNOWN_HYPERCALL, %eax; vmcall; out. KVM replaces it by VMMCALL on AMD. */
    static const uint8_t code[] = {
        0xb8, UNKNOWN_HYPERCALL & 0xff, UNKNOWN_HYPERCALL >> 8, 0x00, 0x00, 0x0f, 0x01, 0xc1, OUT};

    try_code(finding, RING_0, code, sizeof code, "VMCALL comes back with an answer");
}

static void try_xrstor(struct minivmm_finding *finding)
{
    /* xor %eax, %eax; xor %edx, %edx; xrstor 0x401000 */
    static const uint8_t code[] = {0x31, 0xc0, 0x31, 0xd2, 0x0f, 0xae, 0x2c,
                                   0x25, 0x00, 0x10, 0x40, 0x00, OUT};

    try_code(finding, RING_0, code, sizeof code, "a kernel could switch tasks");
}

static void try_popcnt(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {0xf3, 0x0f, 0xb8, 0xc0, OUT}; /* popcnt %eax, %eax */

    try_code(finding, RING_0, code, sizeof code, "POPCNT in ring 0");
}

static void try_paging32(struct minivmm_finding *finding)
{
    static const uint8_t code[] = {OUT};

    try_code(finding, PAGING_32, code, sizeof code, "4 MiB pages, protected mode");
}

static const struct {
    const char *key, *title;
    void (*try)(struct minivmm_finding *finding);
} trials[] = {
    {"ring3",      "ring 3 speed, one turn", try_ring3_speed},
    {"ring0",      "ring 0 speed, one turn", try_ring0_speed},
    {"port_exit",  "port I/O exit",          try_port_exit  },
    {"syscall",    "SYSCALL from ring 3",    try_syscall    },
    {"cpuid",      "CPUID in ring 3",        try_cpuid      },
    {"exceptions", "exceptions",             try_exception  },
    {"int_n",      "INT n from ring 3",      try_int_n      },
    {"interrupts", "interrupts",             try_interrupt  },
    {"irqchip",    "interrupt controllers",  try_irqchip    },
    {"avx",        "AVX in ring 3",          try_avx        },
    {"mmio",       "MMIO exit",              try_mmio       },
    {"string_io",  "string I/O",             try_string_io  },
    {"hypercall",  "hypercall in ring 0",    try_hypercall  },
    {"xrstor",     "XRSTOR in ring 0",       try_xrstor     },
    {"popcnt",     "POPCNT in ring 0",       try_popcnt     },
    {"paging_32",  "32-bit paging",          try_paging32   },
};

enum { TRIALS = sizeof trials / sizeof *trials, TRIAL_RING3 = 0, TRIAL_RING0 = 1 };
_Static_assert(TRIALS <= (int)MINIVMM_FINDINGS_MAX, "the probe has room");

int minivmm_probe_kvm(struct minivmm_probe *probe, struct error *error)
{
    static const uint8_t code[] = {0x90, OUT};
    int64_t limit_ns = MINIVMM_PROBE_LIMIT_NS;
    struct trial trial;

    /* Can a guest be made at all? If not, this error says why. */
    int result = trial_open(&trial, MINIVMM_PROBE_LONGEST_NS, RING_0, code, sizeof code, error);
    int64_t exit_ns = result == 0 ? time_turns(&trial, 0, EXITS) : result;
    trial_close(&trial);
    if (result < 0)
        return result;
    /* What takes an emulated processor a second must not pass for a guest that never comes back. */
    if (exit_ns > limit_ns / MINIVMM_PROBE_LIMIT_EXITS)
        limit_ns = exit_ns * MINIVMM_PROBE_LIMIT_EXITS;
    if (limit_ns > MINIVMM_PROBE_LONGEST_NS)
        limit_ns = MINIVMM_PROBE_LONGEST_NS;

    *probe = (struct minivmm_probe){.count = TRIALS};
    for (size_t i = 0; i < TRIALS; i++) {
        probe->findings[i].limit_ns = limit_ns;
        probe->findings[i].key = trials[i].key;
        probe->findings[i].title = trials[i].title;
        trials[i].try(&probe->findings[i]);
    }
    if (probe->findings[TRIAL_RING3].verdict != MINIVMM_WORKS)
        return error_set(error, EIO, "a guest at ring 3 does not run here: %s",
                         probe->findings[TRIAL_RING3].detail);
    probe->software = probe->findings[TRIAL_RING0].verdict != MINIVMM_WORKS;
    return 0;
}
