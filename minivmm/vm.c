/* SPDX-License-Identifier: MIT */
/* The life of a machine: created, loaded, run from exit to exit, destroyed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/stages.h"
#include "minivmm/cpu.h"
#include "minivmm/fault.h"
#include "minivmm/kvm.h"
#include "minivmm/machine.h"
#include "minivmm/stack.h"
#include "minivmm/syscalls.h"

enum { CREATE_VM_TRIES = 10, TIMER_AGAIN_US = 10000 };

/* --- creating ------------------------------------------------------------------------------- */

static int open_kvm(struct minivmm *machine, struct error *error)
{
    static const struct trace_step step = {
        STAGE_OPEN_KVM, "open(\"/dev/kvm\"), ioctl(KVM_GET_API_VERSION)",
        "the device through which Linux lends out the processor's virtualization", "KVM API 4.1"};
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);

    machine->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (machine->kvm_fd < 0 && errno == ENOENT)
        return error_set(error, ENOENT,
                         "there is no /dev/kvm: load the module kvm_intel or kvm_amd, or switch "
                         "virtualization on in the firmware");
    if (machine->kvm_fd < 0)
        return error_set_errno(error, errno, "cannot open /dev/kvm%s",
                               errno == EACCES ? " (add yourself to the group kvm)" : "");
    int version = kvm_ioctl(machine->kvm_fd, KVM_GET_API_VERSION, NULL);
    if (version != KVM_API_VERSION)
        return error_set(error, ENOTSUP, "/dev/kvm has API version %d, not %d", version,
                         KVM_API_VERSION);
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

static int create_vm(struct minivmm *machine, struct error *error)
{
    static const struct trace_step step = {STAGE_CREATE_VM, "ioctl(KVM_CREATE_VM)",
                                           "a VM is an address space without processors yet",
                                           "KVM API 4.2"};
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);

    for (int tries = 0; machine->vm_fd < 0 && tries < CREATE_VM_TRIES; tries++) {
        machine->vm_fd = kvm_ioctl(machine->kvm_fd, KVM_CREATE_VM, NULL);
        if (machine->vm_fd < 0 && errno != EINTR)
            break;
    }
    if (machine->vm_fd < 0)
        return error_set_errno(error, errno, "cannot create a VM (KVM_CREATE_VM)");
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

static int add_memory(struct minivmm *machine, struct error *error)
{
    static const struct trace_step step = {
        STAGE_MEMORY, "ioctl(KVM_SET_USER_MEMORY_REGION)",
        "a range of this process becomes guest-physical memory; pages come when they are touched",
        "KVM API 4.35"};
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);
    char detail[64];

    int result =
        memory_create(&machine->memory, machine->vm_fd, machine->config.memory_bytes, error);
    if (result < 0)
        return result;
    snprintf(detail, sizeof detail, "%llu MiB at guest-physical 0, %llu at most",
             (unsigned long long)(machine->memory.plugged >> 20),
             (unsigned long long)(machine->memory.bytes >> 20));
    trace_end(trace, TRACE_STAGE, &step, start, detail);
    return 0;
}

static int create_vcpu(struct minivmm *machine, struct error *error)
{
    static const struct trace_step step = {
        STAGE_CREATE_VCPU, "ioctl(KVM_ENABLE_CAP), ioctl(KVM_CREATE_VCPU), mmap(struct kvm_run)",
        "one processor; its exits are told, and its registers passed, in a page shared with KVM",
        "KVM API 4.7, 5"};
    const int wanted = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);

    /*
     * Nothing interrupts the guest, yet it gets a local APIC: for a vCPU without one, KVM patches
     * its own code, when the first such vCPU comes and when the last one goes. A KVM that cannot do
     * this does without.
     */
    const struct kvm_enable_cap apic = {.cap = KVM_CAP_SPLIT_IRQCHIP};
    kvm_ioctl(machine->vm_fd, KVM_ENABLE_CAP, &apic);
    machine->vcpu_fd = kvm_ioctl(machine->vm_fd, KVM_CREATE_VCPU, NULL);
    if (machine->vcpu_fd < 0)
        return error_set_errno(error, errno, "cannot create a vCPU (KVM_CREATE_VCPU)");
    int bytes = kvm_ioctl(machine->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
    if (bytes < (int)sizeof *machine->run)
        return error_set(error, ENOTSUP, "KVM's shared page is too small: %d bytes", bytes);
    void *run = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, machine->vcpu_fd, 0);
    if (run == MAP_FAILED)
        return error_set_errno(error, errno, "cannot map the vCPU");
    machine->run = run;
    machine->run_bytes = (size_t)bytes;
    if ((kvm_ioctl(machine->kvm_fd, KVM_CHECK_EXTENSION, (void *)KVM_CAP_SYNC_REGS) & wanted) !=
        wanted)
        return error_set(error, ENOTSUP,
                         "KVM cannot share registers: Linux 4.17 or newer is needed");
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

