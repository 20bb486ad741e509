/* SPDX-License-Identifier: MIT */
/* Disks: requests of a driver against real files, with and without an overlay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "minivmm/devices/disk.h"
#include "minivmm/devices/virtio_blk.h"
#include "tests/unit/virtio_driver.h"

enum { SIZE = 64, SECTORS = 100 };

#define HEADER DRIVER_DATA
#define STATUS (DRIVER_DATA + 0x100)
#define DATA   (DRIVER_DATA + 0x1000)

/* As on a file system that knows no holes (vfat, NFS before version 4.2). */
static bool without_holes;

/* Instead of the C library's. */
int fallocate(int fd, int mode, off_t offset, off_t bytes)
{
    if (without_holes) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, offset, bytes);
}

struct rig {
    char path[32];
    struct driver *driver;
};

/* Each sector of the image holds its number. */
static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    uint8_t sector[DISK_SECTOR];

    if (!rig)
        return -1;
    strcpy(rig->path, "/tmp/test_vmm_blk.XXXXXX");
    int fd = mkstemp(rig->path);
    for (int i = 0; i < SECTORS; i++) {
        memset(sector, i + 1, sizeof sector);
        if (write(fd, sector, sizeof sector) != sizeof sector)
            return -1;
    }
    close(fd);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    if (rig->driver)
        driver_free(rig->driver);
    unlink(rig->path);
    free(rig);
    return 0;
}

static void open_disk(struct rig *rig, bool read_only, bool cow, uint64_t without)
{
    const struct minivmm_disk config = {rig->path, read_only, cow};
    struct virtio_device *device;
    struct error error;

    assert_int_equal(virtio_blk_create(&device, &config, &error), 0);
    rig->driver = driver_new(device);
    driver_start(rig->driver, SIZE, without);
}

static void close_disk(struct rig *rig)
{
    driver_free(rig->driver);
    rig->driver = NULL;
}

static uint8_t *data(struct rig *rig)
{
    return driver_at(rig->driver, DATA);
}

/* A request with these pieces of data; its status. */
static unsigned ask_pieces(struct rig *rig, uint32_t type, uint64_t sector,
                           const struct driver_piece *pieces, unsigned count)
{
    const struct virtio_blk_outhdr header = {.type = type, .sector = sector};
    struct driver_piece all[SIZE] = {
        {HEADER, sizeof header, false}
    };
    uint8_t *status = driver_at(rig->driver, STATUS);

    memcpy(driver_at(rig->driver, HEADER), &header, sizeof header);
    *status = 0xff;
    for (unsigned i = 0; i < count; i++)
        all[1 + i] = pieces[i];
    all[1 + count] = (struct driver_piece){STATUS, 1, true};
    driver_offer(rig->driver, 0, SIZE, all, count + 2);
    driver_serve(rig->driver, 0);
    return *status;
}

static unsigned ask(struct rig *rig, uint32_t type, uint64_t sector, uint32_t bytes)
{
    const struct driver_piece piece = {DATA, bytes,
                                       type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID};

    return ask_pieces(rig, type, sector, &piece, 1);
}

/* What the image's file holds in a sector, if all its bytes are the same. */
static int in_file(const struct rig *rig, int sector)
{
    uint8_t bytes[DISK_SECTOR];
    int fd = open(rig->path, O_RDONLY | O_CLOEXEC);

    assert_int_equal(pread(fd, bytes, sizeof bytes, (off_t)sector * DISK_SECTOR), sizeof bytes);
    close(fd);
    for (size_t i = 1; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], bytes[0]);
    return bytes[0];
}

/* What the guest reads from a sector. */
static int in_guest(struct rig *rig, uint64_t sector)
{
    memset(data(rig), 0xee, DISK_SECTOR);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, sector, DISK_SECTOR), VIRTIO_BLK_S_OK);
    for (size_t i = 1; i < DISK_SECTOR; i++)
        assert_int_equal(data(rig)[i], data(rig)[0]);
    return data(rig)[0];
}

