/* SPDX-License-Identifier: MIT */
#include "labs/actions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/table.h"
#include "common/text.h"
#include "labs/folder.h"
#include "labs/lab_record.h"
#include "labs/marked.h"

static void put_record(struct table *table, const char *name)
{
    json_t *record = record_read(name), *grade = json_object_get(record, "grade");
    const struct record_score score = record_score(grade);

    table_put_string(table, record ? grade ? "graded" : "started" : "new",
                     record ? grade ? _("graded") : _("started") : "");
    if (grade)
        table_put_integer(table, score.gained, "%lld/%lld", (long long)score.gained,
                          (long long)score.total);
    else
        table_put_none(table, "");
    if (grade && score.untried > 0)
        table_footnote(
            table,
            _("%lld points of %s could not be tried on this machine and do not count against you"),
            (long long)score.untried, name);
    json_decref(record);
}

int action_list(const struct lab_request *request, const struct lab_places *places,
                struct error *error)
{
    const struct table_column columns[] = {
        {"lab",           _("lab"),     TABLE_LEFT },
        {"title",         _("what"),    TABLE_WRAP },
        {"minutes",       _("minutes"), TABLE_RIGHT},
        {"points_public", _("points"),  TABLE_RIGHT},
        {"points_hidden", _("hidden"),  TABLE_RIGHT},
        {"state",         _("state"),   TABLE_LEFT },
        {"score",         _("score"),   TABLE_RIGHT},
    };
    char names[100][LAB_NAME_MAX];
    int count = lab_list(places, names, 100, error), result = 0;
    struct table *table = table_new(NULL, NULL);

    if (count < 0 || !table) {
        table_free(table);
        return count < 0 ? count : error_set_errno(error, ENOMEM, "cannot list the labs");
    }
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < count && result == 0; i++) {
        struct lab *lab;
        if ((result = lab_read(&lab, places, names[i], error)) < 0)
            break;
        table_add_row(table, 0);
        table_put_string(table, lab->name, NULL);
        table_put_string(table, lab_title(lab), NULL);
        table_put_integer(table, lab->minutes, "%u", lab->minutes);
        table_put_integer(table, lab->points - lab->points_hidden, "%u",
                          lab->points - lab->points_hidden);
        table_put_integer(table, lab->points_hidden, lab->points_hidden > 0 ? "+ %u" : "",
                          lab->points_hidden);
        put_record(table, lab->name);
        lab_free(lab);
    }
    if (result == 0)
        result = table_print(table, request->form == REPORT_JSON ? TABLE_JSON : TABLE_TEXT, stdout,
                             error);
    table_free(table);
    return result;
}

int action_start(const struct lab_request *request, const struct lab *lab, struct error *error)
{
    const char *target = request->words[1] ? request->words[1] : lab->name;
    char skeleton[PATHS_MAX], folder[PATHS_MAX];
    struct stat status;
    struct error warning;
    int result = paths_join(skeleton, lab->folder, "skeleton", error);

    if (result == 0 && lstat(target, &status) == 0)
        result = error_set(error, EEXIST,
                           _("'%s' is there already, and stays as it is; name another folder: "
                             "'virtlab lab start %.2s FOLDER'"),
                           target, lab->name);
    if (result < 0)
        return result;
    result = folder_copy(skeleton, target, error);
    if (result == 0)
        result = folder_write_mark(target, lab->name, error);
    if (result < 0) {
        /* A folder that is half there would look like a started lab. */
        scratch_remove_tree(AT_FDCWD, target);
        return result;
    }
    if (realpath(target, folder) && record_write(lab->name, folder, NULL, NULL, &warning) < 0)
        fprintf(stderr, _("virtlab lab: warning: the start is not remembered: %s\n"), warning.text);
    printf(
        _("%s is yours now. Begin with its %s, then:\n\n    cd %s\n    virtlab lab check %.2s\n"),
        target, _("README.md"), target, lab->name);
    return 0;
}

