/* SPDX-License-Identifier: MIT */
/* The archive that brings a program into a guest, read back by a reader of the format's own text.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "minivmm/boot/cpio.h"
#include "minivmm/boot/initramfs.h"

#define PROGRAM "/bin/busybox" /* static, and made by nobody here */

struct archive {
    char *bytes;
    size_t size;
};

struct entry {
    const char *name, *content;
    unsigned long mode, size, links, major, minor;
};

static struct archive read_archive(int fd)
{
    struct stat status;
    struct archive archive;

    assert_int_equal(fstat(fd, &status), 0);
    archive.size = (size_t)status.st_size;
    archive.bytes = malloc(archive.size);
    assert_non_null(archive.bytes);
    assert_int_equal(pread(fd, archive.bytes, archive.size, 0), archive.size);
    return archive;
}

/* The number at a place of the header, counted in numbers of eight digits behind the magic. */
static unsigned long number(const char *header, int index)
{
    char digits[9] = "";
    char *end;

    memcpy(digits, header + 6 + 8 * index, 8);
    unsigned long value = strtoul(digits, &end, 16);
    assert_ptr_equal(end, digits + 8);
    return value;
}

/* The next entry from *at on; false at the trailer, behind which there must be nothing but 0. */
static bool next_entry(const struct archive *archive, size_t *at, struct entry *entry)
{
    assert_int_equal(*at % 4, 0);
    assert_true(*at + 110 < archive->size);
    const char *header = archive->bytes + *at;
    assert_memory_equal(header, "070701", 6);
    *entry = (struct entry){.name = header + 110,
                            .mode = number(header, 1),
                            .links = number(header, 4),
                            .size = number(header, 6),
                            .major = number(header, 9),
                            .minor = number(header, 10)};
    assert_int_equal(number(header, 2), 0); /* owner */
    assert_int_equal(number(header, 3), 0); /* group */
    assert_int_equal(number(header, 5), 0); /* time */
    size_t name_bytes = number(header, 11);
    assert_true(name_bytes > 1 && *at + 110 + name_bytes <= archive->size);
    assert_int_equal(strnlen(entry->name, name_bytes), name_bytes - 1);
    *at = (*at + 110 + name_bytes + 3) / 4 * 4;
    entry->content = archive->bytes + *at;
    *at = (*at + entry->size + 3) / 4 * 4;
    assert_true(*at <= archive->size);
    return strcmp(entry->name, "TRAILER!!!") != 0;
}

static bool find(const struct archive *archive, const char *name, struct entry *entry)
{
    for (size_t at = 0; next_entry(archive, &at, entry);)
        if (strcmp(entry->name, name) == 0)
            return true;
    return false;
}

static int make(int *fd, const char *path, const struct minivmm_file *files, size_t count,
                struct error *error)
{
    static char name[] = "name", empty[] = "", words[] = "two words", variable[] = "A=1";
    static char *argv[] = {name, empty, words, NULL}, *envp[] = {variable, NULL};
    const struct initramfs_program program = {
        .path = path, .argv = argv, .envp = envp, .files = files, .files_count = count};

    *fd = -1;
    return initramfs_make(fd, &program, error);
}

static void each_kind_of_file_is_written(void **state)
{
    struct error error;
    struct entry entry;
    struct cpio cpio;
    int fd = memfd_create("test", MFD_CLOEXEC);
    (void)state;

    cpio_start(&cpio, fd);
    assert_int_equal(cpio_put_folder(&cpio, "/dev", 0755, &error), 0);
    assert_int_equal(cpio_put_character_device(&cpio, "/dev/console", 0600, 5, 1, &error), 0);
    assert_int_equal(cpio_put_symlink(&cpio, "/sh", "bin/busybox", &error), 0);
    assert_int_equal(cpio_put_bytes(&cpio, "/odd", 0644, "abcde", 5, &error), 0);
    assert_int_equal(cpio_put_bytes(&cpio, "/none", 0644, "", 0, &error), 0);
    assert_int_equal(cpio_end(&cpio, &error), 0);

    struct archive archive = read_archive(fd);
    assert_int_equal(archive.size, cpio.size);
    assert_int_equal(archive.size % 4, 0); /* another archive may follow */
    assert_true(find(&archive, "dev", &entry));
    assert_int_equal(entry.mode, S_IFDIR | 0755);
    assert_true(find(&archive, "dev/console", &entry));
    assert_int_equal(entry.mode, S_IFCHR | 0600);
    assert_int_equal(entry.major, 5);
    assert_int_equal(entry.minor, 1);
    assert_true(find(&archive, "sh", &entry));
    assert_int_equal(entry.mode, S_IFLNK | 0777);
    assert_memory_equal(entry.content, "bin/busybox", entry.size);
    assert_true(find(&archive, "odd", &entry));
    assert_int_equal(entry.size, 5);
    assert_memory_equal(entry.content, "abcde\0\0\0", 8);
    assert_int_equal(entry.links, 1); /* of more, the kernel would look for the others */
    assert_true(find(&archive, "none", &entry));
    assert_int_equal(entry.size, 0);
    free(archive.bytes);
    close(fd);
}

