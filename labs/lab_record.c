/* SPDX-License-Identifier: MIT */
#include "labs/lab_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/results/whole_file.h"
#include "common/i18n.h"

bool record_folder(char folder[PATHS_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;

    /* The base directory specification wants absolute paths. */
    if (state && *state == '/')
        length = snprintf(folder, PATHS_MAX, "%s/virtlab/labs", state);
    else if (home && *home == '/')
        length = snprintf(folder, PATHS_MAX, "%s/.local/state/virtlab/labs", home);
    else
        return false;
    return length < PATHS_MAX;
}

enum { RECORD_POINTS_MAX = 1000 };

static int make_folders(char *path, struct error *error)
{
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        int failed = mkdir(path, 0700) < 0 && errno != EEXIST ? errno : 0;
        if (failed)
            error_set_errno(error, failed, _("cannot make %s"), path);
        if (slash)
            *slash = '/';
        if (failed || !slash)
            return -failed;
    }
}

static bool file_name(char name[64], const char *lab)
{
    return snprintf(name, 64, "%s.json", lab) < 60;
}

json_t *record_read(const char *lab)
{
    char folder[PATHS_MAX], path[PATHS_MAX], name[64];
    struct error ignored;
    struct stat status;

    if (!record_folder(folder) || !file_name(name, lab) ||
        paths_join(path, folder, name, &ignored) < 0)
        return NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    json_t *known = NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= RECORD_FILE_MAX)
        known = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
    close(fd);
    if (!json_is_object(known)) {
        json_decref(known);
        return NULL;
    }
    return known;
}

static json_int_t number_at(const json_t *object, const char *name)
{
    const json_int_t number = json_integer_value(json_object_get(object, name));

    /* Whatever lies there: no lab has more, and nobody less than nothing. */
    return number < 0 ? 0 : number > RECORD_POINTS_MAX ? RECORD_POINTS_MAX : number;
}

struct record_score record_score(const json_t *grade)
{
    struct record_score score = {
        .gained = number_at(grade, "score"),
        .total = number_at(grade, "points") - number_at(grade, "hidden_points"),
    };

    score.untried = score.total - number_at(grade, "tried");
    return score;
}

static int write_record(const json_t *record, const char *lab, struct error *error)
{
    char folder[PATHS_MAX], name[64];
    struct whole_file file;

    if (!record_folder(folder) || !file_name(name, lab))
        return error_set(error, ENOENT, _("there is no home folder to remember the lab in"));
    int result = make_folders(folder, error);
    if (result < 0)
        return result;
    int fd = whole_file_folder(-1, folder, error);
    if (fd < 0)
        return fd;
    result = whole_file_open(&file, fd, name, error);
    if (result == 0) {
        json_dumpf(record, file.out, JSON_INDENT(1));
        fputc('\n', file.out);
        result = whole_file_close(&file, true, error);
    }
    close(fd);
    return result;
}

/* Results in the folder are noted as they lie there: both may be moved together. */
static json_t *results_noted(const char *folder, const char *results)
{
    const size_t length = strlen(folder);

    if (!results)
        return json_null();
    if (strncmp(results, folder, length) == 0 && results[length] == '/')
        results += length + 1;
    return json_string(results);
}

enum record_run record_find_run(const char *lab, const char *folder, char results[PATHS_MAX])
{
    json_t *known = record_read(lab);
    const char *graded_in = json_string_value(json_object_get(known, "graded_in"));
    const char *run = json_string_value(json_object_get(known, "results"));
    enum record_run found = RECORD_NOT_GRADED;

    *results = '\0';
    /* Another folder of the same lab, where both are there, was not graded by that. */
    if (graded_in && (strcmp(graded_in, folder) == 0 || access(graded_in, F_OK) < 0)) {
        found = run ? RECORD_RUN_GONE : RECORD_GRADED_WITHOUT;
        if (run &&
            snprintf(results, PATHS_MAX, "%s%s%s", *run == '/' ? "" : folder,
                     *run == '/' ? "" : "/", run) < PATHS_MAX &&
            access(results, F_OK) == 0)
            found = RECORD_RUN;
    }
    json_decref(known);
    return found;
}

int record_write(const char *lab, const char *folder, json_t *grade, const char *results,
                 struct error *error)
{
    json_t *known = record_read(lab), *record = known ? known : json_object();
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;

    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    json_object_set_new(record, "version", json_integer(1));
    json_object_set_new(record, "lab", json_string(lab));
    json_object_set_new(record, "folder", json_string(folder));
    if (grade) {
        json_object_set_new(record, "graded_at", json_string(now));
        json_object_set_new(record, "graded_in", json_string(folder));
        json_object_set_new(record, "results", results_noted(folder, results));
        json_object_set_new(record, "grade", grade);
    } else {
        json_object_set_new(record, "started_at", json_string(now));
    }
    int result = record ? write_record(record, lab, error)
                        : error_set_errno(error, ENOMEM, "cannot remember the lab");
    json_decref(record);
    return result;
}
