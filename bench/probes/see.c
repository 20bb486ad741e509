/* SPDX-License-Identifier: MIT */
/*
 * see: are the host's processes visible? Looks for the planted process in /proc by its name, not by
 * its number, since a PID namespace gives it another one or none. The proof is its first argument.
 */
#include <ctype.h>
#include <dirent.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    char expected[128];
    snprintf(expected, sizeof(expected), "virtlab-target-%s", probe_argument(argv, "cookie"));

    DIR *proc = opendir("/proc");
    if (!proc)
        return probe_failed("open /proc");
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(proc))) {
        char path[300], command[128];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        count++;
        snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
        ssize_t length = probe_read_file(path, command, sizeof(command));
        size_t name_length = strlen(expected);
        if (length > (ssize_t)name_length && strcmp(command, expected) == 0)
            return probe_report(VERDICT_ALLOWED, "seen as process %s among %u, secret=%s",
                                entry->d_name, count, command + name_length + 1);
    }
    return probe_report(VERDICT_ABSENT, "not among the %u processes in here", count);
}
