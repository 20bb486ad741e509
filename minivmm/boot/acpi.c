/* SPDX-License-Identifier: MIT */
/* The ACPI tables of the machine; the numbers of sections are those of ACPI 6.4. */
#include "minivmm/boot/acpi.h"

#include <errno.h>
#include <string.h>

#include "minivmm/boot/aml.h"
#include "minivmm/devices/layout.h"
#include "minivmm/devices/power.h"

#define OEM     "VRTLAB"
#define MACHINE "MINIVMM "

#pragma pack(push, 1) /* tables have no gaps; all numbers are little-endian */

/* 5.2.5.3, root system description pointer */
struct rsdp {
    char signature[8];
    uint8_t checksum; /* of the first 20 bytes, all that ACPI 1.0 knew */
    char oem[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum; /* of all */
    uint8_t reserved[3];
};
_Static_assert(sizeof(struct rsdp) == 36, "ACPI 6.4, 5.2.5.3");

/* 5.2.6, the header of all other tables */
struct header {
    char signature[4];
    uint32_t length; /* of the table, with this header */
    uint8_t revision;
    uint8_t checksum; /* makes the sum of all bytes 0 */
    char oem[6], oem_table[8];
    uint32_t oem_revision;
    char creator[4];
    uint32_t creator_revision;
};
_Static_assert(sizeof(struct header) == 36, "ACPI 6.4, 5.2.6");

/* 5.2.8, extended system description table: where the others are */
struct xsdt {
    struct header header;
    uint64_t fadt, madt;
};

/* 5.2.3.2, generic address structure: a register */
struct gas {
    uint8_t space, bits, offset, access;
    uint64_t address;
};
#define PORT_REGISTER(port)                                                                        \
    {                                                                                              \
        .space = 1 /* system I/O */, .bits = 8, .access = 1 /* byte */, .address = (port),         \
    }

/* 5.2.9, fixed ACPI description table. What a hardware-reduced machine has not is left out. */
struct fadt {
    struct header header;
    uint8_t fixed_hardware[109 - 36];
    uint16_t boot_architecture;
    uint8_t reserved;
    uint32_t flags;
    struct gas reset_register;
    uint8_t reset_value;
    uint8_t arm_boot_architecture[2];
    uint8_t minor_revision;
    uint64_t facs;
    uint64_t dsdt;
    uint8_t fixed_registers[244 - 148];
    struct gas sleep_control, sleep_status;
    char hypervisor[8];
};
_Static_assert(offsetof(struct fadt, boot_architecture) == 109, "ACPI 6.4, table 5.9");
_Static_assert(offsetof(struct fadt, reset_register) == 116, "ACPI 6.4, table 5.9");
_Static_assert(offsetof(struct fadt, dsdt) == 140, "ACPI 6.4, table 5.9");
_Static_assert(sizeof(struct fadt) == 276, "ACPI 6.4, table 5.9");

/* 5.2.9.3, IA-PC boot architecture flags */
enum {
    BOOT_LEGACY_DEVICES = 1 << 0,
    BOOT_8042 = 1 << 1, /* not set: Linux would look for a keyboard, at the cost of many exits */
    BOOT_NO_VGA = 1 << 2,
    BOOT_NO_CMOS_CLOCK = 1 << 5,
};

/* 5.2.9, fixed feature flags */
enum {
    FEATURE_WBINVD = 1 << 0, /* the instruction works; required */
    FEATURE_RESET_REGISTER = 1 << 10,
    FEATURE_HARDWARE_REDUCED = 1 << 20,
};

/* 5.2.12, multiple APIC description table: a header, and structures of several kinds */
struct madt {
    struct header header;
    uint32_t local_apic;
    uint32_t flags; /* bit 0: a pair of 8259s as well, which nothing here is connected to */
};

/* 5.2.12.2, processor local APIC */
struct madt_cpu {
    uint8_t type, length, uid, apic_id;
    uint32_t flags; /* bit 0: enabled */
};

/* 5.2.12.3 */
struct madt_ioapic {
    uint8_t type, length, id, reserved;
    uint32_t address, first_gsi;
};

struct madt_all {
    struct madt start;
    struct madt_ioapic ioapic;
    struct madt_cpu cpus[LAYOUT_CPUS_MAX];
};

#pragma pack(pop)

/* Where the next table goes. All tables stand one behind the other, at multiples of 16. */
struct place {
    const struct ram *ram;
    uint64_t next, end;
};

static uint8_t checksum(const void *table, size_t bytes)
{
    const uint8_t *byte = table;
    uint8_t sum = 0;

    for (size_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + byte[i]);
    return (uint8_t)-sum;
}

static struct header make_header(const char *signature, uint8_t revision, size_t length)
{
    struct header header = {.length = (uint32_t)length, .revision = revision, .oem_revision = 1};

