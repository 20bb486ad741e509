/* SPDX-License-Identifier: MIT */
#include "bench/experiments/image_size.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool image_path(const struct session *session, const struct platform *platform, size_t i,
                char path[PATHS_MAX])
{
    struct error ignored;
    return paths_join(path, session->paths.share, platform->image.word[i], &ignored) == 0;
}

static bool add_file(const char *path, int64_t *bytes)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return false;
    *bytes += status.st_size;
    return true;
}

bool image_size(const struct session *session, const struct platform *platform, const char *program,
                struct image_size *size)
{
    const char *first = platform->start.word[0];
    char path[PATHS_MAX];
    bool found = true;

    *size = (struct image_size){0};
    if (strcmp(first, "{program}") != 0) {
        char *tool = platform_find_command(first, session->paths.bin, NULL);
        found = tool && add_file(tool, &size->tool_bytes);
        free(tool);
    }
    for (size_t i = 0; i < platform->image.count && found; i++)
        found = image_path(session, platform, i, path) && add_file(path, &size->system_bytes);
    return found && add_file(program, &size->program_bytes);
}
