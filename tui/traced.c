/* SPDX-License-Identifier: MIT */
#include "tui/traced.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/paths.h"
#include "common/text.h"
#include "tui/child.h"

enum { WORDS_MAX = 32, TIMELINE_MAX = 512 << 20 /* bytes, in memory */, TURNS_MAX = 100000000 };

/* What is started: an argument list, and what it finds on its standard input. */
struct plan {
    char program[PATHS_MAX], workload[PATHS_MAX];
    char words[1024];
    char *argv[WORDS_MAX + 8];
    char input[64];
};

void traced_init(struct traced *traced)
{
    *traced = (struct traced){.timeline = -1, .log = -1};
}

/* A workload waits for an order of so many turns, and ends when there are no more orders. */
static int plan_workload(struct plan *plan, const char *name, const char *turns,
                         const struct paths *paths, struct error *error)
{
    uint64_t number = 1;
    char file[256];

    snprintf(file, sizeof file, "workloads/%.200s", name);
    int result = paths_join(plan->workload, paths->libexec, file, error);
    if (result < 0)
        return result;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || access(plan->workload, X_OK) < 0)
        return error_set(error, ENOENT, _("there is no workload '%.40s'"), name);
    if (turns && !text_parse_u64(turns, 1, TURNS_MAX, &number))
        return error_set(error, EINVAL, _("'%.40s' is no number of turns"), turns);
    snprintf(plan->input, sizeof plan->input, "go %llu\n", (unsigned long long)number);
    return 0;
}

static int make_plan(struct plan *plan, const char *words, char *timeline, struct error *error)
{
    static char run[] = "run", boot[] = "boot", option[] = "--timeline", end[] = "--";
    char *list[WORDS_MAX + 1] = {0}, *rest = plan->words;
    struct paths paths;
    size_t count = 0, at = 0;

    int result = paths_find(&paths, error);
    if (result == 0)
        result = paths_join(plan->program, paths.bin, "minivmm", error);
    if (result < 0)
        return result;
    snprintf(plan->words, sizeof plan->words, "%s", words);
    for (char *word; count < WORDS_MAX && (word = strsep(&rest, " "));)
        if (*word)
            list[count++] = word;
    if (count == 0)
        return error_set(error, EINVAL, "%s", _("trace what? A workload, such as hello"));
    bool boots = strcmp(list[0], boot) == 0;
    char *const head[] = {plan->program, boots ? boot : run, option, timeline, boots ? NULL : end};
    while (at < sizeof head / sizeof *head && head[at])
        plan->argv[at] = head[at], at++;
    if (!boots && !strchr(list[0], '/')) {
        plan->argv[at] = plan->workload;
        return plan_workload(plan, list[0], list[1], &paths, error);
    }
    for (size_t i = boots; i < count; i++)
        plan->argv[at++] = list[i];
    return 0;
}

/* A pipe that holds the text already, so that nobody has to stand by and write it. */
static int pipe_of(const char *text)
{
    int ends[2];

    if (!*text || pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    (void)!write(ends[1], text, strlen(text));
    close(ends[1]);
    return ends[0];
}

int traced_start(struct traced *traced, const char *words, char path[TRACED_PATH_MAX],
                 struct error *error)
{
    struct plan *plan = calloc(1, sizeof *plan);
    struct traced new = {0};

    if (!plan)
        return error_set_errno(error, ENOMEM, "cannot start a machine");
    new.timeline = memfd_create("virtlab-timeline", MFD_CLOEXEC);
    new.log = memfd_create("virtlab-machine", MFD_CLOEXEC);
    /* By this name the machine opens it, which closes all that it inherits. */
    snprintf(path, TRACED_PATH_MAX, "/proc/%d/fd/%d", (int)getpid(), new.timeline);
    int result = new.timeline < 0 || new.log < 0
                     ? error_set_errno(error, errno, "cannot keep a timeline")
                     : make_plan(plan, words, path, error);
    if (result == 0) {
        int input = pipe_of(plan->input);
        result = child_fork(&new.pid, plan->program, plan->argv, input, new.log, CHILD_DIES_WITH_US,
                            error);
        if (input >= 0)
            close(input);
    }
    free(plan);
    if (result < 0) {
        new.pid = 0;
        traced_forget(&new);
        return result;
    }
    traced_forget(traced);
    *traced = new;
    return 0;
}

void traced_stop(struct traced *traced)
{
    if (traced->pid > 0)
        kill(traced->pid, SIGTERM);
}

bool traced_too_long(const struct traced *traced)
{
    struct stat status;

    return traced->pid > 0 && fstat(traced->timeline, &status) == 0 &&
           status.st_size > TIMELINE_MAX;
}

bool traced_ended(struct traced *traced, char *line, size_t size)
{
    int status;

    if (traced->pid <= 0 || waitpid(traced->pid, &status, WNOHANG) != traced->pid)
        return false;
    traced->pid = 0;
    line[0] = '\0';
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        child_last_line(traced->log, line, size);
    return true;
}

void traced_forget(struct traced *traced)
{
    if (traced->pid > 0) {
        kill(traced->pid, SIGKILL);
        waitpid(traced->pid, NULL, 0);
    }
    if (traced->timeline >= 0)
        close(traced->timeline);
    if (traced->log >= 0)
        close(traced->log);
    traced_init(traced);
}
