/* SPDX-License-Identifier: MIT */
/*
 * interfaces: are the host's network devices seen, with their names? A network namespace has
 * devices of its own.
 */
#include <net/if.h>
#include <sys/socket.h>

#include "bench/probes/probe.h"

int main(void)
{
    /* if_nameindex(3) would blame its memory where there are no sockets. */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_UNIX)");
    struct if_nameindex *devices = if_nameindex();
    if (!devices)
        return probe_failed("if_nameindex");
    unsigned count = 0;
    for (const struct if_nameindex *device = devices; device->if_index; device++)
        count++;
    return probe_report(VERDICT_ALLOWED, "sees %u network devices", count);
}
