/* SPDX-License-Identifier: MIT */
/*
 * A machine without KVM, for unit tests and fuzzing: memory, address space, descriptors and
 * registers are the real ones; there is only no vCPU that would use them.
 */
#ifndef TESTS_VMM_MACHINE_H
#define TESTS_VMM_MACHINE_H

#include <stdlib.h>
#include <string.h>

#include "minivmm/machine.h"

static inline struct minivmm *vmm_machine_new(uint64_t bytes)
{
    struct minivmm *machine = calloc(1, sizeof *machine);
    const struct minivmm_config config = {.memory_bytes = bytes};
    struct error error;

    if (!machine)
        abort();
    machine->config = config;
    machine->kvm_fd = machine->vm_fd = machine->vcpu.fd = machine->program_fd = -1;
    machine->vcpu.run = calloc(1, sizeof *machine->vcpu.run);
    machine->program_name = strdup("/program");
    if (!machine->vcpu.run || !machine->program_name ||
        files_create(&machine->files, &config, &error) < 0 ||
        memory_create(&machine->memory, -1, bytes, &error) < 0 ||
        space_create(&machine->space, &machine->memory, MINIVMM_PAGES_AUTO) < 0)
        abort();
    return machine;
}

static inline void vmm_machine_free(struct minivmm *machine)
{
    free(machine->vcpu.run);
    machine->vcpu.run = NULL;
    minivmm_destroy(machine);
}

#endif
