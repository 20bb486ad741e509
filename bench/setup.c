/* SPDX-License-Identifier: MIT */
#include "bench/setup.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/i18n.h"

static int no_memory(struct error *error)
{
    return error_set_errno(error, ENOMEM, "cannot start measuring");
}

static int read_platforms(struct session *session, const struct run_request *request,
                          struct error *error)
{
    char path[PATHS_MAX];
    int result = 0;

    if (request->platforms_file)
        return platforms_read(&session->platforms, request->platforms_file, error);
    result = paths_join(path, session->paths.share, "platforms.conf", error);
    if (result == 0)
        result = platforms_read(&session->platforms, path, error);
    if (result == 0 && request->peers)
        result = paths_join(path, session->paths.share, "peers.conf", error);
    if (result == 0 && request->peers)
        result = platforms_read(&session->platforms, path, error);
    return result;
}

static int add_box(struct session *session, const struct platform *platform, bool asked_for)
{
    for (size_t i = 0; i < session->box_count; i++)
        if (session->boxes[i].platform == platform)
            return 0;
    struct box *box = &session->boxes[session->box_count++];
    *box = (struct box){.platform = platform, .asked_for = asked_for};
    if (platform->skip)
        snprintf(box->reason, sizeof box->reason, "%s", platform->skip);
    return 0;
}

static int choose_boxes(struct session *session, const char *names, struct error *error)
{
    const struct platforms *platforms = &session->platforms;

    for (size_t i = 0; !names && i < platforms->count; i++)
        add_box(session, &platforms->list[i], false);
    while (names && *names) {
        size_t length = strcspn(names, ",");
        const struct platform *platform = platforms_find(platforms, names, length);
        if (!platform) {
            char known[256] = "";
            for (size_t i = 0; i < platforms->count; i++)
                snprintf(known + strlen(known), sizeof known - strlen(known), " %s",
                         platforms->list[i].name);
            return error_set(error, ENOENT, _("there is no platform '%.*s'; there are:%s"),
                             (int)(length < 80 ? length : 80), names, known);
        }
        add_box(session, platform, true);
        names += length + (names[length] == ',');
    }
    if (session->box_count == 0)
        return error_set(error, EINVAL, _("no platform was chosen"));
    return 0;
}

/* What has no place in any of the experiments is no column either. */
static int drop_boxes(struct session *session, const struct run_request *request,
                      struct error *error)
{
    size_t left = 0;

    for (size_t i = 0; i < session->box_count; i++) {
        bool wanted = request->experiment_count == 0;
        for (size_t j = 0; j < request->experiment_count; j++)
            wanted |= session_takes_part(&session->boxes[i], request->experiments[j]->name);
        if (wanted)
            session->boxes[left++] = session->boxes[i];
    }
    session->box_count = left;
    return left > 0 ? 0 : error_set(error, EINVAL, _("no platform takes part in that"));
}

/* "dir/name" against the current folder, without following links: its name stays the user's. */
static char *absolute(const char *path)
{
    char folder[PATH_MAX], *joined;

    if (*path == '/')
        return strdup(path);
    if (!getcwd(folder, sizeof folder) || asprintf(&joined, "%s/%s", folder, path) < 0)
        return NULL;
    return joined;
}

/* The program as the shell would find it, as an absolute path. */
static int find_program(struct session *session, const char *name, struct error *error)
{
    struct stat status;
    char *found = platform_find_command(name, NULL, getenv("PATH"));

    session->program = found ? absolute(found) : NULL;
    free(found);
    if (!session->program)
        return errno == ENOENT ? error_set_exit(error, EXIT_NOT_FOUND, ENOENT,
                                                _("there is no program '%s' in PATH"), name)
                               : no_memory(error);
    if (stat(session->program, &status) < 0) {
        int result = error_set_errno(error, errno, _("cannot find %s"), session->program);
        error->exit_status = error->errnum == ENOENT || error->errnum == ENOTDIR
                                 ? EXIT_NOT_FOUND
                                 : EXIT_CANNOT_EXECUTE;
        return result;
    }
    if (!S_ISREG(status.st_mode) || access(session->program, X_OK) < 0)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, EACCES,
                              _("%s is no file that may be executed"), session->program);
    return 0;
}

static int find_files(struct session *session, const struct run_request *request,
                      struct error *error)
{
    for (size_t i = 0; i < request->file_count; i++) {
        struct stat status;
        if (stat(request->files[i], &status) < 0 || access(request->files[i], R_OK) < 0)
            return error_set_errno(error, errno, _("--file: cannot read %s"), request->files[i]);
        if (!S_ISREG(status.st_mode))
            return error_set(error, EINVAL, _("--file: %s is no regular file"), request->files[i]);
        if (!(session->files[i] = absolute(request->files[i])))
            return no_memory(error);
        session->file_count++;
    }
    return 0;
}

/*
 * The program's arguments, as they were given; but one that names a --file is made absolute like
 * it, since a box has another current folder.
 */
static int copy_args(struct session *session, const struct run_request *request,
                     struct error *error)
{
    size_t count = 0;

