/* SPDX-License-Identifier: MIT */
/* The devices of a PC at fixed ports, the escape sequence, and ports to forward. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "minivmm/devices/cmos.h"
#include "minivmm/devices/escape.h"
#include "minivmm/devices/forward.h"
#include "minivmm/devices/i8042.h"
#include "minivmm/devices/layout.h"
#include "minivmm/devices/ports.h"
#include "minivmm/devices/power.h"

struct machine {
    struct bus bus;
    struct control control;
    struct cmos cmos;
    struct i8042 i8042;
    struct ports ports;
    int mark, marks;
};

static struct timespec test_time; /* what the clock's host says */

static void now_test(struct timespec *now)
{
    *now = test_time;
}

static void take_mark(void *context, uint8_t mark)
{
    struct machine *machine = context;

    machine->mark = mark;
    machine->marks++;
}

static int set_up(void **state)
{
    static struct machine machine;
    struct error error;

    memset(&machine, 0, sizeof machine);
    machine.ports = (struct ports){&machine.control, take_mark, &machine};
    assert_int_equal(control_create(&machine.control, &error), 0);
    assert_int_equal(cmos_create(&machine.cmos, &machine.bus, &error), 0);
    assert_int_equal(i8042_create(&machine.i8042, &machine.bus, &machine.control, &error), 0);
    assert_int_equal(ports_create(&machine.ports, &machine.bus, &error), 0);
    assert_int_equal(power_create(&machine.bus, &machine.control, &error), 0);
    machine.cmos.now = now_test;
    *state = &machine;
    return 0;
}

static int tear_down(void **state)
{
    struct machine *machine = *state;

    cmos_destroy(&machine->cmos);
    i8042_destroy(&machine->i8042);
    control_destroy(&machine->control);
    return 0;
}

static uint8_t in(struct machine *machine, uint64_t port)
{
    uint64_t value;

    assert_int_not_equal(bus_read(&machine->bus, port, 1, &value), BUS_NOBODY);
    return (uint8_t)value;
}

static void out(struct machine *machine, uint64_t port, uint8_t value)
{
    assert_int_not_equal(bus_write(&machine->bus, port, 1, value), BUS_NOBODY);
}

/* --- clock ----------------------------------------------------------------------------------- */

static uint8_t cmos(struct machine *machine, uint8_t index)
{
    out(machine, LAYOUT_PORT_CMOS, index);
    return in(machine, LAYOUT_PORT_CMOS + 1);
}

static void set_cmos(struct machine *machine, uint8_t index, uint8_t value)
{
    out(machine, LAYOUT_PORT_CMOS, index);
    out(machine, LAYOUT_PORT_CMOS + 1, value);
}

static void clock_tells_the_time_in_decimal_digits(void **state)
{
    test_time.tv_sec = 1709164799; /* 2024-02-28 23:59:59 UTC, a Wednesday */
    assert_int_equal(cmos(*state, 0x00), 0x59);
    assert_int_equal(cmos(*state, 0x02), 0x59);
    assert_int_equal(cmos(*state, 0x04), 0x23);
    assert_int_equal(cmos(*state, 0x06), 4);
    assert_int_equal(cmos(*state, 0x07), 0x28);
    assert_int_equal(cmos(*state, 0x08), 0x02);
    assert_int_equal(cmos(*state, 0x09), 0x24);
    assert_int_equal(cmos(*state, 0x32), 0x20);
    test_time.tv_sec++; /* it is a leap year */
    assert_int_equal(cmos(*state, 0x07), 0x29);
    assert_int_equal(cmos(*state, 0x04), 0x00);
}

static void clock_tells_the_time_in_other_ways(void **state)
{
    test_time.tv_sec = 1709164799;
    set_cmos(*state, 0x0b, 0x04 | 0x02); /* binary */
    assert_int_equal(cmos(*state, 0x00), 59);
    assert_int_equal(cmos(*state, 0x04), 23);
    set_cmos(*state, 0x0b, 0x00); /* twelve hours */
    assert_int_equal(cmos(*state, 0x04), 0x91);
    test_time.tv_sec++;
    assert_int_equal(cmos(*state, 0x04), 0x12);
    test_time.tv_sec += 12 * 3600;
    assert_int_equal(cmos(*state, 0x04), 0x92);
}

/* Linux waits until the bit is clear, and then has 244 us (mc146818_avoid_UIP()). */
static void clock_says_when_it_is_about_to_change(void **state)
{
    test_time = (struct timespec){1709164799, 999755000};
    assert_int_equal(cmos(*state, 0x0a) & 0x80, 0);
    test_time.tv_nsec = 999757000;
    assert_int_equal(cmos(*state, 0x0a) & 0x80, 0x80);
    test_time.tv_nsec = 0;
    assert_int_equal(cmos(*state, 0x0a), 0x26);
    assert_int_equal(cmos(*state, 0x0d), 0x80); /* and the battery is well */
}

