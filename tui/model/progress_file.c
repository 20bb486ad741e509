/* SPDX-License-Identifier: MIT */
#include "tui/model/progress_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/process_stat.h"
#include "common/text.h"

enum { FILE_MAX = 4096 };

/*
 * Whether the kernel says that the process holds the lock on the samples in the folder, as the
 * harness does: the file in a folder from elsewhere can name any process, and somebody at the keys
 * would stop it. /proc/locks: "1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF"
 * (proc_locks(5)).
 */
static bool holds_samples(pid_t pid, const char *folder)
{
    char line[256];
    struct stat status;
    bool holds = false;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = fstatat(dir, "samples.jsonl", &status, AT_SYMLINK_NOFOLLOW) == 0;

    if (dir >= 0)
        close(dir);
    FILE *locks = found ? fopen("/proc/locks", "re") : NULL;
    while (locks && !holds && fgets(line, sizeof line, locks)) {
        long owner;
        unsigned long long inode;
        holds =
            sscanf(line, "%*s FLOCK ADVISORY WRITE %ld %*[^:]:%*[^:]:%llu", &owner, &inode) == 2 &&
            owner == pid && inode == status.st_ino;
    }
    if (locks)
        fclose(locks);
    return holds;
}

static json_t *read_file(const char *folder)
{
    char text[FILE_MAX];
    struct stat status;
    json_t *object = NULL;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(dir, "progress.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (dir >= 0)
        close(dir);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        ssize_t length = read(fd, text, sizeof text);
        if (length > 0)
            object = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
    }
    close(fd);
    return object;
}

/* Whether the object has all that it should; then *progress has it too. */
static bool take(struct run_progress *progress, const json_t *object)
{
    json_int_t version, pid, start, done, expected, left;
    int paused;
    const char *what;

    if (!object ||
        json_unpack((json_t *)object, "{s:I, s:I, s:I, s:s, s:b, s:I, s:I, s:I}", "version",
                    &version, "pid", &pid, "start_ticks", &start, "experiment", &what, "paused",
                    &paused, "done_ns", &done, "expected_ns", &expected, "left_s", &left) != 0)
        return false;
    if (version != 1 || pid <= 1 || pid > 1 << 22 || start < 0)
        return false;
    progress->pid = (pid_t)pid;
    progress->start_ticks = (uint64_t)start;
    progress->state = paused ? RUN_PAUSED : RUN_RUNNING;
    progress->left_s = left < 0 || left > 1000000 ? -1 : left;
    if (expected > 0 && done > 0)
        progress->percent = done >= expected ? 100 : 100 * (double)done / (double)expected;
    char *clean = text_clean(what);
    snprintf(progress->what, sizeof progress->what, "%s", clean ? clean : "");
    /* Cut off inside of a character, it would be none: only whole ones are kept. */
    for (size_t length = strlen(progress->what), at = 0; clean && at < length;) {
        size_t size = text_utf8_length(progress->what + at, length - at);
        if (size == 0)
            progress->what[at] = '\0', length = at;
        at += size;
    }
    free(clean);
    return true;
}

void run_progress_read(struct run_progress *progress, const char *folder)
{
    json_t *object = read_file(folder);
    struct process_stat process;

    *progress = (struct run_progress){.state = RUN_NONE, .left_s = -1};
    if (take(progress, object)) {
        bool alive = process_stat_read(progress->pid, &process) && process.state != 'Z' &&
                     process.start_ticks == progress->start_ticks &&
                     holds_samples(progress->pid, folder);
        if (!alive)
            progress->state = RUN_CUT_OFF;
        else if (process.state == 'T')
            progress->state = RUN_PAUSED; /* by a signal that nobody can catch */
    }
    json_decref(object);
}

int run_progress_signal(const struct run_progress *progress, int signum)
{
    struct process_stat process;

    if (progress->state != RUN_RUNNING && progress->state != RUN_PAUSED)
        return -ESRCH;
    /* Opened first and looked at then: the descriptor stays with the process that was looked at. */
    int fd = pidfd_open(progress->pid, 0), result = 0;
    if (fd < 0)
        return -errno;
    if (!process_stat_read(progress->pid, &process) || process.start_ticks != progress->start_ticks)
        result = -ESRCH;
    else if (pidfd_send_signal(fd, signum, NULL, 0) < 0)
        result = -errno;
    close(fd);
    return result;
}