static int check_config(const struct minivmm_config *config, struct error *error)
{
    if (config->memory_bytes < MINIVMM_MEMORY_MIN || config->memory_bytes > MINIVMM_MEMORY_MAX ||
        config->memory_bytes % PAGE_BYTES != 0)
        return error_set(error, EINVAL, "memory is a multiple of 4 KiB from 4 MiB to 1 TiB");
    if (config->timeout_ns < 0)
        return error_set(error, EINVAL, "a timeout cannot be negative");
    return 0;
}

int minivmm_create(struct minivmm **created, const struct minivmm_config *config,
                   struct error *error)
{
    static const struct trace_step cpuid_step = {
        STAGE_CPUID, NULL, "decide which processor the program sees", "Intel SDM volume 2, CPUID"};

    *created = NULL;
    int result = check_config(config, error);
    if (result < 0)
        return result;
    struct minivmm *machine = calloc(1, sizeof *machine);
    if (!machine)
        return error_set_errno(error, ENOMEM, "cannot make a machine");
    *created = machine;
    machine->config = *config;
    machine->kvm_fd = machine->vm_fd = machine->vcpu_fd = machine->program_fd = -1;

    if ((result = files_create(&machine->files, config, error)) < 0 ||
        (result = open_kvm(machine, error)) < 0 || (result = create_vm(machine, error)) < 0 ||
        (result = add_memory(machine, error)) < 0 || (result = create_vcpu(machine, error)) < 0)
        return result;
    int64_t start = trace_start(&config->trace);
    result = cpu_set_cpuid(machine->kvm_fd, machine->vcpu_fd, &config->trace, error);
    trace_end(&config->trace, TRACE_STAGE, &cpuid_step, start, NULL);
    return result;
}

/* --- loading -------------------------------------------------------------------------------- */

static int open_program(struct minivmm *machine, const char *path, uint64_t *size,
                        struct error *error)
{
    struct stat status;

    machine->program_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (machine->program_fd < 0) {
        int exit_status =
            errno == ENOENT || errno == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
        return error_set_exit(error, exit_status, errno, "cannot open '%s': %s", path,
                              strerror(errno));
    }
    if (fstat(machine->program_fd, &status) < 0 || !S_ISREG(status.st_mode))
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, EACCES, "'%s' is not a regular file",
                              path);
    if (access(path, X_OK) < 0)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, EACCES,
                              "'%s' is not executable: chmod +x makes it so", path);
    *size = (uint64_t)status.st_size;

    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    if (asprintf(&machine->program_name, "/%s", base) < 0) {
        machine->program_name = NULL;
        return error_set_errno(error, ENOMEM, "cannot load '%s'", path);
    }
    strncpy(machine->comm, base, sizeof machine->comm - 1);
    return 0;
}

int minivmm_load(struct minivmm *machine, const char *path, char *const argv[], char *const envp[],
                 struct error *error)
{
    static const struct trace_step load_step = {
        STAGE_LOAD_PROGRAM, "mmap(the ELF file's segments)",
        "the file's pages become guest memory without being copied; page tables carry their access",
        "elf(5); Intel SDM volume 3, chapter 4"};
    static const struct trace_step registers_step = {
        STAGE_REGISTERS, NULL, "leave the vCPU as an operating system would: just before ring 3",
        NULL};
    const struct trace *trace = &machine->config.trace;
    struct space *space = &machine->space;
    uint64_t size = 0, rsp = 0;
    int result;

    int64_t start = trace_start(trace);
    if (space_create(space, &machine->memory, machine->config.pages) < 0)
        return error_set_errno(error, ENOMEM, "no memory for page tables");
    if ((result = open_program(machine, path, &size, error)) < 0 ||
        (result = elf_read(&machine->elf, machine->program_fd, size, path, error)) < 0 ||
        (result = elf_map(&machine->elf, machine->program_fd, space, path, error)) < 0 ||
        (result = cpu_map_pages(space, error)) < 0 ||
        (result = stack_create(space, &machine->elf, machine->program_name, argv, envp, &rsp,
                               error)) < 0)
        return result;
    trace_end(trace, TRACE_STAGE, &load_step, start, path);

