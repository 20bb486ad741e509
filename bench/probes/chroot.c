/* SPDX-License-Identifier: MIT */
/*
 * chroot: is the box only a changed root folder? A process whose working folder lies outside its
 * root can climb to the real root by "..": chroot(2) warns of it. After pivot_root(2) there is
 * nothing above to climb to. The proof is the planted file.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *folders[] = {"/proc", "/dev", "/tmp", "/etc"};
    size_t count = sizeof(folders) / sizeof(folders[0]), i = 0;
    char path[512], secret[PROBE_SECRET_LENGTH + 1];
    snprintf(path, sizeof(path), ".%s/canary", probe_argument(argv, "dir"));
    while (i + 1 < count && access(folders[i], F_OK) < 0)
        i++;
    if (chdir("/") < 0)
        return probe_failed("chdir");
    if (chroot(folders[i]) < 0)
        return probe_failed("chroot");
    for (unsigned depth = 0; depth < 64; depth++) {
        if (chdir("..") < 0)
            return probe_failed("chdir");
    }
    if (probe_read_file(path, secret, sizeof(secret)) < 0)
        return probe_report(VERDICT_CONTAINED, "climbed up, and found only the box's own root");
    return probe_report(VERDICT_ALLOWED, "climbed up to the host's root, secret=%s", secret);
}
