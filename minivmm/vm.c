/* SPDX-License-Identifier: MIT */
/* A machine comes and goes: created, loaded with a program, destroyed. vcpu.c runs it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/stages.h"
#include "minivmm/cpu.h"
#include "minivmm/kvm.h"
#include "minivmm/machine.h"
#include "minivmm/stack.h"

/* --- creating ------------------------------------------------------------------------------- */

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

/*
 * Nothing interrupts the guest, yet it gets a local APIC: for a vCPU without one, KVM patches its
 * own code, when the first such vCPU comes and when the last one goes. With an APIC, KVM may park
 * the vCPU while the host fetches a page, and never wakes it up when the page cannot be had,
 * because the program's file has become shorter; leaving HLT to the guest, which has none, switches
 * that off. A KVM that cannot do either does without.
 */
static void use_local_apic(struct minivmm *machine)
{
    const struct kvm_enable_cap apic = {.cap = KVM_CAP_SPLIT_IRQCHIP};
    const struct kvm_enable_cap no_parking = {.cap = KVM_CAP_X86_DISABLE_EXITS,
                                              .args = {KVM_X86_DISABLE_EXITS_HLT}};

    kvm_ioctl(machine->vm_fd, KVM_ENABLE_CAP, &apic);
    kvm_ioctl(machine->vm_fd, KVM_ENABLE_CAP, &no_parking);
}

static int create_vcpu(struct minivmm *machine, struct error *error)
{
    static const struct trace_step step = {
        STAGE_CREATE_VCPU, "ioctl(KVM_ENABLE_CAP), ioctl(KVM_CREATE_VCPU), mmap(struct kvm_run)",
        "one processor; its exits are told, and its registers passed, in a page shared with KVM",
        "KVM API 4.7, 4.37, 5"};
    const int wanted = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    const struct trace *trace = &machine->config.trace;
    int64_t start = trace_start(trace);

    use_local_apic(machine);
    int result = kvm_create_vcpu(machine->kvm_fd, machine->vm_fd, 0, &machine->vcpu, error);
    if (result < 0)
        return result;
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
    machine->kvm_fd = machine->vm_fd = machine->vcpu.fd = machine->program_fd = -1;

    if ((result = files_create(&machine->files, config, error)) < 0 ||
        (result = kvm_open(&machine->kvm_fd, &config->trace, error)) < 0 ||
        (result = kvm_create_vm(machine->kvm_fd, &machine->vm_fd, &config->trace, error)) < 0 ||
        (result = add_memory(machine, error)) < 0 || (result = create_vcpu(machine, error)) < 0)
        return result;
    int64_t start = trace_start(&config->trace);
    result =
        cpu_set_cpuid(machine->kvm_fd, machine->vcpu.fd, &machine->xcr0, &config->trace, error);
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
    result = cpu_set_registers(machine->vcpu.fd, space->table.root, machine->xcr0, trace, error);
    if (result < 0)
        return result;
    /* The rest travels in the shared page with the first KVM_RUN; all other registers are 0. */
    machine->vcpu.run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    machine->vcpu.run->s.regs.regs =
        (struct kvm_regs){.rip = machine->elf.entry, .rsp = rsp, .rflags = 0x202 /* IF, and 1 */};
    machine->vcpu.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    trace_end(trace, TRACE_STAGE, &registers_step, start, NULL);
    return 0;
}

/* --- destroying ----------------------------------------------------------------------------- */

void minivmm_destroy(struct minivmm *machine)
{
    static const struct trace_step step = {
        STAGE_TEARDOWN, "munmap(), close()",
        "the VM goes when the last descriptor of it is closed, vCPU first", "KVM API 2"};

    if (!machine)
        return;
    const struct trace trace = machine->config.trace;
    int64_t start = trace_start(&trace);
    kvm_destroy_vcpu(&machine->vcpu);
    const int descriptors[] = {machine->vm_fd, machine->kvm_fd, machine->program_fd};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    memory_destroy(&machine->memory);
    files_destroy(&machine->files);
    free(machine->program_name);
    free(machine);
    trace_end(&trace, TRACE_STAGE, &step, start, NULL);
}
