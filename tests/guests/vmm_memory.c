/* SPDX-License-Identifier: MIT */
/* Takes memory until there is none, says how many MiB, and writes to each page of it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(void)
{
    size_t mib = 0;

    for (;; mib++) {
        char *block =
            mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED)
            break;
        for (size_t i = 0; i < 1 << 20; i += 4096)
            block[i] = 1;
    }
    printf("%zu\n", mib);
    return 0;
}
