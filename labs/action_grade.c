/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "labs/actions.h"
#include "labs/folder.h"
#include "labs/lab_record.h"

/* The grade stands, whatever becomes of our memory of it: so only a warning. */
static void remember(const struct lab *lab, const char *folder, const struct grade *grade,
                     const char *results)
{
    json_t *json = report_json(grade);
    struct error error;

    if (json && record_write(lab->name, folder, json, results, &error) < 0)
        fprintf(stderr, _("virtlab lab: warning: the grade is not remembered: %s\n"), error.text);
}

/* The run itself: `latest` may be another one before the grade is made, and later certainly. */
static const char *find_run(char run[PATHS_MAX], const char *folder, const char *named)
{
    char latest[PATHS_MAX];
    struct error ignored;

    if (!named && paths_join(latest, folder, "results/latest", &ignored) == 0)
        named = latest;
    return named && realpath(named, run) ? run : NULL;
}

int action_grade(const struct lab_request *request, const struct lab *lab,
                 const struct scratch *scratch, struct error *error)
{
    const bool check = strcmp(request->action, "check") == 0;
    char folder[PATHS_MAX], run[PATHS_MAX];
    const char *found = NULL;
    struct grade *grade = calloc(1, sizeof *grade);
    struct grade_request wanted = {
        .folder = folder,
        .results = request->results,
        .only = check ? request->words[1] : NULL,
        .step_by_step = check && !request->words[1],
        .elsewhere = request->elsewhere,
        .tells_right = request->teacher != NULL,
    };

    if (!grade)
        return error_set_errno(error, ENOMEM, "cannot grade the lab");
    int result = folder_find(folder, lab, request->in, error);
    if (result == 0 && (found = find_run(run, folder, request->results)) != NULL)
        wanted.results = found;
    if (result == 0)
        result = grade_make(grade, lab, &wanted, scratch, error);
    if (result == 0)
        result = report_grade(grade, request->form, stdout, error);
    /* Where the machine had no test made, there is no grade to remember. */
    if (result == 0 && !check && !grade->interrupted && grade->tried > 0 && !request->elsewhere)
        remember(lab, folder, grade, found);
    if (result == 0)
        result = grade->score == grade->tried && grade->tried > 0 && !grade->interrupted ? 0 : 1;
    grade_free(grade);
    free(grade);
    return result;
}
