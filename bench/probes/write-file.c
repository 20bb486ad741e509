/* SPDX-License-Identifier: MIT */
/*
 * write-file: can a file of the host be changed? Writes back to the planted file what it holds.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    char path[512], secret[PROBE_SECRET_LENGTH + 1] = "";
    snprintf(path, sizeof(path), "%s/canary", probe_argument(argv, "dir"));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return probe_failed("open for writing");
    ssize_t length = pread(fd, secret, sizeof(secret) - 1, 0);
    if (length < 0 || pwrite(fd, secret, (size_t)length, 0) != length)
        return probe_failed("write");
    return probe_report(VERDICT_ALLOWED, "wrote back a file of the host, secret=%s", secret);
}
