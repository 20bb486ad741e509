/* SPDX-License-Identifier: MIT */
/* Opening a tap interface. */
#include "minivmm/devices/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int explain(int errnum, const char *name, struct error *error)
{
    switch (errnum) {
    case EBUSY:
        return error_set(error, errnum, "tap interface %s is in use already", name);
    case EPERM:
        return error_set(error, errnum,
                         "may not use tap interface %s; its owner is set by `ip tuntap add dev %s "
                         "mode tap user USER`, as root",
                         name, name);
    case EINVAL:
        return error_set(error, errnum, "%s is not a tap interface of one queue", name);
    default:
        return error_set_errno(error, errnum, "cannot use tap interface %s", name);
    }
}

int tap_open(const char *name, struct error *error)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    const int header_bytes = sizeof(struct virtio_net_hdr_v1);
    size_t length = strlen(name);

    /* TUNSETIFF would make an interface that is not there: a name mistyped would go unnoticed. */
    if (length == 0 || length >= IFNAMSIZ || if_nametoindex(name) == 0)
        return error_set(error, ENODEV,
                         "there is no network interface '%s'; `ip tuntap add dev NAME mode tap` "
                         "makes one",
                         name);
    memcpy(request.ifr_name, name, length);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open /dev/net/tun for interface %s", name);
    if (ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header_bytes) < 0) {
        int errnum = errno;
        close(fd);
        return explain(errnum, name, error);
    }
    return fd;
}
