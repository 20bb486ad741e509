/* SPDX-License-Identifier: MIT */
/*
 * exe: can the file of a running program be overwritten through /proc/self/exe, so that the host
 * later runs something else (CVE-2019-5736 did it to a container runtime)? Opens it for writing and
 * writes nothing. ETXTBSY says only that the moment was wrong: then access(2) tells whether the
 * permission and the mount would have allowed it. The proof is the file's identity, since the box
 * may have been given a copy.
 */
#include <sys/stat.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct stat status;
    if (stat("/proc/self/exe", &status) < 0)
        return probe_failed("stat /proc/self/exe");
    if (open("/proc/self/exe", O_WRONLY | O_CLOEXEC) < 0 &&
        (errno != ETXTBSY || access("/proc/self/exe", W_OK) < 0))
        return probe_failed("open for writing");
    return probe_report(VERDICT_ALLOWED, "may write its own file, inode=%llx:%llu",
                        (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
}
