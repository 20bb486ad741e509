/* SPDX-License-Identifier: MIT */
/* Reading and writing. Only 0 to 2 reach a host descriptor, only 1 and 2 are written to. */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "minivmm/kvm.h"
#include "minivmm/syscalls.h"

enum { VECTORS_MAX = 1024 }; /* UIO_MAXIOV */

/* A wish for more than this is cut, as Linux does (MAX_RW_COUNT). */
#define TRANSFER_MAX (UINT64_C(0x7fffffff) & PAGE_MASK)

/* What an interrupted host call means for the program: only the timeout interrupts anything. */
static int64_t host_result(struct minivmm *machine, ssize_t result)
{
    if (result >= 0)
        return result;
    if (errno == EINTR && machine_timed_out())
        machine_end(machine, MINIVMM_TIMED_OUT, 0);
    return -errno;
}

static int64_t read_spans(struct minivmm *machine, struct open_file *file,
                          const struct spans *spans)
{
    ssize_t got;

    if (file->kind == FILE_NAMED) {
        if (file->offset > INT64_MAX - spans->bytes)
            return -EINVAL;
        got = preadv(file->host, spans->at, spans->count, (off_t)file->offset);
        if (got > 0)
            file->offset += (uint64_t)got;
        return got < 0 ? -errno : got;
    }
    if (file->host != STDIN_FILENO)
        return -EBADF;
    do
        got = readv(file->host, spans->at, spans->count);
    while (got < 0 && errno == EINTR && !machine_timed_out());
    return host_result(machine, got);
}

/* The guest's iovec array, copied once before it is looked at, as spans of host memory. */
static int64_t gather(struct minivmm *machine, const uint64_t args[6], unsigned access,
                      struct spans *spans)
{
    struct {
        uint64_t base, length;
    } vector;

    spans->count = 0;
    spans->bytes = 0;
    if (args[2] > VECTORS_MAX)
        return -EINVAL;
    for (uint64_t i = 0; i < args[2]; i++) {
        if (gateway_read(&machine->space, &vector, guest_pointer(args[1] + i * sizeof vector),
                         sizeof vector) < 0)
            return -EFAULT;
        if (vector.length > SSIZE_MAX)
            return -EINVAL;
        if (vector.length > TRANSFER_MAX - spans->bytes)
            vector.length = TRANSFER_MAX - spans->bytes;
        if (gateway_add(&machine->space, guest_pointer(vector.base), vector.length, access, spans) <
            vector.length) {
            if (spans->bytes == 0)
                return -EFAULT;
            break; /* no access, or no spans left: a short transfer, which the program continues */
        }
    }
    return 0;
}

/* The same for one buffer. */
static int64_t gather_one(struct minivmm *machine, uint64_t va, uint64_t bytes, unsigned access,
                          struct spans *spans)
{
    spans->count = 0;
    spans->bytes = 0;
    if (bytes > TRANSFER_MAX)
        bytes = TRANSFER_MAX;
    gateway_add(&machine->space, guest_pointer(va), bytes, access, spans);
    return bytes > 0 && spans->bytes == 0 ? -EFAULT : 0;
}

int64_t sys_read(struct minivmm *machine, const uint64_t args[6])
{
    struct open_file *file = files_get(&machine->files, args[0]);
    struct spans spans;

    if (!file)
        return -EBADF;
    int64_t result = gather_one(machine, args[1], args[2], PAGE_WRITE, &spans);
    return result < 0 ? result : read_spans(machine, file, &spans);
}

int64_t sys_pread64(struct minivmm *machine, const uint64_t args[6])
{
    struct open_file *file = files_get(&machine->files, args[0]);
    struct spans spans;

    if (!file)
        return -EBADF;
    if (file->kind != FILE_NAMED)
        return -ESPIPE;
    if (args[3] > INT64_MAX)
        return -EINVAL;
    int64_t result = gather_one(machine, args[1], args[2], PAGE_WRITE, &spans);
    if (result < 0)
        return result;
    struct open_file place = *file; /* the descriptor's own offset does not move */
    place.offset = args[3];
    return read_spans(machine, &place, &spans);
}

int64_t sys_readv(struct minivmm *machine, const uint64_t args[6])
{
    struct open_file *file = files_get(&machine->files, args[0]);
    struct spans spans;

    if (!file)
        return -EBADF;
    int64_t result = gather(machine, args, PAGE_WRITE, &spans);
    return result < 0 ? result : read_spans(machine, file, &spans);
}

static int64_t write_spans(struct minivmm *machine, const struct open_file *file,
                           const struct spans *spans)
{
    ssize_t put;

    if (file->kind != FILE_STANDARD || file->host == STDIN_FILENO)
        return -EBADF;
    do
        put = writev(file->host, spans->at, spans->count);
    while (put < 0 && errno == EINTR && !machine_timed_out());
    /* The host sent SIGPIPE to us, who ignore it: it was meant for the program. */
    if (put < 0 && errno == EPIPE &&
        !((machine->ignored_signals | machine->blocked_signals) >> (SIGPIPE - 1) & 1))
        machine_end(machine, MINIVMM_SIGNALLED, SIGPIPE);
    return host_result(machine, put);
}

int64_t sys_write(struct minivmm *machine, const uint64_t args[6])
{
    const struct open_file *file = files_get(&machine->files, args[0]);
    struct spans spans;

    if (!file)
        return -EBADF;
    int64_t result = gather_one(machine, args[1], args[2], PAGE_READ, &spans);
    return result < 0 ? result : write_spans(machine, file, &spans);
}

