/* SPDX-License-Identifier: MIT */
#include "common/process_stat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/host_file.h"

bool process_stat_read(pid_t pid, struct process_stat *stat)
{
    struct process_stat found = {0};
    char path[40], text[1024];

    *stat = found;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (host_read(path, text, sizeof text) <= 0)
        return false;
    /* Field 2 is the program's name in parentheses, in which anything can stand, parentheses too.
     */
    const char *at = strrchr(text, ')');
    int length = 0;
    if (!at || sscanf(at, ") %c %d%n", &found.state, &found.parent, &length) != 2)
        return false;
    at += length; /* the space before field 5 */
    for (int field = 5; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || sscanf(at, "%" SCNu64, &found.start_ticks) != 1)
        return false;
    *stat = found;
    return true;
}
