/* SPDX-License-Identifier: MIT */
/* The network card, between a driver in a plain buffer and a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/virtio_net.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "minivmm/devices/tap.h"
#include "minivmm/devices/virtio_net.h"
#include "tests/unit/virtio_driver.h"

enum { RECEIVE, SEND, SIZE = 16, HEADER = 12, LINK = 0 };

#define CONFIG(field) (VIRTIO_MMIO_CONFIG + offsetof(struct virtio_net_config, field))

struct rig {
    struct driver *driver;
    int wire; /* the other end */
};

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct virtio_device *device;
    struct error error;
    int sockets[2];

    if (!rig || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets) < 0)
        return -1;
    const struct virtio_net_link link = {
        .fd = sockets[0], .mac = {2, 3, 4, 5, 6, 7}
    };
    if (virtio_net_create(&device, &link, &error) < 0)
        return -1;
    rig->driver = driver_new(device);
    rig->wire = sockets[1];
    driver_start(rig->driver, SIZE, 0);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    driver_free(rig->driver);
    if (rig->wire >= 0)
        close(rig->wire);
    free(rig);
    return 0;
}

static struct virtio_source *source(const struct rig *rig)
{
    return &rig->driver->device->sources[LINK];
}

static void ready(struct rig *rig, short events)
{
    rig->driver->device->taken = 0;
    rig->driver->device->kind->ready(rig->driver->device, LINK, events);
}

/* Make a frame of so many bytes available for sending, its header in a piece of its own. */
static void offer_frame(struct rig *rig, unsigned number, uint32_t bytes)
{
    uint64_t gpa = DRIVER_DATA + number * UINT64_C(0x20000);
    const struct driver_piece pieces[] = {
        {gpa,          HEADER, false},
        {gpa + HEADER, bytes,  false}
    };

    memset(driver_at(rig->driver, gpa), 0xee, HEADER);
    memset(driver_at(rig->driver, gpa + HEADER), (int)number + 1, bytes);
    driver_offer(rig->driver, SEND, SIZE, pieces, 2);
}

static void offer_buffer(struct rig *rig, uint64_t gpa, uint32_t bytes)
{
    const struct driver_piece piece = {gpa, bytes, true};

    driver_offer(rig->driver, RECEIVE, SIZE, &piece, 1);
}

static void put_on_wire(const struct rig *rig, int byte, size_t bytes)
{
    static uint8_t frame[70000];

    memset(frame, byte, bytes);
    assert_int_equal(send(rig->wire, frame, bytes, 0), bytes);
}

static void assert_on_wire(const struct rig *rig, int byte, size_t bytes)
{
    static uint8_t frame[70000];

    assert_int_equal(recv(rig->wire, frame, sizeof frame, 0), bytes);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(frame[i], byte);
}

static void assert_wire_quiet(const struct rig *rig)
{
    char byte;

    assert_int_equal(recv(rig->wire, &byte, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
}

static unsigned used(const struct rig *rig, unsigned queue)
{
    return driver_used(rig->driver, queue)->idx;
}

static void it_has_its_address_and_a_link(void **state)
{
    const struct rig *rig = *state;
    uint64_t mac;

    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_DEVICE_ID), 1);
    bus_read(&rig->driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_CONFIG, 8, &mac);
    assert_true(mac == UINT64_C(0x0001070605040302));
    /* To a socket nothing can be left: no checksums, no segmentation. */
    assert_int_equal(rig->driver->device->offered & 0xffffff,
                     1 << VIRTIO_NET_F_MAC | 1 << VIRTIO_NET_F_STATUS);
}

static void frames_are_sent_without_their_header(void **state)
{
    struct rig *rig = *state;

    offer_frame(rig, 0, 60);
    offer_frame(rig, 1, 1514);
    driver_serve(rig->driver, SEND);
    assert_on_wire(rig, 1, 60);
    assert_on_wire(rig, 2, 1514);
    assert_int_equal(used(rig, SEND), 2);
    assert_int_equal(driver_used(rig->driver, SEND)->ring[1].len, 0);
}

