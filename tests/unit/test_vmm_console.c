/* SPDX-License-Identifier: MIT */
/* The console's ports: streams that begin, flow, stand still and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_console.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "minivmm/devices/virtio_console.h"
#include "tests/unit/virtio_driver.h"

enum { SIZE = 16, CONTROL_IN = 2, CONTROL_OUT = 3, BIG = 1 << 20 };

/* Queues of the ports: 5.3.2. Those of streams: with no terminal before them. */
enum { CONSOLE_IN = 0, CONSOLE_OUT = 1, STDIN = 0, STDOUT = 5, STDERR = 7 };

#define MESSAGE  (DRIVER_DATA)           /* to the device */
#define MESSAGES (DRIVER_DATA + 0x10000) /* from the device, one each 64 bytes */
#define DATA     (DRIVER_DATA + 0x20000)

struct rig {
    struct driver *driver;
    int in[2], out[2]; /* pipes; the device has in[0] and out[1] */
    uint16_t heard;    /* messages from the device so far */
};

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig || pipe2(rig->in, O_CLOEXEC) < 0 || pipe2(rig->out, O_CLOEXEC) < 0)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    *state = rig;
    return 0;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    if (rig->driver)
        driver_free(rig->driver);
    for (int i = 0; i < 2; i++) {
        shut(&rig->in[i]);
        shut(&rig->out[i]);
    }
    free(rig);
    return 0;
}

static void open_console(struct rig *rig, const struct virtio_console_ports *ports)
{
    struct virtio_device *device;
    struct error error;

    assert_int_equal(virtio_console_create(&device, ports, &error), 0);
    rig->driver = driver_new(device);
    driver_start(rig->driver, SIZE, 0);
    for (unsigned i = 0; i < SIZE; i++) {
        const struct driver_piece piece = {MESSAGES + i * 64, 64, true};
        driver_offer(rig->driver, CONTROL_IN, SIZE, &piece, 1);
    }
}

/* A program's streams on the pipes. */
static void open_streams(struct rig *rig)
{
    open_console(rig, &(struct virtio_console_ports){-1, -1, rig->in[0], rig->out[1], -1, false});
}

/* Let the device look at what the host has, as the worker does after poll(2). */
static void look(struct rig *rig)
{
    struct virtio_device *device = rig->driver->device;

    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++) {
        struct pollfd now = {.fd = device->sources[i].fd, .events = device->sources[i].events};
        device->taken = 0;
        if (now.fd >= 0 && now.events && (device->sources[i].always || virtio_is_live(device)) &&
            poll(&now, 1, 0) > 0)
            device->kind->ready(device, i, now.revents);
    }
}

static void say(struct rig *rig, uint32_t id, uint16_t event, uint16_t value)
{
    const struct virtio_console_control control = {id, event, value};
    const struct driver_piece piece = {MESSAGE, sizeof control, false};

    memcpy(driver_at(rig->driver, MESSAGE), &control, sizeof control);
    driver_offer(rig->driver, CONTROL_OUT, SIZE, &piece, 1);
    driver_serve(rig->driver, CONTROL_OUT);
}

static bool has_message(const struct rig *rig)
{
    return driver_used(rig->driver, CONTROL_IN)->idx != rig->heard;
}

/* The next message has to be this. Returns what follows it. */
static const char *hear(struct rig *rig, uint32_t id, uint16_t event, uint16_t value, uint32_t more)
{
    const volatile struct vring_used *used = driver_used(rig->driver, CONTROL_IN);
    struct virtio_console_control control;

    assert_true(has_message(rig));
    const uint32_t number = used->ring[rig->heard % SIZE].id;
    assert_int_equal(used->ring[rig->heard % SIZE].len, sizeof control + more);
    const char *at = driver_at(rig->driver, MESSAGES + number * 64);
    memcpy(&control, at, sizeof control);
    assert_int_equal(control.id, id);
    assert_int_equal(control.event, event);
    assert_int_equal(control.value, value);
    rig->heard++;
    return at + sizeof control;
}

