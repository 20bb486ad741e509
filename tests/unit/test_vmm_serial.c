/* SPDX-License-Identifier: MIT */
/* The serial port, as Linux's driver (8250_port.c) looks at it, and its thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "minivmm/devices/layout.h"
#include "minivmm/devices/serial.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };

#define LSR_READY 0x60 /* the transmitter is empty, FIFO and shift register */
#define NONE      0x01 /* IIR: no interrupt */
#define FIFOS     0xc0
#define DTR_RTS   0x03

struct machine {
    struct bus ports;
    struct irq irq;
    struct control control;
    struct serial serial;
    int typed[2], screen[2]; /* the host's ends: typed[1] is the keyboard, screen[0] what is seen */
    int first_bytes;
};

static void count_first_byte(void *context)
{
    ((struct machine *)context)->first_bytes++;
}

static void make_pipe(int fds[2])
{
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
}

static struct machine *machine_new(bool escapes, bool start)
{
    struct machine *machine = calloc(1, sizeof *machine);
    struct error error;

    assert_non_null(machine);
    make_pipe(machine->typed);
    make_pipe(machine->screen);
    machine->irq.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(control_create(&machine->control, &error), 0);
    const struct serial_config config = {
        .in = machine->typed[0],
        .out = machine->screen[1],
        .escapes = escapes,
        .first_byte = count_first_byte,
        .context = machine,
    };
    assert_int_equal(serial_create(&machine->serial, &config, &machine->ports, &machine->irq,
                                   &machine->control, &error),
                     0);
    if (start)
        assert_int_equal(serial_start(&machine->serial, &error), 0);
    return machine;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int machine_stop(struct machine *machine)
{
    struct error error;

    return serial_stop(&machine->serial, -1, &error);
}

static void machine_free(struct machine *machine)
{
    machine_stop(machine);
    serial_destroy(&machine->serial);
    control_destroy(&machine->control);
    for (int i = 0; i < 2; i++) {
        close_end(&machine->typed[i]);
        close_end(&machine->screen[i]);
    }
    close(machine->irq.fd);
    free(machine);
}

static uint8_t in(struct machine *machine, unsigned port)
{
    uint64_t value;

    assert_int_not_equal(bus_read(&machine->ports, LAYOUT_PORT_COM1 + port, 1, &value), BUS_NOBODY);
    return (uint8_t)value;
}

static void out(struct machine *machine, unsigned port, uint8_t value)
{
    assert_int_not_equal(bus_write(&machine->ports, LAYOUT_PORT_COM1 + port, 1, value), BUS_NOBODY);
}

/* How often the interrupt was raised since the last time. */
static uint64_t interrupts(const struct machine *machine)
{
    uint64_t count = 0;

    return read(machine->irq.fd, &count, sizeof count) < 0 ? 0 : count;
}

static void wait_readable(int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&waiting, 1, 10000), 1);
}

static void type(const struct machine *machine, const char *text)
{
    assert_int_equal(write(machine->typed[1], text, strlen(text)), strlen(text));
}

/* What an open port does: FIFOs on and empty, trigger level 8, receive interrupts. */
static void open_port(struct machine *machine)
{
    out(machine, FCR, 0x87);
    out(machine, IER, 0x05);
    out(machine, MCR, DTR_RTS | 0x08);
}

/* --- how Linux finds out what it is (autoconfig()) ---------------------------------------------
 */

static void linux_finds_a_16550a(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    /* Only four bits of IER: nothing of an XScale or a later chip. */
    out(machine, IER, 0);
    assert_int_equal(in(machine, IER) & 0x0f, 0);
    out(machine, IER, 0xff);
    assert_int_equal(in(machine, IER), 0x0f);
    out(machine, IER, 0);
    /* Loopback: OUT2 and RTS come back as DCD and CTS. */
    out(machine, MCR, 0x10 | 0x0a);
    assert_int_equal(in(machine, MSR) & 0xf0, 0x90);
    out(machine, MCR, 0);
    /* No EFR behind LCR's magic values: there IIR answers, and is not 0. */
    out(machine, LCR, 0xbf);
    out(machine, IIR, 0);
    out(machine, LCR, 0);
    out(machine, FCR, 0x01);
    assert_int_equal(in(machine, IIR) >> 6, 3);
    out(machine, LCR, 0x80);
    assert_int_not_equal(in(machine, IIR), 0);
    out(machine, LCR, 0xbf);
    assert_int_not_equal(in(machine, IIR), 0);
    out(machine, LCR, 0);
    /* No FIFO of 64 bytes. */
    out(machine, FCR, 0x21);
    assert_int_equal(in(machine, IIR) >> 5, 6);
    out(machine, LCR, 0x80);
    out(machine, FCR, 0x21);
    assert_int_equal(in(machine, IIR) >> 5, 6);
    out(machine, LCR, 0);
    machine_free(machine);
}