    memcpy(header.signature, signature, sizeof header.signature);
    memcpy(header.oem, OEM, sizeof header.oem);
    memcpy(header.oem_table, MACHINE, sizeof header.oem_table);
    memcpy(header.creator, "MVMM", sizeof header.creator);
    header.creator_revision = 1;
    return header;
}

/* Put a table into RAM; it starts with a header whose checksum is not yet there. */
static int put_table(struct place *place, void *table, uint64_t *address, struct error *error)
{
    struct header *header = table;
    const size_t length = header->length;

    header->checksum = checksum(table, length);
    *address = place->next;
    if (length > place->end - place->next || ram_write(place->ram, place->next, table, length) < 0)
        return error_set(error, ENOSPC, "the ACPI tables need more room than there is");
    place->next += (length + 15) & ~UINT64_C(15);
    return 0;
}

static void describe_ports(struct aml *aml, const char *name, const char *eisa_id, uint16_t first,
                           uint8_t count, int gsi)
{
    aml_begin_device(aml, name);
    aml_name(aml, "_HID");
    aml_eisa_id(aml, eisa_id);
    aml_name(aml, "_CRS");
    aml_begin_resources(aml);
    aml_put_ports(aml, first, count);
    if (gsi >= 0)
        aml_put_interrupt(aml, (uint32_t)gsi);
    aml_end_resources(aml);
    aml_end(aml);
}

static void describe_virtio(struct aml *aml, unsigned number, const struct acpi_virtio *virtio)
{
    static const char digits[] = "0123456789ABCDEF";
    const char name[] = {'V', 'R', digits[number >> 4 & 15], digits[number & 15], '\0'};

    aml_begin_device(aml, name);
    aml_name(aml, "_HID");
    aml_string(aml, "LNRO0005"); /* Linux's own identifier of virtio over MMIO */
    aml_name(aml, "_UID");
    aml_integer(aml, number);
    aml_name(aml, "_CRS");
    aml_begin_resources(aml);
    aml_put_memory(aml, (uint32_t)virtio->address, (uint32_t)LAYOUT_VIRTIO_STEP);
    aml_put_interrupt(aml, virtio->gsi);
    aml_end_resources(aml);
    aml_end(aml);
}

/* What cannot be found by looking: devices at fixed addresses, and how to switch off. */
static void describe_machine(struct aml *aml, const struct acpi_machine *machine)
{
    /* 7.4.2.5: the values for the sleep control register in state S5, which is off. */
    aml_name(aml, "\\_S5");
    aml_begin_package(aml, 4);
    aml_integer(aml, POWER_SLEEP_TYPE_S5);
    for (int unused = 1; unused < 4; unused++)
        aml_integer(aml, 0);
    aml_end(aml);

    aml_begin_scope(aml, "\\_SB");
    if (machine->serial)
        describe_ports(aml, "COM1", "PNP0501", LAYOUT_PORT_COM1, 8, LAYOUT_GSI_COM1);
    if (machine->clock)
        describe_ports(aml, "RTC", "PNP0B00", LAYOUT_PORT_CMOS, 2, -1);
    for (unsigned i = 0; i < machine->virtio_count; i++)
        describe_virtio(aml, i, &machine->virtio[i]);
    aml_end(aml);
}

static int put_dsdt(struct place *place, const struct acpi_machine *machine, uint64_t *address,
                    struct error *error)
{
    uint8_t table[4096];
    struct header header;
    struct aml aml;

