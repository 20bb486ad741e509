/* SPDX-License-Identifier: MIT */
/*
 * Runs a program with limits: limit [OPTION...] PROGRAM [ARG...]
 *
 *     --memory MIB  --cpu PERCENT  --pids N    what program and children may have together
 *     --root DIR    where the cgroups are (/sys/fs/cgroup)
 *     --name NAME   of the group that is made there ("limit")
 *     --keep        leave the group, to look at it
 *     --until STEP  only the steps of the lab up to this one
 *
 * A cgroup is a folder, and everything about it is a file. Steps 2 to 5 of the lab are the
 * functions below; what comes before and behind them is complete.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_BYTES = 512,
    PERIOD_US = 100000, /* how often the kernel counts anew: a tenth of a second */
    SIGNALLED = 256,    /* what run() adds to the number of a signal: more than any exit status */
    STEPS = 5,
};

struct group {
    const char *root, *name;
    int version;            /* of cgroups: 1 or 2 */
    long memory, cpu, pids; /* MiB, percent of one processor, processes; 0: no limit */
    char **command;
};

/* In version 1 each controller has a tree of its own; in version 2 there is one tree. */
static const char *const controllers[] = {"memory", "cpu", "pids"};

enum { CONTROLLERS = sizeof controllers / sizeof *controllers };

/* Say it on standard error; returns -1, so that a function can end with `return fail(...)`. */
static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("limit: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return -1;
}

/* The group's folder for this controller, with "/FILE" behind it; file NULL: the folder itself. */
static void path_of(const struct group *group, const char *controller, const char *file,
                    char path[PATH_BYTES])
{
    int length = group->version == 2
                     ? snprintf(path, PATH_BYTES, "%s/%s", group->root, group->name)
                     : snprintf(path, PATH_BYTES, "%s/%s/%s", group->root, controller, group->name);

    if (file && length < PATH_BYTES)
        snprintf(path + length, (size_t)(PATH_BYTES - length), "/%s", file);
}

/* Write a line into the file at path. The kernel refuses a value by an error of this very write. */
static int put(const char *path, const char *line)
{
    FILE *file = fopen(path, "w");

    if (!file)
        return fail("cannot open %s: %s", path, strerror(errno));
    int failed = fprintf(file, "%s\n", line) < 0;
    if (fclose(file) != 0 || failed)
        return fail("cannot write '%s' to %s: %s", line, path, strerror(errno));
    return 0;
}

/* The number in one of the group's files: behind `key` in a line of "KEY NUMBER", or, key NULL, the
 * first one. -1: there is no such file or key. */
static long get(const struct group *group, const char *controller, const char *name,
                const char *key)
{
    char path[PATH_BYTES], line[200];
    long number = -1;

    path_of(group, controller, name, path);
    FILE *file = fopen(path, "r");
    while (file && number < 0 && fgets(line, sizeof line, file)) {
        size_t length = key ? strlen(key) : 0;
        if (!key || (strncmp(line, key, length) == 0 && line[length] == ' '))
            number = strtol(line + length, NULL, 10);
    }
    if (file)
        fclose(file);
    return number;
}

/*
 * Step 2: which version is below group->root? Version 2 has a file cgroup.controllers there: that
 * it exists is enough. Version 1 has a folder "memory". A machine may have both, in two places; you
 * are asked for this one.
 */
static int find_version(struct group *group)
{
    /*@ solution 2 */
    char path[PATH_BYTES];
    struct stat status;

    snprintf(path, sizeof path, "%s/cgroup.controllers", group->root);
    if (stat(path, &status) == 0) {
        group->version = 2;
        return 0;
    }
    snprintf(path, sizeof path, "%s/memory", group->root);
    if (stat(path, &status) < 0)
        return fail("there are no cgroups in %s", group->root);
    group->version = 1;
    return 0;
    /*@ mutant always-two */
    group->version = 2;
    return 0;
    /*@ skeleton */
    (void)group;
    return fail("step 2 is still to do: find_version()");
    /*@ end */
}

/*
 * Step 3, first half: the folder. In version 1 one for each controller. In version 2 a single one,
 * after "+memory +cpu +pids" in the parent's cgroup.subtree_control: what the parent does not hand
 * on, its children do not have.
 */
