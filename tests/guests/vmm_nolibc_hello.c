/* SPDX-License-Identifier: MIT */
/* No C library at all: two system calls. */
static long call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

void _start(void)
{
    call(1, 1, (long)"freestanding\n", 13);
    call(231, 7, 0, 0);
    __builtin_unreachable();
}
