/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "common/i18n.h"
#include "labs/actions.h"
#include "labs/folder.h"
#include "labs/lab_record.h"

enum { ARCHIVE_WAIT_MS = 60 * 1000 };

/* Which results are handed in, and what is to be said of them. */
struct run {
    char path[PATHS_MAX];   /* "": there are none */
    char newest[PATHS_MAX]; /* results/latest; "": there is none */
    enum record_run graded; /* what is known of the last grade, which was by */
    char by[PATHS_MAX];
};

static bool has_answers(const struct lab *lab)
{
    for (size_t i = 0; i < lab->test_count; i++)
        if (lab->tests[i].kind == LAB_TEST_ANSWER)
            return true;
    return false;
}

/* The run that was named, else the one that was graded, else the newest. */
static int choose_run(struct run *run, const struct lab_request *request, const struct lab *lab,
                      const char *folder, struct error *error)
{
    char path[PATHS_MAX];
    int result = paths_join(path, folder, "results/latest", error);

    *run = (struct run){0};
    if (result < 0)
        return result;
    if (!realpath(path, run->newest))
        run->newest[0] = '\0';
    run->graded = record_find_run(lab->name, folder, path);
    if (run->graded != RECORD_RUN || !realpath(path, run->by))
        snprintf(run->by, sizeof run->by, "%s", path);
    if (request->results)
        return realpath(request->results, run->path)
                   ? 0
                   : error_set_errno(error, errno, _("cannot open %s"), request->results);
    if (run->graded == RECORD_RUN_GONE)
        return error_set(error, ENOENT,
                         _("%s, by which your answers were graded, is there no more: grade them "
                           "again, or name a run with --results"),
                         run->by);
    memcpy(run->path, run->graded == RECORD_RUN ? run->by : run->newest, PATHS_MAX);
    return 0;
}

/* Nobody should find out by the marks that it was another run. */
static void tell_run(const struct run *run)
{
    if (!*run->path) {
        printf(_("There are no results in it.\n"));
        return;
    }
    if (run->graded == RECORD_RUN && strcmp(run->path, run->by) == 0)
        printf(_("The results in it are those that were graded: %s.\n"), run->path);
    else if (run->graded == RECORD_RUN || run->graded == RECORD_RUN_GONE)
        printf(_("The results in it are %s; graded were %s.\n"), run->path, run->by);
    else
        printf(_("The results in it are %s; by them nothing was graded yet.\n"), run->path);
    if (*run->newest && strcmp(run->path, run->newest) != 0)
        printf(_("A newer run, %s, is not in it: grade again to hand that one in.\n"), run->newest);
}

static int pack(const struct lab *lab, const struct scratch *scratch, char archive[PATHS_MAX],
                struct error *error)
{
    char tar[PATHS_MAX], output[1024];
    struct stat status;

    snprintf(archive, PATHS_MAX, "%s.tar.gz", lab->name);
    for (int i = 2; lstat(archive, &status) == 0 && i < 1000; i++)
        snprintf(archive, PATHS_MAX, "%s-%d.tar.gz", lab->name, i);
    if (!capture_find("tar", tar, sizeof tar))
        return error_set(error, ENOENT, _("there is no 'tar' here"));
    char *argv[] = {tar,
                    (char[]){"--create"},
                    (char[]){"--gzip"},
                    (char[]){"--owner=student:1000"},
                    (char[]){"--group=student:1000"},
                    (char[]){"--file"},
                    archive,
                    (char[]){"--directory"},
                    (char *)(uintptr_t)scratch->folder,
                    (char *)(uintptr_t)lab->name,
                    NULL};
    int result = capture(argv, ARCHIVE_WAIT_MS, output, sizeof output, error);
    if (result == 0)
        return 0;
    unlink(archive);
    return result < 0 ? result
                      : error_set(error, EIO, _("cannot make %s: tar failed (is the disk full?)"),
                                  archive);
}

int action_submit(const struct lab_request *request, const struct lab *lab,
                  const struct scratch *scratch, struct error *error)
{
    char folder[PATHS_MAX], copy[PATHS_MAX], archive[PATHS_MAX];
    struct run run = {0};
    int result = folder_find(folder, lab, request->in, error);

    if (result == 0)
        result = choose_run(&run, request, lab, folder, error);
    if (result == 0)
        result = paths_join(copy, scratch->folder, lab->name, error);
    if (result == 0)
        result = folder_collect(folder, copy, lab, error);
    if (result == 0)
        result = folder_write_mark(copy, lab->name, error);
    if (result == 0 && *run.path)
        result = folder_collect_results(run.path, copy, error);
    if (result == 0)
        result = pack(lab, scratch, archive, error);
    if (result < 0)
        return result;
    printf(_("Hand in %s.\n"), archive);
    if (has_answers(lab))
        tell_run(&run);
    return 0;
}
