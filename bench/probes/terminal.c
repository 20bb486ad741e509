/* SPDX-License-Identifier: MIT */
/*
 * terminal: can something be typed into a terminal of the host, as if its user had (TIOCSTI,
 * ioctl_tty(2))? Types one character into the planted pseudoterminal, which counts it. The kernel
 * answers EIO where dev.tty.legacy_tiocsti is 0, and EPERM for a terminal that is not one's own,
 * unless one has CAP_SYS_ADMIN.
 */
#include <sys/ioctl.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    int fd = open(probe_argument(argv, "terminal"), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return probe_failed("open");
    if (ioctl(fd, TIOCSTI, "v") < 0) {
        if (errno == EIO)
            return probe_report(VERDICT_REFUSED, "ioctl(TIOCSTI): EIO");
        return probe_failed("ioctl(TIOCSTI)");
    }
    return probe_report(VERDICT_ALLOWED, "typed into a terminal");
}