static void divisor_and_scratch_are_memory(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    out(machine, LCR, 0x83);
    out(machine, DATA, 0x0c);
    out(machine, IER, 0x34);
    assert_int_equal(in(machine, DATA), 0x0c);
    assert_int_equal(in(machine, IER), 0x34);
    out(machine, LCR, 0x03);
    assert_int_equal(in(machine, LCR), 0x03);
    assert_int_equal(in(machine, IER), 0);
    out(machine, SCR, 0xa5);
    assert_int_equal(in(machine, SCR), 0xa5);
    machine_free(machine);
}

static void wide_accesses_are_several(void **state)
{
    struct machine *machine = machine_new(false, false);
    uint64_t value;

    (void)state;
    bus_write(&machine->ports, LAYOUT_PORT_COM1 + LCR, 2, 0x0b83);
    assert_int_equal(in(machine, LCR), 0x83);
    assert_int_equal(in(machine, MCR), 0x0b);
    bus_read(&machine->ports, LAYOUT_PORT_COM1 + LCR, 4, &value);
    assert_int_equal(value, 0xb0000b83 | LSR_READY << 16);
    machine_free(machine);
}

/* serial8250_do_startup() does this to find transmitters that do not interrupt. */
static void asking_for_the_transmitter_interrupts_each_time(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    out(machine, IER, 0x02);
    assert_int_equal(in(machine, IIR), 0x02);
    assert_int_equal(in(machine, IIR), NONE); /* reading it was seeing it */
    out(machine, IER, 0);
    out(machine, IER, 0x02);
    assert_int_equal(in(machine, LSR) & LSR_READY, LSR_READY);
    assert_int_equal(in(machine, IIR), 0x02);
    out(machine, IER, 0);
    assert_int_equal(in(machine, IIR), NONE);
    assert_int_equal(interrupts(machine), 2);
    machine_free(machine);
}

static void modem_lines_say_connected_and_what_changed(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    assert_int_equal(in(machine, MSR), 0xb0);
    out(machine, IER, 0x08);
    out(machine, MCR, 0x10 | 0x04); /* loop: only RI on */
    assert_int_equal(in(machine, IIR), 0x00);
    assert_int_equal(in(machine, MSR),
                     0x40 | 0x0b); /* CTS, DSR, DCD gone; RI's start is no event */
    assert_int_equal(in(machine, MSR), 0x40);
    assert_int_equal(in(machine, IIR), NONE);
    out(machine, MCR, 0x10);
    assert_int_equal(in(machine, MSR), 0x04); /* RI's end is */
    machine_free(machine);
}

static void loopback_returns_what_is_sent(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    out(machine, MCR, 0x10);
    out(machine, DATA, 'a');
    assert_int_equal(in(machine, LSR), LSR_READY | 0x01);
    out(machine, DATA, 'b'); /* without FIFOs there is room for one */
    assert_int_equal(in(machine, LSR), LSR_READY | 0x03);
    assert_int_equal(in(machine, LSR), LSR_READY | 0x01); /* the overrun is told once */
    assert_int_equal(in(machine, DATA), 'a');
    assert_int_equal(in(machine, LSR), LSR_READY);
    assert_int_equal(machine->first_bytes, 0); /* nothing has left the chip */
    machine_free(machine);
}

