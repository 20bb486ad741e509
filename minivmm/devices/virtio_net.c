/* SPDX-License-Identifier: MIT */
/* The network card: frames between two virtqueues and a descriptor. */
#include "minivmm/devices/virtio_net.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    RECEIVE, /* the queues, 5.1.2 */
    SEND,
    QUEUES,
    QUEUE_SIZE = 256,
    LINK = 0, /* the one source */
    /* In front of each frame in a queue, 5.1.6; on the descriptor too if it is a tap's. */
    HEADER_BYTES = sizeof(struct virtio_net_hdr_v1),
    /* An IP packet is at most 65535 bytes, also one that the host is to cut into segments. */
    FRAME_MAX = ETH_HLEN + 65535,
};

#define FEATURE(name) (UINT64_C(1) << VIRTIO_NET_F_##name)

#define FEATURES (FEATURE(MAC) | FEATURE(STATUS))
/*
 * What a tap adds: checksums left to the host in both directions, and segmentation when sending.
 * Not when receiving: the driver would have to give buffers of 64 KiB for each frame.
 */
#define FEATURES_TAP (FEATURE(CSUM) | FEATURE(GUEST_CSUM) | FEATURE(HOST_TSO4) | FEATURE(HOST_TSO6))

struct net {
    int fd;
    bool is_tap;
    bool told; /* the tap knows which features the driver accepted */
    bool down; /* the other end is gone */
    struct virtqueue_buffer buffer;
    struct iovec pieces[VIRTQUEUE_PIECES_MAX];
    union {
        struct virtio_net_hdr_v1 header;
        uint8_t bytes[HEADER_BYTES + FRAME_MAX];
    } received;
};

/* The cable is out: the driver hears of it, and what it sends from now on is dropped. */
static void link_down(struct virtio_device *device)
{
    struct net *net = device->state;
    const uint16_t status = 0; /* without VIRTIO_NET_S_LINK_UP */

    net->down = true;
    device->sources[LINK].events = 0;
    virtio_change_config(device, offsetof(struct virtio_net_config, status), &status,
                         sizeof status);
}

/* Before the first frame of a driver: whether it can complete checksums. */
static void tell_tap(struct virtio_device *device)
{
    struct net *net = device->state;
    unsigned long offload = device->accepted & FEATURE(GUEST_CSUM) ? TUN_F_CSUM : 0;

    if (net->is_tap && !net->told && ioctl(net->fd, TUNSETOFFLOAD, offload) < 0)
        link_down(device);
    net->told = true;
}

/* --- receiving ------------------------------------------------------------------------------- */

/*
 * Put the header right that is in front of a frame. False: the frame is not for this driver; the
 * tap may have had it from before it knew what this driver can do.
 */
