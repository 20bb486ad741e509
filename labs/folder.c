/* SPDX-License-Identifier: MIT */
#include "labs/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"

/* The lab whose folder this is, or "". */
static void read_mark(const char *path, char name[LAB_NAME_MAX])
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = folder < 0
                 ? -1
                 : openat(folder, FOLDER_MARK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, name, LAB_NAME_MAX - 1);

    name[length > 0 ? length : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
}

int folder_find(char path[PATHS_MAX], const struct lab *lab, const char *named, struct error *error)
{
    const char *const tried[] = {named ? named : ".", named ? NULL : lab->name};
    char name[LAB_NAME_MAX];

    for (size_t i = 0; i < 2 && tried[i]; i++) {
        read_mark(tried[i], name);
        if (strcmp(name, lab->name) == 0) {
            if (!realpath(tried[i], path))
                return error_set_errno(error, errno, "cannot open %s", tried[i]);
            return 0;
        }
    }
    if (named)
        return error_set(error, ENOENT, _("'%s' is no folder of the lab %s"), named, lab->name);
    return error_set(error, ENOENT,
                     _("there is no folder of the lab %s here; 'virtlab lab start %.2s' makes one, "
                       "--in FOLDER names one elsewhere"),
                     lab->name, lab->name);
}

/* Copies the file's bytes, up to most. */
static int copy_bytes(int in, int out, const char *name, size_t most, struct error *error)
{
    char bytes[16384];
    ssize_t got;
    size_t length = 0;

    while ((got = read(in, bytes, sizeof bytes)) > 0) {
        length += (size_t)got;
        if (length > most)
            return error_set(error, EFBIG, _("'%.100s' is larger than %zu MiB"), name, most >> 20);
        if (write(out, bytes, (size_t)got) != got)
            return error_set_errno(error, errno ? errno : ENOSPC,
                                   _("cannot write a copy of '%.100s'"), name);
    }
    return got < 0 ? error_set_errno(error, errno, _("cannot read '%.100s'"), name) : 0;
}

static int copy_file(int from, int to, const char *name, size_t most, struct error *error)
{
    struct stat status;
    int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int out = -1, result = 0;

    if (in < 0)
        result = error_set_errno(error, errno, _("cannot read '%.100s'"), name);
    else if (fstat(in, &status) < 0 || !S_ISREG(status.st_mode))
        result = error_set(error, ENOENT, _("'%.100s' is no regular file"), name);
    else if ((out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                           status.st_mode & 0100 ? 0755 : 0644)) < 0)
        result = error_set_errno(error, errno, _("cannot write a copy of '%.100s'"), name);
    else
        result = copy_bytes(in, out, name, most, error);
    /* A full disk may say so only now. */
    if (out >= 0 && close(out) < 0 && result == 0)
        result = error_set_errno(error, errno, _("cannot write a copy of '%.100s'"), name);
    if (in >= 0)
        close(in);
    return result;
}

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name);

    return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int copy_below(int from, int to, const struct lab *lab, int depth, struct error *error)
{
    int again = fcntl(from, F_DUPFD_CLOEXEC, 3);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    size_t count = 0;
    int result = 0;

    if (!folder)
        return error_set_errno(error, errno, _("cannot read the folder"));
    for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        struct stat status;
        if (*name == '.' || (lab && lab->program && strcmp(name, lab->program) == 0) ||
            fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (lab && (ends_with(name, ".o") || ends_with(name, ".tar.gz")))
            continue;
        if (S_ISREG(status.st_mode)) {
            if (++count > FOLDER_FILES_MAX)
                result = error_set(error, EFBIG, _("there are more than %d files in the folder"),
                                   FOLDER_FILES_MAX);
            else
                result = copy_file(from, to, name, FOLDER_FILE_MAX, error);
        } else if (S_ISDIR(status.st_mode) && !lab && depth < 8) {
            int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            int target = mkdirat(to, name, 0755) < 0
                             ? -1
                             : openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (source < 0 || target < 0)
                result = error_set_errno(error, errno, _("cannot copy '%.100s'"), name);
            else
                result = copy_below(source, target, lab, depth + 1, error);
            if (source >= 0)
                close(source);
            if (target >= 0)
                close(target);
        }
    }
    closedir(folder);
    return result;
}

static int copy(const char *source, const char *target, const struct lab *lab, struct error *error)
{
    int from = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC), to = -1, result;

    if (from < 0)
        return error_set_errno(error, errno, _("cannot open %s"), source);
    if (mkdir(target, 0755) < 0 || (to = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        result = error_set_errno(error, errno, _("cannot make %s"), target);
    else
        result = copy_below(from, to, lab, 0, error);
    for (size_t i = 0; lab && result == 0 && i < lab->file_count; i++)
        if (faccessat(to, lab->files[i], F_OK, AT_SYMLINK_NOFOLLOW) < 0)
            result = error_set(error, ENOENT,
                               _("'%s' is missing in your folder; 'virtlab lab start' in an empty "
                                 "place gives you a fresh one"),
                               lab->files[i]);
    if (to >= 0)
        close(to);
    close(from);
    return result;
}

int folder_write_mark(const char *folder, const char *name, struct error *error)
{
    char path[PATHS_MAX];
    int result = paths_join(path, folder, FOLDER_MARK, error);
    FILE *file = result < 0 ? NULL : fopen(path, "wxe");

    if (result < 0)
        return result;
    if (!file)
        return error_set_errno(error, errno, _("cannot make %s"), path);
    bool failed = fprintf(file, "%s\n", name) < 0;
    return fclose(file) == 0 && !failed ? 0
                                        : error_set_errno(error, errno, _("cannot write %s"), path);
}

int folder_collect(const char *path, const char *target, const struct lab *lab, struct error *error)
{
    return copy(path, target, lab, error);
}

int folder_copy(const char *source, const char *target, struct error *error)
{
    return copy(source, target, NULL, error);
}

int folder_collect_results(const char *results, const char *target, struct error *error)
{
    static const char *const wanted[] = {"samples.jsonl", "env.json"};
    char folder[PATHS_MAX];
    int result, from, to = -1;

    from = open(results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0)
        return error_set_errno(error, errno, _("cannot open %s"), results);
    if ((result = paths_join(folder, target, "results", error)) == 0 &&
        (mkdir(folder, 0755) < 0 || (to = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0))
        result = error_set_errno(error, errno, _("cannot make %s"), folder);
    int latest = -1;
    if (result == 0 && (mkdirat(to, "latest", 0755) < 0 ||
                        (latest = openat(to, "latest", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0))
        result = error_set_errno(error, errno, _("cannot make %s"), folder);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && result == 0; i++)
        result = copy_file(from, latest, wanted[i], FOLDER_RESULTS_MAX, error);
    if (latest >= 0)
        close(latest);
    if (to >= 0)
        close(to);
    close(from);
    return result;
}
