/* SPDX-License-Identifier: MIT */
#include "labs/box.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "bench/process/process.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "labs/lab.h"

/*
 * What a compiler, make and a program need of the system. Not /usr/share and /usr/local: the first
 * has nothing that they want, and both are where virtlab's own files may be installed.
 */
static const char *const system_folders[] = {
    "/usr/bin",         "/usr/lib",     "/usr/lib32",        "/usr/lib64",
    "/usr/libexec/gcc", "/usr/include", "/etc/alternatives", "/etc/ld.so.cache",
};
/* These lead into /usr; on a system where they are folders of their own, those are shown. */
static const char *const links[] = {"/bin", "/lib", "/lib32", "/lib64"};

enum {
    SYSTEM_FOLDERS = sizeof system_folders / sizeof *system_folders,
    LINKS = sizeof links / sizeof *links,
    ARGUMENTS_MAX = 160,
    CALIBRATION_SECONDS = 120,
};
/* What the calibration took where the labs' time limits were written, idle. */
#define CALIBRATION_NS (150 * NS_PER_MS)

static bool is_link(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static int make_root(struct box *box, const struct scratch *scratch, struct error *error)
{
    char path[PATHS_MAX];
    int result = paths_join(box->root, scratch->folder, "root", error);

    if (result < 0)
        return result;
    if (mkdir(box->root, 0755) < 0)
        return error_set_errno(error, errno, _("cannot make the box's root %s"), box->root);
    for (size_t i = 0; i < LINKS; i++) {
        char target[PATHS_MAX];
        ssize_t length = readlink(links[i], target, sizeof target - 1);
        if (length <= 0)
            continue;
        target[length] = '\0';
        if ((result = paths_join(path, box->root, links[i] + 1, error)) < 0)
            return result;
        if (symlink(target, path) < 0)
            return error_set_errno(error, errno, _("cannot make the box's root %s"), path);
    }
    return 0;
}

struct arguments {
    const char *list[ARGUMENTS_MAX + 1];
    char *owned[ARGUMENTS_MAX];
    size_t count, owned_count;
    bool failed;
};

static void add(struct arguments *arguments, const char *word)
{
    if (arguments->count == ARGUMENTS_MAX)
        arguments->failed = true;
    else
        arguments->list[arguments->count++] = word;
}

static void add_file(struct arguments *arguments, const char *guest, const char *host)
{
    char *pair = NULL;

    if (arguments->owned_count == ARGUMENTS_MAX ||
        asprintf(&pair, "--file=%s=%s", guest, host) < 0) {
        arguments->failed = true;
        return;
    }
    arguments->owned[arguments->owned_count++] = pair;
    add(arguments, pair);
}

static void free_arguments(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->owned_count; i++)
        free(arguments->owned[i]);
}

static void fill_arguments(struct arguments *arguments, const struct box *box,
                           const struct box_request *request)
{
    /* Limits twice: an ordinary user may have no cgroup to set them by. */
    static const char *const limits[] = {
        "--memory=1G",          "--pids=256",     "--cpus=2",
        "--hostname=lab",       "--user=1000",    "--env=HOME=/tmp",
        "--env=LC_ALL=C.UTF-8", "--workdir=/tmp",
    };

    add(arguments, box->tool);
    add(arguments, "run");
    add(arguments, "--rootfs");
    add(arguments, box->root);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        add(arguments, limits[i]);
    for (size_t i = 0; i < SYSTEM_FOLDERS; i++)
        if (access(system_folders[i], F_OK) == 0)
            add_file(arguments, system_folders[i], system_folders[i]);
    for (size_t i = 0; i < LINKS; i++)
        if (access(links[i], F_OK) == 0 && !is_link(links[i]))
            add_file(arguments, links[i], links[i]);
    for (size_t i = 0; i < request->file_count; i++)
        add_file(arguments, request->files[i].guest, request->files[i].host);
    if (request->access & LAB_ACCESS_KVM) {
        add(arguments, "--device");
        add(arguments, "/dev/kvm");
    }
    if (request->access & LAB_ACCESS_NAMESPACES)
        add(arguments, "--nested");
    add(arguments, "--");
    add(arguments, "/usr/bin/prlimit");
    add(arguments, "--nproc=256");
    add(arguments, "--core=0");
    add(arguments, "--");
    for (const char *const *word = request->words; *word; word++)
        add(arguments, *word);
}

int box_seconds(const struct box *box, const struct box_request *request)
{
    return (int)(request->seconds * box->factor + 0.5);
}

/* Keeps the output as long as it is within what is allowed. false: it is not, or no memory. */
static bool keep_output(struct box_result *result, const struct process *process, size_t most)
{
    size_t length = result->length + process->output_length;

    if (length > most)
        return false;
    char *more = realloc(result->output, length + 1);
    if (!more)
        return false;
    memcpy(more + result->length, process->output, process->output_length);
    more[length] = '\0';
    result->output = more;
    result->length = length;
    return true;
}