static void interrupts_have_their_order(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    out(machine, FCR, 0x01 | 0x40); /* FIFOs, trigger level 4 */
    out(machine, MCR, 0x10);
    out(machine, IER, 0x0f);
    in(machine, MSR);
    out(machine, MCR, 0x10 | 0x02);
    for (int i = 0; i < 17; i++)
        out(machine, DATA, (uint8_t)('a' + i));
    assert_int_equal(in(machine, IIR), FIFOS | 0x06); /* overrun */
    in(machine, LSR);
    assert_int_equal(in(machine, IIR), FIFOS | 0x04); /* as many as the trigger level, or more */
    for (int i = 0; i < 13; i++)
        assert_int_equal(in(machine, DATA), 'a' + i);
    assert_int_equal(in(machine, IIR), FIFOS | 0x0c); /* fewer: the time-out */
    for (int i = 13; i < 16; i++)
        assert_int_equal(in(machine, DATA), 'a' + i);
    assert_int_equal(in(machine, IIR), FIFOS | 0x02);
    assert_int_equal(in(machine, IIR), FIFOS | 0x00);
    in(machine, MSR);
    assert_int_equal(in(machine, IIR), FIFOS | NONE);
    assert_int_equal(interrupts(machine), 1); /* the line was never low in between */
    machine_free(machine);
}

static void switching_fifos_empties_them(void **state)
{
    struct machine *machine = machine_new(false, false);

    (void)state;
    out(machine, FCR, 0x01);
    out(machine, MCR, 0x10);
    out(machine, DATA, 'a');
    out(machine, FCR, 0x00);
    assert_int_equal(in(machine, LSR) & 0x01, 0);
    assert_int_equal(in(machine, IIR), NONE);
    out(machine, FCR, 0x01);
    out(machine, DATA, 'b');
    out(machine, FCR, 0x03); /* clear the receiver's */
    assert_int_equal(in(machine, LSR) & 0x01, 0);
    machine_free(machine);
}

/* --- between guest and host ------------------------------------------------------------------ */

static void what_the_guest_sends_arrives_in_order(void **state)
{
    struct machine *machine = machine_new(false, true);
    enum { BYTES = 10000 };
    uint8_t seen[BYTES];
    size_t got = 0;

    (void)state;
    for (int i = 0; i < BYTES; i++)
        out(machine, DATA, (uint8_t)(i * 7));
    assert_int_equal(machine->first_bytes, 1);
    while (got < BYTES) {
        wait_readable(machine->screen[0]);
        ssize_t count = read(machine->screen[0], seen + got, BYTES - got);
        assert_true(count > 0);
        got += (size_t)count;
    }
    for (int i = 0; i < BYTES; i++)
        assert_int_equal(seen[i], (uint8_t)(i * 7));
    assert_int_equal(machine_stop(machine), 0);
    machine_free(machine);
}

/* A reader that takes nothing: the guest is told to wait, and is never held up; then all is well.
 */
static void full_pipe_holds_up_the_driver_not_the_vcpu(void **state)
{
    struct machine *machine = machine_new(false, true);
    static uint8_t seen[1 << 20];
    size_t sent = 0, got = 0;

    (void)state;
    out(machine, IER, 0x02);
    while (sent < sizeof seen && (in(machine, LSR) & LSR_READY)) {
        in(machine, IIR);
        for (int i = 0; i < SERIAL_FIFO; i++)
            out(machine, DATA, (uint8_t)(sent++ % 251));
    }
    assert_true(sent < sizeof seen);
    assert_int_equal(in(machine, LSR) & LSR_READY, 0);
    assert_int_equal(in(machine, IIR) & 0x0f, NONE);
    interrupts(machine);
    while (got < sent) {
        wait_readable(machine->screen[0]);
        ssize_t count = read(machine->screen[0], seen + got, sizeof seen - got);
        assert_true(count > 0);
        got += (size_t)count;
    }
    assert_int_equal(got, sent);
    for (size_t i = 0; i < sent; i++)
        assert_int_equal(seen[i], i % 251);
    wait_readable(machine->irq.fd); /* ready again */
    assert_int_equal(in(machine, LSR) & LSR_READY, LSR_READY);
    assert_int_equal(in(machine, IIR) & 0x0f, 0x02);
    assert_int_equal(machine_stop(machine), 0);
    machine_free(machine);
}

/* Also that the process is not killed by SIGPIPE. */
static void reader_that_goes_away_is_told_at_the_end(void **state)
{
    struct machine *machine = machine_new(false, true);
    struct error error;

    (void)state;
    close_end(&machine->screen[0]);
    for (int i = 0; i < 200000; i++) {
        assert_int_equal(in(machine, LSR) & 0x9f, 0);
        out(machine, DATA, 'x');
    }
    assert_int_equal(serial_stop(&machine->serial, -1, &error), -EPIPE);
    machine_free(machine);
}