/* As Linux does at its start, with a program's ports. */
static void introduce_streams(struct rig *rig, bool in_open)
{
    static const char *const names[] = {"org.virtlab.stdin", "org.virtlab.stdout",
                                        "org.virtlab.stderr"};

    say(rig, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
    for (uint32_t i = 0; i < 3; i++)
        hear(rig, i, VIRTIO_CONSOLE_PORT_ADD, 1, 0);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t length = (uint32_t)strlen(names[i]);
        say(rig, i, VIRTIO_CONSOLE_PORT_READY, 1);
        assert_memory_equal(hear(rig, i, VIRTIO_CONSOLE_PORT_NAME, 1, length), names[i], length);
        if (i != 0 || in_open)
            hear(rig, i, VIRTIO_CONSOLE_PORT_OPEN, 1, 0);
        say(rig, i, VIRTIO_CONSOLE_PORT_OPEN, 1);
    }
    assert_false(has_message(rig));
}

static void offer_room(struct rig *rig, unsigned queue, uint32_t bytes)
{
    const struct driver_piece piece = {DATA, bytes, true};

    driver_offer(rig->driver, queue, SIZE, &piece, 1);
    driver_serve(rig->driver, queue);
}

static void print(struct rig *rig, unsigned queue, uint64_t gpa, uint32_t bytes)
{
    const struct driver_piece piece = {gpa, bytes, false};

    driver_offer(rig->driver, queue, SIZE, &piece, 1);
    driver_serve(rig->driver, queue);
}

static uint16_t used(const struct rig *rig, unsigned queue)
{
    return driver_used(rig->driver, queue)->idx;
}

static int unread(int fd)
{
    int bytes = -1;

    ioctl(fd, FIONREAD, &bytes);
    return bytes;
}