static void put(struct rig *rig, uint64_t sector, int byte, uint32_t sectors)
{
    memset(data(rig), byte, sectors * DISK_SECTOR);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_OUT, sector, sectors * DISK_SECTOR), VIRTIO_BLK_S_OK);
}

static void the_disk_says_how_large_it_is(void **state)
{
    struct rig *rig = *state;
    uint64_t capacity;

    open_disk(rig, false, false, 0);
    bus_read(&rig->driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_CONFIG, 8, &capacity);
    assert_int_equal(capacity, SECTORS);
    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_CONFIG + 12), VIRTQUEUE_SIZE_MAX - 2);
    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_CONFIG + 20), 512);
}

static void what_is_written_is_read_and_in_the_file(void **state)
{
    struct rig *rig = *state;

    open_disk(rig, false, false, 0);
    assert_int_equal(in_guest(rig, 7), 8);
    put(rig, 7, 0x77, 2);
    assert_int_equal(in_guest(rig, 8), 0x77);
    assert_int_equal(in_guest(rig, 9), 10);
    assert_int_equal(ask_pieces(rig, VIRTIO_BLK_T_FLUSH, 0, NULL, 0), VIRTIO_BLK_S_OK);
    assert_int_equal(in_file(rig, 6), 7);
    assert_int_equal(in_file(rig, 7), 0x77);
    assert_int_equal(in_file(rig, 8), 0x77);
    assert_int_equal(in_file(rig, 9), 10);
}

static void data_comes_in_pieces_of_any_size(void **state)
{
    struct rig *rig = *state;
    const struct driver_piece pieces[] = {
        {DATA + 5,    1,   true},
        {DATA + 100,  500, true},
        {DATA + 1000, 11,  true},
        {DATA,        512, true}
    };

    open_disk(rig, false, false, 0);
    assert_int_equal(ask_pieces(rig, VIRTIO_BLK_T_IN, 3, pieces, 4), VIRTIO_BLK_S_OK);
    assert_int_equal(driver_used(rig->driver, 0)->ring[0].len, 1025);
    assert_int_equal(data(rig)[1000], 4);
    assert_int_equal(data(rig)[0], 5);
    assert_int_equal(data(rig)[511], 5);
}

/* The header itself may be in pieces, and share one with the data (2.7.4.1). */
static void framing_is_the_drivers_affair(void **state)
{
    struct rig *rig = *state;
    const struct virtio_blk_outhdr header = {.type = VIRTIO_BLK_T_OUT, .sector = 1};
    const struct driver_piece pieces[] = {
        {DATA,     3,                       false},
        {DATA + 3, sizeof header - 3 + 512, false},
        {STATUS,   1,                       true }
    };

    open_disk(rig, false, false, 0);
    memcpy(data(rig), &header, sizeof header);
    memset(data(rig) + sizeof header, 0x31, 512);
    driver_offer(rig->driver, 0, SIZE, pieces, 3);
    driver_serve(rig->driver, 0);
    assert_int_equal(in_file(rig, 1), 0x31);
}

static void sectors_outside_of_the_disk_are_errors(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint64_t sector;
        uint32_t bytes;
    } cases[] = {
        {SECTORS,           512 },
        {SECTORS - 1,       1024},
        {UINT64_MAX,        512 },
        {UINT64_MAX / 512,  1024},
        {UINT64_C(1) << 55, 512 },
        {0,                 511 },
        {0,                 513 }
    };

    open_disk(rig, false, false, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, cases[i].sector, cases[i].bytes),
                         VIRTIO_BLK_S_IOERR);
        assert_int_equal(ask(rig, VIRTIO_BLK_T_OUT, cases[i].sector, cases[i].bytes),
                         VIRTIO_BLK_S_IOERR);
    }
    for (int i = 0; i < SECTORS; i++)
        assert_int_equal(in_file(rig, i), i + 1);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, SECTORS, 0), VIRTIO_BLK_S_OK); /* nothing of it */
    assert_int_equal(ask(rig, 4711, 0, 512), VIRTIO_BLK_S_UNSUPP);
    assert_true(virtio_is_live(rig->driver->device));
}