/* The README in the user's language, as a string; NULL: error is filled. */
static char *read_readme(const struct lab *lab, struct error *error)
{
    char path[PATHS_MAX], *text = NULL;
    size_t size = 0;

    /* Translators: the file with the text of a lab in this language, such as README.ko.md. */
    if (paths_join(path, lab->folder, _("README.md"), error) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    if (!file || getdelim(&text, &size, '\0', file) < 0) {
        error_set_errno(error, errno, _("cannot read %s"), path);
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

/*
 * Hints are the folded parts of the README, whose headings start with a number:
 * `<details><summary>3. Where the image goes</summary>`. There is one place where they are written.
 */
int action_hint(const struct lab_request *request, const struct lab *lab, struct error *error)
{
    static const char head[] = "<details><summary>", tail[] = "</summary>", end[] = "</details>";
    uint64_t wanted = 0;
    bool shown = false;
    char *text;

    if (request->words[1] && !text_parse_u64(request->words[1], 0, 99, &wanted))
        return error_set(error, EINVAL, _("'%s' is no step's number"), request->words[1]);
    if (!(text = read_readme(lab, error)))
        return -EIO;
    for (char *at = text; (at = strstr(at, head)) != NULL;) {
        at += strlen(head);
        char *summary_end = strstr(at, tail), *body_end = strstr(at, end);
        if (!summary_end || !body_end || summary_end > body_end)
            break;
        if (!request->words[1]) {
            printf("%.*s\n", (int)(summary_end - at), at);
            shown = true;
        } else if (strtoul(at, NULL, 10) == wanted) {
            const char *body = summary_end + strlen(tail);
            body += strspn(body, "\n");
            printf("%.*s\n\n%.*s\n", (int)(summary_end - at), at, (int)(body_end - body), body);
            shown = true;
        }
        at = body_end;
    }
    if (shown && !request->words[1])
        printf(_("\n'virtlab lab hint %.2s STEP' shows the hints of one step.\n"), lab->name);
    free(text);
    return shown ? 0 : error_set(error, ENOENT, _("there is no hint for this step"));
}

/* The student's file, if there is one, stays beside the new one under another name. */
static int replace(int from, int folder, const char *name, struct error *error)
{
    char kept[300];
    struct stat status;

    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
        return 0;
    for (int i = 1; fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && i < 1000; i++) {
        snprintf(kept, sizeof kept, ".mine-%d-%s", i, name);
        if (fstatat(folder, kept, &status, AT_SYMLINK_NOFOLLOW) < 0 &&
            renameat(folder, name, folder, kept) < 0)
            return error_set_errno(error, errno, _("cannot keep your '%s'"), name);
    }
    if (renameat(from, name, folder, name) < 0)
        return error_set_errno(error, errno, _("cannot put '%s' into your folder"), name);
    return 0;
}

int action_catch_up(const struct lab_request *request, const struct lab *lab, struct error *error)
{
    char folder[PATHS_MAX], source[PATHS_MAX], made[PATHS_MAX];
    struct marked_request step = {0};
    uint64_t number;
    int result = folder_find(folder, lab, request->in, error);

    if (result < 0)
        return result;
    if (!text_parse_u64(request->words[1], 1, lab->steps, &number))
        return error_set(error, EINVAL, _("the steps of this lab are 1 to %u"), lab->steps);
    if (!request->from && !*lab->teacher)
        return error_set(
            error, ENOENT,
            _("the solutions are not here: ask your teacher for step %s of %s, and name "
              "it with --from FOLDER"),
            request->words[1], lab->name);
    step.step = (int)number;
    if ((result = paths_join(made, folder, ".catch-up", error)) < 0)
        return result;
    scratch_remove_tree(AT_FDCWD, made);
    if (request->from)
        result = folder_copy(request->from, made, error);
    else if ((result = paths_join(source, lab->teacher, "src", error)) == 0)
        result = marked_make_folder(source, made, &step, error);
    int from = result < 0 ? -1 : open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to = result < 0 ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (result == 0 && (from < 0 || to < 0))
        result = error_set_errno(error, errno, _("cannot open %s"), folder);
    for (size_t i = 0; i < lab->file_count && result == 0; i++)
        result = replace(from, to, lab->files[i], error);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    scratch_remove_tree(AT_FDCWD, made);
    if (result == 0)
        printf(
            _("Your folder has the solution up to step %s. Your own files are kept beside them, as "
              ".mine-1-NAME.\n"),
            request->words[1]);
    return result;
}
