/* SPDX-License-Identifier: MIT */
/*
 * mount: can something be mounted where the host sees it? Mounts an empty tmpfs, named for the
 * cookie, on the planted folder, and in a box that does not have it on a folder of the box; takes
 * it away once the witness has looked into the host's list of mounts.
 */
#include <sys/mount.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *folders[] = {probe_argument(argv, "dir"), "/tmp", "/dev", "/proc"};
    size_t count = sizeof(folders) / sizeof(folders[0]), i = 0;
    char source[64];
    snprintf(source, sizeof(source), "virtlab-%s", probe_argument(argv, "cookie"));
    while (i < count && access(folders[i], F_OK) < 0)
        i++;
    /* With no folder at all the call still tells whether there is such a call. */
    if (mount(source, folders[i < count ? i : 0], "tmpfs", MS_NOSUID | MS_NODEV, "size=4k") < 0)
        return probe_failed("mount");
    int status = probe_report(VERDICT_ALLOWED, "mounted a tmpfs on %.100s", folders[i]);
    umount2(folders[i], MNT_DETACH);
    return status;
}
