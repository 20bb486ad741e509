/* SPDX-License-Identifier: MIT */
/*
 * syscall: what does a system call cost that does next to nothing?
 *
 * One iteration is one getppid(2): a real entry into the kernel, a look at one field, and back
 * (no C library answers it from memory, and no vDSO). In the container the system call filter runs
 * as well; in the VM without a guest kernel the call leaves the machine and the VMM serves it.
 *
 * What it does not answer: calls that do work, or that wait. The checksum is the number of calls
 * that gave an answer, since the answer itself is another one in every box.
 */
#include <sys/syscall.h>

#include "bench/workloads/protocol.h"

static uint64_t syscall_work(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t answered = 0;
    for (uint64_t i = 0; i < iterations; i++)
        answered += syscall(SYS_getppid) >= 0;
    return answered;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("syscall", "takes no arguments");
    return protocol_serve("syscall", syscall_work, NULL);
}
