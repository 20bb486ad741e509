/* SPDX-License-Identifier: MIT */
/*
 * The program about itself: it is process 1, thread 1, user 0 of a machine where nobody else is.
 * Signals come from itself alone, so that only their default actions have to be carried out.
 */
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/rseq.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "minivmm/kvm.h"
#include "minivmm/syscalls.h"

enum { PROGRAM_PID = 1 };

#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u

#define BIT(signal) (UINT64_C(1) << ((signal)-1)) /* in a set of signals */

int64_t sys_exit_group(struct minivmm *machine, const uint64_t args[6])
{
    machine_end(machine, MINIVMM_EXITED, (int)(args[0] & 0xff));
    return 0;
}

int64_t sys_exit(struct minivmm *machine, const uint64_t args[6])
{
    return sys_exit_group(machine, args); /* the only thread ends the process */
}

/* Thread-local storage lies where FS points; the C library sets it once at start. */
int64_t sys_arch_prctl(struct minivmm *machine, const uint64_t args[6])
{
    const struct kvm_sregs *sregs = &machine->vcpu.run->s.regs.sregs;
    struct {
        struct kvm_msrs header;
        struct kvm_msr_entry entry;
    } msrs = {.header.nmsrs = 1, .entry.data = args[1]};
    uint64_t base;

    switch (args[0]) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (args[1] >= SPACE_END) /* above it, setting could fault: such a base is of no use */
            return -EPERM;
        msrs.entry.index = args[0] == ARCH_SET_FS ? MSR_FS_BASE : MSR_GS_BASE;
        return kvm_ioctl(machine->vcpu.fd, KVM_SET_MSRS, &msrs) == 1 ? 0 : -EPERM;
    case ARCH_GET_FS:
    case ARCH_GET_GS:
        base = args[0] == ARCH_GET_FS ? sregs->fs.base : sregs->gs.base;
        return gateway_write(&machine->space, guest_pointer(args[1]), &base, sizeof base);
    default:
        return -EINVAL;
    }
}

int64_t sys_prctl(struct minivmm *machine, const uint64_t args[6])
{
    char name[sizeof machine->comm] = {0};

    switch (args[0]) {
    case PR_GET_NAME:
        return gateway_write(&machine->space, guest_pointer(args[1]), machine->comm,
                             sizeof machine->comm);
    case PR_SET_NAME: {
        int length =
            gateway_read_string(&machine->space, name, sizeof name, guest_pointer(args[1]));
        if (length == -EFAULT)
            return length;
        name[sizeof name - 1] = '\0';
        memcpy(machine->comm, name, sizeof name);
        return 0;
    }
    default:
        return -EINVAL;
    }
}

int64_t sys_set_tid_address(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args; /* matters when a thread ends before its process: not here */
    return PROGRAM_PID;
}

int64_t sys_set_robust_list(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine; /* likewise: locks that a dead thread held */
    return args[1] == 24 ? 0 : -EINVAL;
}

/* Restartable sequences: on one processor that never switches threads, none is ever restarted. */
int64_t sys_rseq(struct minivmm *machine, const uint64_t args[6])
{
    const uint32_t cpu[2] = {0, 0}; /* cpu_id_start, cpu_id */
    const uint32_t none[2] = {0, (uint32_t)RSEQ_CPU_ID_UNINITIALIZED};

    if (args[1] < 32 || args[0] % 32 != 0 || args[2] > RSEQ_FLAG_UNREGISTER)
        return -EINVAL;
    return gateway_write(&machine->space, guest_pointer(args[0]),
                         args[2] == RSEQ_FLAG_UNREGISTER ? none : cpu, sizeof cpu);
}

/*
 * Locks (futex(2)). With one thread nobody else ever holds one: there is nobody to wake, and to
 * wait would be for ever, so that waiting is not served, and named if the program gives up on it.
 */
int64_t sys_futex(struct minivmm *machine, const uint64_t args[6])
{
    uint32_t operation = (uint32_t)args[1] & (uint32_t)FUTEX_CMD_MASK;
    bool wakes = operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET;
    bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
    uint32_t value;

    if (!wakes && !waits) {
        machine->missing[SYS_futex] = true;
        return -ENOSYS;
    }
    if (args[0] % sizeof value != 0)
        return -EINVAL;
    if (gateway_read(&machine->space, &value, guest_pointer(args[0]), sizeof value) < 0)
        return -EFAULT;
    if (wakes)
        return 0;
    if (value != (uint32_t)args[2])
        return -EAGAIN;
    machine->missing[SYS_futex] = true;
    return -ENOSYS;
}

