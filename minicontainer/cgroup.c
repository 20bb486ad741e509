/* SPDX-License-Identifier: MIT */
#include "minicontainer/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "minicontainer/cleanup.h"
#include "minicontainer/files.h"

const char *const cgroup_controller_names[CGROUP_CONTROLLERS] = {"memory", "cpu", "pids"};

/* Whether word is one of list's, which are separated by separator. */
static bool is_in_list(const char *list, char separator, const char *word)
{
    size_t length = strlen(word);

    while (list) {
        if (strncmp(list, word, length) == 0 &&
            (list[length] == separator || list[length] == '\0' || list[length] == '\n'))
            return true;
        list = strchr(list, separator);
        list = list ? list + 1 : NULL;
    }
    return false;
}

/*
 * A folder that is called like a controller can be plain tmpfs, so the mount table is not believed
 * alone: something else may be mounted over it.
 */
static bool is_cgroup(const char *point, unsigned long magic)
{
    struct statfs status;

    return statfs(point, &status) == 0 && (unsigned long)status.f_type == magic;
}

/* Takes one line of /proc/self/mountinfo, which it cuts up. */
static void take_mount(struct cgroup *cgroup, char *line)
{
    /* 36 35 98:0 /root /point options [tags...] - type source super-options */
    char *dash = strstr(line, " - "), *fields[5], *save = NULL;
    char *type, *super = NULL;
    struct cgroup_mount mount = {0};

    if (!dash || strncmp(dash + 3, "cgroup", 6) != 0)
        return;
    *dash = '\0';
    for (int i = 0; i < 5; i++)
        if (!(fields[i] = strtok_r(i == 0 ? line : NULL, " ", &save)))
            return;
    type = strtok_r(dash + 3, " ", &save);
    if (!type || !strtok_r(NULL, " ", &save) || !(super = strtok_r(NULL, " ", &save)))
        return;
    /* Blanks and the like are written as \040 there; nobody mounts cgroups on such a path. */
    if (strchr(fields[4], '\\') || strlen(fields[4]) >= sizeof mount.point ||
        strlen(fields[3]) >= sizeof mount.root)
        return;
    strcpy(mount.root, fields[3]);
    strcpy(mount.point, fields[4]);

    if (strcmp(type, "cgroup2") == 0) {
        char path[512], text[512];
        if (cgroup->v2.point[0] || !is_cgroup(mount.point, CGROUP2_SUPER_MAGIC))
            return;
        snprintf(path, sizeof path, "%s/cgroup.controllers", mount.point);
        if (files_read(AT_FDCWD, path, text, sizeof text) > 0)
            for (int i = 0; i < CGROUP_CONTROLLERS; i++)
                mount.has[i] = is_in_list(text, ' ', cgroup_controller_names[i]);
        cgroup->v2 = mount;
    } else if (strcmp(type, "cgroup") == 0) {
        for (int i = 0; i < CGROUP_CONTROLLERS; i++)
            if (!cgroup->v1[i].point[0] && is_in_list(super, ',', cgroup_controller_names[i]) &&
                is_cgroup(mount.point, CGROUP_SUPER_MAGIC)) {
                cgroup->v1[i] = mount;
                cgroup->v1[i].has[i] = true;
            }
    }
}

/* Takes one line of /proc/self/cgroup, "4:memory:/path" or "0::/path": cgroups(7). */
static void take_own(struct cgroup *cgroup, char *line)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;

    if (!path || strlen(path + 1) >= sizeof cgroup->v2.own)
        return;
    *path++ = '\0';
    controllers++;
    if (*controllers == '\0')
        strcpy(cgroup->v2.own, path);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (is_in_list(controllers, ',', cgroup_controller_names[i]))
            strcpy(cgroup->v1[i].own, path);
}

static int for_each_line(const char *path, struct cgroup *cgroup,
                         void (*take)(struct cgroup *cgroup, char *line), struct error *error)
{
    char *text, *save = NULL;
    int length = -EFBIG;
    size_t size = 16384;

    for (text = NULL; length == -EFBIG; size *= 4) {
        char *larger = realloc(text, size);
        if (!larger) {
            length = -ENOMEM;
            break;
        }
        text = larger;
        length = files_read(AT_FDCWD, path, text, size);
    }
    if (length < 0) {
        free(text);
        return error_set_errno(error, -length, "cannot read %s", path);
    }
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        take(cgroup, line);
    free(text);
    return 0;
}

int cgroup_find(struct cgroup *cgroup, struct error *error)
{
    bool v1 = false, v2 = false;
    int result = for_each_line("/proc/self/mountinfo", cgroup, take_mount, error);

    if (result == 0)
        result = for_each_line("/proc/self/cgroup", cgroup, take_own, error);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        v1 |= cgroup->v1[i].point[0] != '\0';
        v2 |= cgroup->v2.has[i];
    }
    v2 |= cgroup->v2.point[0] != '\0';
    cgroup->layout = v1 && v2 ? "hybrid" : v1 ? "v1" : v2 ? "v2" : "none";
    return result;
}

bool cgroup_limit_asked(const struct minicontainer_config *config, enum cgroup_controller which)
{
    const uint64_t limits[CGROUP_CONTROLLERS] = {
        [CGROUP_MEMORY] = config->memory_bytes,
        [CGROUP_CPU] = config->cpu_millis,
        [CGROUP_PIDS] = config->pids,
    };
    return limits[which] != 0;
}

