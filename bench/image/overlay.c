/* SPDX-License-Identifier: MIT */
/*
 * overlay LOWER FOLDER N FILE: N copies of the folder LOWER, each an overlay of its own over it
 * (overlayfs of the kernel's documentation), as container engines make theirs. A page is written to
 * FILE in each, and one line is printed:
 *
 *     taken BYTES written BYTES shared N
 *
 * what the copies take on disk before and after, and how many of the others saw what was written to
 * the first. With status 1 the line says why that cannot be done. All mounts are in a mount
 * namespace of its own, so they go with this process. Who is not root becomes root of a user
 * namespace first.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, MOST_COPIES = 64, SECTOR_BYTES = 512 };

static long long bytes;

static int fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

/* st_blocks is in units of 512 bytes whatever the file system's own are (stat(2)). Folders are not
 * counted: an empty one takes a block with one file system and none with the next. */
static int count_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)path;
    (void)walk;
    if (type == FTW_F)
        bytes += (long long)status->st_blocks * SECTOR_BYTES;
    return 0;
}

static long long taken(const char *folder)
{
    bytes = 0;
    nftw(folder, count_file, 16, FTW_PHYS | FTW_MOUNT);
    return bytes;
}

static int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    int result = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return result;
}

static int become_root(void)
{
    char map[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
        return -1;
    if (uid == 0)
        return 0;
    snprintf(map, sizeof map, "0 %u 1", uid);
    if (write_text("/proc/self/setgroups", "deny") || write_text("/proc/self/uid_map", map))
        return -1;
    snprintf(map, sizeof map, "0 %u 1", gid);
    return write_text("/proc/self/gid_map", map) ? -1 : 0;
}

static int mount_copy(const char *lower, const char *folder, int number)
{
    char upper[512], work[512], merged[512], options[2048];

    snprintf(upper, sizeof upper, "%s/upper%d", folder, number);
    snprintf(work, sizeof work, "%s/work%d", folder, number);
    snprintf(merged, sizeof merged, "%s/merged%d", folder, number);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);
    if (mkdir(upper, 0755) < 0 || mkdir(work, 0755) < 0 || mkdir(merged, 0755) < 0)
        return -1;
    return mount("overlay", merged, "overlay", 0, options);
}

static int write_page(const char *folder, int number, const char *name)
{
    static const char page[PAGE_BYTES] = "virtlab";
    char path[1024];

    snprintf(path, sizeof path, "%s/merged%d/%s", folder, number, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int result = fd < 0 || pwrite(fd, page, sizeof page, 0) != sizeof page;
    if (fd >= 0)
        close(fd);
    return result ? -1 : 0;
}

static int sees_page(const char *folder, int number, const char *name)
{
    char path[1024], start[8] = "";

    snprintf(path, sizeof path, "%s/merged%d/%s", folder, number, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, start, sizeof start);
    if (fd >= 0)
        close(fd);
    return got == sizeof start && memcmp(start, "virtlab", sizeof start) == 0;
}

int main(int argc, char **argv)
{
    int copies = argc == 5 ? atoi(argv[3]) : 0, shared = 0;

    if (copies < 1 || copies > MOST_COPIES) {
        fprintf(stderr, "usage: overlay LOWER FOLDER N FILE\n");
        return 1;
    }
    if (become_root() < 0)
        return fail("cannot have mounts of its own");
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of credentials has cleared it */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail("cannot make mounts private");
    for (int i = 0; i < copies; i++)
        if (mount_copy(argv[1], argv[2], i) < 0)
            return fail("cannot mount an overlay here");
    long long before = taken(argv[2]);
    for (int i = 0; i < copies; i++) {
        if (write_page(argv[2], i, argv[4]) < 0)
            return fail("cannot write to an overlay");
        for (int j = 1; i == 0 && j < copies; j++)
            shared += sees_page(argv[2], j, argv[4]);
    }
    printf("taken %lld written %lld shared %d\n", before, taken(argv[2]), shared);
    return 0;
}
