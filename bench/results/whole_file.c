/* SPDX-License-Identifier: MIT */
#include "bench/results/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"

/* Root writes for others: sudo's caller, or whoever owns an old folder. */
static void give_to_owner(int folder, int fd)
{
    struct stat owner;

    if (geteuid() == 0 && fstat(folder, &owner) == 0)
        (void)!fchown(fd, owner.st_uid, owner.st_gid);
}

int whole_file_folder(int inside, const char *path, struct error *error)
{
    bool made = inside >= 0 && mkdirat(inside, path, 0755) == 0;
    int fd = inside < 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                        : openat(inside, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return error_set_errno(error, errno, _("opening the folder %s"), path);
    if (made)
        give_to_owner(inside, fd);
    return fd;
}

int whole_file_open(struct whole_file *file, int folder, const char *name, struct error *error)
{
    *file = (struct whole_file){.folder = folder};
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->unfinished, sizeof file->unfinished, ".%s.new", file->name);
    unlinkat(folder, file->unfinished, 0); /* of a run that was killed */
    int fd = openat(folder, file->unfinished, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_set_errno(error, errno, _("cannot write %s"), name);
    file->out = fdopen(fd, "w+");
    if (!file->out) {
        close(fd);
        unlinkat(folder, file->unfinished, 0);
        return error_set(error, ENOMEM, _("there is no memory to write %s"), name);
    }
    give_to_owner(folder, fd);
    return 0;
}

int whole_file_close(struct whole_file *file, bool keep, struct error *error)
{
    int errnum = 0;

    errno = 0;
    if (fflush(file->out) != 0 || ferror(file->out))
        errnum = errno ? errno : EIO;
    if (fclose(file->out) != 0 && errnum == 0)
        errnum = errno;
    if (keep && errnum == 0 && renameat(file->folder, file->unfinished, file->folder, file->name))
        errnum = errno;
    if (keep && errnum == 0)
        return 0;
    unlinkat(file->folder, file->unfinished, 0);
    return keep ? error_set_errno(error, errnum, _("cannot write %s"), file->name) : 0;
}
