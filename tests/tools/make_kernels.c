/* SPDX-License-Identifier: MIT */
/* make_kernels FOLDER: write the smallest kernels into the folder, as seeds for the fuzz targets.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/boot_kernels.h"

static void save(const char *folder, const char *name, const struct kernel_bytes *kernel)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(kernel->bytes, kernel->size, 1, file) != 1 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char *argv[])
{
    struct kernel_bytes kernel;

    if (argc != 2)
        return 2;
    kernel_bytes_bzimage(&kernel);
    save(argv[1], "mapped", &kernel);
    /* The code at an odd place of the file, and no more of it than must be. */
    kernel.bzimage.setup.setup_sects = 1;
    kernel.bzimage.setup.syssize = 0x210 / 16;
    kernel.size = 2 * 512 + 0x210;
    save(argv[1], "read", &kernel);
    kernel_bytes_elf(&kernel);
    save(argv[1], "segments", &kernel);
    kernel.elf.programs[0].p_offset = 0x300;
    kernel.elf.programs[0].p_filesz = 0x40;
    kernel.elf.programs[1].p_filesz = 0;
    kernel.size = 0x340;
    save(argv[1], "small", &kernel);
    return 0;
}
