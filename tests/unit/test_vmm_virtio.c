/* SPDX-License-Identifier: MIT */
/* Registers over MMIO, the life of a device, and its worker; the entropy device as the example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/virtio_ids.h>
#include <sched.h>

#include "minivmm/devices/virtio_rng.h"
#include "tests/unit/virtio_driver.h"

enum { SIZE = 16 };

static int set_up(void **state)
{
    struct virtio_device *device;
    struct error error;

    if (virtio_rng_create(&device, &error) < 0)
        return -1;
    *state = driver_new(device);
    return 0;
}

static int tear_down(void **state)
{
    driver_free(*state);
    return 0;
}

static uint32_t status(const struct driver *driver)
{
    return driver_read(driver, VIRTIO_MMIO_STATUS);
}

static void a_device_shows_what_it_is(void **state)
{
    struct driver *driver = *state;
    uint64_t value;

    assert_int_equal(driver_read(driver, VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_VERSION), 2);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_ID), VIRTIO_ID_RNG);
    assert_int_equal(status(driver), 0);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_NUM_MAX), 64);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_SHM_LEN_LOW), UINT32_MAX);
    driver_write(driver, VIRTIO_MMIO_QUEUE_SEL, 1);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_NUM_MAX), 0); /* there is none */
    driver_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
    /* Reads of every size and at every place end somewhere. */
    for (unsigned size = 1; size <= 8; size *= 2)
        for (uint64_t offset = 0; offset < LAYOUT_VIRTIO_STEP; offset++)
            bus_read(&driver->bus, LAYOUT_VIRTIO + offset, size, &value);
    bus_read(&driver->bus, LAYOUT_VIRTIO, 2, &value);
    assert_int_equal(value, 0x6976);
}

static void features_are_shown_32_at_a_time(void **state)
{
    struct driver *driver = *state;

    driver_write(driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_FEATURES),
                     1U << (VIRTIO_F_VERSION_1 - 32));
    driver_write(driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_FEATURES),
                     1U << VIRTIO_RING_F_INDIRECT_DESC | 1U << VIRTIO_RING_F_EVENT_IDX);
    driver_write(driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

/* The status after choosing these features. */
static uint32_t choose(struct driver *driver, uint64_t features)
{
    driver_write(driver, VIRTIO_MMIO_STATUS, 0);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_BEFORE);
    driver_choose_features(driver, features);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_FEATURES);
    return status(driver);
}

static void features_must_be_offered_and_modern(void **state)
{
    struct driver *driver = *state;
    const uint64_t version_1 = UINT64_C(1) << VIRTIO_F_VERSION_1;

    assert_int_equal(choose(driver, version_1), DRIVER_STATUS_FEATURES);
    assert_int_equal(choose(driver, driver->device->offered), DRIVER_STATUS_FEATURES);
    assert_int_equal(choose(driver, 0), DRIVER_STATUS_BEFORE);
    assert_int_equal(choose(driver, version_1 | 1), DRIVER_STATUS_BEFORE);
    assert_int_equal(choose(driver, UINT64_MAX), DRIVER_STATUS_BEFORE);
    /* DRIVER_OK means nothing then. */
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_LIVE);
    assert_int_equal(status(driver), DRIVER_STATUS_BEFORE);
    assert_false(virtio_is_live(driver->device));
    /* Nor do features once they are settled. */
    assert_int_equal(choose(driver, version_1), DRIVER_STATUS_FEATURES);
    driver_choose_features(driver, UINT64_MAX);
    assert_int_equal(driver->device->accepted, version_1);
}

