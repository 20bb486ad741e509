/* SPDX-License-Identifier: MIT */
/*
 * network-device: can the host's network devices be switched off or given other addresses? Writes
 * back the flags of the loopback device (netdevice(7)).
 */
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_INET)");
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return probe_failed("ioctl(SIOCGIFFLAGS)");
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        return probe_failed("ioctl(SIOCSIFFLAGS)");
    return probe_report(VERDICT_ALLOWED, "wrote back the flags of the device lo");
}