static bool header_fits(const struct virtio_device *device, struct virtio_net_hdr_v1 *header)
{
    const struct net *net = device->state;

    if (!net->is_tap)
        *header = (struct virtio_net_hdr_v1){0};
    header->num_buffers = 1; /* 5.1.6.4.1 */
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return false;
    if (device->accepted & FEATURE(GUEST_CSUM))
        return true;
    bool complete = !(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
    header->flags = 0;
    return complete;
}

/* Read one frame, with a header in front: its size with that, 0 if there is none to have. */
static size_t read_frame(struct virtio_device *device)
{
    struct net *net = device->state;
    size_t start = net->is_tap ? 0 : HEADER_BYTES;
    ssize_t got = read(net->fd, net->received.bytes + start, sizeof net->received.bytes - start);

    if (got > 0)
        return start + (size_t)got;
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        link_down(device);
    return 0;
}

/* Frames are read only while there are buffers for them: the rest waits on the host. */
static void receive(struct virtio_device *device)
{
    struct net *net = device->state;

    while (virtio_take(device, RECEIVE, &net->buffer)) {
        size_t bytes = read_frame(device);
        if (bytes <= HEADER_BYTES) {
            virtio_untake(device, RECEIVE);
            if (bytes == 0)
                return;
        } else if (!header_fits(device, &net->received.header) ||
                   bytes > net->buffer.writable_bytes) {
            virtio_untake(device, RECEIVE); /* the frame is lost, as on any Ethernet */
        } else {
            virtqueue_write(&net->buffer, 0, net->received.bytes, bytes);
            virtio_give(device, RECEIVE, &net->buffer, bytes);
        }
    }
    device->sources[LINK].events &= (short)~POLLIN; /* until serve() */
}

/* --- sending --------------------------------------------------------------------------------- */

/* Whether the frame is done with: sent, or lost. */
static bool send_frame(struct virtio_device *device)
{
    struct net *net = device->state;
    const struct virtqueue_buffer *buffer = &net->buffer;
    size_t total;

    if (net->down || buffer->readable_bytes < HEADER_BYTES + ETH_HLEN ||
        buffer->readable_bytes > HEADER_BYTES + FRAME_MAX)
        return true;
    unsigned count =
        virtqueue_readable(buffer, net->is_tap ? 0 : HEADER_BYTES, buffer->readable_bytes,
                           net->pieces, VIRTQUEUE_PIECES_MAX, &total);
    if (writev(net->fd, net->pieces, (int)count) >= 0)
        return true;
    if (errno == EAGAIN || errno == EINTR)
        return false;
    /* Not the end of a link: EINVAL, a header that the tap does not like, EIO, it is down. */
    if (errno == EPIPE || errno == ECONNRESET || errno == EBADFD)
        link_down(device);
    return true;
}

static void send_frames(struct virtio_device *device)
{
    struct net *net = device->state;

    while (virtio_take(device, SEND, &net->buffer)) {
        if (!send_frame(device)) {
            virtio_untake(device, SEND);
            device->sources[LINK].events |= POLLOUT;
            return;
        }
        virtio_give(device, SEND, &net->buffer, 0);
    }
}

/* --- the kind -------------------------------------------------------------------------------- */

static void serve(struct virtio_device *device, unsigned queue)
{
    const struct net *net = device->state;

    tell_tap(device);
    if (queue == SEND)
        send_frames(device);
    else if (!net->down)
        device->sources[LINK].events |= POLLIN;
}

static void ready(struct virtio_device *device, unsigned source, short events)
{
    (void)source;
    if (events & POLLOUT) {
        device->sources[LINK].events &= (short)~POLLOUT;
        send_frames(device);
    }
    if (events & ~POLLOUT)
        receive(device);
}

static void reset(struct virtio_device *device)
{
    struct net *net = device->state;

    net->told = false;
    device->sources[LINK].events = 0;
}

static void destroy(struct virtio_device *device)
{
    struct net *net = device->state;

    close(net->fd);
    free(net);
}

static const struct sandbox_call net_calls[] = {
    SANDBOX_CALL(SYS_read),
    SANDBOX_CALL(SYS_writev),
    SANDBOX_IOCTL(TUNSETOFFLOAD),
};
static const struct sandbox_group net_group =
    SANDBOX_GROUP("frames from and to the host; what a tap may leave to the driver", net_calls);

static const struct virtio_kind kind = {
    .name = "virtio-net",
    .id = VIRTIO_ID_NET,
    .serve = serve,
    .ready = ready,
    .reset = reset,
    .destroy = destroy,
    .calls = &net_group,
};

int virtio_net_create(struct virtio_device **device, const struct virtio_net_link *link,
                      struct error *error)
{
    struct net *net = calloc(1, sizeof *net);

    if (!net) {
        close(link->fd);
        return error_set_errno(error, ENOMEM, "cannot make a device (%s)", kind.name);
    }
    net->fd = link->fd;
    net->is_tap = link->is_tap;
    uint64_t features = link->is_tap ? FEATURES | FEATURES_TAP : FEATURES;
    int result = virtio_create(device, &kind, net, QUEUES, QUEUE_SIZE, features, error);
    if (result < 0) {
        close(net->fd);
        free(net);
        return result;
    }
    struct virtio_net_config config = {.status = VIRTIO_NET_S_LINK_UP};
    memcpy(config.mac, link->mac, sizeof config.mac);
    (*device)->config_bytes = offsetof(struct virtio_net_config, max_virtqueue_pairs);
    memcpy((*device)->config, &config, (*device)->config_bytes);
    (*device)->sources[LINK].fd = net->fd;
    return 0;
}
