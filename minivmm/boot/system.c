/* SPDX-License-Identifier: MIT */
/* A guest system: made, loaded with a kernel, run to its end, taken apart. */
#include "minivmm/boot/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/stages.h"
#include "minivmm/boot/acpi.h"
#include "minivmm/boot/affinity.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/boot/threads_calls.h"
#include "minivmm/boot/wait.h"
#include "minivmm/devices/virtio_console.h"

/* --- creating -------------------------------------------------------------------------------- */

/* What the library promises, the map of the machine has room for. */
_Static_assert(MINIVMM_CPUS_MAX <= LAYOUT_CPUS_MAX, "a place in the ACPI tables for each");
_Static_assert(MINIVMM_SYSTEM_MEMORY_MIN >= LAYOUT_RAM_MIN, "what lies at fixed addresses fits");
_Static_assert(MINIVMM_MEMORY_MAX <= LAYOUT_RAM_MAX, "no further than the processors reach");
_Static_assert(MINIVMM_DISKS_MAX + MINIVMM_NETWORKS_MAX + 2 <= LAYOUT_VIRTIO_MAX,
               "with a console and a source of entropy");

static int check_config(const struct minivmm_system_config *config, struct error *error)
{
    if (!config->kernel)
        return error_set(error, EINVAL, "there is no kernel to boot");
    if (config->cpus < 1 || config->cpus > MINIVMM_CPUS_MAX)
        return error_set(error, EINVAL, "a machine has 1 to %d vCPUs", MINIVMM_CPUS_MAX);
    if (config->memory_bytes < MINIVMM_SYSTEM_MEMORY_MIN ||
        config->memory_bytes > MINIVMM_MEMORY_MAX || config->memory_bytes % 4096 != 0)
        return error_set(error, EINVAL, "memory is a multiple of 4 KiB from 32 MiB to 1 TiB");
    if (config->disks_count > MINIVMM_DISKS_MAX)
        return error_set(error, EINVAL, "a machine has %d disks at most", MINIVMM_DISKS_MAX);
    if (config->networks_count > MINIVMM_NETWORKS_MAX)
        return error_set(error, EINVAL, "a machine has %d network cards at most",
                         MINIVMM_NETWORKS_MAX);
    if (config->timeout_ns < 0)
        return error_set(error, EINVAL, "a timeout cannot be negative");
    for (unsigned i = 0; config->pins && i < config->cpus; i++)
        if (config->pins[i] < 0 || !affinity_allows((unsigned)config->pins[i]))
            return error_set(error, EINVAL,
                             "cannot pin vCPU %u to processor %d: this process may not use it", i,
                             config->pins[i]);
    return 0;
}

static int add_memory(struct minivmm_system *system, struct error *error)
{
    static const struct trace_step step = {
        STAGE_MEMORY, "mmap(), ioctl(KVM_SET_USER_MEMORY_REGION)",
        "a range of this process becomes the guest's RAM, with a hole below 4 GiB for devices; the "
        "host gives a page when it is first touched",
        "KVM API 4.35"};
    int64_t start = trace_start(&system->trace.trace);
    struct ram *ram = &system->ram;
    char detail[64];

    int result = ram_create(ram, system->config.memory_bytes, error);
    if (result == 0)
        result = ram_plug(ram, system->vm_fd, error);
    if (result == 0)
        result = board_create(&system->board, system->vm_fd, error);
    snprintf(detail, sizeof detail, "%llu MiB from 0 on, %llu MiB from 4 GiB on",
             (unsigned long long)(ram->low_bytes / LAYOUT_MIB),
             (unsigned long long)(ram->high_bytes / LAYOUT_MIB));
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, detail);
    return result;
}

/*
 * After the memory slots: the other way round, each slot has to wait for all of the VM's readers
 * once more, which takes milliseconds. Before the vCPUs: their local APICs belong to it.
 */
