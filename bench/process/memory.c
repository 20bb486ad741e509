/* SPDX-License-Identifier: MIT */
#include "bench/process/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/process/tree.h"
#include "common/i18n.h"

enum { KIB = 1024 };

/* One mapping of smaps, as far as it has been read. */
struct mapping {
    long long pss_kib, huge_kib;
};

static bool is_program(pid_t pid, const struct stat *program)
{
    char path[64];
    struct stat status;

    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(path, &status) == 0 && status.st_dev == program->st_dev &&
           status.st_ino == program->st_ino;
}

/*
 * smaps rather than smaps_rollup, because only it tells mappings apart. "VmFlags:" ends a mapping;
 * its flag "nr" is MAP_NORESERVE.
 */
static int read_process(struct memory_usage *usage, pid_t pid, bool all_is_guest, bool *guest_seen)
{
    char path[64], line[512];
    struct mapping mapping = {0};

    snprintf(path, sizeof path, "/proc/%d/smaps", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "Pss: %lld kB", &mapping.pss_kib);
        sscanf(line, "AnonHugePages: %lld kB", &mapping.huge_kib);
        if (strncmp(line, "VmFlags:", 8) != 0)
            continue;
        bool guest = all_is_guest || strstr(line, " nr ");
        usage->pss_bytes += mapping.pss_kib * KIB;
        usage->huge_bytes += mapping.huge_kib * KIB;
        *(guest ? &usage->guest_bytes : &usage->tool_bytes) += mapping.pss_kib * KIB;
        *guest_seen |= guest;
        mapping = (struct mapping){0};
    }
    int result = ferror(file) ? -EIO : 0;
    fclose(file);
    return result;
}

int memory_read(struct memory_usage *usage, pid_t root, const char *program)
{
    struct tree *tree = malloc(sizeof *tree);
    struct stat status;
    bool guest_seen = false;
    int result = tree ? tree_read(tree, root) : -ENOMEM;

    if (result == 0 && stat(program, &status) < 0)
        result = -errno;
    for (size_t i = 0; result == 0 && i < tree->count; i++) {
        result =
            read_process(usage, tree->pids[i], is_program(tree->pids[i], &status), &guest_seen);
        if (result == -ENOENT || result == -ESRCH)
            result = 0; /* it has ended meanwhile */
        else
            usage->processes++;
    }
    usage->split = guest_seen;
    free(tree);
    return result;
}

int64_t memory_available_bytes(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    long long kib = 0;

    while (file && kib == 0 && fgets(line, sizeof line, file))
        sscanf(line, "MemAvailable: %lld kB", &kib);
    if (file)
        fclose(file);
    return kib * KIB;
}

void memory_explain(int result, char *text, size_t size)
{
    /* A process that has made itself undumpable shows its memory to root alone (prctl(2)). */
    if (result == -EACCES || result == -EPERM)
        snprintf(text, size, "%s", _("only root may read the memory of this box"));
    else
        snprintf(text, size, _("cannot read the memory of this box: %s"), strerror(-result));
}