static void only_the_ports_asked_for_exist(void **state)
{
    struct rig *rig = *state;
    const int in = rig->in[0], out = rig->out[1];
    struct virtio_device *device;
    struct error error;
    uint64_t shown;

    open_console(rig, &(struct virtio_console_ports){in, out, -1, -1, out, false});
    bus_read(&rig->driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_CONFIG, 8, &shown);
    assert_int_equal(shown >> 32, 4);
    assert_int_equal(rig->driver->device->queues_count, 2 + 2 * 4);
    say(rig, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
    for (uint32_t i = 0; i < 4; i++)
        hear(rig, i, VIRTIO_CONSOLE_PORT_ADD, 1, 0);
    say(rig, 3, VIRTIO_CONSOLE_PORT_READY, 1);
    assert_memory_equal(hear(rig, 3, VIRTIO_CONSOLE_PORT_NAME, 1, 18), "org.virtlab.stderr", 18);

    assert_int_equal(
        virtio_console_create(&device, &(struct virtio_console_ports){in, -1, -1, -1, -1, false},
                              &error),
        0);
    assert_int_equal(device->queues_count, 2 + 2 * 1);
    virtio_destroy(device);
    assert_int_equal(
        virtio_console_create(&device, &(struct virtio_console_ports){-1, -1, -1, -1, -1, false},
                              &error),
        -EINVAL);
}

static void input_is_read_when_the_guest_has_room_and_has_opened(void **state)
{
    struct rig *rig = *state;

    open_streams(rig);
    assert_int_equal(write(rig->in[1], "typed", 5), 5);
    offer_room(rig, STDIN, 3);
    look(rig);
    assert_int_equal(unread(rig->in[0]), 5); /* the port is not open */
    introduce_streams(rig, true);
    look(rig);
    assert_int_equal(used(rig, STDIN), 1);
    assert_int_equal(driver_used(rig->driver, STDIN)->ring[0].len, 3);
    assert_memory_equal(driver_at(rig->driver, DATA), "typ", 3);
    look(rig);
    assert_int_equal(unread(rig->in[0]), 2); /* there is no room */
    offer_room(rig, STDIN, 100);
    look(rig);
    assert_int_equal(driver_used(rig->driver, STDIN)->ring[1].len, 2);
    assert_false(has_message(rig));
}

static void the_end_of_input_closes_the_port_behind_the_last_byte(void **state)
{
    struct rig *rig = *state;

    open_streams(rig);
    introduce_streams(rig, true);
    assert_int_equal(write(rig->in[1], "last", 4), 4);
    shut(&rig->in[1]);
    offer_room(rig, STDIN, 4);
    look(rig);
    assert_int_equal(driver_used(rig->driver, STDIN)->ring[0].len, 4);
    assert_false(has_message(rig)); /* that it has ended is seen by reading on */
    offer_room(rig, STDIN, 4);
    look(rig);
    hear(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 0, 0);
    assert_int_equal(used(rig, STDIN), 1);
    look(rig);
    assert_false(has_message(rig));
    /* A driver that starts again finds the port closed. */
    driver_start(rig->driver, SIZE, 0);
    rig->heard = 0;
    for (unsigned i = 0; i < SIZE; i++) {
        const struct driver_piece piece = {MESSAGES + i * 64, 64, true};
        driver_offer(rig->driver, CONTROL_IN, SIZE, &piece, 1);
    }
    introduce_streams(rig, false);
}

static void output_reaches_the_host(void **state)
{
    struct rig *rig = *state;
    char text[16];

    open_streams(rig);
    introduce_streams(rig, true);
    memcpy(driver_at(rig->driver, DATA), "output", 6);
    print(rig, STDOUT, DATA, 6);
    assert_int_equal(read(rig->out[0], text, sizeof text), 6);
    assert_memory_equal(text, "output", 6);
    print(rig, STDERR, DATA, 6); /* has no descriptor: dropped, and the guest is told */
    assert_int_equal(used(rig, STDERR), 1);
    hear(rig, 2, VIRTIO_CONSOLE_PORT_OPEN, 0, 0);
    print(rig, STDIN + 1, DATA, 6); /* makes no sense: dropped */
    assert_int_equal(used(rig, STDIN + 1), 1);
}

static void a_slow_reader_loses_nothing(void **state)
{
    struct rig *rig = *state;
    uint8_t *data, piece[3000];
    size_t got = 0;

    open_streams(rig);
    introduce_streams(rig, true);
    data = driver_at(rig->driver, DATA);
    for (size_t i = 0; i < BIG; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    print(rig, STDOUT, DATA, BIG); /* more than a pipe holds */
    print(rig, STDOUT, DATA, 2);
    assert_int_equal(used(rig, STDOUT), 0);
    assert_true(rig->driver->device->kind->pending(rig->driver->device));
    while (got < BIG) {
        ssize_t more =
            read(rig->out[0], piece, BIG - got < sizeof piece ? BIG - got : sizeof piece);
        assert_true(more > 0);
        for (ssize_t i = 0; i < more; i++, got++)
            assert_int_equal(piece[i], data[got]);
        look(rig);
    }
    assert_int_equal(used(rig, STDOUT), 2);
    assert_int_equal(unread(rig->out[0]), 2);
    assert_false(rig->driver->device->kind->pending(rig->driver->device));
}

static void a_reader_that_goes_away_closes_the_port(void **state)
{
    struct rig *rig = *state;
    struct error error;

    open_streams(rig);
    introduce_streams(rig, true);
    print(rig, STDOUT, DATA, BIG);
    assert_int_equal(used(rig, STDOUT), 0);
    shut(&rig->out[0]);
    look(rig);
    assert_int_equal(used(rig, STDOUT), 1);
    hear(rig, 1, VIRTIO_CONSOLE_PORT_OPEN, 0, 0);
    print(rig, STDOUT, DATA, BIG); /* dropped */
    assert_int_equal(used(rig, STDOUT), 2);
    assert_false(has_message(rig));
    assert_int_equal(virtio_console_check(rig->driver->device, &error), 0);
}

static void a_full_disk_is_told_at_the_end(void **state)
{
    struct rig *rig = *state;
    struct error error;

    shut(&rig->out[1]);
    rig->out[1] = open("/dev/full", O_WRONLY | O_CLOEXEC);
    open_streams(rig);
    introduce_streams(rig, true);
    print(rig, STDOUT, DATA, 10);
    assert_int_equal(used(rig, STDOUT), 1);
    hear(rig, 1, VIRTIO_CONSOLE_PORT_OPEN, 0, 0);
    assert_int_equal(virtio_console_check(rig->driver->device, &error), -ENOSPC);
}

static void sockets_are_streams_too(void **state)
{
    struct rig *rig = *state;
    int both[2];
    char text[8];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both), 0);
    open_console(rig, &(struct virtio_console_ports){-1, -1, both[0], both[0], both[0], false});
    introduce_streams(rig, true);
    assert_int_equal(write(both[1], "in", 2), 2);
    offer_room(rig, STDIN, 8);
    offer_room(rig, STDIN, 8);
    look(rig);
    assert_int_equal(used(rig, STDIN), 1);
    print(rig, STDERR, DATA, 2);
    assert_int_equal(read(both[1], text, sizeof text), 2);
    print(rig, STDOUT, DATA, BIG);
    assert_int_equal(used(rig, STDOUT), 0); /* it is full, and nobody waits for it */
    close(both[1]);
    look(rig);
    assert_int_equal(used(rig, STDOUT), 1);
    close(both[0]);
}

