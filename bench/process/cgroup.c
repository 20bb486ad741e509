/* SPDX-License-Identifier: MIT */
#include "bench/process/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"

#define OUR_FOLDER "virtlab"

enum { DEPTH_MAX = 16, REMOVE_TRIES = 200, PATH_BYTES = 1200, OWN_BYTES = 300 };

/* mountinfo writes blanks and backslashes as \ooo (proc_pid_mountinfo(5)). */
static void unescape(char *text)
{
    char *out = text;
    for (const char *in = text; *in; out++) {
        unsigned code;
        if (*in == '\\' && sscanf(in + 1, "%3o", &code) == 1) {
            *out = (char)code;
            in += 4;
        } else {
            *out = *in++;
        }
    }
    *out = '\0';
}

void bench_cgroup_for_each_mount(bool (*visit)(void *context, const char *folder, bool v2,
                                               const char *options),
                                 void *context)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool done = false;

    while (file && !done && getline(&line, &size, file) > 0) {
        char folder[1024], type[32], options[512];
        const char *behind = strstr(line, " - ");
        if (!behind || sscanf(line, "%*s %*s %*s %*s %1023s", folder) != 1 ||
            sscanf(behind, " - %31s %*s %511s", type, options) != 2)
            continue;
        unescape(folder);
        if (strcmp(type, "cgroup2") == 0)
            done = visit(context, folder, true, "");
        else if (strcmp(type, "cgroup") == 0)
            done = visit(context, folder, false, options);
    }
    free(line);
    if (file)
        fclose(file);
}

/* Whether a word stands in a list of words parted by any of the separators. */
static bool has_word(const char *list, const char *word, const char *separators)
{
    size_t length = strlen(word);
    while (*list) {
        size_t span = strcspn(list, separators);
        if (span == length && memcmp(list, word, length) == 0)
            return true;
        list += span;
        list += strspn(list, separators);
    }
    return false;
}

static bool read_text(const char *folder, const char *file, char *text, size_t size)
{
    char path[1200];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length >= 0;
}

static bool write_text(const char *folder, const char *file, const char *text)
{
    char path[1200];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return done;
}

static int64_t read_number(const char *folder, const char *file)
{
    char text[64], *end;

    if (!read_text(folder, file, text, sizeof text))
        return -1;
    long long value = strtoll(text, &end, 10);
    return end == text ? -1 : value;
}

static bool is_memory_controller(void *context, const char *folder, bool v2, const char *options)
{
    struct bench_cgroup *cgroup = context;
    char controllers[512];

    if (v2 ? !(read_text(folder, "cgroup.controllers", controllers, sizeof controllers) &&
               has_word(controllers, "memory", " \n"))
           : !has_word(options, "memory", ","))
        return false;
    cgroup->v2 = v2;
    snprintf(cgroup->folder, sizeof cgroup->folder, "%.900s", folder);
    return true;
}

/* The path of our own cgroup in v2, "0::PATH" (cgroups(7)); "" where there is none. */
static void read_own(char own[OWN_BYTES])
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[OWN_BYTES + 64];

    *own = '\0';
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) == 0 && line[4] != '\0')
            snprintf(own, OWN_BYTES, "%.*s", OWN_BYTES - 1, line + 3);
    }
    if (file)
        fclose(file);
}

/* To the cgroup above, "" for the root; false: this is the root. */
static bool climb(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        *slash = '\0';
    return slash != NULL;
}

static int make_folder(const char *path, bool may_exist, struct error *error)
{
    if (mkdir(path, 0755) < 0 && !(may_exist && errno == EEXIST))
        return error_set_errno(error, errno, "cannot make the cgroup %s", path);
    return 0;
}

/*
 * v2 hands a controller down only where no process lives ("no internal processes", cgroups(7)): so
 * ours holds no process itself, the tool goes into `tool` below it, and a box may make its own
 * cgroups beside that one.
 */
static int make_v2(struct bench_cgroup *cgroup, const char *root, const char *ours,
                   struct error *error)
{
    char tool[1200];

    write_text(root, "cgroup.subtree_control", "+memory"); /* may be on already */
    write_text(ours, "cgroup.subtree_control", "+memory");
    int result = make_folder(cgroup->folder, false, error);
    if (result < 0)
        return result;
    snprintf(tool, sizeof tool, "%s/tool", cgroup->folder);
    if (!write_text(cgroup->folder, "cgroup.subtree_control", "+memory"))
        return error_set_errno(error, errno, "cannot hand the memory controller to %s",
                               cgroup->folder);
    return make_folder(tool, false, error);
}

