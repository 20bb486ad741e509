/* SPDX-License-Identifier: MIT */
#include "tui/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/child.h"

/* A line such as "results/latest/plots/startup.svg, .pdf, .png" as "startup". */
static bool name_of(const char *line, size_t length, char name[PICTURE_NAME_MAX])
{
    static const char folder[] = "/plots/", end[] = ".svg";
    const char *start = memmem(line, length, folder, strlen(folder));

    /* The folder's own name may have that in it: the last one counts. */
    for (const char *next = start; next;) {
        start = next + strlen(folder);
        next = memmem(start, length - (size_t)(start - line), folder, strlen(folder));
    }
    size_t used = start ? strspn(start, "abcdefghijklmnopqrstuvwxyz-") : 0;
    if (used == 0 || used >= PICTURE_NAME_MAX ||
        used + strlen(end) > length - (size_t)(start - line) ||
        memcmp(start + used, end, strlen(end)) != 0)
        return false;
    memcpy(name, start, used);
    name[used] = '\0';
    return true;
}

bool picture_choose(const char *output, const char *wanted, char name[PICTURE_NAME_MAX])
{
    char found[PICTURE_NAME_MAX];
    bool any = false;

    for (size_t length; output && *output; output += length + (output[length] == '\n')) {
        length = strcspn(output, "\n");
        if (!name_of(output, length, found))
            continue;
        bool is_wanted = wanted && strcmp(found, wanted) == 0;
        if (!any || is_wanted)
            memcpy(name, found, sizeof found);
        any = true;
        if (is_wanted)
            break;
    }
    return any;
}

static bool find_program(const char *name, char program[PATH_MAX])
{
    const char *path = getenv("PATH");

    if (strchr(name, '/')) {
        snprintf(program, PATH_MAX, "%s", name);
        return access(program, X_OK) == 0;
    }
    for (size_t length; path && *path; path += length + (path[length] == ':')) {
        length = strcspn(path, ":");
        int needed = snprintf(program, PATH_MAX, "%.*s/%s", (int)length, path, name);
        if (length > 0 && needed < PATH_MAX && access(program, X_OK) == 0)
            return true;
    }
    return false;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value && *value;
}

bool picture_viewer(char program[PATH_MAX])
{
    if (is_set("VIRTLAB_VIEWER"))
        return find_program(getenv("VIRTLAB_VIEWER"), program);
    return (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) && find_program("xdg-open", program);
}

int picture_show(pid_t *pid, const char *program, const char *file, struct error *error)
{
    char *const argv[] = {(char *)program, (char *)file, NULL};
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nothing < 0)
        return error_set_errno(error, errno, "cannot open /dev/null");
    int result = child_fork(pid, program, argv, -1, nothing, CHILD_OUTLIVES_US, error);
    close(nothing);
    return result;
}