static void a_read_only_disk_is_not_written(void **state)
{
    struct rig *rig = *state;

    open_disk(rig, true, false, 0);
    assert_true(rig->driver->device->offered >> VIRTIO_BLK_F_RO & 1);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_OUT, 0, 512), VIRTIO_BLK_S_IOERR);
    assert_int_equal(in_guest(rig, 0), 1);
    assert_int_equal(in_file(rig, 0), 1);
}

static unsigned ask_range(struct rig *rig, uint32_t type, uint64_t sector, uint32_t sectors,
                          uint32_t flags)
{
    const struct virtio_blk_discard_write_zeroes range = {sector, sectors, flags};
    const struct driver_piece piece = {DATA, sizeof range, false};

    memcpy(data(rig), &range, sizeof range);
    return ask_pieces(rig, type, 0, &piece, 1);
}

static void ranges_become_zeros(void **state)
{
    struct rig *rig = *state;
    const uint32_t unmap = VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;

    for (int cow = 0; cow < 2; cow++) {
        open_disk(rig, false, cow, 0);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 3, 20, 0), VIRTIO_BLK_S_OK);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 30, 1, unmap), VIRTIO_BLK_S_OK);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_DISCARD, 96, 4, 0), VIRTIO_BLK_S_OK);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_DISCARD, 40, 1, unmap), VIRTIO_BLK_S_UNSUPP);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 40, 1, 2), VIRTIO_BLK_S_UNSUPP);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 99, 2, 0), VIRTIO_BLK_S_IOERR);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_DISCARD, UINT64_MAX, UINT32_MAX, 0),
                         VIRTIO_BLK_S_IOERR);
        for (int i = 0; i < SECTORS; i++)
            assert_int_equal(in_guest(rig, (uint64_t)i),
                             (i >= 3 && i < 23) || i == 30 || i >= 96 ? 0 : i + 1);
        close_disk(rig);
        if (!cow) { /* the next round is to change nothing, so put it back */
            assert_int_equal(in_file(rig, 22), 0);
            unlink(rig->path);
            void *again = NULL;
            assert_int_equal(set_up(&again), 0);
            *rig = *(struct rig *)again;
            free(again);
        }
    }
    for (int i = 0; i < SECTORS; i++)
        assert_int_equal(in_file(rig, i), i + 1);
}

static void without_holes_a_discard_is_nothing_and_zeros_are_written(void **state)
{
    struct rig *rig = *state;

    without_holes = true;
    for (int cow = 1; cow >= 0; cow--) {
        open_disk(rig, false, cow, 0);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_DISCARD, 16, 30, 0), VIRTIO_BLK_S_OK);
        assert_int_equal(ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 50, 9, 0), VIRTIO_BLK_S_OK);
        assert_int_equal(
            ask_range(rig, VIRTIO_BLK_T_WRITE_ZEROES, 60, 9, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP),
            VIRTIO_BLK_S_OK);
        for (int i = 0; i < SECTORS; i++)
            assert_int_equal(in_guest(rig, (uint64_t)i),
                             (i >= 50 && i < 59) || (i >= 60 && i < 69) ? 0 : i + 1);
        close_disk(rig);
    }
    without_holes = false;
    assert_int_equal(in_file(rig, 16), 17);
    assert_int_equal(in_file(rig, 50), 0);
}

/* All of the disk at once, out of both files. */
static void compare_all(struct rig *rig, const int expected[SECTORS])
{
    assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, 0, SECTORS * DISK_SECTOR), VIRTIO_BLK_S_OK);
    for (int i = 0; i < SECTORS * DISK_SECTOR; i++)
        assert_int_equal(data(rig)[i], expected[i / DISK_SECTOR]);
}

