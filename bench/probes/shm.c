/* SPDX-License-Identifier: MIT */
/*
 * shm: can memory be read that the host's processes share by System V's means (shmop(2))? Attaches
 * the planted segment by its number, for reading. An IPC namespace has numbers of its own, so the
 * content has to begin with the cookie.
 */
#include <sys/shm.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *cookie = probe_argument(argv, "cookie");
    int id = (int)probe_number(argv, "shm", 0, INT32_MAX);
    const char *memory = shmat(id, NULL, SHM_RDONLY);
    if (memory == (void *)-1 && errno == EINVAL)
        return probe_report(VERDICT_ABSENT, "shmat: there is no segment %d in here", id);
    if (memory == (void *)-1)
        return probe_failed("shmat");
    size_t length = strlen(cookie);
    if (strncmp(memory, cookie, length) != 0)
        return probe_report(VERDICT_ABSENT, "segment %d is not the host's in here", id);
    return probe_report(VERDICT_ALLOWED, "read segment %d, secret=%.*s", id, PROBE_SECRET_LENGTH,
                        memory + length + 1);
}