static void the_status_only_grows(void **state)
{
    struct driver *driver = *state;

    driver_start(driver, SIZE, 0);
    assert_int_equal(status(driver), DRIVER_STATUS_LIVE);
    driver_write(driver, VIRTIO_MMIO_STATUS, VIRTIO_CONFIG_S_ACKNOWLEDGE);
    assert_int_equal(status(driver), DRIVER_STATUS_LIVE);
    driver_write(driver, VIRTIO_MMIO_STATUS, VIRTIO_CONFIG_S_NEEDS_RESET | 0xffffff00);
    assert_int_equal(status(driver), DRIVER_STATUS_LIVE); /* not the driver's to say */
    assert_true(virtio_is_live(driver->device));
    driver_write(driver, VIRTIO_MMIO_STATUS, VIRTIO_CONFIG_S_FAILED);
    assert_false(virtio_is_live(driver->device));
    driver_write(driver, VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(status(driver), 0);
}

static void queues_are_enabled_at_their_time(void **state)
{
    struct driver *driver = *state;

    driver_describe_queue(driver, 0, SIZE);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0); /* before FEATURES_OK */
    choose(driver, driver->device->offered);
    driver_describe_queue(driver, 0, 65536 + SIZE);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
    driver_describe_queue(driver, 0, 128); /* more than it has */
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
    driver_describe_queue(driver, 0, SIZE);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 1);
    driver_write(driver, VIRTIO_MMIO_QUEUE_NUM, 4);
    driver_write(driver, VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
    assert_int_equal(driver->device->queues[0].size, SIZE);
    assert_int_equal(driver->device->queues[0].descriptors_gpa, DRIVER_DESCRIPTORS(0));
    driver_write(driver, VIRTIO_MMIO_QUEUE_READY, 0);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_LIVE);
    driver_describe_queue(driver, 0, SIZE);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0); /* too late */
}

static void a_reset_forgets_everything(void **state)
{
    struct driver *driver = *state;

    driver_start(driver, SIZE, 0);
    driver->device->transport->interrupt(driver->device, 3);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), 3);
    driver_write(driver, VIRTIO_MMIO_INTERRUPT_ACK, 1);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), 2);
    driver_write(driver, VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
    assert_int_equal(driver->device->accepted, 0);
    assert_false(driver->device->queues[0].ready);
}

static void writes_of_a_wrong_size_or_place_do_nothing(void **state)
{
    struct driver *driver = *state;

    driver_start(driver, SIZE, 0);
    bus_write(&driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_STATUS, 1, 0);
    bus_write(&driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_STATUS, 8, 0);
    bus_write(&driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_STATUS - 2, 4, 0);
    for (uint64_t offset = VIRTIO_MMIO_CONFIG; offset < LAYOUT_VIRTIO_STEP; offset += 4)
        bus_write(&driver->bus, LAYOUT_VIRTIO + offset, 4, UINT32_MAX);
    driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 7); /* a queue that there is not */
    driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, UINT32_MAX);
    assert_int_equal(status(driver), DRIVER_STATUS_LIVE);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_CONFIG), 0);
}

static void a_driver_that_breaks_the_rules_is_told(void **state)
{
    struct driver *driver = *state;
    const struct driver_piece nowhere = {LAYOUT_VIRTIO, 16, true};

    driver_start(driver, SIZE, 0);
    driver_offer(driver, 0, SIZE, &nowhere, 1);
    driver_serve(driver, 0);
    assert_int_equal(status(driver), DRIVER_STATUS_LIVE | VIRTIO_CONFIG_S_NEEDS_RESET);
    assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_CONFIG);
    assert_false(virtio_is_live(driver->device));
    driver_start(driver, SIZE, 0); /* and may begin again */
    assert_true(virtio_is_live(driver->device));
}

static void random_bytes_fill_what_there_is_room_for(void **state)
{
    struct driver *driver = *state;
    static const uint8_t zeros[64];
    const struct driver_piece small[] = {
        {DRIVER_DATA,      5,  false},
        {DRIVER_DATA + 64, 32, true }
    };
    const struct driver_piece large = {DRIVER_DATA, 1 << 20, true};
    uint8_t *data = driver_at(driver, DRIVER_DATA);

    driver_start(driver, SIZE, 0);
    driver_offer(driver, 0, SIZE, small, 2);
    driver_serve(driver, 0);
    assert_int_equal(driver_used(driver, 0)->ring[0].len, 32);
    assert_memory_equal(data, zeros, 64);
    assert_memory_not_equal(data + 64, zeros, 32);
    assert_memory_equal(data + 96, zeros, 64);
    driver_offer(driver, 0, SIZE, &large, 1);
    driver_serve(driver, 0);
    assert_int_equal(driver_used(driver, 0)->ring[1].len, 64 << 10); /* no more at a stroke */
    assert_memory_equal(data + (64 << 10), zeros, 64);
}