static void cmos_memory_keeps_what_is_written(void **state)
{
    set_cmos(*state, 0x0f, 0x0a);
    set_cmos(*state, 0x80 | 0x7f, 0x55); /* the top bit is the NMI's */
    assert_int_equal(cmos(*state, 0x0f), 0x0a);
    assert_int_equal(cmos(*state, 0x7f), 0x55);
    set_cmos(*state, 0x00, 0x33); /* not the time */
    test_time.tv_sec = 1709164799;
    assert_int_equal(cmos(*state, 0x00), 0x59);
}

static void clock_survives_any_time_of_the_host(void **state)
{
    static const int64_t times[] = {INT64_MAX, INT64_MIN, -1, 0, 67768036191676799};

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        test_time = (struct timespec){times[i], 0};
        for (int index = 0; index < CMOS_BYTES; index++)
            cmos(*state, (uint8_t)index);
    }
    test_time.tv_sec = 0;
    assert_int_equal(cmos(*state, 0x09), 0x70);
}

/* --- keyboard controller --------------------------------------------------------------------- */

static bool has_byte(void **state)
{
    return in(*state, LAYOUT_PORT_I8042) & 0x01;
}

static void keyboard_controller_answers_at_once(void **state)
{
    assert_false(has_byte(state));
    assert_int_equal(in(*state, LAYOUT_PORT_I8042) & 0x02, 0); /* it is never busy */
    out(*state, LAYOUT_PORT_I8042, 0xaa);
    assert_true(has_byte(state));
    assert_int_equal(in(*state, LAYOUT_PORT_I8042_DATA), 0x55);
    assert_false(has_byte(state));
    out(*state, LAYOUT_PORT_I8042, 0x60);
    out(*state, LAYOUT_PORT_I8042_DATA, 0x47);
    out(*state, LAYOUT_PORT_I8042, 0x20);
    assert_int_equal(in(*state, LAYOUT_PORT_I8042_DATA), 0x47);
}

/* i8042_check_aux(): what comes back from the mouse's loop must be marked as the mouse's. */
static void keyboard_controller_says_that_nothing_is_plugged_in(void **state)
{
    out(*state, LAYOUT_PORT_I8042, 0xd3);
    out(*state, LAYOUT_PORT_I8042_DATA, 0x5a);
    assert_true(has_byte(state));
    assert_int_equal(in(*state, LAYOUT_PORT_I8042) & 0x20, 0);
    in(*state, LAYOUT_PORT_I8042_DATA);
    out(*state, LAYOUT_PORT_I8042, 0xa9);
    assert_int_not_equal(in(*state, LAYOUT_PORT_I8042_DATA), 0);
    out(*state, LAYOUT_PORT_I8042, 0xab);
    assert_int_not_equal(in(*state, LAYOUT_PORT_I8042_DATA), 0);
    out(*state, LAYOUT_PORT_I8042_DATA, 0xff); /* to the keyboard: reset */
    assert_int_equal(in(*state, LAYOUT_PORT_I8042) & 0x41, 0x41);
    assert_int_equal(in(*state, LAYOUT_PORT_I8042_DATA), 0xfe);
}

static void a20_is_remembered(void **state)
{
    struct machine *machine = *state;

    out(machine, LAYOUT_PORT_I8042, 0xd1);
    out(machine, LAYOUT_PORT_I8042_DATA, 0xdd);
    out(machine, LAYOUT_PORT_I8042, 0xd0);
    assert_int_equal(in(machine, LAYOUT_PORT_I8042_DATA), 0xdd);
    out(machine, LAYOUT_PORT_I8042, 0xff); /* a pulse on no line */
    assert_false(machine->control.ended);
}

static void assert_ended(void **state, enum minivmm_system_end end, int status)
{
    struct machine *machine = *state;
    struct pollfd waiting = {.fd = machine->control.event_fd, .events = POLLIN};

    assert_int_equal(poll(&waiting, 1, 0), 1);
    assert_true(machine->control.ended);
    assert_int_equal(machine->control.end, end);
    assert_int_equal(machine->control.status, status);
}

static void keyboard_controller_resets(void **state)
{
    out(*state, LAYOUT_PORT_I8042, 0xfe);
    assert_ended(state, MINIVMM_SYSTEM_REBOOTED, 0);
}

static void keyboard_controller_resets_by_its_output_port(void **state)
{
    out(*state, LAYOUT_PORT_I8042, 0xd1);
    out(*state, LAYOUT_PORT_I8042_DATA, 0x02);
    assert_ended(state, MINIVMM_SYSTEM_REBOOTED, 0);
}

/* --- power, marks, exit ---------------------------------------------------------------------- */

static void acpi_powers_off_only_by_s5(void **state)
{
    struct machine *machine = *state;

    out(machine, LAYOUT_PORT_SLEEP, 0x20 | 3 << 2);            /* another sleep */
    out(machine, LAYOUT_PORT_SLEEP, POWER_SLEEP_TYPE_S5 << 2); /* not enabled */
    out(machine, LAYOUT_PORT_SLEEP + 1, 0x20 | POWER_SLEEP_TYPE_S5 << 2);
    out(machine, LAYOUT_PORT_RESET, POWER_RESET_VALUE + 1);
    assert_false(machine->control.ended);
    assert_int_equal(in(machine, LAYOUT_PORT_SLEEP + 1), 0);
    out(machine, LAYOUT_PORT_SLEEP, 0x20 | POWER_SLEEP_TYPE_S5 << 2);
    assert_ended(state, MINIVMM_SYSTEM_POWERED_OFF, 0);
}

