/* SPDX-License-Identifier: MIT */
/* vCPUs and their threads come and go; cpu_exits.c is what the threads do. */
#include "minivmm/boot/cpus.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/stages.h"
#include "minivmm/boot/affinity.h"
#include "minivmm/boot/cpu_model.h"
#include "minivmm/boot/cpu_start.h"
#include "minivmm/boot/kvm_counters.h"
#include "minivmm/boot/threads_calls.h"

/* Takes a thread out of KVM_RUN. The first real-time signal that the C library leaves us. */
#define KICK_SIGNAL SIGRTMIN

/* --- creating -------------------------------------------------------------------------------- */

static int create_one(struct cpus *cpus, const struct cpu_model *model, struct cpu *cpu,
                      struct error *error)
{
    static const struct trace_step step = {
        STAGE_CREATE_VCPU, "ioctl(KVM_CREATE_VCPU), mmap(struct kvm_run), ioctl(KVM_SET_CPUID2)",
        "a processor: its number is its APIC id, and by CPUID it tells the kernel its place among "
        "the others",
        "KVM API 4.7, 4.20, 5; Intel SDM volume 2, CPUID"};
    const struct cpus_config *config = &cpus->config;
    int64_t start = trace_start(config->trace);
    char detail[32];

    int result = kvm_create_vcpu(config->kvm_fd, config->vm_fd, cpu->index, &cpu->vcpu, error);
    if (result < 0 ||
        (result = cpu_model_set(model, cpu->vcpu.fd, cpu->index, config->count, error)) < 0 ||
        (result = cpu_start_firmware(cpu->vcpu.fd, cpu_model_is_intel(model), error)) < 0)
        return result;
    if (config->measure)
        cpu->counters_fd = kvm_counters_open(cpu->vcpu.fd);
    snprintf(detail, sizeof detail, "vCPU %u", cpu->index);
    trace_end(config->trace, TRACE_STAGE, &step, start, detail);
    return 0;
}

/*
 * Performance counters are a way into the host's own. CPUID can hide Intel's; AMD's first four a
 * guest may always use, unless KVM is told to give none. A KVM older than Linux 5.18 cannot be
 * told.
 */
static void refuse_counters(int vm_fd)
{
    const struct kvm_enable_cap cap = {.cap = KVM_CAP_PMU_CAPABILITY,
                                       .args = {KVM_PMU_CAP_DISABLE}};

    kvm_ioctl(vm_fd, KVM_ENABLE_CAP, &cap);
}

