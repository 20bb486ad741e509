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

/* Kind, size and times of a file; whose it is and where it lies on the host are not told. */
static int64_t write_status(struct minivmm *machine, uint64_t va, const struct stat *host)
{
    struct stat status = {
        .st_mode = (host->st_mode & S_IFMT) | (S_ISREG(host->st_mode) ? 0444u : 0600u),
        .st_nlink = 1,
        .st_ino = 1,
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

static int64_t status_of_path(struct minivmm *machine, uint64_t path, uint64_t to)
{
    static const struct stat root = {.st_mode = S_IFDIR};
    char resolved[PATH_MAX];

    int64_t result = read_path(machine, path, resolved);
    if (result < 0)
        return result;
    if (strcmp(resolved, "/") == 0)
        return write_status(machine, to, &root);
    const struct named_file *named = files_find(&machine->files, resolved);
    return named ? write_status(machine, to, &named->status) : -ENOENT;
}

static int64_t status_of_descriptor(struct minivmm *machine, uint64_t descriptor, uint64_t to)
{
    const struct open_file *file = files_get(&machine->files, descriptor);
    struct stat host;

    if (!file)
        return -EBADF;
    if (file->kind == FILE_NAMED)
        return write_status(machine, to, &machine->files.named[file->named].status);
    if (fstat(file->host, &host) < 0)
        return -errno;
    return write_status(machine, to, &host);
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
    if (size == 0)
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
