/* SPDX-License-Identifier: MIT */
/*
 * boot_read DEVICE sequential|random BLOCK: reads 64 MiB of a disk, past the page cache, and every
 * block once: in order, or by steps that are coprime to the number of blocks.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const uint64_t total = 64 << 20;
    size_t block = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

    if (block < 512 || total % block || block > total)
        return 2;
    uint64_t count = total / block, step = strcmp(argv[2], "random") == 0 ? 7919 : 1;
    int fd = open(argv[1], O_RDONLY | O_DIRECT);
    void *buffer = aligned_alloc(4096, block < 4096 ? 4096 : block);
    if (fd < 0 || !buffer) {
        perror(argv[1]);
        return 1;
    }
    for (uint64_t i = 0; i < count; i++)
        if (pread(fd, buffer, block, (off_t)(i * step % count * block)) != (ssize_t)block) {
            perror(argv[1]);
            return 1;
        }
    return 0;
}