/* Below this cgroup, "" for the root: the cgroup and the descriptor by which it is entered. */
static int make_below(struct bench_cgroup *cgroup, const char *mount, const char *below,
                      const char *name, struct error *error)
{
    char root[PATH_BYTES], ours[PATH_BYTES + 16], enter[PATH_BYTES];

    snprintf(root, sizeof root, "%.400s%.300s", mount, below);
    snprintf(ours, sizeof ours, "%s/" OUR_FOLDER, root);
    snprintf(cgroup->name, sizeof cgroup->name, "%.300s/" OUR_FOLDER "/%.100s", below, name);
    snprintf(cgroup->folder, sizeof cgroup->folder, "%.400s%s", mount, cgroup->name);

    int result = make_folder(ours, true, error);
    if (result == 0)
        result = cgroup->v2 ? make_v2(cgroup, root, ours, error)
                            : make_folder(cgroup->folder, false, error);
    if (result == 0) {
        snprintf(enter, sizeof enter, "%s/%s", cgroup->folder,
                 cgroup->v2 ? "tool/cgroup.procs" : "tasks");
        cgroup->enter_fd = open(enter, O_WRONLY | O_CLOEXEC);
        if (cgroup->enter_fd < 0)
            result = error_set_errno(error, errno, "cannot open %s", enter);
    }
    if (result < 0)
        bench_cgroup_remove(cgroup);
    if (result < 0 && *below)
        rmdir(ours);
    return result;
}

int bench_cgroup_make(struct bench_cgroup *cgroup, const char *name, struct error *error)
{
    char mount[sizeof cgroup->folder], below[OWN_BYTES];

    *cgroup = (struct bench_cgroup){.enter_fd = -1, .pids_fd = -1};
    bench_cgroup_for_each_mount(is_memory_controller, cgroup);
    if (!*cgroup->folder)
        return error_set(error, ENOTSUP, "no memory controller of cgroups is mounted");
    memcpy(mount, cgroup->folder, sizeof mount);
    int result = make_below(cgroup, mount, "", name, error);
    if (!cgroup->v2)
        return result;
    /* An ordinary user: our own cgroup has us in it, so one above. */
    read_own(below);
    while (result < 0 && climb(below) && *below)
        result = make_below(cgroup, mount, below, name, error);
    return result;
}

static int set_limit(const char *folder, const char *file, int64_t value, struct error *error)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)value);
    return write_text(folder, file, text)
               ? 0
               : error_set_errno(error, errno, "cannot write %s to %s/%s", text, folder, file);
}

/* Where version 1 counts processes; it is a hierarchy of its own. */
static bool is_pids_controller(void *context, const char *folder, bool v2, const char *options)
{
    if (v2 || !has_word(options, "pids", ","))
        return false;
    snprintf(context, PATH_BYTES, "%.900s", folder);
    return true;
}

static int limit_processes_v1(struct bench_cgroup *cgroup, unsigned processes, struct error *error)
{
    char path[PATH_BYTES], root[PATH_BYTES] = "";

    bench_cgroup_for_each_mount(is_pids_controller, root);
    if (!*root)
        return error_set(error, ENOTSUP, "no pids controller of cgroups is mounted");
    snprintf(path, sizeof path, "%.900s/" OUR_FOLDER, root);
    int result = make_folder(path, true, error);
    snprintf(path, sizeof path, "%.600s%s", root, cgroup->name);
    if (result == 0)
        result = make_folder(path, false, error);
    if (result == 0)
        result = set_limit(path, "pids.max", processes, error);
    if (result < 0)
        return result;
    snprintf(path, sizeof path, "%.600s%s/tasks", root, cgroup->name);
    cgroup->pids_fd = open(path, O_WRONLY | O_CLOEXEC);
    return cgroup->pids_fd < 0 ? error_set_errno(error, errno, "cannot open %s", path) : 0;
}

static int limit_processes_v2(struct bench_cgroup *cgroup, unsigned processes, struct error *error)
{
    char parent[PATH_BYTES];

    /* Each above hands the controller on: what ours is made in, and ours. */
    snprintf(parent, sizeof parent, "%s", cgroup->folder);
    climb(parent);
    climb(parent);
    write_text(parent, "cgroup.subtree_control", "+pids");
    strcat(parent, "/" OUR_FOLDER);
    write_text(parent, "cgroup.subtree_control", "+pids");
    return set_limit(cgroup->folder, "pids.max", processes, error);
}