    start = trace_start(trace);
    result = cpu_set_registers(machine->vcpu_fd, space->table.root, trace, error);
    if (result < 0)
        return result;
    /* The rest travels in the shared page with the first KVM_RUN; all other registers are 0. */
    machine->run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    machine->run->s.regs.regs =
        (struct kvm_regs){.rip = machine->elf.entry, .rsp = rsp, .rflags = 0x202 /* IF, and 1 */};
    machine->run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    trace_end(trace, TRACE_STAGE, &registers_step, start, NULL);
    return 0;
}

/* --- running -------------------------------------------------------------------------------- */

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

static int start_timer(struct minivmm *machine, struct error *error)
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
    running = machine->run;
    if (ns > 0 && timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0)
        timer.it_value.tv_usec = 1;
    if (ns > 0 &&
        (sigaction(SIGALRM, &action, NULL) < 0 || setitimer(ITIMER_REAL, &timer, NULL) < 0))
        return error_set_errno(error, errno, "cannot set a timer");
    return 0;
}

static void stop_timer(struct minivmm *machine)
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
    struct kvm_regs *regs = &machine->run->s.regs.regs;
    const uint64_t args[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};

    regs->rax = (uint64_t)syscalls_serve(machine, regs->rax, args);
    /*
     * Where SYSCALL has left ring 3, the SYSRET behind the OUT goes back. The software back end
     * stays in ring 3, where SYSRET would fault: do its work here, and skip it.
     */
    if (machine->run->s.regs.sregs.cs.dpl == 3) {
        regs->rip = regs->rcx;
        regs->rflags = (regs->r11 & 0x3c7fd7) | 2; /* the bits that SYSRET restores */
    }
    machine->run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
}

/* The program is stopped for something that is no exception the processor told us about. */
static void end_by(struct minivmm *machine, int signal, const char *why)
{
    machine_end(machine, MINIVMM_SIGNALLED, signal);
    snprintf(machine->outcome.report, sizeof machine->outcome.report, "%s at RIP %#llx", why,
             machine->run->s.regs.regs.rip);
}

static void serve_port(struct minivmm *machine)
{
    const struct kvm_run *run = machine->run;
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
    const struct kvm_run *run = machine->run;

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

/* Enter the guest until it exits for a reason of its own. */
static int enter(struct minivmm *machine, struct error *error)
{
    for (;;) {
        if (kvm_ioctl(machine->vcpu_fd, KVM_RUN, NULL) == 0)
            return 0;
        /* After a signal exit_reason is stale; the registers in the shared page are not touched. */
        if (errno == EINTR || errno == EAGAIN) {
            if (timed_out) {
                machine_end(machine, MINIVMM_TIMED_OUT, 0);
                return 0;
            }
            continue;
        }
        if (errno == EFAULT) { /* the host could not provide a page: the file has become shorter */
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
        result = enter(machine, error);
        int64_t left = timed ? clock_now_ns() : 0;
        if (result < 0 || machine->ended)
            break;
        uint32_t reason = machine->run->exit_reason;
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

    int result = start_timer(machine, error);
    if (result < 0)
        return result;
    void (*old_handler)(int) = signal(SIGPIPE, SIG_IGN);
    result = run_loop(machine, error);
    signal(SIGPIPE, old_handler);
    stop_timer(machine);
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

/* --- destroying ----------------------------------------------------------------------------- */

void minivmm_destroy(struct minivmm *machine)
{
    static const struct trace_step step = {
        STAGE_TEARDOWN, "munmap(), close()",
        "the VM goes when the last descriptor of it is closed, vCPU first", "KVM API 3"};

    if (!machine)
        return;
    const struct trace trace = machine->config.trace;
    int64_t start = trace_start(&trace);
    if (machine->run)
        munmap(machine->run, machine->run_bytes);
    const int descriptors[] = {machine->vcpu_fd, machine->vm_fd, machine->kvm_fd,
                               machine->program_fd};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    memory_destroy(&machine->memory);
    files_destroy(&machine->files);
    free(machine->program_name);
    free(machine);
    trace_end(&trace, TRACE_STAGE, &step, start, NULL);
}
