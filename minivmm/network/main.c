/* SPDX-License-Identifier: MIT */
/*
 * minivmm-network: the network of user space, for a guest system that has no tap interface. It is
 * a program of its own, started by minivmm (minivmm/devices/network.c), for two reasons: libslirp
 * needs glib, which cannot be linked statically; and what parses a hostile guest's packets should
 * have nothing in reach: no guest memory, no KVM, no disk image.
 *
 *     minivmm-network FD [FORWARD...]
 *
 * FD is a SOCK_SEQPACKET socket: each message is one Ethernet frame, but the first one to the
 * starter (network.h). It ends when the other end is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/text.h"
#include "minivmm/devices/network.h"
#include "minivmm/network/confine.h"
#include "minivmm/network/nat.h"

/* Whatever else the starter had open, and its terminal: none of it is ours. */
static int close_all_but(int fd, struct error *error)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; i < fd && i < 3; i++)
        if (null < 0 || dup2(null, i) < 0)
            return error_set_errno(error, errno, "cannot open /dev/null");
    if ((fd > 3 && close_range(3, (unsigned)fd - 1, 0) < 0) ||
        close_range((unsigned)fd + 1, ~0U, 0) < 0)
        return error_set_errno(error, errno, "cannot close descriptors");
    return 0;
}

static int start(struct nat *nat, int fd, char **forwards, struct error *error)
{
    int result = close_all_but(fd, error);

    if (result == 0)
        result = nat_create(nat, fd, error);
    if (result < 0)
        return result;
    for (; result == 0 && *forwards; forwards++) {
        struct forward forward;
        result = forward_parse(&forward, *forwards, error);
        if (result == 0)
            result = nat_forward(nat, &forward, error);
    }
    if (result == 0)
        result = confine_network(error);
    if (result < 0)
        nat_destroy(nat);
    return result;
}

/* The first message: ready, or why not. */
static int tell_starter(int fd, const struct error *failure)
{
    const char ready = NETWORK_READY;
    const void *message = failure ? failure->text : &ready;
    size_t size = failure ? strlen(failure->text) : sizeof ready;

    return send(fd, message, size, MSG_NOSIGNAL) < 0 ? EXIT_TOOL_FAILED : 0;
}

int main(int argc, char **argv)
{
    struct nat nat;
    struct error error;
    uint64_t fd;
    int type;
    socklen_t size = sizeof type;

    if (argc < 2 || !text_parse_u64(argv[1], 3, 1 << 20, &fd) ||
        getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET) {
        fputs("minivmm-network: started by `minivmm boot --net user`, with a socket for frames\n",
              stderr);
        return EXIT_TOOL_FAILED;
    }
    if (start(&nat, (int)fd, argv + 2, &error) < 0) {
        tell_starter((int)fd, &error);
        return EXIT_TOOL_FAILED;
    }
    if (tell_starter((int)fd, NULL) != 0 || nat_run(&nat, &error) < 0)
        return EXIT_TOOL_FAILED;
    nat_destroy(&nat);
    return 0;
}