static int add_interrupt_controllers(struct minivmm_system *system, struct error *error)
{
    static const struct trace_step step = {
        STAGE_INTERRUPTS,
        "ioctl(KVM_SET_IDENTITY_MAP_ADDR), ioctl(KVM_SET_TSS_ADDR), ioctl(KVM_CREATE_IRQCHIP), "
        "ioctl(KVM_CREATE_PIT2)",
        "a local APIC for each vCPU, an IOAPIC and the old controllers and timer, all within KVM: "
        "an interrupt need not come here",
        "KVM API 4.24, 4.30, 4.41, 4.71"};
    const uint64_t identity = LAYOUT_KVM_IDENTITY;
    /* The port of the speaker, 0x61, through which kernels watch the timer, is KVM's then too. */
    const struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};
    int64_t start = trace_start(&system->trace.trace);

    if (kvm_ioctl(system->vm_fd, KVM_CHECK_EXTENSION, (const void *)KVM_CAP_SET_IDENTITY_MAP_ADDR) >
            0 &&
        kvm_ioctl(system->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity) < 0)
        return error_set_errno(error, errno,
                               "cannot place KVM's own page tables "
                               "(KVM_SET_IDENTITY_MAP_ADDR)");
    /* The argument is the address itself. */
    if (kvm_ioctl(system->vm_fd, KVM_CHECK_EXTENSION, (const void *)KVM_CAP_SET_TSS_ADDR) > 0 &&
        kvm_ioctl(system->vm_fd, KVM_SET_TSS_ADDR, (const void *)LAYOUT_KVM_TSS) < 0)
        return error_set_errno(error, errno,
                               "cannot place KVM's own task segment "
                               "(KVM_SET_TSS_ADDR)");
    if (kvm_ioctl(system->vm_fd, KVM_CREATE_IRQCHIP, NULL) < 0)
        return error_set_errno(error, errno,
                               "cannot create interrupt controllers (KVM_CREATE_IRQCHIP)");
    if (kvm_ioctl(system->vm_fd, KVM_CREATE_PIT2, &pit) < 0)
        return error_set_errno(error, errno, "cannot create a timer (KVM_CREATE_PIT2)");
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

static int add_devices(struct minivmm_system *system, struct error *error)
{
    static const struct trace_step step = {
        STAGE_DEVICES_VM, "ioctl(KVM_IRQFD)",
        "each device gets its addresses, and an interrupt that is raised by writing to an eventfd",
        "KVM API 4.75"};
    int64_t start = trace_start(&system->trace.trace);
    char detail[64];

    int result = board_add(&system->board, &system->config, system->vm_fd, &system->ram,
                           &system->control, &system->phases, error);
    snprintf(detail, sizeof detail, "%zu ranges of ports, %zu of memory", system->board.ports.count,
             system->board.mmio.count);
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, detail);
    return result;
}

static int add_cpus(struct minivmm_system *system, struct error *error)
{
    const struct cpus_config config = {
        .kvm_fd = system->kvm_fd,
        .vm_fd = system->vm_fd,
        .count = system->config.cpus,
        .pins = system->config.pins,
        .sandbox = system->config.sandbox,
        .measure = system->config.measure,
        .trace = &system->trace.trace,
        .control = &system->control,
        .ports = &system->board.ports,
        .mmio = &system->board.mmio,
    };
    return cpus_create(&system->cpus, &config, error);
}

int minivmm_system_create(struct minivmm_system **created,
                          const struct minivmm_system_config *config, struct error *error)
{
    *created = NULL;
    int result = check_config(config, error);
    if (result < 0)
        return result;
    struct minivmm_system *system = calloc(1, sizeof *system);
    if (!system)
        return error_set_errno(error, ENOMEM, "cannot make a machine");
    *created = system;
    system->config = *config;
    system->kvm_fd = system->vm_fd = system->control.event_fd = -1;
    shared_trace_create(&system->trace, &config->trace);
    const struct trace *trace = &system->trace.trace;
    phases_create(&system->phases, trace, &system->cpus);

    if ((result = control_create(&system->control, error)) < 0 ||
        (result = kvm_open(&system->kvm_fd, trace, error)) < 0 ||
        (result = kvm_create_vm(system->kvm_fd, &system->vm_fd, trace, error)) < 0 ||
        (result = add_memory(system, error)) < 0 ||
        (result = add_interrupt_controllers(system, error)) < 0 ||
        (result = add_devices(system, error)) < 0)
        return result;
    result = add_cpus(system, error);
    /* Nothing more is asked of KVM itself. The VM's descriptor stays: its irqfds go with it. */
    close(system->kvm_fd);
    system->kvm_fd = -1;
    return result;
}

