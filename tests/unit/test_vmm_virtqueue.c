/* SPDX-License-Identifier: MIT */
/* Split virtqueues: what an honest driver writes is understood, and nothing else is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "tests/unit/virtio_driver.h"

enum { SIZE = 8 };

#define TABLE    DRIVER_DESCRIPTORS(0)
#define INDIRECT UINT64_C(0x100000)
#define HIGH     (UINT64_C(4) << 30)

struct rig {
    struct ram ram;
    struct virtqueue queue;
    struct virtqueue_buffer buffer;
    uint16_t available;
};

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return -1;
    driver_create_ram(&rig->ram);
    rig->queue = (struct virtqueue){.ram = &rig->ram,
                                    .size = SIZE,
                                    .descriptors_gpa = TABLE,
                                    .available_gpa = DRIVER_AVAILABLE(0),
                                    .used_gpa = DRIVER_USED(0),
                                    .indirect = true,
                                    .event_idx = true};
    if (!virtqueue_enable(&rig->queue))
        return -1;
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    driver_destroy_ram(&rig->ram);
    free(rig);
    return 0;
}

static void describe(struct rig *rig, unsigned index, uint64_t addr, uint64_t len, unsigned flags,
                     unsigned next)
{
    driver_describe(&rig->ram, TABLE, index, addr, (uint32_t)len, flags, next);
}

/* Make the chain that starts at head available, and take it. */
static int take(struct rig *rig, uint16_t head)
{
    rig->queue.available->ring[rig->available++ % SIZE] = head;
    rig->queue.available->idx = rig->available;
    return virtqueue_take(&rig->queue, &rig->buffer);
}

static void a_chain_is_read_pieces_then_written_pieces(void **state)
{
    struct rig *rig = *state;

    describe(rig, 3, DRIVER_DATA, 100, VRING_DESC_F_NEXT, 5);
    describe(rig, 5, DRIVER_DATA + 0x1000, 16, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 0);
    describe(rig, 0, HIGH, 1, VRING_DESC_F_WRITE, 7); /* next counts for nothing here */
    assert_int_equal(take(rig, 3), 1);
    assert_int_equal(rig->buffer.head, 3);
    assert_int_equal(rig->buffer.readable, 1);
    assert_int_equal(rig->buffer.writable, 2);
    assert_int_equal(rig->buffer.readable_bytes, 100);
    assert_int_equal(rig->buffer.writable_bytes, 17);
    assert_ptr_equal(rig->buffer.pieces[0].iov_base, rig->ram.low + DRIVER_DATA);
    assert_ptr_equal(rig->buffer.pieces[2].iov_base, rig->ram.high);
    assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), 0);
}

static void indexes_go_on_from_65535_to_0(void **state)
{
    struct rig *rig = *state;

    rig->queue.next_available = rig->queue.next_used = rig->queue.judged_used = 65530;
    rig->available = 65530;
    for (unsigned i = 0; i < 12; i++) {
        const uint16_t index = (uint16_t)(65530 + i);
        describe(rig, i % SIZE, DRIVER_DATA, i + 1, 0, 0);
        *(volatile uint16_t *)&rig->queue.available->ring[SIZE] = index; /* used_event */
        assert_int_equal(take(rig, (uint16_t)(i % SIZE)), 1);
        assert_int_equal(rig->buffer.readable_bytes, i + 1);
        virtqueue_give(&rig->queue, rig->buffer.head, i);
        assert_int_equal(rig->queue.used->idx, (uint16_t)(index + 1));
        assert_int_equal(rig->queue.used->ring[index % SIZE].id, i % SIZE);
        assert_int_equal(rig->queue.used->ring[index % SIZE].len, i);
        assert_true(virtqueue_wants_interrupt(&rig->queue));
        assert_false(virtqueue_wants_interrupt(&rig->queue));
    }
    /* All entries at once, across the corner. */
    rig->queue.next_available = rig->available = 65533;
    for (unsigned i = 0; i < SIZE; i++)
        rig->queue.available->ring[rig->available++ % SIZE] = (uint16_t)i;
    rig->queue.available->idx = rig->available;
    for (unsigned i = 0; i < SIZE; i++)
        assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), 1);
    assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), 0);
    assert_false(rig->queue.broken);
}

