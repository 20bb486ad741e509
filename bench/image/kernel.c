/* SPDX-License-Identifier: MIT */
/*
 * Which kernel serves this program? It prints one line, RELEASE BOOT_ID: the second is drawn anew
 * at each boot (random(4)), so two that are alike are one kernel. "-": there is nobody who could
 * tell.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void)
{
    struct utsname name;
    char boot_id[64] = "-";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);

    if (fd >= 0) {
        ssize_t got = read(fd, boot_id, sizeof boot_id - 1);
        boot_id[got > 0 ? got : 0] = '\0';
        boot_id[strcspn(boot_id, "\n")] = '\0';
        close(fd);
    }
    if (uname(&name) < 0)
        return 1;
    printf("%s %s\n", name.release, boot_id);
    return 0;
}
