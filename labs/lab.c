/* SPDX-License-Identifier: MIT */
#include "labs/lab.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/ini.h"
#include "common/text.h"
#include "labs/lab_tests.h"

int lab_find_places(struct lab_places *places, const char *teacher, struct error *error)
{
    struct paths paths;
    char beside[PATHS_MAX];
    struct stat status;
    int result = paths_find(&paths, error);

    if (result == 0)
        result = paths_join(places->labs, paths.share, "labs", error);
    if (result < 0)
        return result;
    places->teacher[0] = '\0';
    places->graded_by_teacher = teacher != NULL;
    if (teacher)
        return (size_t)snprintf(places->teacher, PATHS_MAX, "%s", teacher) < PATHS_MAX
                   ? 0
                   : error_set(error, ENAMETOOLONG, "the path '%s' is too long", teacher);
    /* BUILD/share/virtlab and BUILD/teacher; an installed copy has no such neighbour. */
    if ((result = paths_join(beside, paths.share, "../../teacher", error)) < 0)
        return result;
    if (stat(beside, &status) == 0 && S_ISDIR(status.st_mode))
        snprintf(places->teacher, PATHS_MAX, "%s", beside);
    return 0;
}

/* "NN-name" */
static bool is_lab_name(const char *name)
{
    return isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && name[2] == '-' &&
           strlen(name) < LAB_NAME_MAX &&
           name[3 + strspn(name + 3, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && name[3];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int lab_list(const struct lab_places *places, char names[][LAB_NAME_MAX], size_t most,
             struct error *error)
{
    DIR *folder = opendir(places->labs);
    size_t count = 0;

    if (!folder)
        return error_set_errno(error, errno, _("cannot read the labs in %s"), places->labs);
    for (struct dirent *entry; count < most && (entry = readdir(folder));)
        if (is_lab_name(entry->d_name))
            memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
    closedir(folder);
    qsort(names, count, LAB_NAME_MAX, by_name);
    return (int)count;
}

static int set_number(const struct ini *ini, unsigned *number, const char *value, unsigned most)
{
    uint64_t read;

    if (!text_parse_u64(value, 0, most, &read))
        return ini_mistake(ini, "this should be a small number:", value);
    *number = (unsigned)read;
    return 0;
}

struct reading {
    struct ini ini;
    struct lab *lab;
};

static int start_section(void *context, char *name)
{
    struct reading *reading = context;

    return strcmp(name, "lab") == 0 ? 0
                                    : ini_mistake(&reading->ini, "the section is [lab], not", name);
}

static int set_files(struct reading *reading, char *value)
{
    struct lab *lab = reading->lab;
    char *save;

    for (char *word = strtok_r(value, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
        if (strchr(word, '/') || *word == '.')
            return ini_mistake(&reading->ini, "this is not the plain name of a file:", word);
        if (lab->file_count == LAB_FILES_MAX)
            return ini_mistake(&reading->ini, "too many files:", word);
        lab->files[lab->file_count] = strdup(word);
        if (!lab->files[lab->file_count++])
            return ini_out_of_memory(&reading->ini);
    }
    return 0;
}

static int set_key(void *context, const char *key, char *value)
{
    struct reading *reading = context;
    const struct ini *ini = &reading->ini;
    struct lab *lab = reading->lab;

    if (strcmp(key, "title") == 0)
        return ini_set_string(ini, &lab->title, value);
    if (strcmp(key, "title ko") == 0)
        return ini_set_string(ini, &lab->title_ko, value);
    if (strcmp(key, "minutes") == 0)
        return set_number(ini, &lab->minutes, value, 6000);
    if (strcmp(key, "points") == 0)
        return set_number(ini, &lab->points, value, 1000);
    if (strcmp(key, "steps") == 0)
        return set_number(ini, &lab->steps, value, 99);
    if (strcmp(key, "program") == 0)
        return strchr(value, '/') || *value == '.' || *value == '-'
                   ? ini_mistake(ini, "this is not the plain name of a program:", value)
                   : ini_set_string(ini, &lab->program, value);
    if (strcmp(key, "access") == 0)
        return lab_read_access(ini, &lab->access, value);
    if (strcmp(key, "files") == 0)
        return set_files(reading, value);
    return ini_mistake(ini, "this key is not known:", key);
}

static int end_section(void *context)
{
    struct reading *reading = context;
    const struct lab *lab = reading->lab;

    if (!lab->title || !lab->title_ko || !lab->minutes || !lab->points || !lab->file_count)
        return ini_mistake(&reading->ini, "title, title ko, minutes, points or files is missing in",
                           lab->name);
    return 0;
}

static int read_conf(struct lab *lab, struct error *error)
{
    static const struct ini_events events = {start_section, set_key, end_section};
    char path[PATHS_MAX];
    struct reading reading = {
        .ini = {.path = path, .what = "lab.conf", .bytes_max = LAB_CONF_MAX, .error = error},
        .lab = lab,
    };
    int result = paths_join(path, lab->folder, "lab.conf", error);

    return result < 0 ? result : ini_read(&reading.ini, &events, &reading);
}

static int read_tests(struct lab *lab, bool hidden, struct error *error)
{
    char path[PATHS_MAX];
    unsigned points = 0;
    int result = paths_join(path, lab->folder, "public.conf", error);

    if (result == 0)
        result = lab_tests_read(lab, path, false, error);
    if (result == 0 && hidden && *lab->teacher) {
        if ((result = paths_join(path, lab->teacher, "hidden.conf", error)) == 0)
            result = lab_tests_read(lab, path, true, error);
    }
    for (size_t i = 0; i < lab->test_count; i++)
        points += lab->tests[i].points;
    if (result == 0 && (points > lab->points || (hidden && *lab->teacher && points != lab->points)))
        return error_set(error, EINVAL, "the tests of %s make %u points, its lab.conf says %u",
                         lab->name, points, lab->points);
    lab->points_hidden = lab->points - points;
    return result;
}

/* The lab's name among those there are; "1" is "01-…". */
static int find_name(char found[LAB_NAME_MAX], const struct lab_places *places, const char *name,
                     struct error *error)
{
    char names[100][LAB_NAME_MAX];
    uint64_t number;
    int count = lab_list(places, names, 100, error);
    bool is_number = text_parse_u64(name, 0, 99, &number);

    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0 || strcmp(names[i] + 3, name) == 0 ||
            (is_number && (uint64_t)atoi(names[i]) == number)) {
            memcpy(found, names[i], LAB_NAME_MAX);
            return 0;
        }
    }
    return count < 0 ? count
                     : error_set(error, ENOENT,
                                 _("there is no lab '%s'; 'virtlab lab list' shows "
                                   "all"),
                                 name);
}

int lab_read(struct lab **result_lab, const struct lab_places *places, const char *name,
             struct error *error)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct stat status;
    int result;

    *result_lab = NULL;
    if (!lab)
        return error_set_errno(error, ENOMEM, "cannot read the lab");
    result = find_name(lab->name, places, name, error);
    if (result == 0)
        result = paths_join(lab->folder, places->labs, lab->name, error);
    if (result == 0 && *places->teacher)
        result = paths_join(lab->teacher, places->teacher, lab->name, error);
    if (result == 0 && (stat(lab->teacher, &status) < 0 || !S_ISDIR(status.st_mode)))
        lab->teacher[0] = '\0';
    /* Graded without the hidden tests that were asked for, all would seem well. */
    if (result == 0 && places->graded_by_teacher && !*lab->teacher)
        result = error_set(error, ENOENT,
                           _("the hidden tests of %s are not in '%s': name the folder with one "
                             "folder for each lab, build/teacher"),
                           lab->name, places->teacher);
    if (result == 0)
        result = read_conf(lab, error);
    if (result == 0)
        result = read_tests(lab, places->graded_by_teacher, error);
    if (result < 0) {
        lab_free(lab);
        return result;
    }
    *result_lab = lab;
    return 0;
}

void lab_free(struct lab *lab)
{
    if (!lab)
        return;
    for (size_t i = 0; i < lab->test_count; i++)
        lab_test_free(&lab->tests[i]);
    for (size_t i = 0; i < lab->file_count; i++)
        free(lab->files[i]);
    free(lab->title);
    free(lab->title_ko);
    free(lab->program);
    free(lab);
}

/* Translators: the key of a lab's title in this language, in lab.conf and in its tests: "title" or
 * "title ko". */
static bool in_korean(void)
{
    return strcmp(_("title"), "title ko") == 0;
}

const char *lab_title(const struct lab *lab)
{
    return in_korean() ? lab->title_ko : lab->title;
}

const char *lab_test_title(const struct lab_test *test)
{
    return test->title_ko && in_korean() ? test->title_ko : test->title;
}

const char *lab_test_advice(const struct lab_test *test)
{
    return test->advice_ko && in_korean() ? test->advice_ko : test->advice;
}