static void an_interrupt_is_wanted_when_the_event_is_passed(void **state)
{
    static const struct {
        uint16_t event, old, new;
        bool wanted;
    } cases[] = {
        {0,     0,     1,     true }, /* the event is the entry just written */
        {1,     0,     1,     false},
        {1,     0,     2,     true },
        {5,     0,     5,     false},
        {5,     0,     6,     true },
        {5,     6,     9,     false}, /* passed before already */
        {65535, 65535, 0,     true },
        {65535, 65534, 65535, false},
        {65535, 65530, 3,     true },
        {3,     65530, 3,     false},
        {2,     65530, 3,     true },
        {65529, 65530, 3,     false},
        {0,     7,     7,     false}, /* nothing was given */
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig->queue.judged_used = cases[i].old;
        rig->queue.next_used = cases[i].new;
        rig->queue.available->ring[SIZE] = cases[i].event;
        assert_int_equal(virtqueue_wants_interrupt(&rig->queue), cases[i].wanted);
    }
}

static void without_event_idx_flags_decide(void **state)
{
    struct rig *rig = *state;

    rig->queue.event_idx = false;
    virtqueue_silence(&rig->queue);
    assert_int_equal(rig->queue.used->flags, VRING_USED_F_NO_NOTIFY);
    assert_false(virtqueue_listen(&rig->queue));
    assert_int_equal(rig->queue.used->flags, 0);

    virtqueue_give(&rig->queue, 0, 0);
    assert_true(virtqueue_wants_interrupt(&rig->queue));
    rig->queue.available->flags = VRING_AVAIL_F_NO_INTERRUPT;
    virtqueue_give(&rig->queue, 0, 0);
    assert_false(virtqueue_wants_interrupt(&rig->queue));
}

static void listening_sees_what_came_meanwhile(void **state)
{
    struct rig *rig = *state;

    describe(rig, 0, DRIVER_DATA, 1, 0, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_false(virtqueue_listen(&rig->queue));
    /* avail_event follows the used ring: notify when the index goes past 1. */
    assert_int_equal(
        *(uint16_t *)driver_at(&(struct driver){.ram = rig->ram}, DRIVER_USED(0) + 4 + SIZE * 8),
        1);
    rig->queue.available->idx = ++rig->available;
    assert_true(virtqueue_listen(&rig->queue));
    virtqueue_untake(&rig->queue);
    assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), 1);
}

/* What a driver must not do: each breaks the queue for good, and no more is taken. */
static void refuse(struct rig *rig, uint16_t head)
{
    uint16_t before = rig->queue.next_available;

    assert_int_equal(take(rig, head), -EPROTO);
    assert_true(rig->queue.broken);
    assert_int_equal(rig->queue.next_available, before);
    assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), 0);
    rig->queue.broken = false;
    rig->queue.next_available = rig->available;
}