static void acpi_resets(void **state)
{
    out(*state, LAYOUT_PORT_RESET, POWER_RESET_VALUE);
    assert_ended(state, MINIVMM_SYSTEM_REBOOTED, 0);
}

static void marks_and_exit_come_from_ports(void **state)
{
    struct machine *machine = *state;

    out(machine, LAYOUT_PORT_MARK, PORTS_MARK_PROGRAM);
    assert_int_equal(machine->mark, PORTS_MARK_PROGRAM);
    assert_int_equal(machine->marks, 1);
    out(machine, LAYOUT_PORT_EXIT, 42);
    out(machine, LAYOUT_PORT_EXIT, 43); /* the first word counts */
    assert_ended(state, MINIVMM_SYSTEM_EXITED, 42);
}

/* --- escape sequence ------------------------------------------------------------------------- */

/* Typed in two pieces, cut anywhere: the guest gets the same. */
static void assert_passes(const char *typed, const char *wanted, bool wanted_quit)
{
    size_t size = strlen(typed);

    for (size_t cut = 0; cut <= size; cut++) {
        struct escape escape = {0};
        uint8_t passed[64];
        bool quit = false;
        size_t count = escape_filter(&escape, (const uint8_t *)typed, cut, passed, &quit);
        assert_true(count <= cut + ESCAPE_EXTRA);
        if (!quit)
            count += escape_filter(&escape, (const uint8_t *)typed + cut, size - cut,
                                   passed + count, &quit);
        assert_int_equal(count, strlen(wanted));
        assert_memory_equal(passed, wanted, count);
        assert_int_equal(quit, wanted_quit);
    }
}

static void escape_sequences_are_found_wherever_input_is_cut(void **state)
{
    (void)state;
    assert_passes("ls\r\x03\x04", "ls\r\x03\x04", false);
    assert_passes("a\001x", "a", true);
    assert_passes("a\001xb", "a", true);
    assert_passes("a\001Xb", "a", true);
    assert_passes("\001\001x", "\001x", false);
    assert_passes("\001\001\001x", "\001", true);
    assert_passes("\001bx", "\001bx", false);
    assert_passes("\001", "", false);
    assert_passes("x\001a\001", "x\001a", false);
}

/* --- ports to forward ------------------------------------------------------------------------ */

static void forwards_are_read_or_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        ":",
                                        "tcp",
                                        "tcp:",
                                        "tcp::",
                                        "tcp:1",
                                        "tcp:1:",
                                        "tcp::1",
                                        "tcp:0:1",
                                        "tcp:1:0",
                                        "tcp:65536:1",
                                        "tcp:1:65536",
                                        "tcp:1:2:",
                                        "tcp:1:2:3",
                                        "tcp:-1:2",
                                        "tcp:+1:2",
                                        "tcp: 1:2",
                                        "tcp:1:2 ",
                                        "tcp:0x1:2",
                                        "TCP:1:2",
                                        "1:2",
                                        "tcp:18446744073709551617:1",
                                        "tcp:000001:2"};
    struct forward forward;
    struct error error;

    (void)state;
    assert_int_equal(forward_parse(&forward, "tcp:8080:80", &error), 0);
    assert_false(forward.udp);
    assert_int_equal(forward.host_port, 8080);
    assert_int_equal(forward.guest_port, 80);
    assert_int_equal(forward_parse(&forward, "udp:65535:1", &error), 0);
    assert_true(forward.udp);
    assert_int_equal(forward.host_port, 65535);
    assert_int_equal(forward.guest_port, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (forward_parse(&forward, wrong[i], &error) != -EINVAL)
            fail_msg("'%s' was taken", wrong[i]);
}

int main(void)
{
#define MACHINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        MACHINE_TEST(clock_tells_the_time_in_decimal_digits),
        MACHINE_TEST(clock_tells_the_time_in_other_ways),
        MACHINE_TEST(clock_says_when_it_is_about_to_change),
        MACHINE_TEST(cmos_memory_keeps_what_is_written),
        MACHINE_TEST(clock_survives_any_time_of_the_host),
        MACHINE_TEST(keyboard_controller_answers_at_once),
        MACHINE_TEST(keyboard_controller_says_that_nothing_is_plugged_in),
        MACHINE_TEST(a20_is_remembered),
        MACHINE_TEST(keyboard_controller_resets),
        MACHINE_TEST(keyboard_controller_resets_by_its_output_port),
        MACHINE_TEST(acpi_powers_off_only_by_s5),
        MACHINE_TEST(acpi_resets),
        MACHINE_TEST(marks_and_exit_come_from_ports),
        cmocka_unit_test(escape_sequences_are_found_wherever_input_is_cut),
        cmocka_unit_test(forwards_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
