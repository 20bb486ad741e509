/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "minivmm/boot/cpio.h"
#include "minivmm/elf.h"
#include "minivmm/files.h"

/* What /init mounts something at, or has for itself: a file there would be hidden, or break it. */
static const char *const taken[] = {"/dev", "/init", "/proc", "/run", "/sys", "/tmp", "/virtlab"};

/* --- the program ----------------------------------------------------------------------------- */

static int put_program(struct cpio *cpio, const char *path, struct error *error)
{
    struct stat status;
    struct elf elf;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int result;

    if (fd < 0)
        return error_set_exit(error, errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE, errno,
                              "cannot open '%s': %s", path, strerror(errno));
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        result =
            error_set_exit(error, EXIT_CANNOT_EXECUTE, EACCES, "'%s' is not a regular file", path);
    else if (!(status.st_mode & 0111))
        result =
            error_set_exit(error, EXIT_CANNOT_EXECUTE, EACCES, "'%s' may not be executed", path);
    else if ((result = elf_read(&elf, fd, (uint64_t)status.st_size, path, error)) == 0)
        result = cpio_put_file(cpio, INITRAMFS_PROGRAM, 0755, fd, (uint64_t)status.st_size, error);
    close(fd);
    return result;
}

static size_t count_strings(char *const list[], size_t *bytes)
{
    size_t count = 0;

    for (; list[count]; count++)
        *bytes += strlen(list[count]) + 1;
    return count;
}

static char *copy_strings(char *to, char *const list[])
{
    for (; *list; list++)
        to = stpcpy(to, *list) + 1;
    return to;
}

static int put_command(struct cpio *cpio, const struct initramfs_program *program,
                       struct error *error)
{
    static const char folder[] = "/";
    char numbers[64];
    size_t bytes = 0;
    size_t arguments = count_strings(program->argv, &bytes);
    size_t variables = count_strings(program->envp, &bytes);
    size_t start = (size_t)snprintf(numbers, sizeof numbers, "%zu%c%zu%c%s", arguments, 0,
                                    variables, 0, folder) +
                   1;
    char *text = malloc(start + bytes);

    if (!text)
        return error_set_errno(error, ENOMEM, "cannot keep %zu arguments", arguments);
    memcpy(text, numbers, start);
    copy_strings(copy_strings(text + start, program->argv), program->envp);
    int result = cpio_put_bytes(cpio, INITRAMFS_COMMAND, 0600, text, start + bytes, error);
    free(text);
    return result;
}

/* --- the files of --file --------------------------------------------------------------------- */

static bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* The names, resolved; each must be able to lie beside the others. */
static int judge_name(char *const names[], size_t count, const char *name, struct error *error)
{
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (is_within(name, taken[i]))
            return error_set(error, EINVAL,
                             "--file: '%s' cannot be given to a guest: %s is its own", name,
                             taken[i]);
    for (size_t i = 0; i < count; i++)
        if (is_within(name, names[i]) || is_within(names[i], name))
            return error_set(error, EEXIST, "--file: '%s' and '%s' cannot both be files", names[i],
                             name);
    return 0;
}

/* Every folder above a file: what was put already does no harm. */
static int put_folders_of(struct cpio *cpio, const char *name, struct error *error)
{
    char folder[PATH_MAX];
    int result = 0;

    for (const char *at = strchr(name + 1, '/'); at && result == 0; at = strchr(at + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(at - name), name);
        result = cpio_put_folder(cpio, folder, 0755, error);
    }
    return result;
}

static int put_file(struct cpio *cpio, const char *name, const char *host, struct error *error)
{
    struct stat status;
    struct statfs system;
    int fd = open(host, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int result;

    if (fd < 0)
        return error_set_errno(error, errno, "--file: cannot open '%s'", host);
    if (fstat(fd, &status) < 0 || fstatfs(fd, &system) < 0 || !S_ISREG(status.st_mode))
        result = error_set(error, EINVAL, "--file: '%s' is not a regular file", host);
    else if (system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC)
        result = error_set(error, EINVAL, "--file: '%s' does not say how long it is: copy it first",
                           host);
    else if ((result = put_folders_of(cpio, name, error)) == 0)
        result = cpio_put_file(cpio, name, 0444 | (status.st_mode & 0111), fd,
                               (uint64_t)status.st_size, error);
    close(fd);
    return result;
}

static int put_files(struct cpio *cpio, const struct minivmm_file *files, size_t count,
                     struct error *error)
{
    char *names[MINIVMM_FILES_MAX];
    size_t done = 0;
    int result = 0;

    if (count > MINIVMM_FILES_MAX)
        return error_set(error, EINVAL, "--file can be given %d times at most", MINIVMM_FILES_MAX);
    while (done < count && result == 0) {
        char resolved[PATH_MAX];
        if (!files_resolve(files[done].guest, resolved) || strcmp(resolved, "/") == 0)
            result = error_set(error, EINVAL, "--file: '%s' is no file name", files[done].guest);
        else if ((result = judge_name(names, done, resolved, error)) == 0 &&
                 !(names[done] = strdup(resolved)))
            result = error_set_errno(error, ENOMEM, "--file");
        else if (result == 0) {
            result = put_file(cpio, names[done], files[done].host, error);
            done++;
        }
    }
    while (done > 0)
        free(names[--done]);
    return result;
}

/* --------------------------------------------------------------------------------------------- */

int initramfs_make(int *fd, const struct initramfs_program *program, struct error *error)
{
    struct cpio cpio;
    int result;
    int memory = memfd_create("virtlab-program", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (memory < 0)
        return error_set_errno(error, errno, "cannot make memory for the guest's program");
    cpio_start(&cpio, memory);
    if ((result = cpio_put_folder(&cpio, "/virtlab", 0755, error)) == 0 &&
        (result = put_program(&cpio, program->path, error)) == 0 &&
        (result = put_command(&cpio, program, error)) == 0 &&
        (result = put_files(&cpio, program->files, program->files_count, error)) == 0 &&
        (result = cpio_end(&cpio, error)) == 0 &&
        (fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0 ||
         lseek(memory, 0, SEEK_SET) < 0))
        result = error_set_errno(error, errno, "cannot seal the guest's program");
    if (result < 0)
        close(memory);
    else
        *fd = memory;
    return result;
}