/* Nothing of a frame that is too short or too long reaches the wire; the buffer comes back. */
static void frames_that_are_none_are_dropped(void **state)
{
    struct rig *rig = *state;
    const struct driver_piece header = {DRIVER_DATA, HEADER, false};
    const struct driver_piece inside = {DRIVER_DATA, HEADER - 1, false};
    const struct driver_piece written = {DRIVER_DATA, 100, true};

    offer_frame(rig, 0, 13);
    offer_frame(rig, 1, 14 + 65535 + 1);
    driver_offer(rig->driver, SEND, SIZE, &header, 1);
    driver_offer(rig->driver, SEND, SIZE, &inside, 1);
    driver_offer(rig->driver, SEND, SIZE, &written, 1);
    driver_serve(rig->driver, SEND);
    assert_wire_quiet(rig);
    assert_int_equal(used(rig, SEND), 5);
    offer_frame(rig, 2, 14);
    offer_frame(rig, 3, 14 + 65535);
    driver_serve(rig->driver, SEND);
    assert_on_wire(rig, 3, 14);
    assert_on_wire(rig, 4, 14 + 65535);
}

static void a_frame_is_received_behind_a_header(void **state)
{
    struct rig *rig = *state;
    uint8_t *buffer = driver_at(rig->driver, DRIVER_DATA);

    memset(buffer, 0xee, 200);
    offer_buffer(rig, DRIVER_DATA, HEADER + 1514);
    driver_serve(rig->driver, RECEIVE);
    assert_int_equal(source(rig)->events, POLLIN);
    put_on_wire(rig, 5, 100);
    ready(rig, POLLIN);
    assert_int_equal(used(rig, RECEIVE), 1);
    assert_int_equal(driver_used(rig->driver, RECEIVE)->ring[0].len, HEADER + 100);
    for (int i = 0; i < HEADER; i++) /* all 0 but the number of buffers, its last field */
        assert_int_equal(buffer[i], i == 10);
    for (int i = 0; i < 100; i++)
        assert_int_equal(buffer[HEADER + i], 5);
    assert_int_equal(buffer[HEADER + 100], 0xee);
}

/* Without a buffer the host is not read: the frame waits there, and wakes nobody. */
static void frames_wait_until_there_are_buffers(void **state)
{
    struct rig *rig = *state;

    put_on_wire(rig, 1, 60);
    put_on_wire(rig, 2, 61);
    driver_serve(rig->driver, RECEIVE);
    ready(rig, POLLIN);
    assert_int_equal(source(rig)->events, 0);
    offer_buffer(rig, DRIVER_DATA, HEADER + 1514);
    driver_serve(rig->driver, RECEIVE);
    assert_int_equal(source(rig)->events, POLLIN);
    ready(rig, POLLIN);
    assert_int_equal(driver_used(rig->driver, RECEIVE)->ring[0].len, HEADER + 60);
    assert_int_equal(source(rig)->events, 0);
    offer_buffer(rig, DRIVER_DATA, HEADER + 1514);
    driver_serve(rig->driver, RECEIVE);
    ready(rig, POLLIN);
    assert_int_equal(driver_used(rig->driver, RECEIVE)->ring[1].len, HEADER + 61);
}

static void a_frame_that_does_not_fit_is_lost_alone(void **state)
{
    struct rig *rig = *state;

    offer_buffer(rig, DRIVER_DATA, HEADER + 100);
    offer_buffer(rig, DRIVER_DATA + 0x1000, HEADER - 1); /* for nothing at all */
    driver_serve(rig->driver, RECEIVE);
    put_on_wire(rig, 1, 101);
    put_on_wire(rig, 2, 100);
    put_on_wire(rig, 3, 1);
    ready(rig, POLLIN);
    assert_int_equal(used(rig, RECEIVE), 1);
    assert_int_equal(driver_used(rig->driver, RECEIVE)->ring[0].len, HEADER + 100);
    assert_int_equal(*(uint8_t *)driver_at(rig->driver, DRIVER_DATA + HEADER), 2);
}

/* A slow reader at the other end loses no frame. */
static void frames_wait_for_a_full_wire(void **state)
{
    struct rig *rig = *state;
    unsigned sent = 0;
    size_t taken = 0;

    while (!(source(rig)->events & POLLOUT)) {
        offer_frame(rig, 0, 60000);
        driver_serve(rig->driver, SEND);
        assert_true(++sent < 100);
    }
    assert_int_equal(used(rig, SEND), sent - 1);
    for (; taken < sent - 1; taken++)
        assert_on_wire(rig, 1, 60000);
    ready(rig, POLLOUT);
    assert_on_wire(rig, 1, 60000);
    assert_int_equal(used(rig, SEND), sent);
    assert_int_equal(source(rig)->events & POLLOUT, 0);
}

