/* SPDX-License-Identifier: MIT */
/*
 * private: can a file be read that its owner keeps to himself? The planted one has the mode 0600,
 * as keys and mail have. A root folder of one's own hides it; an ordinary user is refused by the
 * mode; root of the host is stopped by neither.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    char path[512], secret[PROBE_SECRET_LENGTH + 1];
    snprintf(path, sizeof(path), "%s/private", probe_argument(argv, "dir"));
    if (probe_read_file(path, secret, sizeof(secret)) < 0)
        return probe_failed("open");
    return probe_report(VERDICT_ALLOWED, "read a private file of the host, secret=%s", secret);
}