bool cgroup_wanted(const struct minicontainer_config *config)
{
    return config->memory_bytes || config->cpu_millis || config->pids;
}

uint64_t cgroup_quota_us(uint64_t cpu_millis)
{
    return cpu_millis * CGROUP_PERIOD_US / 1000;
}

uint64_t cgroup_pids(uint64_t pids)
{
    return pids + 1;
}

const char *cgroup_own(const struct cgroup_mount *mount)
{
    size_t length = strlen(mount->root);

    if (strcmp(mount->root, "/") == 0)
        return strcmp(mount->own, "/") == 0 ? "" : mount->own;
    if (strncmp(mount->own, mount->root, length) == 0 &&
        (mount->own[length] == '/' || mount->own[length] == '\0'))
        return mount->own + length;
    return "";
}

int cgroup_folder(char *folder, const struct cgroup_mount *mount, const char *below,
                  const char *name)
{
    int length = snprintf(folder, PATH_MAX, "%s%s/%s", mount->point, below, name);

    return length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int cgroup_make_folder(const struct cgroup_mount *mount, const char *folder)
{
    char path[PATH_MAX];

    /* Nearly always all but the last is there. */
    if (mkdir(folder, 0755) == 0)
        return 0;
    if (errno != ENOENT)
        return -errno;
    strcpy(path, folder);
    for (char *slash = path + strlen(mount->point) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return mkdir(folder, 0755) < 0 ? -errno : 0;
}

int cgroup_write_settings(const char *folder, const struct cgroup_setting *settings)
{
    char value[24];
    int result = 0;
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return -errno;
    for (; settings->file && result == 0; settings++) {
        snprintf(value, sizeof value, "%" PRIu64, settings->value);
        result = files_write(dir, settings->file, value);
        if (result == -ENOENT && settings->optional)
            result = 0;
    }
    close(dir);
    return result;
}

int cgroup_refused(const struct minicontainer_config *config, enum cgroup_controller which,
                   int errnum, const char *what, struct error *error)
{
    static const char *const options[] = {"--memory", "--cpus", "--pids"};
    struct error refusal;

    if (errnum == ENODEV)
        error_set(&refusal, errnum, "%s: this system has no %s controller in its cgroups",
                  options[which], cgroup_controller_names[which]);
    else if (errnum == EACCES || errnum == EPERM || errnum == EROFS)
        error_set(&refusal, errnum,
                  "%s: not permitted: cannot %s; limits need root, or a delegated cgroup (as by "
                  "systemd-run --user --scope -p Delegate=yes)",
                  options[which], what);
    else if (errnum == EBUSY)
        error_set(&refusal, errnum,
                  "%s: cannot %s: the parent cgroup has processes of its own (cgroups(7), \"No "
                  "internal processes\")",
                  options[which], what);
    else
        error_set_errno(&refusal, errnum, "%s: cannot %s", options[which], what);
    if (config->strict) {
        *error = refusal;
        return -errnum;
    }
    if (config->warn)
        config->warn(refusal.text);
    return 0;
}

void cgroup_sweep(const struct cgroup *cgroup, const struct minicontainer_config *config)
{
    char paths[CGROUP_CONTROLLERS + 1][PATH_MAX];
    const char *folders[CGROUP_CONTROLLERS + 1];

    for (int i = 0; i <= CGROUP_CONTROLLERS; i++) {
        const struct cgroup_mount *mount = i < CGROUP_CONTROLLERS ? &cgroup->v1[i] : &cgroup->v2;
        const char *below = config->cgroup_parent ? config->cgroup_parent : cgroup_own(mount);
        folders[i] = paths[i];
        if (!mount->point[0] || cgroup_folder(paths[i], mount, below, "") < 0)
            paths[i][0] = '\0';
    }
    cleanup_sweep(folders, CGROUP_CONTROLLERS + 1);
}

unsigned cgroup_oom_kills(const struct cgroup *cgroup)
{
    /* The same line in both versions, cgroup-v1/memory.rst section 10 and cgroup-v2.rst. */
    static const char line[] = "oom_kill ";
    const char *v1 = cgroup->v1_folder[CGROUP_MEMORY];
    char path[PATH_MAX + 32], text[512];

    if (*v1)
        snprintf(path, sizeof path, "%s/memory.oom_control", v1);
    else
        snprintf(path, sizeof path, "%s/memory.events", cgroup->v2_folder);
    if (files_read(AT_FDCWD, path, text, sizeof text) < 0)
        return 0;
    const char *found = strstr(text, line);
    return found ? (unsigned)strtoul(found + sizeof line - 1, NULL, 10) : 0;
}

int cgroup_remove(struct cgroup *cgroup, struct error *error)
{
    int result = 0;

    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (cgroup->v1_folder[i][0] && (result = cleanup_remove(cgroup->v1_folder[i])) < 0)
            error_set_errno(error, -result, "cannot remove the cgroup %s", cgroup->v1_folder[i]);
    if (cgroup->v2_folder[0] && (result = cleanup_remove(cgroup->v2_folder)) < 0)
        error_set_errno(error, -result, "cannot remove the cgroup %s", cgroup->v2_folder);
    if (cgroup->v2_descriptor >= 0)
        close(cgroup->v2_descriptor);
    cgroup->v2_descriptor = -1;
    return result;
}
