/* SPDX-License-Identifier: MIT */
/*
 * fault: what does a fresh page of memory cost?
 *
 * One iteration is one byte written to one page of 4 KiB that has never been touched: natively a
 * page fault, in which the kernel finds a page, clears it and enters it into the page tables. Every
 * 256 pages the block of 1 MiB is given back and another is taken, which is in the figure too. With
 * a guest kernel underneath there may be two faults, the guest's and the host's; without one,
 * giving and taking memory are calls to the VMM.
 *
 * What it does not answer: large pages, memory that has to be read from a file, or memory that runs
 * short.
 */
#include "bench/workloads/memory.h"

#define NAME "fault"

#define BLOCK_PAGES (MIB / PAGE_BYTES)

static unsigned char *take_block(void)
{
    unsigned char *block =
        mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block == MAP_FAILED)
        protocol_fail(NAME, "there is not enough memory in here");
    /* Where the box serves no madvise(2), it has no large pages of its own accord either. */
    madvise(block, MIB, MADV_NOHUGEPAGE);
    return block;
}

static uint64_t fault_work(void *state, uint64_t iterations)
{
    uint64_t fresh = 0;

    (void)state;
    while (iterations > 0) {
        size_t pages = iterations < BLOCK_PAGES ? (size_t)iterations : BLOCK_PAGES;
        unsigned char *block = take_block();
        for (size_t i = 0; i < pages; i++)
            fresh += block[i * PAGE_BYTES]++ == 0;
        if (munmap(block, MIB) < 0)
            protocol_fail(NAME, strerror(errno));
        iterations -= pages;
    }
    return fresh;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail(NAME, "takes no arguments");
    return protocol_serve(NAME, fault_work, NULL);
}
