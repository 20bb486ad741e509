/* SPDX-License-Identifier: MIT */
/* AML and the ACPI tables, as a kernel reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "minivmm/boot/acpi.h"
#include "minivmm/boot/aml.h"
#include "tests/unit/boot_ram.h"

static uint64_t number_at(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static uint8_t sum(const uint8_t *bytes, size_t count)
{
    uint8_t all = 0;

    for (size_t i = 0; i < count; i++)
        all = (uint8_t)(all + bytes[i]);
    return all;
}

/* --- AML -------------------------------------------------------------------------------------- */

/* A scope whose content (its name, and a string) has so many bytes; returns its PkgLength. */
static uint64_t write_scope(uint8_t *bytes, size_t size, size_t content, unsigned *length_bytes)
{
    static char text[5000];
    struct aml aml;

    memset(text, 'x', sizeof text);
    text[content - 4 - 2] = '\0'; /* without the name, the prefix and the final 0 */
    aml_start(&aml, bytes, size);
    aml_begin_scope(&aml, "ABCD");
    aml_string(&aml, text);
    aml_end(&aml);
    assert_true(aml_is_whole(&aml));

    *length_bytes = 1 + (bytes[1] >> 6);
    uint64_t length = *length_bytes == 1
                          ? bytes[1] & 0x3f
                          : (bytes[1] & 0xf) | number_at(bytes + 2, *length_bytes - 1) << 4;
    assert_int_equal(aml.used, 1 + length);
    assert_memory_equal(bytes + 1 + *length_bytes, "ABCD", 4);
    assert_int_equal(bytes[aml.used - 1], 0);
    return length;
}

static void package_lengths_change_their_size_at_the_right_place(void **state)
{
    static const struct {
        size_t content;
        uint64_t length;
        unsigned length_bytes;
    } cases[] = {
        {61,   62,   1},
        {62,   63,   1},
        {63,   65,   2},
        {4093, 4095, 2},
        {4094, 4097, 3},
        {4096, 4099, 3}
    };
    uint8_t bytes[5000];
    unsigned length_bytes;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(write_scope(bytes, sizeof bytes, cases[i].content, &length_bytes),
                         cases[i].length);
        assert_int_equal(length_bytes, cases[i].length_bytes);
    }
}

static void integers_take_as_few_bytes_as_they_can(void **state)
{
    static const struct {
        uint64_t value;
        size_t used;
        uint8_t first;
    } cases[] = {
        {0,                 1, 0x00},
        {1,                 1, 0x01},
        {2,                 2, 0x0a},
        {255,               2, 0x0a},
        {256,               3, 0x0b},
        {65535,             3, 0x0b},
        {65536,             5, 0x0c},
        {UINT32_MAX,        5, 0x0c},
        {UINT64_C(1) << 32, 9, 0x0e},
        {UINT64_MAX,        9, 0x0e}
    };
    uint8_t bytes[16];
    struct aml aml;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aml_start(&aml, bytes, sizeof bytes);
        aml_integer(&aml, cases[i].value);
        assert_int_equal(aml.used, cases[i].used);
        assert_int_equal(bytes[0], cases[i].first);
        if (aml.used > 1)
            assert_int_equal(number_at(bytes + 1, (unsigned)aml.used - 1), cases[i].value);
    }
}

