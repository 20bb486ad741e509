/* SPDX-License-Identifier: MIT */
/* Says "ready", waits for a byte, says "again". */
#include <unistd.h>

int main(void)
{
    char byte;

    (void)!write(1, "ready\n", 6);
    (void)!read(0, &byte, 1);
    (void)!write(1, "again\n", 6);
    return 0;
}
