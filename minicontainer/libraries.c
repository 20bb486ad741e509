/* SPDX-License-Identifier: MIT */
#include "minicontainer/libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minicontainer/elf_file.h"
#include "minicontainer/files.h"

enum { FILES_MAX = 512 }; /* against a chain of libraries without end */

#define LD_SO_CACHE "/etc/ld.so.cache"

/* Where ld.so looks at last, and musl's at all; Debian's folders, then everyone's. */
static const char default_folders[] =
    "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib:"
    "/usr/local/lib:/lib/x86_64-linux-musl:/usr/lib/x86_64-linux-musl";

/* ld.so's list of all libraries (glibc, sysdeps/generic/dl-cache.h, "new format"). */
struct cache_entry {
    int32_t flags;
    uint32_t name, path; /* offsets from the start of the file */
    uint32_t os_version;
    uint64_t hardware; /* not 0: a variant for certain processors */
};

struct cache_header {
    char magic[20]; /* "glibc-ld.so.cache1.1" */
    uint32_t entry_count;
    uint32_t strings_size;
    uint32_t unused[5];
};

enum { CACHE_X86_64 = 0x0303 }; /* FLAG_ELF_LIBC6 | FLAG_X8664_LIB64 */

struct search {
    struct rootfs *rootfs;
    const unsigned char *cache;
    size_t cache_size;
};

static const char *find_in_cache(const struct search *search, const char *name)
{
    const struct cache_header *header = (const void *)search->cache;
    const struct cache_entry *entries = (const void *)(header + 1);
    size_t room = (search->cache_size - sizeof *header) / sizeof *entries;

    if (search->cache_size < sizeof *header ||
        memcmp(header->magic, "glibc-ld.so.cache1.1", sizeof header->magic) != 0 ||
        header->entry_count > room)
        return NULL;
    for (uint32_t i = 0; i < header->entry_count; i++) {
        const struct cache_entry *entry = &entries[i];
        if (entry->flags != CACHE_X86_64 || entry->hardware != 0 ||
            entry->name >= search->cache_size || entry->path >= search->cache_size)
            continue;
        /* files_read() has put a NUL behind the last byte. */
        if (strcmp((const char *)search->cache + entry->name, name) == 0)
            return (const char *)search->cache + entry->path;
    }
    return NULL;
}

/* Looks for name in each folder of list; "$ORIGIN" is the folder of the file that needs it. */
static bool find_in_folders(const char *list, const char *name, const char *origin, char *path)
{
    const char *slash = strrchr(origin, '/');

    for (const char *at = list; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ":"), variable = 0;
        int written;

        if (strncmp(at, "$ORIGIN", 7) == 0)
            variable = 7;
        else if (strncmp(at, "${ORIGIN}", 9) == 0)
            variable = 9;
        written = snprintf(path, PATH_MAX, "%.*s%.*s/%s", variable ? (int)(slash - origin) : 0,
                           origin, (int)(length - variable), at + variable, name);
        at += length;
        if (*path == '/' && written < PATH_MAX && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

/* The path of a library that the file at origin needs. */
static bool find_library(const struct search *search, const struct elf_file *elf,
                         const char *origin, const char *name, char *path)
{
    size_t at = 0;
    const char *folders;

    if (strchr(name, '/'))
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && *path == '/' &&
               access(path, R_OK) == 0;
    while ((folders = elf_file_next(elf, DT_RPATH, &at)))
        if (find_in_folders(folders, name, origin, path))
            return true;
    for (at = 0; (folders = elf_file_next(elf, DT_RUNPATH, &at));)
        if (find_in_folders(folders, name, origin, path))
            return true;
    const char *cached = search->cache ? find_in_cache(search, name) : NULL;
    if (cached && *cached == '/' && strlen(cached) < PATH_MAX && access(cached, R_OK) == 0) {
        strcpy(path, cached);
        return true;
    }
    return find_in_folders(default_folders, name, origin, path);
}

/* Plans what the ELF file at path needs; each library found is looked at in its turn. */
static int plan_needed(const struct search *search, const struct elf_file *elf, const char *path,
                       struct error *error)
{
    char library[PATH_MAX];
    const char *name;

    for (size_t at = 0; (name = elf_file_next(elf, DT_NEEDED, &at));) {
        struct elf_file next;
        size_t before = search->rootfs->count;
        int result = 0;

        if (!find_library(search, elf, path, name, library))
            continue;
        if (before == FILES_MAX)
            return error_set(error, E2BIG, "'%s' needs more than %d libraries", path, FILES_MAX);
        result = rootfs_plan(search->rootfs, library, library, error);
        /* Nothing added: it has been here before. */
        if (result == 0 && search->rootfs->count > before && elf_file_open(&next, library)) {
            result = plan_needed(search, &next, library, error);
            elf_file_close(&next);
        }
        if (result < 0)
            return result;
    }
    return 0;
}

/* The whole cache with a NUL behind it; without one, or with too large a one, there is none. */
static void read_cache(struct search *search)
{
    enum { CACHE_MAX = 16 << 20 };
    struct stat status;
    char *cache;

    if (stat(LD_SO_CACHE, &status) < 0 || status.st_size > CACHE_MAX)
        return;
    cache = malloc((size_t)status.st_size + 2);
    int length = cache ? files_read(AT_FDCWD, LD_SO_CACHE, cache, (size_t)status.st_size + 2) : -1;
    if (length < 0) {
        free(cache);
        return;
    }
    search->cache = (unsigned char *)cache;
    search->cache_size = (size_t)length;
}

static int plan_elf(struct rootfs *rootfs, const struct elf_file *elf, const char *path,
                    struct error *error)
{
    struct search search = {.rootfs = rootfs};
    const char *interpreter = elf_file_interpreter(elf);
    int result = 0;

    if (!interpreter && !elf->dynamic)
        return 0;
    read_cache(&search);
    /* The interpreter is a library too, and where glibc's is asked for, libc.so.6 comes with it. */
    if (interpreter && *interpreter == '/' && access(interpreter, R_OK) == 0)
        result = rootfs_plan(rootfs, interpreter, interpreter, error);
    if (result == 0)
        result = plan_needed(&search, elf, path, error);
    free((void *)search.cache);
    return result;
}

bool libraries_read_script(const char *path, char interpreter[LIBRARIES_SCRIPT_MAX])
{
    char line[LIBRARIES_SCRIPT_MAX];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = file < 0 ? -1 : read(file, line, sizeof line - 1);

    if (file >= 0)
        close(file);
    if (length < 3 || line[0] != '#' || line[1] != '!')
        return false;
    line[length] = '\0';
    char *name = line + 2 + strspn(line + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    strcpy(interpreter, name);
    return *name == '/';
}

int libraries_plan(const char *path, struct rootfs *rootfs, struct error *error)
{
    char interpreter[LIBRARIES_SCRIPT_MAX];

    for (int depth = 0; depth < LIBRARIES_SCRIPTS_MAX; depth++) {
        struct elf_file elf;
        if (elf_file_open(&elf, path)) {
            int result = plan_elf(rootfs, &elf, path, error);
            elf_file_close(&elf);
            return result;
        }
        if (!libraries_read_script(path, interpreter) || access(interpreter, X_OK) < 0)
            return 0;
        int result = rootfs_plan(rootfs, interpreter, interpreter, error);
        if (result < 0)
            return result;
        path = interpreter;
    }
    return 0;
}