/* --- loading --------------------------------------------------------------------------------- */

static int write_acpi(struct minivmm_system *system, uint64_t *rsdp, struct error *error)
{
    static const struct trace_step step = {
        STAGE_ACPI, NULL,
        "tables in memory tell the kernel of processors, devices and how to switch the machine off",
        "ACPI specification 6.4, chapter 5"};
    struct acpi_virtio virtio[LAYOUT_VIRTIO_MAX];
    struct acpi_machine machine = {.cpus = system->config.cpus};
    int64_t start = trace_start(&system->trace.trace);

    board_describe(&system->board, &machine, virtio);
    int result = acpi_write(&system->ram, &machine, rsdp, error);
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, NULL);
    return result;
}

static int load_kernel(struct minivmm_system *system, uint64_t rsdp, struct error *error)
{
    static const struct trace_step step = {
        STAGE_LOAD_KERNEL, "mmap(the files' pages)",
        "kernel and initial RAM file system become guest memory, the pages of their files without "
        "being copied, and a table tells the kernel where all is",
        "Linux: Documentation/x86/boot.rst; Xen: docs/misc/pvh.pandoc"};
    const struct kernel_request request = {
        .kernel = system->config.kernel,
        .initrd = system->config.initrd,
        .initrd_extra_fd = system->config.initrd_extra_fd,
        .command_line = system->config.append,
        .protocol = system->config.protocol,
        .rsdp = rsdp,
    };
    const struct kernel_start *loaded = &system->start;
    int64_t start = trace_start(&system->trace.trace);
    char detail[160];

    int result = kernel_load(&system->ram, &request, &system->start, error);
    if (result < 0)
        return result;
    snprintf(detail, sizeof detail, "%s %s, %llu KiB at %#llx; initrd %llu KiB at %#llx",
             loaded->format, loaded->version, (unsigned long long)(loaded->kernel_bytes >> 10),
             (unsigned long long)loaded->kernel_gpa,
             (unsigned long long)(loaded->initrd_bytes >> 10),
             (unsigned long long)loaded->initrd_gpa);
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, detail);
    return 0;
}

int minivmm_system_load(struct minivmm_system *system, struct error *error)
{
    uint64_t rsdp;
    int result = write_acpi(system, &rsdp, error);

    if (result < 0)
        return result;
    result = load_kernel(system, rsdp, error);
    if (result < 0 && error->exit_status == EXIT_TOOL_FAILED)
        error->exit_status = result == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
    return result < 0 ? result : cpus_load(&system->cpus, &system->start, error);
}

/* --- running --------------------------------------------------------------------------------- */

/* The threads confine themselves; this is for the one that waits, once they have been made. */
static int confine(struct minivmm_system *system, struct error *error)
{
    static const struct trace_step step = {
        STAGE_CONFINE, "prctl(PR_SET_NO_NEW_PRIVS), seccomp(SECCOMP_SET_MODE_FILTER)",
        "should the guest ever take over a thread of the VMM, it can make only the few system "
        "calls that this thread needs",
        "seccomp(2)"};
    int64_t start = trace_start(&system->trace.trace);

    if (!system->config.sandbox)
        return 0;
    int result = sandbox_thread(main_thread_calls, error);
    trace_end(&system->trace.trace, TRACE_STAGE, &step, start, NULL);
    return result;
}

static void resized(void *context)
{
    const struct minivmm_system *system = context;

    if (system->board.console)
        virtio_console_resize(system->board.console);
}