int64_t sys_writev(struct minivmm *machine, const uint64_t args[6])
{
    const struct open_file *file = files_get(&machine->files, args[0]);
    struct spans spans;

    if (!file)
        return -EBADF;
    int64_t result = gather(machine, args, PAGE_READ, &spans);
    return result < 0 ? result : write_spans(machine, file, &spans);
}

static int64_t open_path(struct minivmm *machine, uint64_t path_va, uint64_t flags)
{
    char path[PATH_MAX], resolved[PATH_MAX];

    int length = gateway_read_string(&machine->space, path, sizeof path, guest_pointer(path_va));
    if (length < 0)
        return length;
    if (length == 0)
        return -ENOENT;
    if (!files_resolve(path, resolved))
        return -ENAMETOOLONG;
    const struct named_file *named = files_find(&machine->files, resolved);
    if (!named)
        return flags & O_CREAT ? -EROFS : -ENOENT;
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC))
        return -EROFS;
    if (flags & O_DIRECTORY)
        return -ENOTDIR;
    return files_open(&machine->files, named, (flags & O_CLOEXEC) != 0);
}

int64_t sys_open(struct minivmm *machine, const uint64_t args[6])
{
    return open_path(machine, args[0], args[1]);
}

/* There is one directory, /, so what the path is relative to makes no difference. */
int64_t sys_openat(struct minivmm *machine, const uint64_t args[6])
{
    return open_path(machine, args[1], args[2]);
}

int64_t sys_close(struct minivmm *machine, const uint64_t args[6])
{
    if (!files_get(&machine->files, args[0]))
        return -EBADF;
    files_close(&machine->files, (unsigned)args[0]);
    return 0;
}

int64_t sys_lseek(struct minivmm *machine, const uint64_t args[6])
{
    struct open_file *file = files_get(&machine->files, args[0]);
    int64_t offset = (int64_t)args[1], base = 0;
    struct stat host;

    if (!file)
        return -EBADF;
    if (file->kind == FILE_STANDARD) {
        if (args[2] > SEEK_END)
            return -EINVAL;
        return host_result(machine, lseek(file->host, offset, (int)args[2]));
    }
    if (args[2] == SEEK_CUR)
        base = (int64_t)file->offset;
    else if (args[2] == SEEK_END)
        base = fstat(file->host, &host) < 0 ? 0 : host.st_size;
    else if (args[2] != SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow(base, offset, &offset) || offset < 0)
        return -EINVAL;
    file->offset = (uint64_t)offset;
    return offset;
}

int64_t sys_dup(struct minivmm *machine, const uint64_t args[6])
{
    if (!files_get(&machine->files, args[0]))
        return -EBADF;
    int to = files_lowest_free(&machine->files, 0);
    if (to >= 0)
        files_duplicate(&machine->files, (unsigned)args[0], (unsigned)to, false);
    return to;
}

int64_t sys_dup2(struct minivmm *machine, const uint64_t args[6])
{
    if (!files_get(&machine->files, args[0]) || args[1] >= FILES_DESCRIPTORS)
        return -EBADF;
    if (args[0] != args[1])
        files_duplicate(&machine->files, (unsigned)args[0], (unsigned)args[1], false);
    return (int64_t)args[1];
}

int64_t sys_dup3(struct minivmm *machine, const uint64_t args[6])
{
    if (args[0] == args[1] || (args[2] & ~(uint64_t)O_CLOEXEC))
        return -EINVAL;
    if (!files_get(&machine->files, args[0]) || args[1] >= FILES_DESCRIPTORS)
        return -EBADF;
    files_duplicate(&machine->files, (unsigned)args[0], (unsigned)args[1], args[2] != 0);
    return (int64_t)args[1];
}

int64_t sys_fcntl(struct minivmm *machine, const uint64_t args[6])
{
    struct open_file *file = files_get(&machine->files, args[0]);

    if (!file)
        return -EBADF;
    switch (args[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: {
        if (args[2] >= FILES_DESCRIPTORS)
            return -EINVAL;
        int to = files_lowest_free(&machine->files, args[2]);
        if (to >= 0)
            files_duplicate(&machine->files, (unsigned)args[0], (unsigned)to,
                            args[1] == F_DUPFD_CLOEXEC);
        return to;
    }
    case F_GETFD:
        return machine->files.descriptors[args[0]].close_on_exec ? FD_CLOEXEC : 0;
    case F_SETFD:
        machine->files.descriptors[args[0]].close_on_exec = (args[2] & FD_CLOEXEC) != 0;
        return 0;
    case F_GETFL:
        return file->kind == FILE_NAMED || file->host == STDIN_FILENO ? O_RDONLY : O_WRONLY;
    case F_SETFL:
        return 0; /* the mode of the host's descriptors is not the program's to change */
    default:
        return -EINVAL;
    }
}

/* isatty() and the size of the window: reading only, and only of a real terminal. */
int64_t sys_ioctl(struct minivmm *machine, const uint64_t args[6])
{
    const struct open_file *file = files_get(&machine->files, args[0]);
    union {
        struct termios termios; /* the kernel's, which is not the C library's */
        struct winsize size;
    } answer = {0};

    if (!file)
        return -EBADF;
    if (file->kind != FILE_STANDARD || (args[1] != TCGETS && args[1] != TIOCGWINSZ))
        return -ENOTTY;
    if (kvm_ioctl(file->host, args[1], &answer) < 0)
        return -errno;
    return gateway_write(&machine->space, guest_pointer(args[2]), &answer,
                         args[1] == TCGETS ? sizeof answer.termios : sizeof answer.size);
}
