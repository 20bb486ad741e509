/* SPDX-License-Identifier: MIT */
#include "common/paths.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Cuts suffix off the end of path, if it ends so. */
static bool cut(char *path, const char *suffix)
{
    size_t length = strlen(path), size = strlen(suffix);

    if (length < size || strcmp(path + length - size, suffix) != 0)
        return false;
    path[length - size] = '\0';
    return true;
}

/* The folder above bin or libexec/virtlab that the running program lies in; false: in neither. */
static bool own_root(char root[PATHS_MAX])
{
    ssize_t length = readlink("/proc/self/exe", root, PATHS_MAX - 1);

    if (length <= 0 || length == PATHS_MAX - 1)
        return false;
    root[length] = '\0';
    *strrchr(root, '/') = '\0';
    return cut(root, "/bin") || cut(root, "/libexec/virtlab");
}

int paths_join(char path[PATHS_MAX], const char *folder, const char *name, struct error *error)
{
    if (snprintf(path, PATHS_MAX, "%s/%s", folder, name) >= PATHS_MAX)
        return error_set(error, ENAMETOOLONG, "the path of '%s' is too long", name);
    return 0;
}

static int fill(struct paths *paths, const char *root, struct error *error)
{
    int result = paths_join(paths->bin, root, "bin", error);

    if (result == 0)
        result = paths_join(paths->libexec, root, "libexec/virtlab", error);
    if (result == 0)
        result = paths_join(paths->share, root, "share/virtlab", error);
    if (result == 0)
        result = paths_join(paths->locale, root, "share/locale", error);
    return result;
}

int paths_find(struct paths *paths, struct error *error)
{
    char root[PATHS_MAX];

    if (own_root(root)) {
        int result = fill(paths, root, error);
        if (result < 0 || access(paths->libexec, X_OK) == 0)
            return result;
    }
    int result = fill(paths, VIRTLAB_PREFIX, error);
    if (result < 0 || access(paths->libexec, X_OK) == 0)
        return result;
    return error_set(error, ENOENT,
                     "the parts of virtlab are neither beside this program nor in %s; "
                     "run 'make install', or use the program in the build folder",
                     VIRTLAB_PREFIX "/libexec/virtlab");
}