static void last_bytes_are_kept(void **state)
{
    struct machine *machine = machine_new(false, false);
    static char recent[2 * SERIAL_RECENT];

    (void)state;
    assert_int_equal(serial_recent(&machine->serial, recent, sizeof recent), 0);
    out(machine, DATA, 'a');
    assert_int_equal(serial_recent(&machine->serial, recent, sizeof recent), 1);
    for (int i = 0; i < 5000; i++)
        out(machine, DATA, (uint8_t)i);
    assert_int_equal(serial_recent(&machine->serial, recent, sizeof recent), SERIAL_RECENT);
    for (int i = 0; i < SERIAL_RECENT; i++)
        assert_int_equal((uint8_t)recent[i], (uint8_t)(5000 - SERIAL_RECENT + i));
    assert_int_equal(serial_recent(&machine->serial, recent, 3), 3);
    assert_int_equal((uint8_t)recent[2], (uint8_t)4999);
    machine_free(machine);
}

static void stopping_writes_out_the_rest(void **state)
{
    struct machine *machine = machine_new(false, true);
    char seen[64];

    (void)state;
    for (const char *text = "bye"; *text; text++)
        out(machine, DATA, (uint8_t)*text);
    assert_int_equal(machine_stop(machine), 0);
    assert_int_equal(read(machine->screen[0], seen, sizeof seen), 3);
    assert_memory_equal(seen, "bye", 3);
    machine_free(machine);
}

/* A reader that does not read holds the end up only until somebody is in a hurry. */
static void stopping_can_be_hurried(void **state)
{
    struct machine *machine = machine_new(false, true);
    int hurry = eventfd(1, EFD_CLOEXEC);
    struct error error;

    (void)state;
    for (int i = 0; i < 100000; i++)
        out(machine, DATA, 'x');
    assert_int_equal(serial_stop(&machine->serial, hurry, &error), 0);
    close(hurry);
    machine_free(machine);
}

/* Nothing typed ahead gets lost while the driver looks for the device. */
static void typed_bytes_wait_until_the_port_is_open(void **state)
{
    struct machine *machine = machine_new(false, true);

    (void)state;
    type(machine, "typed ahead");
    out(machine, IER, 0x0f); /* autoconfig() */
    out(machine, FCR, 0x07);
    out(machine, IER, 0);
    assert_int_equal(in(machine, LSR) & 0x01, 0);
    interrupts(machine);
    open_port(machine);
    wait_readable(machine->irq.fd);
    assert_int_equal(interrupts(machine), 1);
    assert_int_equal(in(machine, IIR), FIFOS | 0x04);
    for (const char *text = "typed ahead"; *text; text++) {
        assert_int_equal(in(machine, LSR) & 0x01, 0x01);
        assert_int_equal(in(machine, DATA), *text);
    }
    assert_int_equal(in(machine, LSR) & 0x01, 0);
    assert_int_equal(in(machine, IIR), FIFOS | NONE);
    machine_free(machine);
}

/* Far more than all the buffers hold: each byte once, and an interrupt for each FIFO full. */
static void nothing_typed_is_lost(void **state)
{
    struct machine *machine = machine_new(false, true);
    enum { BYTES = 40000 };
    static uint8_t text[BYTES];
    size_t got = 0, rounds = 0;

    (void)state;
    for (int i = 0; i < BYTES; i++)
        text[i] = (uint8_t)(i * 11);
    assert_int_equal(write(machine->typed[1], text, BYTES), BYTES); /* a pipe holds 64 KiB */
    close_end(&machine->typed[1]);
    open_port(machine);
    while (got < BYTES) {
        wait_readable(machine->irq.fd);
        interrupts(machine);
        rounds++;
        for (int i = 0; i < SERIAL_FIFO && (in(machine, LSR) & 0x01); i++)
            assert_int_equal(in(machine, DATA), text[got++]);
    }
    assert_true(rounds >= BYTES / SERIAL_FIFO);
    machine_free(machine);
}