static void the_link_goes_down_with_the_other_end(void **state)
{
    struct rig *rig = *state;
    uint64_t status;

    offer_buffer(rig, DRIVER_DATA, HEADER + 1514);
    driver_serve(rig->driver, RECEIVE);
    driver_write(rig->driver, VIRTIO_MMIO_INTERRUPT_ACK, UINT32_MAX);
    close(rig->wire);
    rig->wire = -1;
    ready(rig, POLLIN | POLLHUP);
    bus_read(&rig->driver->bus, LAYOUT_VIRTIO + CONFIG(status), 2, &status);
    assert_int_equal(status, 0);
    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_INTERRUPT_STATUS),
                     VIRTIO_MMIO_INT_CONFIG);
    assert_int_equal(source(rig)->events, 0);
    /* What is sent is lost, and comes back. */
    offer_frame(rig, 0, 60);
    driver_serve(rig->driver, SEND);
    driver_serve(rig->driver, RECEIVE);
    assert_int_equal(used(rig, SEND), 1);
    assert_int_equal(source(rig)->events, 0);
    assert_int_equal(used(rig, RECEIVE), 0);
}

static void the_link_goes_down_when_sending_fails(void **state)
{
    struct rig *rig = *state;

    signal(SIGPIPE, SIG_IGN); /* a worker blocks it */
    close(rig->wire);
    rig->wire = -1;
    offer_frame(rig, 0, 60);
    driver_serve(rig->driver, SEND);
    assert_int_equal(used(rig, SEND), 1);
    assert_int_equal(driver_read(rig->driver, CONFIG(status)) & 0xffff, 0);
}

static void a_reset_forgets_what_was_wanted(void **state)
{
    struct rig *rig = *state;

    driver_serve(rig->driver, RECEIVE);
    driver_write(rig->driver, VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(source(rig)->events, 0);
    driver_start(rig->driver, SIZE, 0);
    offer_frame(rig, 0, 60);
    driver_serve(rig->driver, SEND);
    assert_on_wire(rig, 1, 60);
}

/* With the worker's own thread: what is sent comes back, many times, and stays whole. */
static void a_worker_carries_frames_both_ways(void **state)
{
    struct rig *rig = *state;
    static uint8_t frame[2048];
    struct error error;

    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    for (unsigned i = 0; i < 300; i++) {
        struct pollfd waiting = {.fd = rig->wire, .events = POLLIN};
        offer_buffer(rig, DRIVER_DATA + 0x100000, HEADER + 1514);
        driver_write(rig->driver, VIRTIO_MMIO_QUEUE_NOTIFY, RECEIVE);
        offer_frame(rig, i % 4, 60 + i);
        driver_write(rig->driver, VIRTIO_MMIO_QUEUE_NOTIFY, SEND);
        assert_int_equal(poll(&waiting, 1, 10000), 1);
        ssize_t size = recv(rig->wire, frame, sizeof frame, 0);
        assert_int_equal(size, 60 + i);
        assert_int_equal(frame[size - 1], i % 4 + 1);
        assert_int_equal(send(rig->wire, frame, (size_t)size, 0), size);
        const volatile struct vring_used *received = driver_used(rig->driver, RECEIVE);
        for (int tries = 0; __atomic_load_n(&received->idx, __ATOMIC_ACQUIRE) != i + 1; tries++) {
            assert_true(tries < 200000);
            usleep(50);
        }
        assert_int_equal(received->ring[i % SIZE].len, HEADER + 60 + i);
        const uint8_t *buffer = driver_at(rig->driver, DRIVER_DATA + 0x100000 + HEADER);
        assert_memory_equal(buffer, frame, (size_t)size);
    }
}

/* --- a driver without locks ------------------------------------------------------------------- */

struct vcpu {
    struct driver *driver;
    uint64_t seed;
};

static uint64_t random_of(struct vcpu *vcpu)
{
    vcpu->seed ^= vcpu->seed << 13;
    vcpu->seed ^= vcpu->seed >> 7;
    vcpu->seed ^= vcpu->seed << 17;
    return vcpu->seed;
}

/* Registers and rings, with no thought of the other vCPU: starts, resets, buffers, rubbish. */
static void *drive_wildly(void *argument)
{
    static const uint32_t states[] = {0, DRIVER_STATUS_BEFORE, DRIVER_STATUS_FEATURES,
                                      DRIVER_STATUS_LIVE};
    struct vcpu *vcpu = argument;
    struct driver *driver = vcpu->driver;

    for (unsigned i = 0; i < 3000; i++) {
        uint64_t queue = random_of(vcpu) % 2, number = random_of(vcpu);
        switch (random_of(vcpu) % 8) {
        case 0:
            driver_write(driver, VIRTIO_MMIO_STATUS, states[number % 4]);
            break;
        case 1:
            driver_write(driver, number % 64 * 4, (uint32_t)(number >> 32));
            break;
        case 2:
            for (unsigned j = 0; j < 4; j++)
                driver_write(driver, VIRTIO_MMIO_STATUS, states[j]);
            break;
        case 3:
            driver_describe_queue(driver, (uint32_t)queue, SIZE);
            break;
        case 4:
            driver_describe(&driver->ram, DRIVER_DESCRIPTORS(queue), number % SIZE,
                            DRIVER_DATA + number % 4096, number >> 20 & 0xfff, number >> 32 & 7,
                            number >> 40 & 15);
            break;
        case 5:
            driver_available(driver, (unsigned)queue)->ring[number % SIZE] =
                (uint16_t)(number >> 8 & 15);
            break;
        case 6:
            driver_available(driver, (unsigned)queue)->idx =
                (uint16_t)(driver_available(driver, (unsigned)queue)->idx + number % 3);
            break;
        default:
            driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, (uint32_t)queue);
        }
    }
    return NULL;
}

