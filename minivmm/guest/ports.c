/* SPDX-License-Identifier: MIT */
/*
 * The virtio console's ports (virtio 1.2, 5.3): streams of bytes between guest and host, each with
 * a name. Their drivers and the host agree on them while the guest already runs, so they come at
 * some moment; the kernel announces each on a netlink socket, the one that udev(7) listens to.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "minivmm/guest/guest.h"

#define CLASS "/sys/class/virtio-ports"

enum { PATIENCE_S = 20 }; /* generous: an emulated guest on a busy machine is slow */

static const char *const names[PORTS] = {"org.virtlab.stdin", "org.virtlab.stdout",
                                         "org.virtlab.stderr"};

int ports_listen(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
                    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Is this the class's entry of the port of that name? A port without a name has no such file. */
static bool has_name(const char *entry, const char *name)
{
    char path[sizeof CLASS + NAME_MAX + sizeof "//name"], line[64] = "";
    int fd;

    snprintf(path, sizeof path, CLASS "/%s/name", entry);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return strcmp(line, name) == 0;
}

/* Open the ports that are there by now and not yet open; how many are. */
static int open_present(int fds[PORTS])
{
    char path[NAME_MAX + sizeof "/dev/"];
    DIR *class = opendir(CLASS);
    int count = 0;

    for (struct dirent *entry; class && (entry = readdir(class));) {
        for (int i = 0; i < PORTS; i++) {
            if (fds[i] >= 0 || !has_name(entry->d_name, names[i]))
                continue;
            snprintf(path, sizeof path, "/dev/%s", entry->d_name);
            fds[i] = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
            if (fds[i] < 0)
                say("cannot open the port %s: %s", names[i], strerror(errno));
        }
    }
    if (class)
        closedir(class);
    for (int i = 0; i < PORTS; i++)
        count += fds[i] >= 0;
    return count;
}

/*
 * Wait until the host's end is open too. Until then the port says "hung up", as it will once the
 * host has closed it; so wait for a change (an edge) and look again.
 */
static bool wait_connected(int fd)
{
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    int edges = epoll_create1(EPOLL_CLOEXEC);
    bool connected = false;

    if (edges >= 0 && epoll_ctl(edges, EPOLL_CTL_ADD, fd, &event) == 0)
        while (!connected && epoll_wait(edges, &event, 1, PATIENCE_S * 1000) > 0)
            connected = !(event.events & EPOLLHUP);
    if (edges >= 0)
        close(edges);
    return connected;
}

bool ports_open(int announcements, int fds[PORTS])
{
    char announcement[4096];

    for (int i = 0; i < PORTS; i++)
        fds[i] = -1;
    while (open_present(fds) < PORTS) {
        /* ENOBUFS: there were too many to keep. Then look, instead of reading what is left. */
        if (recv(announcements, announcement, sizeof announcement, 0) < 0 && errno != ENOBUFS &&
            errno != EINTR) {
            for (int i = 0; i < PORTS; i++)
                if (fds[i] < 0)
                    say("the port %s is missing: has this machine a virtio console, and this "
                        "kernel a driver for it?",
                        names[i]);
            return false;
        }
    }
    /*
     * Not for standard input: a host whose input has ended at once may have closed it again. Its
     * word on that port came before the one on the others.
     */
    for (int i = 1; i < PORTS; i++) {
        if (!wait_connected(fds[i])) {
            say("nobody is at the other end of the port %s", names[i]);
            return false;
        }
    }
    return true;
}
