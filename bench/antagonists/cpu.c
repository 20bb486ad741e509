/* SPDX-License-Identifier: MIT */
/*
 * cpu: a tenant that computes, and not with one process but with four.
 *
 * Where processor time is shared among processes, four of them get four shares. Where it is shared
 * among boxes, or among sessions (the kernel's autogroups, sched(7)), they get one together. Where
 * there is no fork(2), there is one process. A unit is 100,000 steps of the chain of `integer`, by
 * whichever of the four.
 */
#include <stdatomic.h>
#include <sys/wait.h>

#include "bench/antagonists/bounds.h"

enum { WORKERS = 4, UNIT_STEPS = 100000 };

struct cpu {
    bool started;
    _Atomic uint64_t *units; /* done by each worker; memory that they share */
    uint64_t told;
};

static void work_one_unit(_Atomic uint64_t *units)
{
    static volatile uint64_t seed = 1; /* read each time, so that the loop cannot be left out */
    uint64_t x = seed;
    for (unsigned i = 0; i < UNIT_STEPS; i++)
        x = (x ^ x >> 29) * UINT64_C(2862933555777941757) + 3037000493;
    seed = x;
    atomic_fetch_add_explicit(units, 1, memory_order_relaxed);
}

/* They run until the first worker ends, which takes them with it. */
static void start_helpers(struct cpu *cpu)
{
    pid_t parent = getpid();
    for (unsigned i = 1; i < WORKERS; i++) {
        if (fork() != 0)
            continue;
        bounds_set_child(parent);
        for (;;)
            work_one_unit(&cpu->units[i]);
    }
    cpu->started = true;
}

static uint64_t cpu_work(void *state, uint64_t units)
{
    struct cpu *cpu = state;
    uint64_t all = 0;

    if (!cpu->started)
        start_helpers(cpu);
    for (uint64_t i = 0; i < units; i++)
        work_one_unit(&cpu->units[0]);
    for (unsigned i = 0; i < WORKERS; i++)
        all += atomic_load_explicit(&cpu->units[i], memory_order_relaxed);
    uint64_t got = all - cpu->told;
    cpu->told = all;
    return got;
}

int main(int argc, char **argv)
{
    struct cpu cpu = {0};

    (void)argv;
    if (argc > 1)
        protocol_fail("cpu", "takes no arguments");
    bounds_set();
    cpu.units = mmap(NULL, WORKERS * sizeof *cpu.units, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cpu.units == MAP_FAILED) /* in a box without shared memory there is no fork(2) either */
        cpu.units = memory_map("cpu", MIB, PAGES_ANY);
    return protocol_serve("cpu", cpu_work, &cpu);
}