    aml_start(&aml, table + sizeof header, sizeof table - sizeof header);
    describe_machine(&aml, machine);
    if (!aml_is_whole(&aml))
        return error_set(error, ENOSPC, "the ACPI tables need more room than there is");
    /* Revision 2: integers of the interpreter have 64 bits. */
    header = make_header("DSDT", 2, sizeof header + aml.used);
    memcpy(table, &header, sizeof header);
    return put_table(place, table, address, error);
}

static int put_fadt(struct place *place, const struct acpi_machine *machine, uint64_t dsdt,
                    uint64_t *address, struct error *error)
{
    struct fadt fadt = {
        .header = make_header("FACP", 6, sizeof fadt),
        .boot_architecture = (uint16_t)(BOOT_NO_VGA | (machine->serial ? BOOT_LEGACY_DEVICES : 0) |
                                        (machine->clock ? 0 : BOOT_NO_CMOS_CLOCK)),
        .flags = FEATURE_WBINVD | FEATURE_RESET_REGISTER | FEATURE_HARDWARE_REDUCED,
        .reset_register = PORT_REGISTER(LAYOUT_PORT_RESET),
        .reset_value = POWER_RESET_VALUE,
        .minor_revision = 4,
        .dsdt = dsdt,
        .sleep_control = PORT_REGISTER(LAYOUT_PORT_SLEEP),
        .sleep_status = PORT_REGISTER(LAYOUT_PORT_SLEEP + 1),
    };

    memcpy(fadt.hypervisor, MACHINE, sizeof fadt.hypervisor);
    return put_table(place, &fadt, address, error);
}

static int put_madt(struct place *place, const struct acpi_machine *machine, uint64_t *address,
                    struct error *error)
{
    struct madt_all madt = {
        .start.local_apic = (uint32_t)LAYOUT_LAPIC,
        .ioapic = {.type = 1, .length = sizeof madt.ioapic, .address = (uint32_t)LAYOUT_IOAPIC},
    };
    const size_t unused = (LAYOUT_CPUS_MAX - machine->cpus) * sizeof *madt.cpus;

    madt.start.header = make_header("APIC", 5, sizeof madt - unused);
    for (unsigned i = 0; i < machine->cpus; i++)
        madt.cpus[i] = (struct madt_cpu){
            .length = sizeof *madt.cpus, .uid = (uint8_t)i, .apic_id = (uint8_t)i, .flags = 1};
    return put_table(place, &madt, address, error);
}

static int put_xsdt(struct place *place, uint64_t fadt, uint64_t madt, uint64_t *address,
                    struct error *error)
{
    struct xsdt xsdt = {make_header("XSDT", 1, sizeof xsdt), fadt, madt};

    return put_table(place, &xsdt, address, error);
}

int acpi_write(const struct ram *ram, const struct acpi_machine *machine, uint64_t *rsdp,
               struct error *error)
{
    /* The pointer stands first, where a kernel that is not told looks for it (5.2.5.1). */
    struct place place = {ram, LAYOUT_ACPI + 48, LAYOUT_RESET_VECTOR};
    struct rsdp pointer = {.revision = 2, .length = sizeof pointer};
    uint64_t dsdt, fadt, madt, xsdt;
    int result;

    if (machine->cpus < 1 || machine->cpus > LAYOUT_CPUS_MAX ||
        machine->virtio_count > LAYOUT_VIRTIO_MAX)
        return error_set(error, EINVAL, "no ACPI tables for %u vCPUs and %zu virtio devices",
                         machine->cpus, machine->virtio_count);
    if ((result = put_dsdt(&place, machine, &dsdt, error)) < 0 ||
        (result = put_fadt(&place, machine, dsdt, &fadt, error)) < 0 ||
        (result = put_madt(&place, machine, &madt, error)) < 0 ||
        (result = put_xsdt(&place, fadt, madt, &xsdt, error)) < 0)
        return result;

    memcpy(pointer.signature, "RSD PTR ", sizeof pointer.signature);
    memcpy(pointer.oem, OEM, sizeof pointer.oem);
    pointer.xsdt = xsdt;
    pointer.checksum = checksum(&pointer, 20);
    pointer.extended_checksum = checksum(&pointer, sizeof pointer);
    *rsdp = LAYOUT_ACPI;
    if (ram_write(ram, *rsdp, &pointer, sizeof pointer) < 0)
        return error_set(error, EFAULT, "the ACPI tables are outside of RAM");
    return 0;
}
