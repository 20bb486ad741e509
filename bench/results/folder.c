/* SPDX-License-Identifier: MIT */
#include "bench/results/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/text.h"

enum { SAME_SECOND_MAX = 1000, DEPTH_MAX = 8 };

/* Whoever called sudo, which sets both variables for the command that it starts. */
static bool sudo_caller(uid_t *uid, gid_t *gid)
{
    const char *uid_text = getenv("SUDO_UID"), *gid_text = getenv("SUDO_GID");
    uint64_t user, group;

    if (geteuid() != 0 || !uid_text || !gid_text ||
        !text_parse_u64(uid_text, 0, UINT32_MAX - 1, &user) ||
        !text_parse_u64(gid_text, 0, UINT32_MAX - 1, &group))
        return false;
    *uid = (uid_t)user;
    *gid = (gid_t)group;
    return true;
}

static int make_out(const char *out, struct error *error)
{
    uid_t uid;
    gid_t gid;

    if (mkdir(out, 0777) == 0) {
        if (sudo_caller(&uid, &gid) && lchown(out, uid, gid) < 0)
            return error_set_errno(error, errno, "cannot give %s to the caller of sudo", out);
        return 0;
    }
    return errno == EEXIST
               ? 0
               : error_set_errno(error, errno, "cannot make the folder %s; try --out DIR", out);
}

/*
 * Made under another name and then moved over the old link: there is never a moment without one.
 * A `latest` that is not a link is somebody's own, and stays.
 */
static int point_latest(const char *out, const char *name, struct error *error)
{
    char latest[FOLDER_PATH_MAX + 32], fresh[FOLDER_PATH_MAX + 64];
    struct stat status;
    uid_t uid;
    gid_t gid;

    snprintf(latest, sizeof latest, "%s/latest", out);
    snprintf(fresh, sizeof fresh, "%s/.latest-%d", out, getpid());
    if (lstat(latest, &status) == 0 && !S_ISLNK(status.st_mode))
        return error_set(error, EEXIST, "%s is no symbolic link: move it away", latest);
    unlink(fresh);
    if (symlink(name, fresh) < 0)
        return error_set_errno(error, errno, "cannot make the link %s", latest);
    if (sudo_caller(&uid, &gid))
        (void)!lchown(fresh, uid, gid);
    if (rename(fresh, latest) < 0) {
        int result = error_set_errno(error, errno, "cannot make the link %s", latest);
        unlink(fresh);
        return result;
    }
    return 0;
}

int folder_make(char *path, const char *out, const char *name, struct error *error)
{
    char stamp[32], number[16] = "";
    time_t now = time(NULL);
    struct tm utc;
    int result = make_out(out, error);

    if (result < 0)
        return result;
    if (strlen(out) + strlen(name) + sizeof stamp + sizeof number + 2 > FOLDER_PATH_MAX)
        return error_set(error, ENAMETOOLONG, "the name of the folder %.200s is too long", out);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    for (int n = 2; n <= SAME_SECOND_MAX; n++) {
        snprintf(path, FOLDER_PATH_MAX, "%s/%s-%s%s", out, stamp, name, number);
        if (mkdir(path, 0777) == 0)
            return point_latest(out, strrchr(path, '/') + 1, error);
        if (errno != EEXIST)
            break;
        snprintf(number, sizeof number, "-%d", n);
    }
    return error_set_errno(error, errno, "cannot make the folder %s; try --out DIR", path);
}

/* Through descriptors and without following links, since the caller may change the folder now. */
static int give(int parent, const char *name, uid_t uid, gid_t gid, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    int result = 0;

    if (!folder) {
        if (fd >= 0)
            close(fd);
        return fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
    }
    for (struct dirent *entry; result == 0 && depth < DEPTH_MAX && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = give(fd, entry->d_name, uid, gid, depth + 1);
    if (result == 0 && fchown(fd, uid, gid) < 0)
        result = -errno;
    closedir(folder);
    return result;
}

int folder_give_to_caller(const char *path, struct error *error)
{
    uid_t uid;
    gid_t gid;

    if (!sudo_caller(&uid, &gid))
        return 0;
    int result = give(AT_FDCWD, path, uid, gid, 0);
    if (result < 0)
        return error_set_errno(error, -result, "cannot give %s to the caller of sudo", path);
    return 0;
}
