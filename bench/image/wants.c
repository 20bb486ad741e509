/* SPDX-License-Identifier: MIT */
/*
 * A program that works with version VERSION of the library alone: status 0, and 1 with the other.
 * It stands without a C library, so that the loader and the one library are all that it needs.
 */
int library_version(void);

__attribute__((noreturn)) void _start(void);

void _start(void)
{
    long status = library_version() != VERSION;

    /* exit_group(2) */
    __asm__ volatile("syscall" : : "a"(231L), "D"(status) : "rcx", "r11", "memory");
    __builtin_unreachable();
}