/* Two vCPUs and the worker in the same device; the sanitizers watch. */
static void the_last_frame_is_sent_at_the_end(void **state)
{
    struct rig *rig = *state;
    struct error error;

    offer_frame(rig, 0, 60);
    offer_buffer(rig, DRIVER_DATA + 0x100000, 2000);
    put_on_wire(rig, 9, 60);
    driver_silence(rig->driver);
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    virtio_stop(rig->driver->device, -1);
    assert_on_wire(rig, 1, 60);
    assert_wire_quiet(rig);
    assert_int_equal(used(rig, SEND), 1);
    assert_int_equal(used(rig, RECEIVE), 0); /* nobody is there any more to receive anything */
}

static void wild_drivers_on_two_vcpus_harm_nobody(void **state)
{
    struct rig *rig = *state;
    struct vcpu vcpus[2] = {
        {rig->driver, 1},
        {rig->driver, 2}
    };
    pthread_t threads[2];
    struct error error;
    uint8_t frame[60] = {0};

    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, drive_wildly, &vcpus[i]), 0);
    for (int i = 0; i < 1000; i++) { /* and the other end of the wire is alive */
        send(rig->wire, frame, sizeof frame, MSG_NOSIGNAL);
        recv(rig->wire, frame, sizeof frame, 0);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    virtio_stop(rig->driver->device, -1);
    /* It still works for a driver that behaves. */
    while (recv(rig->wire, frame, sizeof frame, 0) > 0)
        continue;
    driver_start(rig->driver, SIZE, 0);
    offer_frame(rig, 0, 60);
    driver_serve(rig->driver, SEND);
    assert_on_wire(rig, 1, 60);
}

static void a_tap_that_is_none_is_refused_in_words(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(tap_open("", &error), -ENODEV);
    assert_int_equal(tap_open("no-such-tap", &error), -ENODEV);
    assert_non_null(strstr(error.text, "there is no network interface 'no-such-tap'"));
    assert_int_equal(tap_open("a-name-that-is-far-too-long", &error), -ENODEV);
    assert_int_equal(tap_open("../x", &error), -ENODEV);
    assert_true(tap_open("lo", &error) < 0); /* it is no tap, or we may not even ask */
}

int main(void)
{
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RIG_TEST(it_has_its_address_and_a_link),
        RIG_TEST(frames_are_sent_without_their_header),
        RIG_TEST(frames_that_are_none_are_dropped),
        RIG_TEST(a_frame_is_received_behind_a_header),
        RIG_TEST(frames_wait_until_there_are_buffers),
        RIG_TEST(a_frame_that_does_not_fit_is_lost_alone),
        RIG_TEST(frames_wait_for_a_full_wire),
        RIG_TEST(the_link_goes_down_with_the_other_end),
        RIG_TEST(the_link_goes_down_when_sending_fails),
        RIG_TEST(a_reset_forgets_what_was_wanted),
        RIG_TEST(a_worker_carries_frames_both_ways),
        RIG_TEST(the_last_frame_is_sent_at_the_end),
        RIG_TEST(wild_drivers_on_two_vcpus_harm_nobody),
        cmocka_unit_test(a_tap_that_is_none_is_refused_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
