/* SPDX-License-Identifier: MIT */
/*
 * see: are the host's processes visible? Looks for the planted process in /proc by its command
 * line, not by its number, since a PID namespace gives it another one or none.
 */
#include <ctype.h>
#include <dirent.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *cookie = probe_argument(argv, "cookie"), *secret;
    DIR *proc = opendir("/proc");
    if (!proc)
        return probe_failed("open /proc");
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(proc))) {
        char path[300], command[PROBE_COMMAND_BYTES];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        count++;
        snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
        ssize_t length = probe_read_file(path, command, sizeof(command));
        if (probe_is_target(command, length, cookie, &secret))
            return probe_report(VERDICT_ALLOWED, "seen as process %s, secret=%s", entry->d_name,
                                secret);
    }
    return probe_report(VERDICT_ABSENT, "not among the %u processes in here", count);
}
