/* SPDX-License-Identifier: MIT */
/* file: can a file of the host be read? Reads the planted one, which anybody on the host may read.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    char path[512], secret[PROBE_SECRET_LENGTH + 1];
    snprintf(path, sizeof(path), "%s/canary", probe_argument(argv, "dir"));
    if (probe_read_file(path, secret, sizeof(secret)) < 0)
        return probe_failed("open");
    return probe_report(VERDICT_ALLOWED, "read %.100s, secret=%s", path, secret);
}
