/* SPDX-License-Identifier: MIT */
/*
 * environment: can the environment of a process of the host be read, in which programs are given
 * passwords? The planted process has its secret there. The kernel demands of the reader what it
 * demands of a debugger (proc_pid_environ(5)): the same user, or CAP_SYS_PTRACE.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    char path[64], text[PROBE_COMMAND_BYTES];
    snprintf(path, sizeof(path), "/proc/%ld/environ", pid);
    ssize_t length = probe_read_file(path, text, sizeof(text));
    if (length < 0)
        return probe_failed("read");
    static const char name[] = "VIRTLAB_SECRET=";
    for (const char *word = text; word < text + length; word += strlen(word) + 1) {
        if (strncmp(word, name, sizeof(name) - 1) == 0)
            return probe_report(VERDICT_ALLOWED, "read its environment, secret=%.*s",
                                PROBE_SECRET_LENGTH, word + sizeof(name) - 1);
    }
    return probe_report(VERDICT_CONTAINED, "read an environment without the secret");
}
