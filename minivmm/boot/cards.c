/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/cards.h"

#include <errno.h>
#include <stdio.h>

#include "minivmm/devices/tap.h"
#include "minivmm/devices/virtio_blk.h"
#include "minivmm/devices/virtio_console.h"
#include "minivmm/devices/virtio_net.h"
#include "minivmm/devices/virtio_rng.h"

struct wiring {
    const struct trace *trace;
    struct board *board;
    const struct ram *ram;
    struct control *control;
};

/* Into the next free place. The board destroys it, also after a failure. */
static int plug(const struct wiring *wiring, struct virtio_device *device, struct error *error)
{
    static const struct trace_step step = {
        "virtio device", "ioctl(KVM_IRQFD), ioctl(KVM_IOEVENTFD)",
        "its registers are a page that the guest can read without an exit; a notification wakes "
        "the "
        "device's thread, and its answer is an interrupt, both by eventfds",
        "virtio 1.2, 4.2; KVM API 4.59, 4.75"};
    struct board *board = wiring->board;
    unsigned place = board->cards_count;
    int64_t start = trace_start(wiring->trace);
    char detail[64];

    if (place == LAYOUT_VIRTIO_MAX) {
        virtio_destroy(device);
        return error_set(error, ENOSPC, "there are more than %d virtio devices", LAYOUT_VIRTIO_MAX);
    }
    board->cards[board->cards_count++] = device;
    int result = virtio_mmio_plug(device, place, &board->window, wiring->ram, wiring->control,
                                  &board->mmio, error);
    snprintf(detail, sizeof detail, "%s at %#llx, interrupt %u", device->kind->name,
             (unsigned long long)(LAYOUT_VIRTIO + place * LAYOUT_VIRTIO_STEP),
             LAYOUT_GSI_VIRTIO + place);
    trace_end(wiring->trace, TRACE_STEP, &step, start, detail);
    return result;
}

static int add_disk(const struct wiring *wiring, const struct minivmm_disk *disk,
                    struct error *error)
{
    struct virtio_device *device;
    int result = virtio_blk_create(&device, disk, error);

    return result < 0 ? result : plug(wiring, device, error);
}

/* Locally administered, and the same at each start: a guest that remembers its card finds it. */
static void make_address(uint8_t mac[VIRTIO_NET_MAC_BYTES], unsigned number)
{
    static const uint8_t first[VIRTIO_NET_MAC_BYTES] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

    for (unsigned i = 0; i < VIRTIO_NET_MAC_BYTES; i++)
        mac[i] = first[i];
    mac[VIRTIO_NET_MAC_BYTES - 1] = (uint8_t)(first[VIRTIO_NET_MAC_BYTES - 1] + number);
}

static int add_network(const struct wiring *wiring, const struct minivmm_network *network,
                       unsigned number, struct error *error)
{
    struct virtio_net_link link = {.is_tap = network->tap != NULL};
    struct network *user = &wiring->board->networks[number];
    struct virtio_device *device;
    int result;

    make_address(link.mac, number);
    if (network->tap) {
        result = link.fd = tap_open(network->tap, error);
    } else {
        result = network_start(user, network->forwards, error);
        link.fd = user->fd;
        user->fd = -1; /* the device's from here on */
    }
    if (result < 0 || (result = virtio_net_create(&device, &link, error)) < 0)
        return result;
    return plug(wiring, device, error);
}

static bool has_console(const struct minivmm_system_config *config)
{
    return config->ports.console_in >= 0 || config->ports.console_out >= 0 ||
           config->ports.stdin_fd >= 0 || config->ports.stdout_fd >= 0 ||
           config->ports.stderr_fd >= 0;
}

static int add_console(const struct wiring *wiring, const struct minivmm_system_config *config,
                       struct error *error)
{
    const struct virtio_console_ports ports = {
        .console_in = config->ports.console_in,
        .console_out = config->ports.console_out,
        .stdin_fd = config->ports.stdin_fd,
        .stdout_fd = config->ports.stdout_fd,
        .stderr_fd = config->ports.stderr_fd,
        .escapes = config->escapes,
    };
    int result = virtio_console_create(&wiring->board->console, &ports, error);

    return result < 0 ? result : plug(wiring, wiring->board->console, error);
}

static int add_random(const struct wiring *wiring, struct error *error)
{
    struct virtio_device *device;
    int result = virtio_rng_create(&device, error);

    return result < 0 ? result : plug(wiring, device, error);
}

int cards_add(struct board *board, const struct minivmm_system_config *config,
              const struct ram *ram, struct control *control, struct error *error)
{
    const struct wiring wiring = {
        .trace = &config->trace, .board = board, .ram = ram, .control = control};
    int result = 0;

    /* Disks first, in the order given: the kernel names them vda, vdb … by their places. */
    for (size_t i = 0; result == 0 && i < config->disks_count; i++)
        result = add_disk(&wiring, &config->disks[i], error);
    for (unsigned i = 0; result == 0 && i < config->networks_count; i++)
        result = add_network(&wiring, &config->networks[i], i, error);
    if (result == 0 && has_console(config))
        result = add_console(&wiring, config, error);
    if (result == 0 && config->random)
        result = add_random(&wiring, error);
    return result;
}

void cards_destroy(struct board *board)
{
    while (board->cards_count > 0)
        virtio_destroy(board->cards[--board->cards_count]);
    for (unsigned i = 0; i < MINIVMM_NETWORKS_MAX; i++)
        network_stop(&board->networks[i]);
}
