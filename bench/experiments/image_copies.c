/* SPDX-License-Identifier: MIT */
#include "bench/experiments/image_copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"

enum { PAGE_BYTES = 4096, PIECE_BYTES = 1 << 20, EXTENTS = 64, SECTOR_BYTES = 512 };

static const char written[] = "virtlab";

static int copy_bytes(int from, int to)
{
    char *piece = malloc(PIECE_BYTES);
    ssize_t got = piece ? 1 : -1;

    /* Not copy_file_range(2), which shares blocks where it can: this is the copy that does not. */
    while (got > 0) {
        got = read(from, piece, PIECE_BYTES);
        if (got > 0 && write(to, piece, (size_t)got) != got)
            got = -1;
    }
    free(piece);
    return got < 0 ? -1 : 0;
}

static int copy_file(enum image_form form, int from_folder, int to_folder, const char *name)
{
    if (form == IMAGE_LINK)
        return linkat(from_folder, name, to_folder, name, 0);
    int from = openat(from_folder, name, O_RDONLY | O_CLOEXEC);
    int to = openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = from < 0 || to < 0    ? -1
                 : form == IMAGE_CLONE ? ioctl(to, FICLONE, from)
                                       : copy_bytes(from, to);
    int errnum = errno;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    errno = errnum;
    return result;
}

/* Calls visit for each file of a folder; stops where it fails. */
static int each_file(int folder, int (*visit)(void *context, int folder, const char *name),
                     void *context)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    int result = list ? 0 : -1;

    for (struct dirent *entry; result == 0 && (entry = readdir(list));)
        if (entry->d_type == DT_REG)
            result = visit(context, folder, entry->d_name);
    int errnum = errno;
    if (list)
        closedir(list);
    errno = errnum;
    return result;
}

struct copying {
    enum image_form form;
    int to;
};

static int visit_copy(void *context, int folder, const char *name)
{
    const struct copying *copying = context;
    return copy_file(copying->form, folder, copying->to, name);
}

/* The bytes of a file's extents that no other file has (fiemap.rst); −1: it cannot be asked. */
static int64_t own_bytes(int fd)
{
    struct fiemap *map = calloc(1, sizeof *map + EXTENTS * sizeof map->fm_extents[0]);
    int64_t bytes = 0;
    bool last = !map;

    while (!last) {
        map->fm_length = FIEMAP_MAX_OFFSET - map->fm_start;
        map->fm_flags = FIEMAP_FLAG_SYNC;
        map->fm_extent_count = EXTENTS;
        if (ioctl(fd, FS_IOC_FIEMAP, map) < 0) {
            bytes = -1;
            break;
        }
        last = map->fm_mapped_extents == 0;
        for (unsigned i = 0; i < map->fm_mapped_extents; i++) {
            const struct fiemap_extent *extent = &map->fm_extents[i];
            if (!(extent->fe_flags & FIEMAP_EXTENT_SHARED))
                bytes += (int64_t)extent->fe_length;
            map->fm_start = extent->fe_logical + extent->fe_length;
            last = last || (extent->fe_flags & FIEMAP_EXTENT_LAST) != 0;
        }
    }
    free(map);
    return bytes;
}

struct counting {
    enum image_form form;
    int64_t bytes;
};

/*
 * What a file takes. A second name takes nothing; a clone what it shares with nobody; else it is
 * the file system's count of blocks, in units of 512 bytes whatever its own are (stat(2)); it has
 * those in it that are not on the disk yet.
 */
static int visit_count(void *context, int folder, const char *name)
{
    struct counting *counting = context;
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0)
        return -1;
    int64_t own = counting->form == IMAGE_CLONE ? own_bytes(fd) : -1;
    if (own < 0)
        own = counting->form == IMAGE_LINK && status.st_nlink > 1 ? 0
                                                                  : status.st_blocks * SECTOR_BYTES;
    counting->bytes += own;
    close(fd);
    return 0;
}

static int count(enum image_form form, const int folders[IMAGE_COPIES], int64_t *bytes)
{
    struct counting counting = {.form = form};
    int result = 0;

    for (int i = 0; i < IMAGE_COPIES && result == 0; i++)
        result = each_file(folders[i], visit_count, &counting);
    *bytes = counting.bytes;
    return result;
}

static int write_page(int folder, const char *name)
{
    char page[PAGE_BYTES] = "";
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);

    memcpy(page, written, sizeof written);
    int result = fd < 0 || pwrite(fd, page, sizeof page, 0) != sizeof page;
    if (fd >= 0)
        close(fd);
    return result ? -1 : 0;
}

static bool sees_page(int folder, const char *name)
{
    char start[sizeof written] = "";
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    bool sees = fd >= 0 && read(fd, start, sizeof start) == sizeof start &&
                memcmp(start, written, sizeof start) == 0;

    if (fd >= 0)
        close(fd);
    return sees;
}

static int write_to_all(const int folders[IMAGE_COPIES], const char *first,
                        struct image_copies *copies)
{
    for (int i = 0; i < IMAGE_COPIES; i++) {
        if (write_page(folders[i], first) < 0)
            return -1;
        for (int j = 1; i == 0 && j < IMAGE_COPIES; j++)
            copies->shared_n += sees_page(folders[j], first);
    }
    return 0;
}

static int make_copies(enum image_form form, int original, const char *parent,
                       int folders[IMAGE_COPIES])
{
    struct copying copying = {.form = form};
    char path[1400];

    for (int i = 0; i < IMAGE_COPIES; i++) {
        snprintf(path, sizeof path, "%.1300s/copy-%d", parent, i);
        if (mkdir(path, 0700) < 0)
            return -1;
        folders[i] = copying.to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (copying.to < 0 || each_file(original, visit_copy, &copying) < 0)
            return -1;
    }
    return 0;
}

int image_copy(enum image_form form, const char *original, const char *parent, const char *first,
               struct image_copies *copies, struct error *error)
{
    static const char *const cannot[] = {
        [IMAGE_COPY] = N_("this file system cannot copy files"),
        [IMAGE_LINK] = N_("this file system cannot give a file a second name"),
        [IMAGE_CLONE] = N_("this file system cannot clone files"),
    };
    int folders[IMAGE_COPIES], result;
    int from = open(original, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *copies = (struct image_copies){0};
    for (int i = 0; i < IMAGE_COPIES; i++)
        folders[i] = -1;
    result = from < 0 ? -1 : make_copies(form, from, parent, folders);
    if (result == 0)
        result = count(form, folders, &copies->taken_bytes);
    if (result == 0)
        result = write_to_all(folders, first, copies);
    if (result == 0)
        result = count(form, folders, &copies->written_bytes);
    int errnum = errno;
    for (int i = 0; i < IMAGE_COPIES; i++)
        if (folders[i] >= 0)
            close(folders[i]);
    if (from >= 0)
        close(from);
    return result == 0 ? 0 : error_set_errno(error, errnum, "%s", _(cannot[form]));
}
