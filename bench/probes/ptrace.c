/* SPDX-License-Identifier: MIT */
/*
 * ptrace: can a process of the host be traced, that is read, changed and made to run anything?
 * Attaches to the planted process, reads its secret out of its memory, and lets go of it. If the
 * probe dies in between, the kernel lets go (PTRACE_SEIZE in ptrace(2)).
 */
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *cookie = probe_argument(argv, "cookie");
    pid_t pid = (pid_t)probe_number(argv, "pid", 2, 1L << 22);
    char *address = (char *)probe_number(argv, "address", 1, INT64_MAX);
    /* No process has the number 0: whatever comes but ESRCH is about the call itself. */
    if (ptrace(PTRACE_SEIZE, 0, NULL, NULL) < 0 && errno != ESRCH)
        return probe_failed("ptrace");
    enum probe_target target = probe_find_target(pid, cookie);
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);

    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
        return probe_failed("ptrace(PTRACE_SEIZE)");
    int status;
    if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) < 0)
        return probe_failed("ptrace(PTRACE_INTERRUPT)");
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    for (size_t at = 0; at < PROBE_SECRET_LENGTH; at += sizeof(long)) {
        errno = 0;
        long word = ptrace(PTRACE_PEEKDATA, pid, address + at, NULL);
        if (errno)
            return probe_failed("ptrace(PTRACE_PEEKDATA)");
        memcpy(secret + at, &word, sizeof(word));
    }
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
    return probe_report(VERDICT_ALLOWED, "read from process %d, secret=%s", pid, secret);
}