    while (request->program[count + 1])
        count++;
    session->args = calloc(count + 1, sizeof *session->args);
    if (!session->args)
        return no_memory(error);
    for (size_t i = 0; i < count; i++) {
        const char *arg = request->program[i + 1];
        for (size_t j = 0; j < request->file_count; j++)
            if (strcmp(arg, request->files[j]) == 0)
                arg = session->files[j];
        if (!(session->args[i] = strdup(arg)))
            return no_memory(error);
    }
    return 0;
}

/*
 * The same few variables for every program, wherever it runs: what a user has in his environment
 * changes where the stack lies, and so the figures (Mytkowicz and others, "Producing wrong data
 * without doing anything obviously wrong", ASPLOS 2009).
 */
static int make_environment(struct session *session, struct error *error)
{
    static const char *const fixed[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C"};
    /* For rootless runtimes, and for tools built with sanitizers. */
    static const char *const passed[] = {"XDG_RUNTIME_DIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"};
    enum { FIXED = sizeof fixed / sizeof *fixed, PASSED = sizeof passed / sizeof *passed };
    size_t count = 0;

    session->environment = calloc(FIXED + PASSED + 1, sizeof *session->environment);
    for (size_t i = 0; session->environment && i < FIXED; i++)
        if ((session->environment[count] = strdup(fixed[i])))
            count++;
    for (size_t i = 0; session->environment && i < PASSED; i++) {
        const char *value = getenv(passed[i]);
        if (value && asprintf(&session->environment[count], "%s=%s", passed[i], value) >= 0)
            count++;
    }
    return count < FIXED ? no_memory(error) : 0;
}

/* Steady work goes to the last processor we may use: the first one often has the interrupts. */
static int choose_cpu(void)
{
    cpu_set_t set;
    int last = -1;

    if (sched_getaffinity(0, sizeof set, &set) < 0 || CPU_COUNT(&set) < 2)
        return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &set))
            last = cpu;
    return last;
}

static int choose_seed(struct session *session, const struct run_request *request,
                       struct error *error)
{
    session->seed = request->seed;
    if (request->seeded)
        return 0;
    if (getrandom(&session->seed, sizeof session->seed, 0) != sizeof session->seed)
        return error_set_errno(error, errno, _("cannot draw a seed; try --seed N"));
    session->seed %= 1000000; /* short enough to be typed again */
    return 0;
}

int setup_session(struct session *session, const struct run_request *request,
                  const struct scratch *scratch, struct error *error)
{
    *session = (struct session){
        .scratch = scratch,
        .runs = request->runs,
        .effort = request->effort,
        .burst = request->burst,
        .brief = request->brief,
        .peers = request->peers,
        .precision = request->precision,
        .timeout_ns = request->timeout_ns,
        .work_cpu = choose_cpu(),
        .recorder = {.fd = -1},
    };
    int result = paths_find(&session->paths, error);
    if (result == 0)
        result = read_platforms(session, request, error);
    if (result == 0)
        result = choose_boxes(session, request->platform_names, error);
    if (result == 0)
        result = drop_boxes(session, request, error);
    if (result == 0)
        result = find_files(session, request, error);
    if (result == 0 && request->program)
        result = find_program(session, request->program[0], error);
    if (result == 0 && request->program)
        result = copy_args(session, request, error);
    if (result == 0)
        result = make_environment(session, error);
    if (result == 0)
        result = choose_seed(session, request, error);
    return result;
}

int setup_check_boxes(struct session *session, struct error *error)
{
    for (size_t i = 0; i < session->box_count; i++) {
        struct box *box = &session->boxes[i];
        if (*box->reason || trial_check_needs(session, box->platform, error) == 0)
            continue;
        if (error->errnum == EINTR)
            return -EINTR;
        const char *package = box->platform->package;
        if (package && error->exit_status == EXIT_NOT_FOUND)
            snprintf(box->reason, sizeof box->reason, _("%.*s; its package: %s"),
                     (int)sizeof box->reason - 80, error->text, package);
        else
            snprintf(box->reason, sizeof box->reason, "%.*s", (int)sizeof box->reason - 1,
                     error->text);
    }
    return 0;
}

static void free_list(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

void setup_free(struct session *session)
{
    for (size_t i = 0; i < session->file_count; i++)
        free(session->files[i]);
    free(session->program);
    free_list(session->args);
    free_list(session->environment);
    platforms_free(&session->platforms);
}

struct hierarchies {
    bool v1;
    char v2[1024];
};

static bool note_hierarchy(void *context, const char *folder, bool v2, const char *options)
{
    struct hierarchies *hierarchies = context;

    (void)options;
    if (v2)
        snprintf(hierarchies->v2, sizeof hierarchies->v2, "%s", folder);
    else
        hierarchies->v1 = true;
    return false;
}

int setup_hide_cgroup2(struct error *error)
{
    struct hierarchies hierarchies = {0};

    bench_cgroup_for_each_mount(note_hierarchy, &hierarchies);
    if (geteuid() != 0 || !hierarchies.v1 || !*hierarchies.v2)
        return 0;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        umount2(hierarchies.v2, MNT_DETACH) < 0)
        return error_set_errno(error, errno, _("cannot hide cgroup v2 from the peers"));
    return 0;
}
