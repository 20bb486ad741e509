/* SPDX-License-Identifier: MIT */
/*
 * keyring: can a key in the kernel's keyrings be read, where file systems and network clients keep
 * theirs? No namespace divides them: whoever knows a key's number asks for it (keyrings(7)), and in
 * a container only a filter of system calls is in the way. The planted key may be read by anybody.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    if (syscall(SYS_keyctl, (long)KEYCTL_READ, probe_number(argv, "key", 1, INT32_MAX), secret,
                sizeof(secret) - 1) < 0)
        return probe_failed("keyctl");
    return probe_report(VERDICT_ALLOWED, "read a key of the host, secret=%s", secret);
}