int64_t sys_getpid(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args;
    return PROGRAM_PID;
}

int64_t sys_zero(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args;
    return 0;
}

int64_t sys_getgroups(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args;
    return 0; /* none beside the first */
}

static int64_t write_limit(struct minivmm *machine, uint64_t resource, uint64_t to)
{
    uint64_t limit[2] = {UINT64_MAX, UINT64_MAX}; /* soft, hard: unlimited */

    switch (resource) {
    case RLIMIT_STACK:
        limit[0] = machine->space.stack_bytes;
        break;
    case RLIMIT_AS:
    case RLIMIT_DATA:
        limit[0] = limit[1] = machine->memory.bytes;
        break;
    case RLIMIT_NOFILE:
        limit[0] = limit[1] = FILES_DESCRIPTORS;
        break;
    case RLIMIT_NPROC:
        limit[0] = limit[1] = 1;
        break;
    case RLIMIT_CORE:
        limit[0] = limit[1] = 0;
        break;
    default:
        if (resource >= RLIM_NLIMITS)
            return -EINVAL;
    }
    return gateway_write(&machine->space, guest_pointer(to), limit, sizeof limit);
}

int64_t sys_prlimit64(struct minivmm *machine, const uint64_t args[6])
{
    if (args[0] != 0 && args[0] != PROGRAM_PID)
        return -ESRCH;
    if (args[2] != 0)
        return -EPERM; /* the limits are the machine's */
    return args[3] ? write_limit(machine, args[1], args[3]) : 0;
}

int64_t sys_getrlimit(struct minivmm *machine, const uint64_t args[6])
{
    return write_limit(machine, args[0], args[1]);
}

_Static_assert(sizeof(struct utsname) == 390, "struct utsname is the kernel's own");

int64_t sys_uname(struct minivmm *machine, const uint64_t args[6])
{
    /* The release is the Linux whose system calls these are like; glibc refuses below 3.2. */
    static const struct utsname name = {
        .sysname = "Linux",
        .nodename = "minivmm",
        .release = "6.1.0-minivmm",
        .version = "no kernel",
        .machine = "x86_64",
    };
    return gateway_write(&machine->space, guest_pointer(args[0]), &name, sizeof name);
}

/* The kernel's struct sysinfo; the C library's is larger. */
struct kernel_sysinfo {
    int64_t uptime;
    uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    uint16_t procs, pad;
    uint64_t totalhigh, freehigh;
    uint32_t mem_unit;
};
_Static_assert(sizeof(struct kernel_sysinfo) == 112, "sysinfo(2) on x86-64");

int64_t sys_sysinfo(struct minivmm *machine, const uint64_t args[6])
{
    struct kernel_sysinfo info = {
        .totalram = machine->memory.bytes,
        .procs = 1,
        .mem_unit = 1,
        .freeram = memory_count_free(&machine->memory) * PAGE_BYTES,
    };
    return gateway_write(&machine->space, guest_pointer(args[0]), &info, sizeof info);
}

int64_t sys_getrandom(struct minivmm *machine, const uint64_t args[6])
{
    struct spans spans = {0};
    uint64_t bytes = args[1] < (1u << 20) ? args[1] : 1u << 20;
    int64_t done = 0;

    if (args[2] & ~(uint64_t)(GRND_NONBLOCK | GRND_RANDOM | 4 /* GRND_INSECURE */))
        return -EINVAL;
    if (gateway_add(&machine->space, guest_pointer(args[0]), bytes, PAGE_WRITE, &spans) == 0 &&
        bytes > 0)
        return -EFAULT;
    for (int i = 0; i < spans.count; i++) {
        ssize_t got = getrandom(spans.at[i].iov_base, spans.at[i].iov_len, GRND_NONBLOCK);
        if (got < 0)
            return done ? done : -errno;
        done += got;
        if ((size_t)got < spans.at[i].iov_len)
            break;
    }
    return done;
}

int64_t sys_sched_getaffinity(struct minivmm *machine, const uint64_t args[6])
{
    const uint64_t first_cpu = 1;

    if (args[0] != 0 && args[0] != PROGRAM_PID)
        return -ESRCH;
    if (args[1] < sizeof first_cpu || args[1] % sizeof first_cpu != 0)
        return -EINVAL;
    int result =
        gateway_write(&machine->space, guest_pointer(args[2]), &first_cpu, sizeof first_cpu);
    return result < 0 ? result : (int64_t)sizeof first_cpu;
}

int64_t sys_sched_yield(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args;
    return 0;
}

