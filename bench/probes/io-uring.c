/* SPDX-License-Identifier: MIT */
/*
 * io-uring: can calls be made by a ring in memory instead of by system calls (io_uring_setup(2)),
 * which no filter of system calls sees? Makes the smallest ring, puts nothing into it, and lets go.
 */
#include <linux/io_uring.h>
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct io_uring_params parameters;
    memset(&parameters, 0, sizeof(parameters));
    int fd = (int)syscall(SYS_io_uring_setup, 1L, &parameters);
    if (fd < 0)
        return probe_failed("io_uring_setup");
    close(fd);
    return probe_report(VERDICT_ALLOWED, "made a ring that the filter does not see into");
}