static void no_byte_is_passed_on_while_rts_is_off(void **state)
{
    struct machine *machine = machine_new(false, true);

    (void)state;
    open_port(machine);
    type(machine, "0123456789abcdefgh"); /* two more than the FIFO holds */
    wait_readable(machine->irq.fd);
    out(machine, MCR, 0x08);
    int got = 0;
    while (in(machine, LSR) & 0x01) {
        in(machine, DATA);
        got++;
    }
    assert_true(got <= SERIAL_FIFO);
    interrupts(machine);
    out(machine, MCR, DTR_RTS | 0x08);
    while (got < 18) {
        while (!(in(machine, LSR) & 0x01))
            wait_readable(machine->irq.fd);
        in(machine, DATA);
        got++;
    }
    machine_free(machine);
}

static void escape_ends_a_machine_that_reads_nothing(void **state)
{
    struct machine *machine = machine_new(true, true);
    static char much[3 * SERIAL_INPUT];

    (void)state;
    memset(much, 'm', sizeof much);
    assert_int_equal(write(machine->typed[1], much, sizeof much), sizeof much);
    type(machine, "\x01x");
    wait_readable(machine->control.event_fd);
    machine_stop(machine);
    assert_int_equal(machine->control.end, MINIVMM_SYSTEM_QUIT);
    machine_free(machine);
}

/* Not a terminal: Ctrl-A is a byte like any other. */
static void piped_input_has_no_escapes(void **state)
{
    struct machine *machine = machine_new(false, true);

    (void)state;
    open_port(machine);
    type(machine, "\x01x");
    wait_readable(machine->irq.fd);
    assert_int_equal(in(machine, DATA), 0x01);
    while (!(in(machine, LSR) & 0x01))
        wait_readable(machine->irq.fd);
    assert_int_equal(in(machine, DATA), 'x');
    assert_false(machine->control.ended);
    machine_free(machine);
}

/* --- streams --------------------------------------------------------------------------------- */

static void streams_never_wait_nor_change_the_callers(void **state)
{
    struct stream stream;
    char bytes[4096] = {0};
    int fds[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(i == 0 ? pipe(fds) : socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        int flags = fcntl(fds[1], F_GETFL);
        stream_open(&stream, fds[0], false);
        assert_int_equal(stream_read(&stream, bytes, sizeof bytes), -EAGAIN);
        stream_close(&stream);
        stream_open(&stream, fds[1], true);
        ssize_t result;
        while ((result = stream_write(&stream, bytes, sizeof bytes)) > 0)
            continue;
        assert_int_equal(result, -EAGAIN);
        stream_close(&stream);
        assert_int_equal(fcntl(fds[1], F_GETFL), flags);
        close(fds[0]);
        close(fds[1]);
    }
}

/* Opened again it would be written from its start. */
static void streams_write_a_file_where_the_caller_is(void **state)
{
    char name[] = "/tmp/virtlab-stream.XXXXXX", bytes[16];
    int fd = mkstemp(name);
    struct stream stream;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(write(fd, "one ", 4), 4);
    stream_open(&stream, fd, true);
    assert_int_equal(stream_write(&stream, "two", 3), 3);
    stream_close(&stream);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), 7);
    assert_memory_equal(bytes, "one two", 7);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_finds_a_16550a),
        cmocka_unit_test(divisor_and_scratch_are_memory),
        cmocka_unit_test(wide_accesses_are_several),
        cmocka_unit_test(asking_for_the_transmitter_interrupts_each_time),
        cmocka_unit_test(modem_lines_say_connected_and_what_changed),
        cmocka_unit_test(loopback_returns_what_is_sent),
        cmocka_unit_test(interrupts_have_their_order),
        cmocka_unit_test(switching_fifos_empties_them),
        cmocka_unit_test(what_the_guest_sends_arrives_in_order),
        cmocka_unit_test(full_pipe_holds_up_the_driver_not_the_vcpu),
        cmocka_unit_test(reader_that_goes_away_is_told_at_the_end),
        cmocka_unit_test(last_bytes_are_kept),
        cmocka_unit_test(stopping_writes_out_the_rest),
        cmocka_unit_test(stopping_can_be_hurried),
        cmocka_unit_test(typed_bytes_wait_until_the_port_is_open),
        cmocka_unit_test(nothing_typed_is_lost),
        cmocka_unit_test(no_byte_is_passed_on_while_rts_is_off),
        cmocka_unit_test(escape_ends_a_machine_that_reads_nothing),
        cmocka_unit_test(piped_input_has_no_escapes),
        cmocka_unit_test(streams_never_wait_nor_change_the_callers),
        cmocka_unit_test(streams_write_a_file_where_the_caller_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
