/* SPDX-License-Identifier: MIT */
/*
 * make_acpi FOLDER CPUS DEVICES: write the ACPI tables of such a machine into the folder, a file
 * each, for a judge from outside (iasl).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minivmm/boot/acpi.h"
#include "minivmm/devices/layout.h"

static void save(const char *folder, const char *name, const void *table, uint32_t length)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s.dat", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(table, length, 1, file) != 1 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static uint64_t save_table(const struct ram *ram, const char *folder, uint64_t gpa, size_t pointer)
{
    const uint8_t *table = ram_at(ram, gpa, 4096);
    char name[5] = "";
    uint32_t length;
    uint64_t next = 0;

    memcpy(name, table, 4);
    memcpy(&length, table + 4, sizeof length);
    save(folder, name, table, length);
    if (pointer > 0)
        memcpy(&next, table + pointer, sizeof next);
    return next;
}

int main(int argc, char *argv[])
{
    struct acpi_virtio virtio[LAYOUT_VIRTIO_MAX];
    struct acpi_machine machine = {.serial = true, .clock = true, .virtio = virtio};
    struct error error;
    struct ram ram;
    uint64_t rsdp, xsdt, entries[2];

    if (argc != 4)
        return 2;
    machine.cpus = (unsigned)atoi(argv[2]);
    machine.virtio_count = (size_t)atoi(argv[3]);
    for (unsigned i = 0; i < machine.virtio_count && i < LAYOUT_VIRTIO_MAX; i++)
        virtio[i] =
            (struct acpi_virtio){LAYOUT_VIRTIO + i * LAYOUT_VIRTIO_STEP, LAYOUT_GSI_VIRTIO + i};
    if (ram_create(&ram, LAYOUT_RAM_MIN, &error) < 0 ||
        acpi_write(&ram, &machine, &rsdp, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    ram_read(&ram, rsdp + 24, &xsdt, sizeof xsdt);
    save_table(&ram, argv[1], xsdt, 0);
    ram_read(&ram, xsdt + 36, entries, sizeof entries);
    save_table(&ram, argv[1], save_table(&ram, argv[1], entries[0], 140), 0);
    save_table(&ram, argv[1], entries[1], 0);
    ram_destroy(&ram);
    return 0;
}
