/* SPDX-License-Identifier: MIT */
/*
 * kcore: can the host's memory be read through /proc/kcore (proc_kcore(5)), every tenant's in it?
 * Reads the first four bytes, which are those of an ELF core file.
 */
#include <elf.h>

#include "bench/probes/probe.h"

int main(void)
{
    char magic[SELFMAG + 1];
    ssize_t length = probe_read_file("/proc/kcore", magic, sizeof(magic));
    if (length < 0)
        return probe_failed("open /proc/kcore");
    if (length != SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0)
        return probe_report(VERDICT_CONTAINED, "an empty file stands in its place");
    return probe_report(VERDICT_ALLOWED, "read /proc/kcore");
}
