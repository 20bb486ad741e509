/* SPDX-License-Identifier: MIT */
/* libslirp's surroundings: frames, time, and poll(2). */
#include "minivmm/network/nat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/clock.h"

#define NETWORK "10.0.2.0"
#define MASK    "255.255.255.0"
#define GATEWAY "10.0.2.2"
#define DNS     "10.0.2.3"
#define GUEST   "10.0.2.15"

enum {
    FRAMES_AT_ONCE = 64, /* before slirp's sockets have their turn */
    POLLED_FIRST = 64,
};

static struct in_addr address(const char *text)
{
    struct in_addr result = {0};

    inet_aton(text, &result);
    return result;
}

/* --- what libslirp asks of us ---------------------------------------------------------------- */

/*
 * A frame for the guest. Where the socket is full we wait: TCP takes a frame lost for a congested
 * network and stands still for a while. That the other connections wait too concerns only the guest
 * that does not take its frames.
 */
static ssize_t send_frame(const void *frame, size_t size, void *context)
{
    const struct nat *nat = context;

    for (;;) {
        ssize_t sent = send(nat->fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0)
            return sent;
        if (errno != EAGAIN && errno != EINTR)
            return -1; /* the end; nat_run() will see it */
        struct pollfd room = {.fd = nat->fd, .events = POLLOUT};
        poll(&room, 1, -1);
    }
}

/* What a guest does wrong is its own affair. */
static void ignore_guest_error(const char *message, void *context)
{
    (void)message, (void)context;
}

static int64_t now_ns(void *context)
{
    (void)context;
    return clock_now_ns();
}

/* Timers: only IPv6 has one, for its router advertisements, and IPv6 is off. */
static void *timer_new(SlirpTimerCb callback, void *callback_context, void *context)
{
    (void)callback, (void)callback_context;
    return context;
}

static void timer_free(void *timer, void *context)
{
    (void)timer, (void)context;
}

static void timer_set(void *timer, int64_t expires_ms, void *context)
{
    (void)timer, (void)expires_ms, (void)context;
}

/* Before each wait slirp names all descriptors anew; there is nothing to remember in between. */
static void ignore_descriptor(int fd, void *context)
{
    (void)fd, (void)context;
}

static void ignore_hint(void *context)
{
    (void)context;
}

static const SlirpCb callbacks = {
    .send_packet = send_frame,
    .guest_error = ignore_guest_error,
    .clock_get_ns = now_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_set,
    .register_poll_fd = ignore_descriptor,
    .unregister_poll_fd = ignore_descriptor,
    .notify = ignore_hint,
};

/* --- waiting --------------------------------------------------------------------------------- */

/* slirp's words for events are not those of poll(2). */
static const struct {
    int slirp;
    short poll;
} events[] = {
    {SLIRP_POLL_IN,  POLLIN },
    {SLIRP_POLL_OUT, POLLOUT},
    {SLIRP_POLL_PRI, POLLPRI},
    {SLIRP_POLL_ERR, POLLERR},
    {SLIRP_POLL_HUP, POLLHUP},
};

enum { EVENTS = sizeof events / sizeof *events };

/* Returns the place at which get_events() will be asked; -1: none, and slirp does without. */
static int add_polled(int fd, int wanted, void *context)
{
    struct nat *nat = context;

    if (nat->polled_count == nat->polled_room) {
        size_t room = nat->polled_room * 2; /* the limit of open files bounds it */
        struct pollfd *grown = reallocarray(nat->polled, room, sizeof *grown);
        if (!grown)
            return -1;
        nat->polled = grown;
        nat->polled_room = room;
    }
    struct pollfd *polled = &nat->polled[nat->polled_count];
    *polled = (struct pollfd){.fd = fd};
    for (size_t i = 0; i < EVENTS; i++)
        if (wanted & events[i].slirp)
            polled->events |= events[i].poll;
    return (int)nat->polled_count++;
}

static int get_events(int place, void *context)
{
    const struct nat *nat = context;
    int happened = 0;

    if (place < 0)
        return 0;
    for (size_t i = 0; i < EVENTS; i++)
        if (nat->polled[place].revents & events[i].poll)
            happened |= events[i].slirp;
    return happened;
}

/* Give slirp what the guest has sent. False: the other end is gone. */
static bool take_frames(struct nat *nat)
{
    uint8_t frame[ETH_FRAME_LEN];

    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
        /* MSG_TRUNC: the frame's own size, also where it is longer than this network's frames. */
        ssize_t size = recv(nat->fd, frame, sizeof frame, MSG_DONTWAIT | MSG_TRUNC);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (size < 0)
            return true;
        if (size >= ETH_HLEN && size <= ETH_FRAME_LEN)
            slirp_input(nat->slirp, frame, (int)size);
    }
    return true;
}

int nat_run(struct nat *nat, struct error *error)
{
    for (;;) {
        uint32_t timeout_ms = UINT32_MAX;
        nat->polled[0] = (struct pollfd){.fd = nat->fd, .events = POLLIN};
        nat->polled_count = 1;
        slirp_pollfds_fill(nat->slirp, &timeout_ms, add_polled, nat);
        int ready = poll(nat->polled, (nfds_t)nat->polled_count,
                         timeout_ms > INT32_MAX ? -1 : (int)timeout_ms);
        if (ready < 0 && errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for frames");
        slirp_pollfds_poll(nat->slirp, ready < 0, get_events, nat);
        if (ready > 0 && nat->polled[0].revents && !take_frames(nat))
            return 0;
    }
}

/* --- making it ------------------------------------------------------------------------------- */

int nat_create(struct nat *nat, int fd, struct error *error)
{
    const SlirpConfig config = {
        .version = 1,
        .in_enabled = true,
        .vnetwork = address(NETWORK),
        .vnetmask = address(MASK),
        .vhost = address(GATEWAY),
        .vdhcp_start = address(GUEST),
        .vnameserver = address(DNS),
        .disable_host_loopback = true,
    };

    *nat = (struct nat){.fd = fd, .polled_room = POLLED_FIRST};
    nat->polled = calloc(nat->polled_room, sizeof *nat->polled);
    nat->slirp = nat->polled ? slirp_new(&config, &callbacks, nat) : NULL;
    if (nat->slirp)
        return 0;
    free(nat->polled);
    return error_set(error, ENOMEM, "libslirp %s cannot start", slirp_version_string());
}

int nat_forward(struct nat *nat, const struct forward *forward, struct error *error)
{
    if (slirp_add_hostfwd(nat->slirp, forward->udp, address("127.0.0.1"), forward->host_port,
                          address(GUEST), forward->guest_port) == 0)
        return 0;
    return error_set_errno(error, errno, "cannot listen on %s port %u of 127.0.0.1",
                           forward->udp ? "UDP" : "TCP", forward->host_port);
}

void nat_destroy(struct nat *nat)
{
    slirp_cleanup(nat->slirp);
    free(nat->polled);
}