/* What the end was, in error where it was a failure. */
static int judge(struct minivmm_system *system, struct minivmm_system_outcome *outcome,
                 struct error *error)
{
    struct control *control = &system->control;

    pthread_mutex_lock(&control->lock);
    outcome->end = control->end;
    outcome->status = control->status;
    if (control->end == MINIVMM_SYSTEM_FAILED)
        *error = control->error;
    pthread_mutex_unlock(&control->lock);
    outcome->program_started = system->phases.program_ns > 0;
    /* Where the machine ended well, it is enough that nobody has missed any memory. */
    const bool look =
        control->end == MINIVMM_SYSTEM_FAILED || control->end == MINIVMM_SYSTEM_TRIPLE_FAULT;
    if (ram_file_lost(&system->ram, look ? &system->start.files : NULL))
        return error_set(error, EIO,
                         "guest memory is gone: the file of the kernel or of the initrd became "
                         "shorter");
    return outcome->end == MINIVMM_SYSTEM_FAILED ? error->errnum ? -error->errnum : -EIO : 0;
}

/* An end that came from outside does not wait for whoever reads the guest's output. */
static bool is_hurried(struct control *control)
{
    pthread_mutex_lock(&control->lock);
    enum minivmm_system_end end = control->end;
    bool ended = control->ended; /* not: memory was lost */
    pthread_mutex_unlock(&control->lock);
    return !ended || end == MINIVMM_SYSTEM_SIGNALLED || end == MINIVMM_SYSTEM_TIMED_OUT ||
           end == MINIVMM_SYSTEM_QUIT;
}

int minivmm_system_run(struct minivmm_system *system, struct minivmm_system_outcome *outcome,
                       struct error *error)
{
    struct control *control = &system->control;
    struct wait wait;
    struct error lost;

    *outcome = (struct minivmm_system_outcome){0};
    /* Threads inherit the mask of signals, and that they get no new privileges; so these first. */
    int result = wait_create(&wait, system->config.timeout_ns, error);
    if (result == 0)
        result = ram_file_guard(&system->ram, control->event_fd, error);
    if (result == 0 && system->config.sandbox && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        result = error_set_errno(error, errno, "cannot give up new privileges");
    if (result == 0)
        result = board_start(&system->board, system->config.sandbox, error);
    if (result == 0)
        result = cpus_start(&system->cpus, error);
    if (result == 0)
        result = confine(system, error);
    if (result < 0)
        control_fail(control, error);

    if (!control_ended(control)) {
        phases_enter(&system->phases);
        cpus_go(&system->cpus);
    }
    wait_for_end(&wait, control, resized, system);
    phases_end(&system->phases);

    cpus_stop(&system->cpus);
    int stopped = board_stop(&system->board, is_hurried(control) ? -1 : wait.hurry_fd, &lost);
    wait_destroy(&wait);

    result = judge(system, outcome, error);
    ram_file_unguard();
    if (result == 0 && stopped < 0) {
        *error = lost;
        result = stopped;
    }
    return result;
}

size_t minivmm_system_recent(struct minivmm_system *system, char *to, size_t size)
{
    return serial_recent(&system->board.serial, to, size);
}

/* --- destroying ------------------------------------------------------------------------------ */

void minivmm_system_destroy(struct minivmm_system *system)
{
    static const struct trace_step step = {
        STAGE_TEARDOWN, "munmap(), close()",
        "the VM goes when the last descriptor of it is closed, vCPUs first", "KVM API 2"};

    if (!system)
        return;
    const struct trace trace = system->config.trace;
    int64_t start = trace_start(&trace);
    cpus_destroy(&system->cpus);
    board_destroy(&system->board);
    if (system->vm_fd >= 0)
        close(system->vm_fd);
    if (system->kvm_fd >= 0)
        close(system->kvm_fd);
    ram_destroy(&system->ram);
    if (system->control.event_fd >= 0)
        control_destroy(&system->control);
    free(system);
    trace_end(&trace, TRACE_STAGE, &step, start, NULL);
}