static void an_overlay_leaves_the_image_alone(void **state)
{
    struct rig *rig = *state;
    int expected[SECTORS];
    unsigned random = 1;

    open_disk(rig, false, true, 0);
    for (int i = 0; i < SECTORS; i++)
        expected[i] = i + 1;
    /* Writes of any length at any place, in clusters that are, are not, or are half in there. */
    for (int round = 0; round < 200; round++) {
        random = random * 1103515245 + 12345;
        uint32_t sectors = 1 + random / 65536 % 20;
        uint64_t sector = random / 256 % (SECTORS - sectors + 1);
        put(rig, sector, round, sectors);
        for (uint32_t i = 0; i < sectors; i++)
            expected[sector + i] = round & 0xff;
        compare_all(rig, expected);
        if (round % 20 == 0)
            for (int i = 0; i < SECTORS; i++)
                assert_int_equal(in_guest(rig, (uint64_t)i), expected[i]);
    }
    assert_int_equal(ask_pieces(rig, VIRTIO_BLK_T_FLUSH, 0, NULL, 0), VIRTIO_BLK_S_OK);
    close_disk(rig);
    for (int i = 0; i < SECTORS; i++)
        assert_int_equal(in_file(rig, i), i + 1);
    open_disk(rig, false, true, 0); /* and it is forgotten */
    assert_int_equal(in_guest(rig, 0), 1);
}

static void a_full_disk_is_an_error_for_the_guest(void **state)
{
    struct rig *rig = *state;
    struct rlimit before, none;

    open_disk(rig, false, true, 0);
    /* No file may grow, or be written beyond 8 sectors; the overlay is one. */
    getrlimit(RLIMIT_FSIZE, &before);
    none = (struct rlimit){8 * DISK_SECTOR, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    memset(data(rig), 0x55, 20 * DISK_SECTOR);
    unsigned status = ask(rig, VIRTIO_BLK_T_OUT, 2, 20 * DISK_SECTOR);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, VIRTIO_BLK_S_IOERR);
    assert_int_equal(in_guest(rig, 1), 2); /* copied up, with what was beside it */
    assert_int_equal(in_guest(rig, 16), 17);
    assert_int_equal(in_guest(rig, 30), 31);
    put(rig, 2, 0x56, 20);
    assert_int_equal(in_guest(rig, 21), 0x56);
}

static void an_image_that_shrinks_is_an_error_for_the_guest(void **state)
{
    struct rig *rig = *state;

    open_disk(rig, false, false, 0);
    assert_int_equal(truncate(rig->path, 10 * DISK_SECTOR), 0);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, 8, 4 * DISK_SECTOR), VIRTIO_BLK_S_IOERR);
    assert_int_equal(in_guest(rig, 9), 10);
}

static void the_disk_has_the_images_name(void **state)
{
    struct rig *rig = *state;

    open_disk(rig, false, false, 0);
    memset(data(rig), 0xee, 64);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_GET_ID, 0, 20), VIRTIO_BLK_S_OK);
    assert_memory_equal(data(rig), rig->path + 5, 20 < strlen(rig->path + 5) ? 20 : 19);
    assert_int_equal(data(rig)[20], 0xee);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_GET_ID, 0, 19), VIRTIO_BLK_S_IOERR);
}

/* A request without a header, or without a place for its status, cannot be answered. */
static void half_requests_break_the_device(void **state)
{
    struct rig *rig = *state;
    const struct driver_piece cases[][2] = {
        {{HEADER, 15, false}, {STATUS, 1, true}   },
        {{HEADER, 16, false}, {HEADER, 512, false}},
        {{HEADER, 0, false},  {STATUS, 0, true}   },
    };

    open_disk(rig, false, false, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        driver_offer(rig->driver, 0, SIZE, cases[i], 2);
        driver_serve(rig->driver, 0);
        assert_false(virtio_is_live(rig->driver->device));
        assert_int_equal(driver_used(rig->driver, 0)->idx, 0);
        driver_start(rig->driver, SIZE, 0);
    }
}