static void a_device_is_written_as_the_header_shows_it(void **state)
{
    static const uint8_t expected[] = {0x5b, 0x82, 0x0f, 'C', 'O', 'M',  '1',  0x08, '_',
                                       'H',  'I',  'D',  0xc, 'A', 0xd0, 0x05, 0x01};
    uint8_t bytes[64];
    struct aml aml;
    (void)state;

    aml_start(&aml, bytes, sizeof bytes);
    aml_begin_device(&aml, "COM1");
    aml_name(&aml, "_HID");
    aml_eisa_id(&aml, "PNP0501");
    aml_end(&aml);
    assert_true(aml_is_whole(&aml));
    assert_int_equal(aml.used, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void what_does_not_fit_is_not_written(void **state)
{
    uint8_t bytes[64];
    struct aml aml;
    size_t needed = 0;
    (void)state;

    for (size_t size = sizeof bytes;; size--) {
        memset(bytes, 0xee, sizeof bytes);
        aml_start(&aml, bytes, size);
        aml_begin_device(&aml, "DEV");
        aml_name(&aml, "_CRS");
        aml_begin_resources(&aml);
        aml_put_ports(&aml, 0x70, 2);
        aml_put_memory(&aml, 0xd0000000, 0x1000);
        aml_put_interrupt(&aml, 5);
        aml_end_resources(&aml);
        aml_end(&aml);
        if (size == sizeof bytes)
            needed = aml.used;
        assert_int_equal(aml_is_whole(&aml), size >= needed);
        for (size_t i = size; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], 0xee);
        if (size == 0)
            break;
    }
}

static void packages_must_be_ended_and_not_be_too_deep(void **state)
{
    uint8_t bytes[256];
    struct aml aml;
    (void)state;

    aml_start(&aml, bytes, sizeof bytes);
    aml_begin_scope(&aml, "A");
    assert_false(aml_is_whole(&aml));
    aml_end(&aml);
    assert_true(aml_is_whole(&aml));
    aml_end(&aml);
    assert_false(aml_is_whole(&aml));

    aml_start(&aml, bytes, sizeof bytes);
    for (int i = 0; i <= AML_DEPTH_MAX; i++)
        aml_begin_scope(&aml, "A");
    for (int i = 0; i <= AML_DEPTH_MAX; i++)
        aml_end(&aml);
    assert_false(aml_is_whole(&aml));

    aml_start(&aml, bytes, sizeof bytes);
    aml_name(&aml, "TOOLONG");
    assert_false(aml_is_whole(&aml));
}

/* --- tables ----------------------------------------------------------------------------------- */

/* A table with a right checksum, in the area that the memory map keeps for it. */
static const uint8_t *table_at(const struct ram *ram, uint64_t gpa, const char *signature)
{
    assert_true(gpa >= LAYOUT_ACPI && gpa < LAYOUT_ACPI_END && gpa % 16 == 0);
    const uint8_t *table = ram_at(ram, gpa, 36);
    const uint64_t length = number_at(table + 4, 4);

    assert_memory_equal(table, signature, 4);
    assert_true(length >= 36 && length <= LAYOUT_ACPI_END - gpa);
    assert_int_equal(sum(table, length), 0);
    return table;
}

struct tables {
    const uint8_t *rsdp, *xsdt, *fadt, *madt, *dsdt;
};

static struct tables write_tables(struct ram *ram, const struct acpi_machine *machine)
{
    struct tables tables;
    struct error error;
    uint64_t rsdp;

    assert_int_equal(acpi_write(ram, machine, &rsdp, &error), 0);
    tables.rsdp = ram_at(ram, rsdp, 36);
    assert_memory_equal(tables.rsdp, "RSD PTR ", 8);
    assert_int_equal(rsdp % 16, 0);
    assert_int_equal(sum(tables.rsdp, 20), 0);
    assert_int_equal(sum(tables.rsdp, 36), 0);
    tables.xsdt = table_at(ram, number_at(tables.rsdp + 24, 8), "XSDT");
    tables.fadt = table_at(ram, number_at(tables.xsdt + 36, 8), "FACP");
    tables.madt = table_at(ram, number_at(tables.xsdt + 44, 8), "APIC");
    tables.dsdt = table_at(ram, number_at(tables.fadt + 140, 8), "DSDT");
    return tables;
}

static void the_tables_are_found_and_add_up(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    struct acpi_virtio virtio[LAYOUT_VIRTIO_MAX];
    (void)state;

    for (unsigned i = 0; i < LAYOUT_VIRTIO_MAX; i++)
        virtio[i] =
            (struct acpi_virtio){LAYOUT_VIRTIO + i * LAYOUT_VIRTIO_STEP, LAYOUT_GSI_VIRTIO + i};
    const struct acpi_machine largest = {.cpus = LAYOUT_CPUS_MAX,
                                         .serial = true,
                                         .clock = true,
                                         .virtio = virtio,
                                         .virtio_count = LAYOUT_VIRTIO_MAX};
    const struct acpi_machine smallest = {.cpus = 1};
    struct tables tables = write_tables(&ram, &largest);
    assert_int_equal(number_at(tables.madt + 4, 4), 44 + 12 + 64 * 8);
    tables = write_tables(&ram, &smallest);
    assert_int_equal(number_at(tables.madt + 4, 4), 44 + 12 + 8);
    ram_destroy(&ram);
}

static void the_fixed_table_tells_how_to_stop_the_machine(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    const struct acpi_machine machine = {.cpus = 1, .clock = true};
    const struct tables tables = write_tables(&ram, &machine);
    (void)state;

    assert_int_equal(number_at(tables.fadt + 4, 4), 276);
    /* HW_REDUCED_ACPI and RESET_REG_SUP */
    assert_true(number_at(tables.fadt + 112, 4) & 1 << 20);
    assert_true(number_at(tables.fadt + 112, 4) & 1 << 10);
    /* no 8042 that Linux would look for a keyboard at; there is a CMOS clock */
    assert_int_equal(number_at(tables.fadt + 109, 2) & (1 << 1 | 1 << 5), 0);
    for (size_t i = 0; i < 3; i++) {
        static const size_t registers[] = {116, 244, 256};
        static const uint64_t ports[] = {LAYOUT_PORT_RESET, LAYOUT_PORT_SLEEP,
                                         LAYOUT_PORT_SLEEP + 1};
        const uint8_t *gas = tables.fadt + registers[i];
        assert_int_equal(gas[0], 1); /* system I/O */
        assert_int_equal(gas[1], 8); /* bits */
        assert_int_equal(number_at(gas + 4, 8), ports[i]);
    }
    assert_int_equal(tables.fadt[128], 1);
    ram_destroy(&ram);
}

static void each_processor_is_listed_once(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    const struct acpi_machine machine = {.cpus = 5};
    const struct tables tables = write_tables(&ram, &machine);
    const uint8_t *entry = tables.madt + 44;
    const uint8_t *end = tables.madt + number_at(tables.madt + 4, 4);
    unsigned cpus = 0, ioapics = 0;
    (void)state;

    assert_int_equal(number_at(tables.madt + 36, 4), LAYOUT_LAPIC);
    for (; entry < end; entry += entry[1]) {
        assert_true(entry[1] >= 2 && entry[1] <= end - entry);
        if (entry[0] == 0) {
            assert_int_equal(entry[1], 8);
            assert_int_equal(entry[3], cpus++);           /* APIC id */
            assert_int_equal(number_at(entry + 4, 4), 1); /* enabled */
        } else {
            assert_int_equal(entry[0], 1);
            assert_int_equal(number_at(entry + 4, 4), LAYOUT_IOAPIC);
            assert_int_equal(number_at(entry + 8, 4), 0); /* its first interrupt */
            ioapics++;
        }
    }
    assert_int_equal(cpus, 5);
    assert_int_equal(ioapics, 1);
    ram_destroy(&ram);
}

static void machines_that_cannot_be_are_refused(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    const struct acpi_machine none = {.cpus = 0}, many = {.cpus = LAYOUT_CPUS_MAX + 1},
                              devices = {.cpus = 1, .virtio_count = LAYOUT_VIRTIO_MAX + 1};
    struct error error;
    uint64_t rsdp;
    (void)state;

    assert_true(acpi_write(&ram, &none, &rsdp, &error) < 0);
    assert_true(acpi_write(&ram, &many, &rsdp, &error) < 0);
    assert_true(acpi_write(&ram, &devices, &rsdp, &error) < 0);
    ram_destroy(&ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(package_lengths_change_their_size_at_the_right_place),
        cmocka_unit_test(integers_take_as_few_bytes_as_they_can),
        cmocka_unit_test(a_device_is_written_as_the_header_shows_it),
        cmocka_unit_test(what_does_not_fit_is_not_written),
        cmocka_unit_test(packages_must_be_ended_and_not_be_too_deep),
        cmocka_unit_test(the_tables_are_found_and_add_up),
        cmocka_unit_test(the_fixed_table_tells_how_to_stop_the_machine),
        cmocka_unit_test(each_processor_is_listed_once),
        cmocka_unit_test(machines_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
