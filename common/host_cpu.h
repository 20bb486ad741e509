/* SPDX-License-Identifier: MIT */
/* The processor: what it is (through libcpuid), and how the kernel runs it. */
#ifndef VIRTLAB_HOST_CPU_H
#define VIRTLAB_HOST_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOST_CPU_FEATURES_MAX = 32, HOST_CPU_MITIGATIONS_MAX = 64 };

struct host_cpu {
    char vendor[16];
    char model[64];
    int family, model_number, stepping; /* as the vendor's manuals count them */
    char microcode[24];
    int cores, threads;    /* of one package, by CPUID; 0: unknown */
    int online, usable;    /* logical CPUs that run, and that this process may use */
    int l2_kib, l3_kib;    /* -1: unknown */
    bool vmx, svm;         /* hardware virtualization is shown; says nothing about KVM */
    char nested_paging[8]; /* "EPT", "NPT" or "": second level address translation */
    size_t feature_count;
    const char *features[HOST_CPU_FEATURES_MAX]; /* those that matter to a VM or a workload */
};

void host_cpu_read(struct host_cpu *cpu);

/* How fast the kernel lets it run. Empty: the kernel does not say, as in most VMs. */
struct host_frequency {
    char driver[32];
    char governor[32];
    char turbo[8]; /* "on", "off", "" */
    char smt[24];  /* "on", "off", "forceoff", "notsupported", … */
};

void host_frequency_read(struct host_frequency *frequency);

/* What the kernel does against the processor's leaks: the files of sysfs, name and text. */
struct host_mitigation {
    char name[40];
    char text[160];
};

/* Fills up to max of them, sorted by name; returns how many. */
size_t host_mitigations_read(struct host_mitigation *mitigations, size_t max);

#endif