int64_t sys_umask(struct minivmm *machine, const uint64_t args[6])
{
    (void)machine, (void)args;
    return 022;
}

/* The kernel's struct sigaction. */
struct kernel_sigaction {
    uint64_t handler, flags, restorer, mask;
};

/* Signals can be left to their default or ignored; there is nobody who would call a handler. */
int64_t sys_rt_sigaction(struct minivmm *machine, const uint64_t args[6])
{
    uint64_t signal = args[0];
    struct kernel_sigaction action, old = {0};

    if (signal < 1 || signal >= SIGNALS || args[3] != sizeof(uint64_t))
        return -EINVAL;
    uint64_t bit = BIT(signal);
    old.handler = (uint64_t)(uintptr_t)(machine->ignored_signals & bit ? SIG_IGN : SIG_DFL);
    if (args[1] != 0) {
        if (gateway_read(&machine->space, &action, guest_pointer(args[1]), sizeof action) < 0)
            return -EFAULT;
        if (signal == SIGKILL || signal == SIGSTOP)
            return -EINVAL;
        if (action.handler != (uintptr_t)SIG_DFL && action.handler != (uintptr_t)SIG_IGN) {
            machine->missing[SYS_rt_sigaction] = true;
            return -ENOSYS;
        }
        if (action.handler == (uintptr_t)SIG_IGN)
            machine->ignored_signals |= bit;
        else
            machine->ignored_signals &= ~bit;
    }
    return args[2] ? gateway_write(&machine->space, guest_pointer(args[2]), &old, sizeof old) : 0;
}

/*
 * The default action of a signal that the program sent itself: abort() and raise() end here. A
 * terminal's stop signals do nothing where no shell could continue the program (signal(7), orphaned
 * process groups); SIGSTOP, which nothing would ever undo here, ends it.
 */
static void deliver_pending(struct minivmm *machine)
{
    const uint64_t harmless = BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGCONT) |
                              BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU);
    uint64_t due = machine->pending_signals & ~machine->blocked_signals;

    machine->pending_signals &= ~due;
    due &= ~(machine->ignored_signals | harmless);
    if (due)
        machine_end(machine, MINIVMM_SIGNALLED, __builtin_ctzll(due) + 1);
}

static int64_t send_signal(struct minivmm *machine, uint64_t to, uint64_t signal)
{
    if (to != PROGRAM_PID)
        return -ESRCH;
    if (signal >= SIGNALS)
        return -EINVAL;
    if (signal > 0)
        machine->pending_signals |= BIT(signal);
    deliver_pending(machine);
    return 0;
}

int64_t sys_rt_sigprocmask(struct minivmm *machine, const uint64_t args[6])
{
    const uint64_t unblockable = BIT(SIGKILL) | BIT(SIGSTOP);
    uint64_t old = machine->blocked_signals, set;

    if (args[3] != sizeof set)
        return -EINVAL;
    if (args[1] != 0) {
        if (gateway_read(&machine->space, &set, guest_pointer(args[1]), sizeof set) < 0)
            return -EFAULT;
        switch (args[0]) {
        case SIG_BLOCK:
            set |= old;
            break;
        case SIG_UNBLOCK:
            set = old & ~set;
            break;
        case SIG_SETMASK:
            break;
        default:
            return -EINVAL;
        }
        machine->blocked_signals = set & ~unblockable;
        deliver_pending(machine);
    }
    return args[2] ? gateway_write(&machine->space, guest_pointer(args[2]), &old, sizeof old) : 0;
}

int64_t sys_sigaltstack(struct minivmm *machine, const uint64_t args[6])
{
    const struct {
        uint64_t stack;
        int32_t flags, pad;
        uint64_t bytes;
    } none = {.flags = SS_DISABLE};

    if (args[0] != 0) {
        machine->missing[SYS_sigaltstack] = true;
        return -ENOSYS; /* a stack for handlers, which there are not */
    }
    return args[1] ? gateway_write(&machine->space, guest_pointer(args[1]), &none, sizeof none) : 0;
}

int64_t sys_kill(struct minivmm *machine, const uint64_t args[6])
{
    /* 0 is the own group; -1 is everyone but process 1 and the sender, and so nobody. */
    return send_signal(machine, args[0] == 0 ? PROGRAM_PID : args[0], args[1]);
}

int64_t sys_tkill(struct minivmm *machine, const uint64_t args[6])
{
    return send_signal(machine, args[0], args[1]);
}

int64_t sys_tgkill(struct minivmm *machine, const uint64_t args[6])
{
    return args[0] == PROGRAM_PID ? send_signal(machine, args[1], args[2]) : -ESRCH;
}
