/* SPDX-License-Identifier: MIT */
/*
 * device: can a device of the host be reached by making a node for it? Makes one for the block
 * device that was named, opens it for reading, reads nothing, and removes the node.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *folders[] = {probe_argument(argv, "dir"), "/dev", "/tmp", "/"};
    unsigned major_number, minor_number;
    if (sscanf(probe_argument(argv, "device"), "%u:%u", &major_number, &minor_number) != 2) {
        fprintf(stderr, "probe: device is no MAJOR:MINOR\n");
        return EXIT_TOOL_FAILED;
    }
    dev_t device = makedev(major_number, minor_number);
    char path[512];
    bool made = false;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !made; i++) {
        snprintf(path, sizeof(path), "%s/virtlab-%s", folders[i], probe_argument(argv, "cookie"));
        made = mknod(path, S_IFBLK | 0600, device) == 0;
        /* The folder is missing or cannot be written: that says nothing about nodes. */
        if (!made && errno != ENOENT && errno != EACCES && errno != EROFS)
            break;
    }
    if (!made)
        return probe_failed("mknod");
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int errnum = errno;
    unlink(path);
    errno = errnum;
    if (fd < 0)
        return probe_failed("the node was made; open");
    return probe_report(VERDICT_ALLOWED, "opened a node for device %u:%u", major_number,
                        minor_number);
}
