/* SPDX-License-Identifier: MIT */
/*
 * The guest's processors: a vCPU and a thread for each. A thread enters the guest by KVM_RUN, and
 * serves each exit by the device behind the address, until the machine ends.
 *
 *     cpus_create()     the vCPUs, and what each is told about itself (CPUID)
 *     cpus_load()       the first one stands at the kernel's entry
 *     cpus_start()      the threads: pinned, confined, waiting
 *     cpus_go()         they enter the guest
 *     cpus_stop()       out of the guest, and all threads joined
 *     cpus_destroy()
 */
#ifndef MINIVMM_CPUS_H
#define MINIVMM_CPUS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/trace.h"
#include "minivmm/boot/exits.h"
#include "minivmm/boot/kernel.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/control.h"
#include "minivmm/kvm.h"

struct cpus;

struct cpu {
    struct cpus *cpus;
    unsigned index; /* also its APIC id */
    struct kvm_vcpu vcpu;
    pthread_t thread;
    bool started;
    struct exits exits;
    int counters_fd;            /* KVM's own (kvm_counters.h), where times are taken; else -1 */
    int64_t user_ns, system_ns; /* of the thread, once it has ended; the guest's time is user's */
};

struct cpus_config {
    int kvm_fd, vm_fd;
    unsigned count;
    const int *pins; /* for each the host's processor; NULL: no pinning */
    bool sandbox;    /* a system call filter for each thread */
    bool measure;    /* take the time of each exit */
    const struct trace *trace;
    struct control *control;
    const struct bus *ports, *mmio;
};

struct cpus {
    struct cpus_config config;
    struct cpu *each;
    atomic_bool stopping;

    /* Nobody enters the guest before all threads are there and confined. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned ready;
    bool go;
};

/* After a failure too, *cpus is to be given to cpus_destroy(). */
int cpus_create(struct cpus *cpus, const struct cpus_config *config, struct error *error);
int cpus_load(struct cpus *cpus, const struct kernel_start *start, struct error *error);

/*
 * Start the threads. Returns once each is pinned and confined; what went wrong with one is told to
 * control. The caller has the signals blocked that it waits for.
 */
int cpus_start(struct cpus *cpus, struct error *error);
void cpus_go(struct cpus *cpus);

/* From the thread that started them. */
void cpus_stop(struct cpus *cpus);
void cpus_destroy(struct cpus *cpus);

/* --- exits (cpu_exits.c) --------------------------------------------------------------------- */

/* Enter the guest, again and again, until the machine ends. On the vCPU's own thread. */
void cpu_run(struct cpu *cpu);

#endif