static int make_group(const struct group *group)
{
    /*@ solution 3 */
    char path[PATH_BYTES];

    if (group->version == 2) {
        /*@ solution 3 */
        snprintf(path, sizeof path, "%s/cgroup.subtree_control", group->root);
        if (put(path, "+memory +cpu +pids") < 0)
            return -1;
        /*@ mutant nothing-handed-on */
        /*@ solution 3 */
        path_of(group, controllers[0], NULL, path);
        if (mkdir(path, 0755) < 0)
            return fail("cannot make %s: %s", path, strerror(errno));
        return 0;
    }
    for (int i = 0; i < CONTROLLERS; i++) {
        path_of(group, controllers[i], NULL, path);
        if (mkdir(path, 0755) < 0)
            return fail("cannot make %s: %s", path, strerror(errno));
    }
    return 0;
    /*@ skeleton */
    (void)group;
    (void)put;
    return fail("step 3 is still to do: make_group()");
    /*@ end */
}

/* Step 3, second half: the limits that were asked for, in the units that the kernel wants. */
static int set_limits(const struct group *group)
{
    /*@ solution 3 */
    const int two = group->version == 2;
    char path[PATH_BYTES], line[64];

    if (group->memory) {
        path_of(group, "memory", two ? "memory.max" : "memory.limit_in_bytes", path);
        /*@ solution 3 */
        snprintf(line, sizeof line, "%ld", group->memory << 20);
        /*@ mutant mebibytes */
        snprintf(line, sizeof line, "%ld", group->memory);
        /*@ solution 3 */
        if (put(path, line) < 0)
            return -1;
    }
    if (group->cpu && two) {
        path_of(group, "cpu", "cpu.max", path);
        /*@ solution 3 */
        snprintf(line, sizeof line, "%ld %d", group->cpu * PERIOD_US / 100, PERIOD_US);
        /*@ mutant period-first */
        snprintf(line, sizeof line, "%d %ld", PERIOD_US, group->cpu * PERIOD_US / 100);
        /*@ solution 3 */
        if (put(path, line) < 0)
            return -1;
    } else if (group->cpu) {
        path_of(group, "cpu", "cpu.cfs_period_us", path);
        snprintf(line, sizeof line, "%d", PERIOD_US);
        if (put(path, line) < 0)
            return -1;
        path_of(group, "cpu", "cpu.cfs_quota_us", path);
        snprintf(line, sizeof line, "%ld", group->cpu * PERIOD_US / 100);
        if (put(path, line) < 0)
            return -1;
    }
    /*@ solution 3 */
    const int asked = group->pids != 0;
    /*@ mutant unasked */
    const int asked = 1;
    /*@ solution 3 */
    if (asked) {
        path_of(group, "pids", "pids.max", path);
        snprintf(line, sizeof line, "%ld", group->pids);
        if (put(path, line) < 0)
            return -1;
    }
    return 0;
    /*@ skeleton */
    (void)group;
    return fail("step 3 is still to do: set_limits()");
    /*@ end */
}

/*
 * Step 4: a child that puts itself into the group and becomes the program. In version 1 it has to
 * go into each of the three trees. Returns its exit status, or SIGNALLED + the signal that ended
 * it.
 */