static void the_console_is_port_0_and_has_a_size(void **state)
{
    struct rig *rig = *state;
    struct winsize size = {.ws_row = 30, .ws_col = 100};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    uint64_t shown;

    assert_int_equal(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    open_console(rig, &(struct virtio_console_ports){rig->in[0], terminal, -1, -1, -1, false});
    bus_read(&rig->driver->bus, LAYOUT_VIRTIO + VIRTIO_MMIO_CONFIG, 8, &shown);
    assert_int_equal(shown, UINT64_C(1) << 32 | 30 << 16 | 100);
    say(rig, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
    hear(rig, 0, VIRTIO_CONSOLE_PORT_ADD, 1, 0);
    say(rig, 0, VIRTIO_CONSOLE_PORT_READY, 1);
    hear(rig, 0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, 0);
    hear(rig, 0, VIRTIO_CONSOLE_RESIZE, 1, 4);
    hear(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 1, 0);

    size.ws_col = 132;
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    virtio_console_resize(rig->driver->device);
    look(rig);
    assert_memory_equal(hear(rig, 0, VIRTIO_CONSOLE_RESIZE, 1, 4), "\204\0\36\0", 4);
    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_CONFIG), 30 << 16 | 132);
    assert_int_equal(driver_read(rig->driver, VIRTIO_MMIO_CONFIG_GENERATION), 1);
    virtio_console_resize(rig->driver->device);
    look(rig);
    assert_false(has_message(rig)); /* nothing has changed */

    /* Input waits until the console is open, and its end does not close it. */
    assert_int_equal(write(rig->in[1], "x", 1), 1);
    shut(&rig->in[1]);
    offer_room(rig, CONSOLE_IN, 4);
    offer_room(rig, CONSOLE_IN, 4);
    look(rig);
    assert_int_equal(used(rig, CONSOLE_IN), 0);
    say(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
    look(rig);
    assert_int_equal(used(rig, CONSOLE_IN), 1);
    look(rig);
    assert_false(has_message(rig));
    close(terminal);
    close(master);
}

/* One open console, which reads from the pipe. */
static void open_terminal(struct rig *rig, bool escapes)
{
    open_console(rig, &(struct virtio_console_ports){.console_in = rig->in[0],
                                                     .console_out = rig->out[1],
                                                     .stdin_fd = -1,
                                                     .stdout_fd = -1,
                                                     .stderr_fd = -1,
                                                     .escapes = escapes});
    say(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
}

static bool has_quit(const struct rig *rig)
{
    return rig->driver->control.ended && rig->driver->control.end == MINIVMM_SYSTEM_QUIT;
}

static void ctrl_a_x_is_the_guests_where_nobody_asked_for_it(void **state)
{
    struct rig *rig = *state;

    open_terminal(rig, false);
    assert_int_equal(write(rig->in[1], "\1x\1\1", 4), 4);
    offer_room(rig, CONSOLE_IN, 16);
    look(rig);
    assert_int_equal(driver_used(rig->driver, CONSOLE_IN)->ring[0].len, 4);
    assert_memory_equal(driver_at(rig->driver, DATA), "\1x\1\1", 4);
    assert_false(has_quit(rig));
}

static void ctrl_a_x_ends_the_machine(void **state)
{
    struct rig *rig = *state;

    open_terminal(rig, true);
    assert_int_equal(write(rig->in[1], "a\1\1b\1x", 6), 6);
    offer_room(rig, CONSOLE_IN, 16);
    look(rig);
    assert_int_equal(driver_used(rig->driver, CONSOLE_IN)->ring[0].len, 3);
    assert_memory_equal(driver_at(rig->driver, DATA), "a\1b", 3);
    assert_true(has_quit(rig));
}

static void ctrl_a_x_needs_no_driver(void **state)
{
    struct rig *rig = *state;
    struct pollfd end;
    struct error error;

    open_terminal(rig, true);
    driver_write(rig->driver, VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    assert_int_equal(write(rig->in[1], "\1x", 2), 2);
    end = (struct pollfd){.fd = rig->driver->control.event_fd, .events = POLLIN};
    assert_int_equal(poll(&end, 1, 60 * 1000), 1);
    virtio_stop(rig->driver->device, -1);
    assert_true(has_quit(rig));
}

static void keys_wait_for_the_guest_and_ctrl_a_x_for_nobody(void **state)
{
    struct rig *rig = *state;
    static char page[4096];

    open_terminal(rig, true);
    say(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 0);
    assert_int_equal(write(rig->in[1], "early", 5), 5);
    look(rig);
    offer_room(rig, CONSOLE_IN, 3);
    assert_int_equal(used(rig, CONSOLE_IN), 0);
    say(rig, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
    assert_int_equal(used(rig, CONSOLE_IN), 1);
    assert_memory_equal(driver_at(rig->driver, DATA), "ear", 3);
    offer_room(rig, CONSOLE_IN, 9);
    assert_int_equal(driver_used(rig->driver, CONSOLE_IN)->ring[1].len, 2);
    assert_memory_equal(driver_at(rig->driver, DATA), "ly", 2);
    /* No room in the guest, and soon none here. */
    memset(page, 'k', sizeof page);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(write(rig->in[1], page, sizeof page), sizeof page);
        look(rig);
        assert_int_equal(unread(rig->in[0]), 0);
    }
    assert_false(has_quit(rig));
    assert_int_equal(write(rig->in[1], "\1x", 2), 2);
    look(rig);
    assert_true(has_quit(rig));
}

static void output_without_end_leaves_a_turn_to_ctrl_a_x(void **state)
{
    struct rig *rig = *state;

    shut(&rig->out[1]);
    rig->out[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
    open_terminal(rig, true);
    for (int i = 0; i < 4; i++) {
        const struct driver_piece piece = {DATA, BIG, false};
        driver_offer(rig->driver, CONSOLE_OUT, SIZE, &piece, 1);
    }
    driver_serve(rig->driver, CONSOLE_OUT);
    assert_int_equal(used(rig, CONSOLE_OUT), 1);
    assert_true(rig->driver->device->again >> CONSOLE_OUT & 1);
    while (rig->driver->device->again) {
        rig->driver->device->again = 0;
        driver_serve(rig->driver, CONSOLE_OUT);
    }
    assert_int_equal(used(rig, CONSOLE_OUT), 4);
}

/* As a program has it that shows a terminal in a window, or records what is said in one. */
static void a_terminals_master_is_written_as_it_is(void **state)
{
    struct rig *rig = *state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char text[8];

    assert_int_equal(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    open_console(rig, &(struct virtio_console_ports){-1, master, -1, -1, -1, false});
    memcpy(driver_at(rig->driver, DATA), "line\n", 5);
    print(rig, CONSOLE_OUT, DATA, 5);
    assert_int_equal(read(terminal, text, sizeof text), 5);
    close(terminal);
    close(master);
}

static void messages_that_make_no_sense_are_dropped(void **state)
{
    struct rig *rig = *state;
    const struct driver_piece half = {MESSAGE, 7, false}, none = {MESSAGE, 0, false},
                              wrong = {MESSAGE, 64, true};

    open_streams(rig);
    for (uint32_t event = 0; event < 12; event++)
        for (uint32_t id = 4; id < 8; id++)
            if (event != VIRTIO_CONSOLE_DEVICE_READY)
                say(rig, id * id * id * 1000, (uint16_t)event, 1);
    say(rig, 3, VIRTIO_CONSOLE_PORT_READY, 1); /* the first that there is not */
    say(rig, 1, 99, 1);
    driver_offer(rig->driver, CONTROL_OUT, SIZE, &half, 1);
    driver_offer(rig->driver, CONTROL_OUT, SIZE, &none, 1);
    driver_offer(rig->driver, CONTROL_OUT, SIZE, &wrong, 1);
    driver_serve(rig->driver, CONTROL_OUT);
    assert_false(has_message(rig));
    assert_int_equal(used(rig, CONTROL_OUT), rig->driver->offered[CONTROL_OUT]);
    assert_true(virtio_is_live(rig->driver->device));
}

static void without_buffers_only_the_last_word_is_kept(void **state)
{
    struct rig *rig = *state;
    struct virtio_device *device;
    struct error error;
    const struct virtio_console_ports ports = {-1, -1, rig->in[0], rig->out[1], rig->out[1], false};

    assert_int_equal(virtio_console_create(&device, &ports, &error), 0);
    rig->driver = driver_new(device);
    driver_start(rig->driver, SIZE, 0);
    for (int i = 0; i < 1000; i++)
        say(rig, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
    for (unsigned i = 0; i < 5; i++) {
        const struct driver_piece piece = {MESSAGES + i * 64, 64, true};
        driver_offer(rig->driver, CONTROL_IN, SIZE, &piece, 1);
    }
    driver_serve(rig->driver, CONTROL_IN);
    for (uint32_t i = 0; i < 3; i++)
        hear(rig, i, VIRTIO_CONSOLE_PORT_ADD, 1, 0);
    assert_false(has_message(rig));
}

/* --- with the worker: the end ---------------------------------------------------------------- */

struct reader {
    int fd;
    size_t total;
};

static void *read_all(void *argument)
{
    struct reader *reader = argument;
    uint8_t bytes[4096];
    ssize_t got;

    while (reader->total < BIG && (got = read(reader->fd, bytes, sizeof bytes)) > 0) {
        reader->total += (size_t)got;
        sched_yield(); /* slow */
    }
    return NULL;
}

static void what_was_written_before_the_end_arrives(void **state)
{
    struct rig *rig = *state;
    struct reader reader = {.fd = rig->out[0]};
    struct error error;
    pthread_t thread;
    int hurry = eventfd(0, EFD_CLOEXEC);

    open_streams(rig);
    introduce_streams(rig, true);
    /* In the queue, not even notified; input that nobody will use any more stays where it is. */
    const struct driver_piece piece = {DATA, BIG, false}, room = {DATA, 16, true};
    assert_int_equal(write(rig->in[1], "rest", 4), 4);
    driver_offer(rig->driver, STDOUT, SIZE, &piece, 1);
    driver_offer(rig->driver, STDIN, SIZE, &room, 1);
    driver_silence(rig->driver);
    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++)
        rig->driver->device->sources[i].events = 0;
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    virtio_stop(rig->driver->device, hurry);
    shut(&rig->out[1]);
    pthread_join(thread, NULL);
    assert_int_equal(reader.total, BIG);
    assert_int_equal(unread(rig->in[0]), 4);
    close(hurry);
}

static void a_reader_that_does_not_read_is_not_waited_for_in_a_hurry(void **state)
{
    struct rig *rig = *state;
    const struct driver_piece piece = {DATA, BIG, false};
    struct error error;
    int hurry = eventfd(1, EFD_CLOEXEC);

    open_streams(rig);
    introduce_streams(rig, true);
    assert_int_equal(virtio_start(rig->driver->device, false, &error), 0);
    driver_offer(rig->driver, STDOUT, SIZE, &piece, 1);
    virtio_stop(rig->driver->device, hurry);
    assert_int_equal(used(rig, STDOUT), 0);
    assert_true(unread(rig->out[0]) > 0);
    close(hurry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_ports_asked_for_exist),
        TEST(input_is_read_when_the_guest_has_room_and_has_opened),
        TEST(the_end_of_input_closes_the_port_behind_the_last_byte),
        TEST(output_reaches_the_host),
        TEST(a_slow_reader_loses_nothing),
        TEST(a_reader_that_goes_away_closes_the_port),
        TEST(a_full_disk_is_told_at_the_end),
        TEST(sockets_are_streams_too),
        TEST(the_console_is_port_0_and_has_a_size),
        TEST(ctrl_a_x_is_the_guests_where_nobody_asked_for_it),
        TEST(ctrl_a_x_ends_the_machine),
        TEST(ctrl_a_x_needs_no_driver),
        TEST(keys_wait_for_the_guest_and_ctrl_a_x_for_nobody),
        TEST(output_without_end_leaves_a_turn_to_ctrl_a_x),
        TEST(a_terminals_master_is_written_as_it_is),
        TEST(messages_that_make_no_sense_are_dropped),
        TEST(without_buffers_only_the_last_word_is_kept),
        TEST(what_was_written_before_the_end_arrives),
        TEST(a_reader_that_does_not_read_is_not_waited_for_in_a_hurry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