/* Without what the container's maker says of itself ("minicontainer run: warning: ..."). */
static void keep_errors(struct box_result *result, const struct process *process)
{
    _Static_assert(sizeof result->errors > sizeof process->errors, "the last line has to fit, too");
    const char *line = process->errors, *end = line + process->errors_length;
    size_t kept = 0;

    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((next ? next + 1 : end) - line);
        bool ours = length > 23 && strncmp(line, "minicontainer run: warn", 23) == 0;
        if (!ours && kept + length < sizeof result->errors) {
            memcpy(result->errors + kept, line, length);
            kept += length;
        }
        line += length;
    }
    result->errors[kept] = '\0';
    for (size_t i = 0; i < kept; i++)
        if (result->errors[i] == '\0')
            result->errors[i] = '?';
}

static int run_once(const struct box *box, const struct box_request *request,
                    struct box_result *result, struct error *error)
{
    struct arguments arguments = {0};
    struct process process;
    bool over = false;

    *result = (struct box_result){.end = BOX_ENDED};
    fill_arguments(&arguments, box, request);
    if (arguments.failed) {
        free_arguments(&arguments);
        return error_set(error, E2BIG, "the box is given too much, or there is no memory");
    }
    const struct process_options options = {
        .argv = (char *const *)arguments.list,
        .envp = environ,
        .timeout_ns = box_seconds(box, request) * NS_PER_S,
        .cpu = -1,
    };
    int failed = process_start(&process, &options, error);
    free_arguments(&arguments);
    if (failed < 0)
        return failed;
    while (!over) {
        switch (process_next(&process)) {
        case PROCESS_OUTPUT:
            if (!keep_output(result, &process, request->output_max)) {
                result->end = BOX_TALKED_TOO_MUCH;
                over = true;
            }
            break;
        case PROCESS_TIMED_OUT:
            result->end = BOX_TIMED_OUT;
            over = true;
            break;
        case PROCESS_INTERRUPTED:
            result->end = BOX_INTERRUPTED;
            over = true;
            break;
        case PROCESS_WOKEN:
            break;
        case PROCESS_ENDED:
            result->exit = process.exit;
            over = true;
            break;
        }
    }
    result->ns = clock_now_ns() - process.t0_ns;
    keep_errors(result, &process);
    process_kill(&process);
    if (!result->output && !(result->output = calloc(1, 1)))
        return error_set_errno(error, ENOMEM, "cannot keep the output");
    return 0;
}

int box_run(const struct box *box, const struct box_request *request, struct box_result *result,
            struct error *error)
{
    static const char *const nothing[] = {"/usr/bin/true", NULL};
    const struct box_request control = {
        .words = nothing, .access = request->access, .seconds = 30, .output_max = 64};
    struct box_result other;
    int failed = run_once(box, request, result, error);

    if (failed < 0 || result->end != BOX_ENDED || result->exit != EXIT_TOOL_FAILED)
        return failed;
    /* Either the box failed, or the program says so: only the first happens to another program. */
    failed = run_once(box, &control, &other, error);
    if (failed == 0 && other.end == BOX_ENDED && other.exit == EXIT_TOOL_FAILED)
        failed = error_set(error, EIO, _("no box can be made: %.300s"), other.errors);
    free(other.output);
    return failed;
}

int box_open(struct box *box, const struct scratch *scratch, struct error *error)
{
    static const char *const build[] = {
        "/bin/sh", "-c",
        "echo 'int main(void) { return 0; }' >a.c && gcc -O1 -Wall -o a a.c && ./a", NULL};
    const struct box_request request = {
        .words = build, .seconds = CALIBRATION_SECONDS, .output_max = BOX_OUTPUT_MAX};
    struct box_result tried;

    box->factor = 1;
    if (!capture_find("minicontainer", box->tool, sizeof box->tool))
        return error_set(error, ENOENT, _("there is no minicontainer beside virtlab"));
    int result = make_root(box, scratch, error);
    if (result < 0)
        return result;
    result = box_run(box, &request, &tried, error);
    if (result == 0 && tried.end == BOX_INTERRUPTED)
        result = error_set(error, EINTR, _("interrupted"));
    else if (result == 0 && (tried.end != BOX_ENDED || tried.exit != 0))
        result = error_set(error, EIO,
                           _("nothing can be built in a box here (are gcc and make installed? "
                             "'virtlab doctor' tells): %.300s"),
                           tried.errors);
    if (result == 0) {
        box->factor = (double)tried.ns / (double)CALIBRATION_NS;
        if (box->factor < 1)
            box->factor = 1;
        if (box->factor > BOX_FACTOR_MAX)
            box->factor = BOX_FACTOR_MAX;
    }
    free(tried.output);
    return result;
}