static void one_writer_or_many_readers(void **state)
{
    struct rig *rig = *state;
    const struct minivmm_disk write = {rig->path, 0, 0}, cow = {rig->path, 0, 1},
                              read = {rig->path, 1, 0};
    struct disk first, second, third;
    struct error error;

    assert_int_equal(disk_open(&first, &write, &error), 0);
    assert_int_equal(disk_open(&second, &write, &error), -EBUSY);
    assert_non_null(strstr(error.text, rig->path));
    assert_int_equal(disk_open(&second, &cow, &error), -EBUSY);
    disk_close(&first);
    assert_int_equal(disk_open(&first, &cow, &error), 0);
    assert_int_equal(disk_open(&second, &read, &error), 0);
    assert_int_equal(disk_open(&third, &write, &error), -EBUSY);
    disk_close(&first);
    disk_close(&second);
}

static void what_is_no_image_is_refused_in_one_line(void **state)
{
    struct rig *rig = *state;
    struct minivmm_disk config = {"/nonexistent/image", 0, 0};
    struct disk disk;
    struct error error;

    assert_int_equal(disk_open(&disk, &config, &error), -ENOENT);
    for (int read_only = 0; read_only < 2; read_only++) {
        config = (struct minivmm_disk){"/tmp", read_only, 0};
        assert_int_equal(disk_open(&disk, &config, &error), -EISDIR);
        assert_non_null(strstr(error.text, "directory"));
        config = (struct minivmm_disk){"/dev/null", read_only, 0};
        assert_int_equal(disk_open(&disk, &config, &error), -EINVAL);
    }
    config = (struct minivmm_disk){rig->path, 0, 0};
    assert_int_equal(truncate(rig->path, 513), 0);
    assert_int_equal(disk_open(&disk, &config, &error), -EINVAL);
    assert_int_equal(truncate(rig->path, 0), 0);
    assert_int_equal(disk_open(&disk, &config, &error), -EINVAL);
    assert_null(strchr(error.text, '\n'));
    unlink(rig->path);
    assert_int_equal(mkfifo(rig->path, 0600), 0);
    assert_int_equal(disk_open(&disk, &config, &error), -EINVAL);
}

