/* SPDX-License-Identifier: MIT */
#include "minicontainer/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "minicontainer/libraries.h"
#include "minicontainer/syscalls.h"

/* The sentence and the exit status for a program that cannot be executed, as env(1) has them. */
static int refuse(const char *name, int errnum, struct error *error)
{
    bool missing = errnum == ENOENT || errnum == ENOTDIR;

    return error_set_exit(error, missing ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE, errnum,
                          "cannot execute '%s': %s", name, strerror(errnum));
}

/* Whether path is a file that may be executed; 0 or a negative errno. */
static int judge(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EACCES;
    return access(path, X_OK) < 0 ? -errno : 0;
}

/*
 * Calls try with each folder of list and name, until it returns 0; else the most telling error: a
 * file that is there but cannot be executed tells more than one that is missing.
 */
static int search_path(const char *list, const char *name,
                       int (*try)(const char *path, void *context), void *context)
{
    char path[PATH_MAX];
    int result = -ENOENT;

    for (const char *at = list; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ":");
        int written =
            snprintf(path, sizeof path, "%.*s%s%s", (int)length, at, length ? "/" : "./", name);
        at += length;
        if (written >= (int)sizeof path)
            continue;
        int tried = try(path, context);
        if (tried != -ENOENT && tried != -ENOTDIR)
            result = tried;
        if (tried == 0)
            break;
    }
    return result;
}

static int try_host(const char *path, void *context)
{
    /* A folder of PATH that may not be searched has nothing to offer: no more than a missing one.
     */
    if (access(path, F_OK) < 0)
        return -ENOENT;
    int result = judge(path);
    if (result == 0)
        strcpy(context, path);
    return result;
}

/* path, made absolute and freed of ".", ".." and double slashes, but not of symbolic links. */
static int normalise(const char *path, char *clean)
{
    char whole[2 * PATH_MAX], *save = NULL;
    size_t length = 0;

    if (*path == '/')
        whole[0] = '\0';
    else if (!getcwd(whole, PATH_MAX))
        return -errno;
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    strcat(whole, "/");
    strcat(whole, path);
    clean[0] = '\0';
    for (char *part = strtok_r(whole, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            char *slash = strrchr(clean, '/');
            length = slash ? (size_t)(slash - clean) : 0;
            clean[length] = '\0';
            continue;
        }
        size_t more = strlen(part);
        if (length + 1 + more >= PATH_MAX)
            return -ENAMETOOLONG;
        clean[length++] = '/';
        memcpy(clean + length, part, more + 1);
        length += more;
    }
    return length ? 0 : -EISDIR;
}

int program_plan(const char *name, struct rootfs *rootfs, char *guest_path, struct error *error)
{
    char found[PATH_MAX];
    int result;

    if (strchr(name, '/')) {
        if (strlen(name) >= sizeof found)
            return refuse(name, ENAMETOOLONG, error);
        strcpy(found, name);
        result = judge(found);
    } else {
        const char *list = getenv("PATH");
        result = search_path(list ? list : PROGRAM_PATH, name, try_host, found);
    }
    if (result == 0)
        result = normalise(found, guest_path);
    if (result < 0)
        return refuse(name, -result, error);
    if (strncmp(guest_path, "/proc/", 6) == 0 || strncmp(guest_path, "/sys/", 5) == 0)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, EINVAL,
                              "cannot execute '%s': it is in a file system of the kernel; name "
                              "the file itself",
                              name);
    result = rootfs_plan(rootfs, guest_path, found, error);
    return result < 0 ? result : libraries_plan(found, rootfs, error);
}

struct execution {
    char *const *argv, *const *envp;
};

/*
 * Refuses a path that leads over /proc/self/exe or its like: that is still the tool, a file of the
 * host, and an image could so have it executed and written to (CVE-2019-5736). The interpreters of
 * scripts are paths of the same kind.
 */
static int judge_inside(const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
    char interpreter[LIBRARIES_SCRIPT_MAX];

    for (int depth = 0; depth < LIBRARIES_SCRIPTS_MAX; depth++) {
        int file = sys_openat2(AT_FDCWD, path, &how);
        if (file < 0)
            return -errno;
        close(file);
        if (!libraries_read_script(path, interpreter))
            break;
        path = interpreter;
    }
    return 0;
}

static int try_execute(const char *path, void *context)
{
    struct execution *execution = context;
    int result = judge_inside(path);

    if (result < 0)
        return result;
    execve(path, execution->argv, execution->envp);
    return -errno;
}

int program_execute(const char *path, char *const *argv, char *const *envp, struct error *error)
{
    struct execution execution = {argv, envp};
    int result;

    if (path || strchr(argv[0], '/'))
        result = try_execute(path ? path : argv[0], &execution);
    else
        result = search_path(PROGRAM_PATH, argv[0], try_execute, &execution);
    return refuse(argv[0], -result, error);
}