static void chains_that_make_no_sense_break_the_queue(void **state)
{
    struct rig *rig = *state;
    const uint64_t end = DRIVER_LOW;

    refuse(rig, SIZE); /* a head that is no descriptor */
    refuse(rig, 65535);
    describe(rig, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, SIZE);
    refuse(rig, 0); /* a link out of the table */
    describe(rig, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, 0);
    refuse(rig, 0); /* round and round */
    describe(rig, 0, DRIVER_DATA, 0, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, DRIVER_DATA, 0, VRING_DESC_F_NEXT, 0);
    refuse(rig, 0); /* also where it grows by nothing */
    describe(rig, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 1);
    describe(rig, 1, DRIVER_DATA, 1, 0, 0);
    refuse(rig, 0); /* written before read */
    describe(rig, 0, end - 1, 2, 0, 0);
    refuse(rig, 0); /* across the end of low RAM */
    describe(rig, 0, end, 1, 0, 0);
    refuse(rig, 0); /* in the hole */
    describe(rig, 0, HIGH - 1, 2, 0, 0);
    refuse(rig, 0); /* out of the hole */
    describe(rig, 0, HIGH + DRIVER_HIGH - 1, 2, 0, 0);
    refuse(rig, 0);
    describe(rig, 0, UINT64_MAX, 2, 0, 0);
    refuse(rig, 0); /* round the end of all addresses */
    describe(rig, 0, 0, UINT32_MAX, 0, 0);
    refuse(rig, 0); /* all that a length can say */
    describe(rig, 0, LAYOUT_VIRTIO, 4, VRING_DESC_F_WRITE, 0);
    refuse(rig, 0); /* a device's registers */
}

static void an_available_index_that_runs_ahead_breaks_the_queue(void **state)
{
    struct rig *rig = *state;

    rig->queue.available->idx = SIZE + 1;
    assert_int_equal(virtqueue_take(&rig->queue, &rig->buffer), -EPROTO);
    assert_true(rig->queue.broken);
}

