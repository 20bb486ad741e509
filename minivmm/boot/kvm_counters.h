/* SPDX-License-Identifier: MIT */
/*
 * What KVM itself counts for a vCPU, by name: "exits" for instance, most of which it serves without
 * coming here (KVM API, KVM_GET_STATS_FD; Linux 5.14).
 */
#ifndef MINIVMM_KVM_COUNTERS_H
#define MINIVMM_KVM_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor for kvm_counters_read(); -1 where KVM has no such counters. */
int kvm_counters_open(int vcpu_fd);

/* False, and *value left alone: there is no counter of that name. */
bool kvm_counters_read(int fd, const char *name, uint64_t *value);

#endif