int cpus_create(struct cpus *cpus, const struct cpus_config *config, struct error *error)
{
    static const struct trace_step step = {
        STAGE_CPUID, "ioctl(KVM_GET_SUPPORTED_CPUID)",
        "decide which processor the guest sees: the host's, without what KVM cannot show",
        "KVM API 4.46; Intel SDM volume 2, CPUID"};
    struct cpu_model model;

    *cpus = (struct cpus){
        .config = *config, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    cpus->each = calloc(config->count, sizeof *cpus->each);
    if (!cpus->each)
        return error_set_errno(error, ENOMEM, "cannot make %u vCPUs", config->count);
    for (unsigned i = 0; i < config->count; i++)
        cpus->each[i] = (struct cpu){.cpus = cpus, .index = i, .vcpu.fd = -1, .counters_fd = -1};

    refuse_counters(config->vm_fd);
    int64_t start = trace_start(config->trace);
    int result = cpu_model_read(&model, config->kvm_fd, error);
    trace_end(config->trace, TRACE_STAGE, &step, start, NULL);
    for (unsigned i = 0; result == 0 && i < config->count; i++)
        result = create_one(cpus, &model, &cpus->each[i], error);
    cpu_model_free(&model);
    return result;
}

int cpus_load(struct cpus *cpus, const struct kernel_start *start, struct error *error)
{
    static const struct trace_step step = {
        STAGE_REGISTERS, "ioctl(KVM_SET_SREGS), ioctl(KVM_SET_REGS), ioctl(KVM_SET_LAPIC)",
        "the first vCPU stands at the kernel's entry as a boot loader would have left it; the "
        "others wait for its INIT and SIPI",
        "KVM API 4.12 to 4.14, 4.58; Linux: Documentation/x86/boot.rst; Intel SDM volume 3, 9.4"};
    int64_t started = trace_start(cpus->config.trace);
    char detail[64];

    int result = cpu_start_first(cpus->each[0].vcpu.fd, start, error);
    snprintf(detail, sizeof detail, "%s, RIP %#llx",
             start->protocol == MINIVMM_PROTOCOL_PVH ? "PVH" : "64-bit Linux protocol",
             (unsigned long long)start->entry);
    trace_end(cpus->config.trace, TRACE_STAGE, &step, started, detail);
    return result;
}

void cpus_destroy(struct cpus *cpus)
{
    if (!cpus->each)
        return;
    for (unsigned i = 0; i < cpus->config.count; i++) {
        if (cpus->each[i].counters_fd >= 0)
            close(cpus->each[i].counters_fd);
        kvm_destroy_vcpu(&cpus->each[i].vcpu);
    }
    free(cpus->each);
    cpus->each = NULL;
}

/* --- threads --------------------------------------------------------------------------------- */

/* The signal only has to interrupt KVM_RUN: what to do then stands in immediate_exit. */
static void on_kick(int signal)
{
    (void)signal;
}

static int pin(const struct cpu *cpu, struct error *error)
{
    const int *pins = cpu->cpus->config.pins;

    if (!pins)
        return 0;
    int result = affinity_pin((unsigned)pins[cpu->index]);
    if (result < 0)
        return error_set_errno(error, -result, "cannot pin vCPU %u to processor %d", cpu->index,
                               pins[cpu->index]);
    return 0;
}

/* Tell that this thread is ready, and wait until all may go. False: stop instead. */
static bool wait_at_gate(struct cpus *cpus)
{
    pthread_mutex_lock(&cpus->lock);
    cpus->ready++;
    pthread_cond_broadcast(&cpus->changed);
    while (!cpus->go && !atomic_load(&cpus->stopping))
        pthread_cond_wait(&cpus->changed, &cpus->lock);
    pthread_mutex_unlock(&cpus->lock);
    return !atomic_load(&cpus->stopping);
}

static int64_t nanoseconds(const struct timeval *time)
{
    return time->tv_sec * NS_PER_S + time->tv_usec * NS_PER_US;
}

static void *cpu_thread(void *argument)
{
    struct cpu *cpu = argument;
    struct cpus *cpus = cpu->cpus;
    struct error error;
    struct rusage usage;
    char name[16];

    snprintf(name, sizeof name, "vCPU %u", cpu->index);
    prctl(PR_SET_NAME, name); /* as `top -H` shows it */
    int result = pin(cpu, &error);
    if (result == 0 && cpus->config.sandbox)
        result = sandbox_thread(cpu_thread_calls, &error);
    if (result < 0)
        control_fail(cpus->config.control, &error);
    if (wait_at_gate(cpus) && result == 0)
        cpu_run(cpu);
    if (getrusage(RUSAGE_THREAD, &usage) == 0) {
        cpu->user_ns = nanoseconds(&usage.ru_utime);
        cpu->system_ns = nanoseconds(&usage.ru_stime);
    }
    return NULL;
}

int cpus_start(struct cpus *cpus, struct error *error)
{
    static const struct trace_step step = {
        STAGE_THREADS, "pthread_create(), sched_setaffinity()",
        "each vCPU runs in a thread of its own, where the host's scheduler finds it",
        "KVM API 2; sched(7)"};
    const struct trace *trace = cpus->config.trace;
    const struct sigaction action = {.sa_handler = on_kick};
    int64_t start = trace_start(trace);

    sigaction(KICK_SIGNAL, &action, NULL);
    for (unsigned i = 0; i < cpus->config.count; i++) {
        int errnum = pthread_create(&cpus->each[i].thread, NULL, cpu_thread, &cpus->each[i]);
        if (errnum != 0)
            return error_set_errno(error, errnum, "cannot start the thread of vCPU %u", i);
        cpus->each[i].started = true;
    }
    pthread_mutex_lock(&cpus->lock);
    while (cpus->ready < cpus->config.count)
        pthread_cond_wait(&cpus->changed, &cpus->lock);
    pthread_mutex_unlock(&cpus->lock);
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

void cpus_go(struct cpus *cpus)
{
    pthread_mutex_lock(&cpus->lock);
    cpus->go = true;
    pthread_cond_broadcast(&cpus->changed);
    pthread_mutex_unlock(&cpus->lock);
}

/*
 * A signal alone could strike just before KVM_RUN and be lost; so immediate_exit is set first,
 * which KVM looks at on its way in (KVM API 5). It stays set: no vCPU enters the guest again.
 */
void cpus_stop(struct cpus *cpus)
{
    pthread_mutex_lock(&cpus->lock);
    atomic_store(&cpus->stopping, true);
    pthread_cond_broadcast(&cpus->changed);
    pthread_mutex_unlock(&cpus->lock);
    for (unsigned i = 0; i < cpus->config.count; i++) {
        struct cpu *cpu = &cpus->each[i];
        if (!cpu->started)
            continue;
        __atomic_store_n(&cpu->vcpu.run->immediate_exit, 1, __ATOMIC_SEQ_CST);
        pthread_kill(cpu->thread, KICK_SIGNAL);
    }
    for (unsigned i = 0; i < cpus->config.count; i++)
        if (cpus->each[i].started)
            pthread_join(cpus->each[i].thread, NULL);
}
