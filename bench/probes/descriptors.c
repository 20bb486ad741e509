/* SPDX-License-Identifier: MIT */
/*
 * descriptors: does the box hand down a descriptor that it should have closed? One of a folder
 * leads out of any root (CVE-2024-21626). The witness leaves one open on the planted folder when it
 * starts the box; the proof is the file in it.
 */
#include "bench/probes/probe.h"

int main(void)
{
    unsigned inherited = 0;
    for (int fd = STDERR_FILENO + 1; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        inherited++;
        char secret[PROBE_SECRET_LENGTH + 1] = "";
        int file = openat(fd, "canary", O_RDONLY | O_CLOEXEC);
        if (file >= 0 && read(file, secret, sizeof(secret) - 1) >= 0)
            return probe_report(VERDICT_ALLOWED, "descriptor %d is the host's, secret=%s", fd,
                                secret);
    }
    if (inherited)
        return probe_report(VERDICT_CONTAINED, "%u more descriptors, none on the host's files",
                            inherited);
    return probe_report(VERDICT_ABSENT, "no descriptors but 0, 1 and 2");
}