static int run(const struct group *group)
{
    /*@ solution 4 */
    char path[PATH_BYTES], line[32];
    int status;
    pid_t child = fork();

    if (child < 0)
        return fail("cannot fork: %s", strerror(errno));
    if (child == 0) {
        /*@ solution 4 */
        snprintf(line, sizeof line, "%d", (int)getpid());
        /*@ mutant parent-enters */
        snprintf(line, sizeof line, "%d", (int)getppid());
        /*@ solution 4 */
        for (int i = 0; i < CONTROLLERS; i++) {
            path_of(group, controllers[i], "cgroup.procs", path);
            /*@ solution 4 */
            if (put(path, line) < 0)
                _exit(126);
            /*@ mutant one-tree-only */
            if (put(path, line) < 0)
                _exit(126);
            break;
            /*@ solution 4 */
        }
        execvp(group->command[0], group->command);
        fail("cannot execute %s: %s", group->command[0], strerror(errno));
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail("waitpid: %s", strerror(errno));
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
    /*@ skeleton */
    (void)group;
    return fail("step 4 is still to do: run()");
    /*@ end */
}

/*
 * Step 5: what was reached, how often somebody was killed for memory, how often the processor was
 * withheld, and how often a process was refused; -1 where this kernel does not say.
 */
static int report(const struct group *group)
{
    /*@ solution 5 */
    const int two = group->version == 2;
    /*@ solution 5 */
    long killed = get(group, "memory", two ? "memory.events" : "memory.oom_control", "oom_kill");
    /*@ mutant failures-counted */
    long killed = two ? get(group, "memory", "memory.events", "oom_kill")
                      : get(group, "memory", "memory.failcnt", NULL);
    /*@ solution 5 */
    long most = get(group, "memory", two ? "memory.peak" : "memory.max_usage_in_bytes", NULL);
    fprintf(stderr, "limit: memory: at most %ld KiB, killed %ld\n", most < 0 ? most : most >> 10,
            killed);
    fprintf(stderr, "limit: processor: withheld in %ld of %ld periods\n",
            get(group, "cpu", "cpu.stat", "nr_throttled"),
            get(group, "cpu", "cpu.stat", "nr_periods"));
    fprintf(stderr, "limit: processes: refused %ld times\n",
            get(group, "pids", "pids.events", "max"));
    return 0;
    /*@ skeleton */
    (void)group;
    (void)get;
    return fail("step 5 is still to do: report()");
    /*@ end */
}

/* Step 5, too: the group goes. A cgroup is removed by rmdir(), with all the files in it. */
static int remove_group(const struct group *group)
{
    /*@ solution 5 */
    char path[PATH_BYTES];
    /*@ solution 5 */
    const int trees = group->version == 2 ? 1 : CONTROLLERS;
    /*@ mutant trees-left */
    const int trees = 1;
    /*@ solution 5 */

    for (int i = 0; i < trees; i++) {
        path_of(group, controllers[i], NULL, path);
        if (rmdir(path) < 0)
            return fail("cannot remove %s: %s", path, strerror(errno));
    }
    return 0;
    /*@ skeleton */
    (void)group;
    return fail("step 5 is still to do: remove_group()");
    /*@ end */
}

/* Everything in its order. Returns what the program ended with, or -1. */
static int work(struct group *group, long until, int keep)
{
    if (find_version(group) < 0)
        return -1;
    fprintf(stderr, "limit: version %d in %s\n", group->version, group->root);
    if (until < 3)
        return 0;
    if (make_group(group) < 0)
        return -1;
    if (set_limits(group) < 0) {
        if (until >= 5 && !keep)
            remove_group(group);
        return -1;
    }
    int status = until < 4 ? 0 : run(group);
    if (until >= 4 && status >= SIGNALLED)
        fprintf(stderr, "limit: the program was ended by signal %d (%s)\n", status - SIGNALLED,
                strsignal(status - SIGNALLED));
    else if (until >= 4 && status >= 0)
        fprintf(stderr, "limit: the program ended with status %d\n", status);
    if (until >= 5 && report(group) < 0)
        status = -1;
    if (until >= 5 && !keep && remove_group(group) < 0)
        status = -1;
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"memory",           required_argument, NULL, 'm'},
        {"cpu",              required_argument, NULL, 'c'},
        {"pids",                  required_argument, NULL, 'p'},
        {"root",required_argument, NULL, 'r'},
        {"name",               required_argument, NULL, 'n'},
        {"until",             required_argument, NULL, 'u'},
        {"keep",              no_argument, NULL, 'k'},
        {0                 },
    };
    struct group group = {.root = "/sys/fs/cgroup", .name = "limit"};
    long until = STEPS;
    int keep = 0;

    /* "+": the first word that is no option is the program; what follows is the program's. */
    for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
        long number = optarg ? strtol(optarg, NULL, 10) : 0;
        switch (option) {
        case 'm':
            group.memory = number;
            break;
        case 'c':
            group.cpu = number;
            break;
        case 'p':
            group.pids = number;
            break;
        case 'r':
            group.root = optarg;
            break;
        case 'n':
            group.name = optarg;
            break;
        case 'u':
            until = number;
            break;
        case 'k':
            keep = 1;
            break;
        default:
            return 2;
        }
    }
    if (optind == argc || strchr(group.name, '/')) {
        fail("usage: limit [OPTION...] PROGRAM [ARG...]");
        return 2;
    }
    group.command = argv + optind;
    int status = work(&group, until, keep);
    /* As a shell tells it: 128 and the signal's number. */
    if (status >= SIGNALLED)
        return 128 + status - SIGNALLED;
    return status < 0 ? 1 : status;
}