static void a_length_of_nothing_is_no_piece(void **state)
{
    struct rig *rig = *state;

    describe(rig, 0, UINT64_MAX, 0, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, DRIVER_DATA, 7, VRING_DESC_F_WRITE, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(rig->buffer.readable, 0);
    assert_int_equal(rig->buffer.writable, 1);
    describe(rig, 0, 0, 0, 0, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(rig->buffer.readable + rig->buffer.writable, 0);
}

static void a_chain_holds_at_most_4_gib(void **state)
{
    struct rig *rig = *state;
    struct ram large;
    struct error error;

    /* Reserved, not touched. */
    assert_int_equal(ram_create(&large, 3 * LAYOUT_GIB + 4 * LAYOUT_MIB, &error), 0);
    rig->queue.ram = &large;
    describe(rig, 0, 0, 0x80000000, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, 0x1000, 0x80000000, 0, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(rig->buffer.readable_bytes, UINT64_C(1) << 32);
    describe(rig, 1, 0x1000, 0x80000000, VRING_DESC_F_NEXT, 2);
    describe(rig, 2, 0, 1, VRING_DESC_F_WRITE, 0);
    refuse(rig, 0);
    ram_destroy(&large);
}

static void indirect_tables_are_followed(void **state)
{
    struct rig *rig = *state;
    const unsigned entry = sizeof(struct vring_desc);

    /* Behind a direct descriptor; at an odd address; the flag for writing counts for nothing. */
    describe(rig, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, INDIRECT + 1, 2 * entry, VRING_DESC_F_INDIRECT | VRING_DESC_F_WRITE, 0);
    driver_describe(&rig->ram, INDIRECT + 1, 0, DRIVER_DATA, 2, VRING_DESC_F_NEXT, 1);
    driver_describe(&rig->ram, INDIRECT + 1, 1, DRIVER_DATA, 4, VRING_DESC_F_WRITE, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(rig->buffer.readable_bytes, 3);
    assert_int_equal(rig->buffer.writable_bytes, 4);

    /* As long as a buffer can be, and by one too long. */
    for (unsigned i = 0; i < VIRTQUEUE_PIECES_MAX; i++)
        driver_describe(&rig->ram, INDIRECT, i, DRIVER_DATA + i, 1,
                        i + 1 < VIRTQUEUE_PIECES_MAX ? VRING_DESC_F_NEXT : 0U, i + 1);
    describe(rig, 0, INDIRECT, (VIRTQUEUE_PIECES_MAX + 1) * entry, VRING_DESC_F_INDIRECT, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(rig->buffer.readable, VIRTQUEUE_PIECES_MAX);
    driver_describe(&rig->ram, INDIRECT, VIRTQUEUE_PIECES_MAX - 1, DRIVER_DATA, 1,
                    VRING_DESC_F_NEXT, VIRTQUEUE_PIECES_MAX);
    driver_describe(&rig->ram, INDIRECT, VIRTQUEUE_PIECES_MAX, DRIVER_DATA, 1, 0, 0);
    refuse(rig, 0);
    /* Also of links that hold nothing: a table as large as RAM would keep us busy for long. */
    for (unsigned i = 0; i <= VIRTQUEUE_PIECES_MAX; i++)
        driver_describe(&rig->ram, INDIRECT, i, DRIVER_DATA, 0,
                        i < VIRTQUEUE_PIECES_MAX ? VRING_DESC_F_NEXT : 0U, i + 1);
    refuse(rig, 0);
    for (unsigned i = 0; i < VIRTQUEUE_PIECES_MAX; i++)
        driver_describe(&rig->ram, INDIRECT, i, DRIVER_DATA + i, 1, VRING_DESC_F_NEXT, i + 1);
    /* Long because of what comes before it. */
    driver_describe(&rig->ram, INDIRECT, VIRTQUEUE_PIECES_MAX - 1, DRIVER_DATA, 1, 0, 0);
    describe(rig, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, INDIRECT, VIRTQUEUE_PIECES_MAX * entry, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0);
}

static void indirect_tables_that_make_no_sense_break_the_queue(void **state)
{
    struct rig *rig = *state;
    const unsigned entry = sizeof(struct vring_desc);

    driver_describe(&rig->ram, INDIRECT, 0, DRIVER_DATA, 1, 0, 0);
    driver_describe(&rig->ram, INDIRECT, 1, DRIVER_DATA, 1, 0, 0);
    describe(rig, 0, INDIRECT, entry, VRING_DESC_F_INDIRECT | VRING_DESC_F_NEXT, 1);
    describe(rig, 1, DRIVER_DATA, 1, 0, 0);
    refuse(rig, 0); /* more behind it */
    describe(rig, 0, INDIRECT, 0, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0);
    describe(rig, 0, INDIRECT, entry + 1, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0);
    describe(rig, 0, INDIRECT, entry - 1, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0);
    describe(rig, 0, DRIVER_LOW - entry, 2 * entry, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0); /* across the end of RAM */
    describe(rig, 0, 0, UINT32_MAX - 15, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0);
    describe(rig, 0, INDIRECT, entry, VRING_DESC_F_INDIRECT, 0);
    driver_describe(&rig->ram, INDIRECT, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, 1);
    refuse(rig, 0); /* a link out of the table */
    driver_describe(&rig->ram, INDIRECT, 0, DRIVER_DATA, 1, VRING_DESC_F_NEXT, 0);
    refuse(rig, 0); /* round and round */
    driver_describe(&rig->ram, INDIRECT, 0, INDIRECT, entry, VRING_DESC_F_INDIRECT, 0);
    refuse(rig, 0); /* a table in a table */
    driver_describe(&rig->ram, INDIRECT, 0, DRIVER_DATA, 1, 0, 0);
    rig->queue.indirect = false;
    refuse(rig, 0); /* not negotiated */
}

static void queues_are_enabled_in_ram_only(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint16_t size;
        uint64_t descriptors, available, used;
        bool good;
    } cases[] = {
        {8,                      TABLE,            0x20000,         0x30000,         true },
        {1,                      HIGH,             HIGH + 0x1002,   HIGH + 0x2004,   true },
        {VIRTQUEUE_SIZE_MAX,     TABLE,            0x20000,         0x30000,         true },
        {VIRTQUEUE_SIZE_MAX * 2, TABLE,            0x20000,         0x30000,         false},
        {0,                      TABLE,            0x20000,         0x30000,         false},
        {6,                      TABLE,            0x20000,         0x30000,         false},
        {32768,                  TABLE,            0x20000,         0x30000,         false},
        {8,                      TABLE + 8,        0x20000,         0x30000,         false},
        {8,                      TABLE,            0x20001,         0x30000,         false},
        {8,                      TABLE,            0x20000,         0x30002,         false},
 /* The last bytes of RAM, and one step beyond: event fields belong to the rings. */
        {8,                      DRIVER_LOW - 128, 0x20000,         0x30000,         true },
        {8,                      DRIVER_LOW - 112, 0x20000,         0x30000,         false},
        {8,                      TABLE,            DRIVER_LOW - 22, 0x30000,         true },
        {8,                      TABLE,            DRIVER_LOW - 20, 0x30000,         false},
        {8,                      TABLE,            0x20000,         DRIVER_LOW - 72, true },
        {8,                      TABLE,            0x20000,         DRIVER_LOW - 68, false},
        {8,                      TABLE,            0x20000,         UINT64_MAX - 3,  false},
        {8,                      LAYOUT_VIRTIO,    0x20000,         0x30000,         false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        virtqueue_reset(&rig->queue);
        rig->queue.size = cases[i].size;
        rig->queue.descriptors_gpa = cases[i].descriptors;
        rig->queue.available_gpa = cases[i].available;
        rig->queue.used_gpa = cases[i].used;
        assert_int_equal(virtqueue_enable(&rig->queue), cases[i].good);
        assert_int_equal(rig->queue.ready, cases[i].good);
    }
}

static void buffers_are_cut_at_any_offset(void **state)
{
    struct rig *rig = *state;
    char text[16] = "";
    struct iovec pieces[4];
    size_t total;

    memcpy(rig->ram.low + DRIVER_DATA, "abcdefgh", 8);
    describe(rig, 0, DRIVER_DATA, 3, VRING_DESC_F_NEXT, 1);
    describe(rig, 1, DRIVER_DATA + 3, 5, VRING_DESC_F_NEXT, 2);
    describe(rig, 2, DRIVER_DATA + 16, 2, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 3);
    describe(rig, 3, DRIVER_DATA + 24, 2, VRING_DESC_F_WRITE, 0);
    assert_int_equal(take(rig, 0), 1);
    assert_int_equal(virtqueue_read(&rig->buffer, 2, text, 4), 4);
    assert_string_equal(text, "cdef");
    assert_int_equal(virtqueue_read(&rig->buffer, 0, text, sizeof text), 8);
    assert_int_equal(virtqueue_read(&rig->buffer, 8, text, 1), 0);
    assert_int_equal(virtqueue_read(&rig->buffer, UINT64_MAX, text, 1), 0);
    assert_int_equal(virtqueue_write(&rig->buffer, 1, "xyz", 3), 3);
    assert_memory_equal(rig->ram.low + DRIVER_DATA + 16, "\0x\0", 3);
    assert_memory_equal(rig->ram.low + DRIVER_DATA + 24, "yz\0", 3);
    assert_int_equal(virtqueue_readable(&rig->buffer, 1, 4, pieces, 4, &total), 2);
    assert_int_equal(total, 4);
    assert_int_equal(pieces[0].iov_len, 2);
    assert_int_equal(pieces[1].iov_len, 2);
    assert_int_equal(virtqueue_readable(&rig->buffer, 0, 100, pieces, 1, &total), 1);
    assert_int_equal(total, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_chain_is_read_pieces_then_written_pieces),
        TEST(indexes_go_on_from_65535_to_0),
        TEST(an_interrupt_is_wanted_when_the_event_is_passed),
        TEST(without_event_idx_flags_decide),
        TEST(listening_sees_what_came_meanwhile),
        TEST(chains_that_make_no_sense_break_the_queue),
        TEST(an_available_index_that_runs_ahead_breaks_the_queue),
        TEST(a_length_of_nothing_is_no_piece),
        TEST(a_chain_holds_at_most_4_gib),
        TEST(indirect_tables_are_followed),
        TEST(indirect_tables_that_make_no_sense_break_the_queue),
        TEST(queues_are_enabled_in_ram_only),
        TEST(buffers_are_cut_at_any_offset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