int bench_cgroup_limit(struct bench_cgroup *cgroup, int64_t memory_bytes, unsigned processes,
                       struct error *error)
{
    const char *folder = cgroup->folder;
    int result =
        set_limit(folder, cgroup->v2 ? "memory.max" : "memory.limit_in_bytes", memory_bytes, error);

    if (result < 0)
        return result;
    /* Not every kernel accounts for swap; where there is none, nothing is lost. */
    if (cgroup->v2)
        write_text(folder, "memory.swap.max", "0");
    else
        set_limit(folder, "memory.memsw.limit_in_bytes", memory_bytes, error);
    return cgroup->v2 ? limit_processes_v2(cgroup, processes, error)
                      : limit_processes_v1(cgroup, processes, error);
}

void bench_cgroup_ungroup_cpu(const struct bench_cgroup *cgroup)
{
    char ours[PATH_BYTES];

    if (!cgroup->v2)
        return;
    write_text(cgroup->folder, "cgroup.subtree_control", "-cpu");
    snprintf(ours, sizeof ours, "%s", cgroup->folder);
    *strrchr(ours, '/') = '\0';
    write_text(ours, "cgroup.subtree_control", "-cpu");
}

int64_t bench_cgroup_peak_bytes(const struct bench_cgroup *cgroup)
{
    return read_number(cgroup->folder, cgroup->v2 ? "memory.peak" : "memory.max_usage_in_bytes");
}

int64_t bench_cgroup_kernel_bytes(const struct bench_cgroup *cgroup)
{
    char text[4096];
    long long value;

    if (!cgroup->v2)
        return read_number(cgroup->folder, "memory.kmem.usage_in_bytes");
    if (!read_text(cgroup->folder, "memory.stat", text, sizeof text))
        return -1;
    const char *line = strstr(text, "\nkernel ");
    return line && sscanf(line, " kernel %lld", &value) == 1 ? value : -1;
}

/* Deepest first: a cgroup with another in it cannot be removed. */
static void remove_below(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; depth < DEPTH_MAX && (entry = readdir(folder));)
        if (entry->d_type == DT_DIR && *entry->d_name != '.')
            remove_below(fd, entry->d_name, depth + 1);
    closedir(folder);
    /* A process that has just been reaped may still be on its way out of its cgroup: EBUSY. */
    const struct timespec moment = {.tv_nsec = NS_PER_MS};
    for (int i = 0; i < REMOVE_TRIES && unlinkat(parent, name, AT_REMOVEDIR) < 0; i++) {
        if (errno != EBUSY)
            break;
        nanosleep(&moment, NULL);
    }
}

/* Which of the cgroups below /virtlab are meant: by name, or by asking. */
struct choice {
    const char *name;
    bool (*is_meant)(const char *name);
};

static bool is_chosen(const struct choice *choice, const char *name)
{
    size_t length = choice->name ? strlen(choice->name) : 0;

    if (choice->is_meant)
        return choice->is_meant(name);
    return strncmp(name, choice->name, length) == 0 &&
           (name[length] == '\0' || name[length] == '-');
}

static void remove_in(const char *mount, const char *below, const struct choice *choice)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%.800s%s/" OUR_FOLDER, mount, below);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_type == DT_DIR && is_chosen(choice, entry->d_name))
            remove_below(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    if (folder && *below)
        rmdir(path); /* what is given to a user is left as it was; the next run may be in there */
}

static bool remove_chosen(void *context, const char *mount, bool v2, const char *options)
{
    char below[OWN_BYTES];

    (void)options;
    remove_in(mount, "", context);
    read_own(below);
    while (v2 && climb(below) && *below)
        remove_in(mount, below, context);
    return false;
}

void bench_cgroup_remove_everywhere(const char *name)
{
    struct choice choice = {.name = name};
    bench_cgroup_for_each_mount(remove_chosen, &choice);
}

void bench_cgroup_sweep(bool (*is_stale)(const char *name))
{
    struct choice choice = {.is_meant = is_stale};
    bench_cgroup_for_each_mount(remove_chosen, &choice);
}

void bench_cgroup_remove(struct bench_cgroup *cgroup)
{
    if (cgroup->enter_fd >= 0)
        close(cgroup->enter_fd);
    cgroup->enter_fd = -1;
    if (cgroup->pids_fd >= 0)
        close(cgroup->pids_fd);
    cgroup->pids_fd = -1;
    const char *name = strrchr(cgroup->name, '/');
    if (name)
        bench_cgroup_remove_everywhere(name + 1);
}
