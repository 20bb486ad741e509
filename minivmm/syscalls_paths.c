/* SPDX-License-Identifier: MIT */
/* Names: the program's file system is / with the files of --file in it, and can only be read. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minivmm/syscalls.h"

_Static_assert(sizeof(struct stat) == 144, "struct stat is the kernel's own on x86-64");

/* Resolve a path from the guest; 0 or a negative errno. */
static int64_t read_path(struct minivmm *machine, uint64_t va, char resolved[PATH_MAX])
{
    char path[PATH_MAX];

    int length = gateway_read_string(&machine->space, path, sizeof path, guest_pointer(va));
    if (length <= 0)
        return length < 0 ? length : -ENOENT;
    return files_resolve(path, resolved) ? 0 : -ENAMETOOLONG;
}

/*
 * What names a file: programs take two files for the same when both numbers agree (inode(7)). The
 * host's own numbers are not told.
 */
struct identity {
    dev_t device;
    ino_t number;
};

enum { DEVICE_FILES = 1, DEVICE_DESCRIPTORS, NUMBER_ROOT = 1, NUMBER_FIRST_FILE };

static struct identity identity_of(const struct files *files, const struct named_file *named)
{
    return (struct identity){DEVICE_FILES, NUMBER_FIRST_FILE + (ino_t)(named - files->named)};
}

/* Kind, size and times of a file; whose it is and where it lies on the host are not told. */
static int64_t write_status(struct minivmm *machine, uint64_t va, struct identity identity,
                            const struct stat *host)
{
    struct stat status = {
        .st_dev = identity.device,
        .st_ino = identity.number,
        .st_mode = (host->st_mode & S_IFMT) | (S_ISREG(host->st_mode) ? 0444u : 0600u),
        .st_nlink = 1,
        .st_size = host->st_size,
        .st_blksize = (blksize_t)PAGE_BYTES,
        .st_blocks = (host->st_size + 511) / 512,
        .st_rdev = S_ISCHR(host->st_mode) ? host->st_rdev : 0,
        .st_atim = host->st_mtim,
        .st_mtim = host->st_mtim,
        .st_ctim = host->st_mtim,
    };
    return gateway_write(&machine->space, guest_pointer(va), &status, sizeof status);
}

/* Asked of the host each time: a file may grow while the program runs. */
static int64_t status_of_host(struct minivmm *machine, int host, struct identity identity,
                              uint64_t to)
{
    struct stat status;

    if (fstat(host, &status) < 0)
        return -errno;
    return write_status(machine, to, identity, &status);
}

static int64_t status_of_path(struct minivmm *machine, uint64_t path, uint64_t to)
{
    static const struct stat root = {.st_mode = S_IFDIR};
    char resolved[PATH_MAX];

    int64_t result = read_path(machine, path, resolved);
    if (result < 0)
        return result;
    if (strcmp(resolved, "/") == 0)
        return write_status(machine, to, (struct identity){DEVICE_FILES, NUMBER_ROOT}, &root);
    const struct named_file *named = files_find(&machine->files, resolved);
    if (!named)
        return -ENOENT;
    return status_of_host(machine, named->host, identity_of(&machine->files, named), to);
}

static int64_t status_of_descriptor(struct minivmm *machine, uint64_t descriptor, uint64_t to)
{
    const struct open_file *file = files_get(&machine->files, descriptor);
    struct files *files = &machine->files;

    if (!file)
        return -EBADF;
    struct identity identity = {DEVICE_DESCRIPTORS, (ino_t)file->host + 1};
    if (file->kind == FILE_NAMED)
        identity = identity_of(files, &files->named[file->named]);
    return status_of_host(machine, file->host, identity, to);
}

int64_t sys_stat(struct minivmm *machine, const uint64_t args[6])
{
    return status_of_path(machine, args[0], args[1]);
}

int64_t sys_lstat(struct minivmm *machine, const uint64_t args[6])
{
    return status_of_path(machine, args[0], args[1]);
}

int64_t sys_fstat(struct minivmm *machine, const uint64_t args[6])
{
    return status_of_descriptor(machine, args[0], args[1]);
}

int64_t sys_newfstatat(struct minivmm *machine, const uint64_t args[6])
{
    char first;

    if (args[3] & AT_EMPTY_PATH) {
        if (gateway_read(&machine->space, &first, guest_pointer(args[1]), 1) < 0)
            return -EFAULT;
        if (first == '\0')
            return status_of_descriptor(machine, args[0], args[2]);
    }
    return status_of_path(machine, args[1], args[2]);
}

static int64_t check_access(struct minivmm *machine, uint64_t path, uint64_t mode)
{
    char resolved[PATH_MAX];

    int64_t result = read_path(machine, path, resolved);
    if (result < 0)
        return result;
    if (strcmp(resolved, "/") == 0)
        return mode & W_OK ? -EROFS : 0;
    if (!files_find(&machine->files, resolved))
        return -ENOENT;
    return mode & W_OK ? -EROFS : mode & X_OK ? -EACCES : 0;
}

int64_t sys_access(struct minivmm *machine, const uint64_t args[6])
{
    return check_access(machine, args[0], args[1]);
}

int64_t sys_faccessat(struct minivmm *machine, const uint64_t args[6])
{
    return check_access(machine, args[1], args[2]);
}

/* One link is there: /proc/self/exe, which the C library follows to learn where it lies. */
static int64_t read_link(struct minivmm *machine, uint64_t path, uint64_t to, uint64_t size)
{
    char resolved[PATH_MAX];

    int64_t result = read_path(machine, path, resolved);
    if (result < 0)
        return result;
    if ((int)size <= 0)
        return -EINVAL;
    if (strcmp(resolved, "/proc/self/exe") != 0)
        return files_find(&machine->files, resolved) || strcmp(resolved, "/") == 0 ? -EINVAL
                                                                                   : -ENOENT;
    size_t length = strlen(machine->program_name);
    if (length > size)
        length = size;
    result = gateway_write(&machine->space, guest_pointer(to), machine->program_name, length);
    return result < 0 ? result : (int64_t)length;
}

int64_t sys_readlink(struct minivmm *machine, const uint64_t args[6])
{
    return read_link(machine, args[0], args[1], args[2]);
}

int64_t sys_readlinkat(struct minivmm *machine, const uint64_t args[6])
{
    return read_link(machine, args[1], args[2], args[3]);
}

int64_t sys_getcwd(struct minivmm *machine, const uint64_t args[6])
{
    if (args[1] < 2)
        return -ERANGE;
    int result = gateway_write(&machine->space, guest_pointer(args[0]), "/", 2);
    return result < 0 ? result : 2;
}