/* A long request, and a vCPU that resets the device meanwhile. */
static void a_reset_does_not_wait_for_a_long_request(void **state)
{
    struct rig *rig = *state;
    const struct virtio_blk_outhdr header = {.type = VIRTIO_BLK_T_IN};
    struct driver_piece pieces[SIZE] = {
        {HEADER, sizeof header, false}
    };
    struct error error;

    /* 62 times the same 2 MiB of memory: 124 MiB to be read, all of them from a hole. */
    assert_int_equal(truncate(rig->path, 128 << 20), 0);
    open_disk(rig, false, false, 0);
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    for (unsigned i = 1; i < SIZE - 1; i++)
        pieces[i] = (struct driver_piece){UINT64_C(0x200000), 2 << 20, true};
    pieces[SIZE - 1] = (struct driver_piece){UINT64_C(0x3fffff), 1, true};
    pieces[0].gpa = UINT64_C(0x1f0000);
    for (unsigned i = 0; i < 50; i++) {
        driver_start(rig->driver, SIZE, 0);
        memcpy(driver_at(rig->driver, pieces[0].gpa), &header, sizeof header);
        driver_offer(rig->driver, 0, SIZE, pieces, SIZE);
        driver_write(rig->driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        for (unsigned k = 0; k < i; k++)
            sched_yield();
        driver_write(rig->driver, VIRTIO_MMIO_STATUS, 0);
        assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_STATUS), 0);
        uint8_t *byte = driver_at(rig->driver, UINT64_C(0x200000));
        *byte = 0xaa; /* the memory is the driver's again */
        sched_yield();
        assert_int_equal(*byte, 0xaa);
    }
    /* A vCPU that wants something else holds the request up, and it is done all the same. */
    driver_start(rig->driver, SIZE, 0);
    memcpy(driver_at(rig->driver, pieces[0].gpa), &header, sizeof header);
    driver_offer(rig->driver, 0, SIZE, pieces, SIZE);
    driver_write(rig->driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    for (unsigned i = 0; i < 100; i++)
        driver_write(rig->driver, VIRTIO_MMIO_QUEUE_SEL, i);
    while (__atomic_load_n(&driver_used(rig->driver, 0)->idx, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
}

/* --- a driver that changes its mind ---------------------------------------------------------- */

struct scribbler {
    struct driver *driver;
    atomic_bool stop;
};

/* Any byte of queue and header, at any time: what a vCPU may do while another one notifies. */
static void *scribble(void *argument)
{
    struct scribbler *scribbler = argument;
    uint8_t *queue = driver_at(scribbler->driver, DRIVER_QUEUE(0));
    uint8_t *header = driver_at(scribbler->driver, HEADER);
    unsigned random = 1;

    while (!atomic_load(&scribbler->stop)) {
        random = random * 1103515245 + 12345;
        /* Mostly the first descriptors and the heads of the rings, where it matters. */
        uint8_t *at = random >> 30 == 0 ? header + random / 256 % 16
                                        : queue + (random >> 28 & 2) * 0x1000 + random / 256 % 64;
        __atomic_store_n(at, (uint8_t)(random >> 16), __ATOMIC_RELAXED);
    }
    return NULL;
}

static void a_driver_that_changes_its_mind_harms_only_itself(void **state)
{
    struct rig *rig = *state;
    const struct virtio_blk_outhdr header = {.type = VIRTIO_BLK_T_IN};
    const struct driver_piece pieces[] = {
        {HEADER, sizeof header, false},
        {DATA,   4096,          true },
        {STATUS, 1,             true }
    };
    struct scribbler scribbler = {0};
    struct error error;
    pthread_t thread;

    open_disk(rig, false, true, 0);
    scribbler.driver = rig->driver;
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    assert_int_equal(pthread_create(&thread, NULL, scribble, &scribbler), 0);
    for (unsigned i = 0; i < 1000; i++) {
        driver_start(rig->driver, SIZE, 0);
        memcpy(driver_at(rig->driver, HEADER), &header, sizeof header);
        for (unsigned k = 0; k < 8; k++)
            driver_offer(rig->driver, 0, SIZE, pieces, 3);
        driver_write(rig->driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        sched_yield();
    }
    atomic_store(&scribbler.stop, true);
    pthread_join(thread, NULL);
    driver_start(rig->driver, SIZE, 0);
    virtio_stop(rig->driver->device, -1);
    /* It works, and the image is as it was. */
    driver_start(rig->driver, SIZE, 0);
    assert_int_equal(ask(rig, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
    for (int i = 0; i < SECTORS; i++)
        assert_int_equal(in_file(rig, i), i + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_disk_says_how_large_it_is),
        TEST(what_is_written_is_read_and_in_the_file),
        TEST(data_comes_in_pieces_of_any_size),
        TEST(framing_is_the_drivers_affair),
        TEST(sectors_outside_of_the_disk_are_errors),
        TEST(a_read_only_disk_is_not_written),
        TEST(ranges_become_zeros),
        TEST(without_holes_a_discard_is_nothing_and_zeros_are_written),
        TEST(an_overlay_leaves_the_image_alone),
        TEST(a_full_disk_is_an_error_for_the_guest),
        TEST(an_image_that_shrinks_is_an_error_for_the_guest),
        TEST(the_disk_has_the_images_name),
        TEST(half_requests_break_the_device),
        TEST(one_writer_or_many_readers),
        TEST(what_is_no_image_is_refused_in_one_line),
        TEST(a_reset_does_not_wait_for_a_long_request),
        TEST(a_driver_that_changes_its_mind_harms_only_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
