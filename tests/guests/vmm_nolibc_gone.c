/* SPDX-License-Identifier: MIT */
/*
 * Says "ready", waits for a byte, by which its file has been cut to 512 KiB, and opens a name that
 * lay beyond. Says "EFAULT" when that is the answer, and then reads that memory itself. Without a
 * library, whose own data would be gone too.
 */
static char data[1 << 20] = {1}; /* in the file, because it is not all zeros */

static long system_call(long number, long first, const volatile void *second, long third)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

void _start(void);
void _start(void)
{
    const volatile char *gone = data + 900000;
    char byte;

    system_call(1, 1, "ready\n", 6);
    system_call(0, 0, &byte, 1);
    if (system_call(2, (long)gone, 0, 0) == -14)
        system_call(1, 1, "EFAULT\n", 7);
    system_call(60, *gone, 0, 0);
    __builtin_unreachable();
}
