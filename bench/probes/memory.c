/* SPDX-License-Identifier: MIT */
/*
 * memory: can the memory of a process of the host be read without stopping it, by
 * process_vm_readv(2)? Reads the planted process's secret.
 */
#include <sys/uio.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    void *address = (void *)probe_number(argv, "address", 1, INT64_MAX);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    struct iovec here = {secret, PROBE_SECRET_LENGTH}, there = {address, PROBE_SECRET_LENGTH};
    if (process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0) < 0)
        return probe_failed("process_vm_readv");
    return probe_report(VERDICT_ALLOWED, "read its memory, secret=%s", secret);
}