static void what_has_no_place_in_an_archive_is_refused(void **state)
{
    char name[8192];
    struct error error;
    struct cpio cpio;
    int fd = memfd_create("test", MFD_CLOEXEC), source = memfd_create("source", MFD_CLOEXEC);
    (void)state;

    cpio_start(&cpio, fd);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(cpio_put_folder(&cpio, name, 0755, &error), -EINVAL);
    assert_int_equal(cpio_put_folder(&cpio, "/", 0755, &error), -EINVAL);
    assert_int_equal(cpio_put_file(&cpio, "/f", 0644, source, UINT64_C(1) << 32, &error), -EFBIG);
    /* A file that is shorter than it was said to be. */
    assert_int_equal(cpio_put_file(&cpio, "/f", 0644, source, 1, &error), -EIO);
    close(source);
    close(fd);
}

static void a_program_comes_with_all_it_needs(void **state)
{
    static const char wanted[] = "3\0001\0/\0name\0\0two words\0A=1";
    const struct minivmm_file files[] = {
        {.guest = "a/./b/../c", .host = "/etc/passwd"},
        {.guest = "/a/d",       .host = PROGRAM      }
    };
    struct error error;
    struct entry entry;
    struct stat status;
    int fd;
    (void)state;

    assert_int_equal(make(&fd, PROGRAM, files, 2, &error), 0);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    assert_int_equal(ftruncate(fd, 0), -1); /* nobody changes it under the loader */
    struct archive archive = read_archive(fd);
    assert_true(find(&archive, "virtlab/program", &entry));
    assert_int_equal(stat(PROGRAM, &status), 0);
    assert_int_equal(entry.size, status.st_size);
    assert_int_equal(entry.mode, S_IFREG | 0755);
    assert_memory_equal(entry.content, "\177ELF", 4);
    assert_true(find(&archive, "virtlab/command", &entry));
    assert_int_equal(entry.size, sizeof wanted);
    assert_memory_equal(entry.content, wanted, sizeof wanted);
    assert_true(find(&archive, "a", &entry));
    assert_int_equal(entry.mode, S_IFDIR | 0755);
    assert_true(find(&archive, "a/c", &entry));
    assert_int_equal(entry.mode, S_IFREG | 0444);
    assert_true(find(&archive, "a/d", &entry));
    assert_int_equal(entry.mode, S_IFREG | 0555);
    assert_false(find(&archive, "a/b", &entry));
    free(archive.bytes);
    close(fd);
}

static void refuse_file(const char *guest, int errnum)
{
    const struct minivmm_file files[] = {
        {.guest = "taken", .host = "/etc/passwd"},
        {.guest = guest,   .host = "/etc/passwd"}
    };
    struct error error;
    int fd;

    assert_int_equal(make(&fd, PROGRAM, files, 2, &error), -errnum);
    assert_int_equal(fd, -1);
    assert_null(strchr(error.text, '\n'));
}

static void files_that_cannot_be_are_refused(void **state)
{
    static const struct minivmm_file folder = {.guest = "x", .host = "/etc"};
    struct error error;
    int fd;
    (void)state;

    refuse_file("", EINVAL);
    refuse_file("/..", EINVAL);
    refuse_file("../init", EINVAL);
    refuse_file("/dev/../dev/null", EINVAL);
    refuse_file("virtlab/command", EINVAL);
    refuse_file("proc", EINVAL);
    refuse_file("taken", EEXIST);
    refuse_file("taken/below", EEXIST);
    assert_int_equal(make(&fd, PROGRAM, &folder, 1, &error), -EINVAL);
}

static void programs_that_cannot_run_are_refused(void **state)
{
    struct error error;
    int fd;
    (void)state;

    assert_true(make(&fd, "/nonexistent", NULL, 0, &error) < 0);
    assert_int_equal(error.exit_status, 127);
    assert_true(make(&fd, "/bin", NULL, 0, &error) < 0);
    assert_int_equal(error.exit_status, 126);
    assert_true(make(&fd, "/etc/passwd", NULL, 0, &error) < 0);
    assert_int_equal(error.exit_status, 126);
    assert_true(make(&fd, "/proc/self/exe", NULL, 0, &error) < 0); /* this test is dynamic */
    assert_int_equal(error.exit_status, 126);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_file_is_written),
        cmocka_unit_test(what_has_no_place_in_an_archive_is_refused),
        cmocka_unit_test(a_program_comes_with_all_it_needs),
        cmocka_unit_test(files_that_cannot_be_are_refused),
        cmocka_unit_test(programs_that_cannot_run_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