/* --- with the worker ------------------------------------------------------------------------- */

/* Until the device has used so many buffers: the worker is another thread. */
static void wait_used(const struct driver *driver, uint16_t count)
{
    while (__atomic_load_n(&driver_used(driver, 0)->idx, __ATOMIC_ACQUIRE) != count)
        sched_yield();
}

static void start(struct driver *driver)
{
    struct error error;

    assert_int_equal(virtio_start(driver->device, false, &error), 0);
}

static void the_worker_serves_what_is_notified(void **state)
{
    struct driver *driver = *state;
    const struct driver_piece piece = {DRIVER_DATA, 16, true};

    start(driver);
    driver_start(driver, SIZE, 0);
    /* Round the ring, and round 16 bits too: 70000 buffers, notified when the device asks for it.
     */
    for (unsigned i = 0; i < 70000; i++) {
        volatile uint16_t *event = (volatile uint16_t *)&driver_used(driver, 0)->ring[SIZE];
        uint16_t before = driver->offered[0];
        driver_offer(driver, 0, SIZE, &piece, 1);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (__atomic_load_n(event, __ATOMIC_RELAXED) == before)
            driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        if (i % SIZE == SIZE - 1)
            wait_used(driver, driver->offered[0]);
    }
    wait_used(driver, driver->offered[0]);
    virtio_stop(driver->device, -1);
    assert_int_equal(driver->device->buffers, 70000);
    assert_true(driver->device->interrupts > 0);
}

static void buffers_before_driver_ok_need_no_notification(void **state)
{
    struct driver *driver = *state;
    const struct driver_piece piece = {DRIVER_DATA, 16, true};

    start(driver);
    choose(driver, driver->device->offered);
    driver_describe_queue(driver, 0, SIZE);
    driver_offer(driver, 0, SIZE, &piece, 1);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_LIVE);
    wait_used(driver, 1);
}

static void a_device_can_be_reset_while_it_works(void **state)
{
    struct driver *driver = *state;
    const struct driver_piece piece = {DRIVER_DATA, 1 << 20, true};

    start(driver);
    for (unsigned i = 0; i < 100; i++) {
        driver_start(driver, SIZE, 0);
        for (unsigned k = 0; k < SIZE; k++)
            driver_offer(driver, 0, SIZE, &piece, 1);
        driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        if (i % 3 == 0)
            sched_yield();
        driver_write(driver, VIRTIO_MMIO_STATUS, 0);
        /* From here on the ring is the driver's: nothing more may appear in it. */
        uint16_t used = __atomic_load_n(&driver_used(driver, 0)->idx, __ATOMIC_ACQUIRE);
        driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        sched_yield();
        assert_int_equal(driver_used(driver, 0)->idx, used);
    }
    driver_start(driver, SIZE, 0);
    driver_offer(driver, 0, SIZE, &piece, 1);
    driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    wait_used(driver, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_device_shows_what_it_is),
        TEST(features_are_shown_32_at_a_time),
        TEST(features_must_be_offered_and_modern),
        TEST(the_status_only_grows),
        TEST(queues_are_enabled_at_their_time),
        TEST(a_reset_forgets_everything),
        TEST(writes_of_a_wrong_size_or_place_do_nothing),
        TEST(a_driver_that_breaks_the_rules_is_told),
        TEST(random_bytes_fill_what_there_is_room_for),
        TEST(the_worker_serves_what_is_notified),
        TEST(buffers_before_driver_ok_need_no_notification),
        TEST(a_device_can_be_reset_while_it_works),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
