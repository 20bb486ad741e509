/* SPDX-License-Identifier: MIT */
#include "labs/grade.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/guard.h"
#include "common/i18n.h"
#include "labs/answers.h"
#include "labs/folder.h"
#include "labs/judge.h"

struct grading {
    struct grade *grade;
    const struct lab *lab;
    const struct grade_request *request;
    const struct scratch *scratch;
    struct box box;
    bool box_tried, box_works;
    bool build_tried, build_works;
    struct error trouble; /* why there is no box; or why building could not be tried */
    bool student_failed;  /* the build failed by what the student wrote: build_seen says how */
    char build_seen[BOX_ERRORS_SIZE + 200];
    char artifact[PATHS_MAX];
    struct answers answers;
};

const char *grade_outcome_name(enum outcome outcome)
{
    static const char *const names[] = {"ok", "fail", "skip", "broken"};

    return names[outcome];
}

static char *make_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *make_text(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return text;
}

static void broken(struct verdict *verdict, const struct error *error)
{
    verdict->outcome = OUTCOME_BROKEN;
    verdict->reason = strdup(error->text);
}

static bool open_box(struct grading *grading)
{
    if (!grading->box_tried) {
        grading->box_tried = true;
        grading->box_works = box_open(&grading->box, grading->scratch, &grading->trouble) == 0;
        if (grading->box_works)
            grading->grade->factor = grading->box.factor;
    }
    return grading->box_works;
}

static int write_file(const char *path, const void *bytes, size_t length, mode_t mode,
                      struct error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    size_t done = 0;
    ssize_t got = 1;

    while (fd >= 0 && done < length &&
           (got = write(fd, (const char *)bytes + done, length - done)) > 0)
        done += (size_t)got;
    bool failed = fd < 0 || done < length;
    if (fd >= 0 && close(fd) < 0)
        failed = true;
    return failed ? error_set_errno(error, errno, _("cannot write %s"), path) : 0;
}

/* The build's verdict, when the box has come to an end. */
static int take_artifact(struct grading *grading, const struct box_result *result,
                         struct error *error)
{
    const char *program = grading->lab->program;

    grading->student_failed = true;
    switch (result->end) {
    case BOX_INTERRUPTED:
        grading->student_failed = false;
        return error_set(error, EINTR, _("interrupted"));
    case BOX_TIMED_OUT:
        snprintf(grading->build_seen, sizeof grading->build_seen,
                 _("'make %s' did not come to an end"), program);
        return 0;
    case BOX_TALKED_TOO_MUCH:
        snprintf(grading->build_seen, sizeof grading->build_seen,
                 _("'%s' is larger than %d MiB, or no file"), program, BOX_ARTIFACT_MAX >> 20);
        return 0;
    case BOX_ENDED:
        break;
    }
    if (result->exit != 0 || result->length == 0) {
        snprintf(grading->build_seen, sizeof grading->build_seen, _("'make %s' failed: %s"),
                 program, *result->errors ? result->errors : _("it made no such file"));
        return 0;
    }
    grading->student_failed = false;
    int failed = paths_join(grading->artifact, grading->scratch->folder, "program", error);
    return failed < 0 ? failed
                      : write_file(grading->artifact, result->output, result->length, 0755, error);
}

/*
 * In the box: copy the sources to memory, build there, and write the program to standard output,
 * the only way out. Of what make says the first lines tell most.
 */
static const char build_script[] =
    "cp -R /source /tmp/lab && cd /tmp/lab && "
    "{ make \"$0\" >/tmp/log 2>&1 </dev/null || { head -c 900 /tmp/log >&2; exit 1; }; } && "
    "exec cat -- \"$0\"";

static int build(struct grading *grading, struct error *error)
{
    const char *words[] = {"/bin/sh", "-c", build_script, grading->lab->program, NULL};
    char source[PATHS_MAX];
    struct box_result result = {0};
    int failed = paths_join(source, grading->scratch->folder, "source", error);

    if (failed < 0)
        return failed;
    failed = folder_collect(grading->request->folder, source, grading->lab, error);
    if (failed == -ENOENT || failed == -EFBIG) {
        grading->student_failed = true;
        snprintf(grading->build_seen, sizeof grading->build_seen, "%s", error->text);
        return 0;
    }
    if (failed < 0)
        return failed;
    const struct box_request request = {
        .words = words,
        .files = {{"/source", source}},
        .file_count = 1,
        .seconds = 20,
        .output_max = BOX_ARTIFACT_MAX,
    };
    failed = box_run(&grading->box, &request, &result, error);
    if (failed == 0)
        failed = take_artifact(grading, &result, error);
    free(result.output);
    return failed;
}

/* Whether there is a program to be tested; else the verdict says why not. */
static bool need_program(struct grading *grading, struct verdict *verdict)
{
    if (open_box(grading) && !grading->build_tried) {
        grading->build_tried = true;
        grading->build_works = build(grading, &grading->trouble) == 0 && !grading->student_failed;
    }
    if (grading->build_works)
        return true;
    if (grading->student_failed) {
        verdict->outcome = OUTCOME_FAIL;
        verdict->unbuilt = true;
        verdict->expected = make_text(_("'make %s' builds the program"), grading->lab->program);
        verdict->seen = strdup(grading->build_seen);
    } else {
        broken(verdict, &grading->trouble);
    }
    return false;
}

/* The test's files in a folder of its own. */
static int write_data(const struct grading *grading, const struct lab_test *test,
                      char folder[PATHS_MAX], struct error *error)
{
    char name[64], path[PATHS_MAX];
    int result;

    snprintf(name, sizeof name, "test-%zu", grading->grade->count);
    result = paths_join(folder, grading->scratch->folder, name, error);
    if (result == 0 && mkdir(folder, 0755) < 0)
        result = error_set_errno(error, errno, _("cannot make %s"), folder);
    for (size_t i = 0; i < test->data_count && result == 0; i++) {
        result = paths_join(path, folder, test->data[i].name, error);
        if (result == 0)
            result = write_file(path, test->data[i].bytes, test->data[i].length, 0644, error);
    }
    return result;
}

static void judge_run(const struct grading *grading, const struct box_request *request,
                      const struct box_result *result, struct verdict *verdict)
{
    const struct lab_test *test = verdict->test;

    switch (result->end) {
    case BOX_INTERRUPTED:
        verdict->outcome = OUTCOME_BROKEN;
        verdict->reason = strdup(_("interrupted"));
        return;
    case BOX_TIMED_OUT:
        verdict->outcome = OUTCOME_FAIL;
        verdict->expected = strdup(_("the program ends"));
        verdict->seen =
            make_text(_("it still ran after %d s"), box_seconds(&grading->box, request));
        return;
    case BOX_TALKED_TOO_MUCH:
        verdict->outcome = OUTCOME_FAIL;
        verdict->expected = strdup(_("the program writes what it should, and ends"));
        verdict->seen = make_text(_("it wrote more than %d KiB"), BOX_OUTPUT_MAX >> 10);
        return;
    case BOX_ENDED:
        break;
    }
    bool good = judge_output(test, result, &verdict->expected, &verdict->seen);
    verdict->outcome = good ? OUTCOME_OK : OUTCOME_FAIL;
}

static void make_run(struct grading *grading, struct verdict *verdict)
{
    const struct lab_test *test = verdict->test;
    char folder[PATHS_MAX], program[PATHS_MAX], *save, *run = strdup(test->run);
    const char *words[BOX_WORDS_MAX + 1] = {0};
    struct box_result result = {0};
    struct error error;
    size_t count = 0;

    snprintf(program, sizeof program, "/lab/%s", grading->lab->program);
    for (char *word = run ? strtok_r(run, " ", &save) : NULL; word && count < BOX_WORDS_MAX;
         word = strtok_r(NULL, " ", &save))
        words[count++] = strcmp(word, "{program}") == 0 ? program : word;
    if (!run || count == 0) {
        error_set_errno(&error, ENOMEM, "cannot run the test");
        broken(verdict, &error);
    } else if (write_data(grading, test, folder, &error) < 0) {
        broken(verdict, &error);
    } else {
        const struct box_request request = {
            .words = words,
            .files = {{program, grading->artifact}, {"/test", folder}},
            .file_count = 2,
            .access = grading->lab->access,
            .seconds = test->seconds,
            .output_max = BOX_OUTPUT_MAX,
        };
        if (box_run(&grading->box, &request, &result, &error) < 0)
            broken(verdict, &error);
        else
            judge_run(grading, &request, &result, verdict);
    }
    free(result.output);
    free(run);
}

/* Whether the machine has what the test needs; else why not. */
static bool machine_has(unsigned needs, struct verdict *verdict)
{
    if (needs & LAB_ACCESS_KVM) {
        int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
        if (fd < 0) {
            verdict->outcome = OUTCOME_SKIP;
            verdict->reason = make_text(_("/dev/kvm: %s; the README says how to go on without it"),
                                        strerror(errno));
            return false;
        }
        close(fd);
    }
    return true;
}

static void make_test(struct grading *grading, struct verdict *verdict)
{
    const struct lab_test *test = verdict->test;

    if (!machine_has(test->needs, verdict))
        return;
    if (test->kind == LAB_TEST_ANSWER) {
        struct error error;
        int good =
            answers_judge(&grading->answers, test, &verdict->expected, &verdict->seen, &error);
        verdict->outcome = good > 0 ? OUTCOME_OK : OUTCOME_FAIL;
        if (good < 0)
            broken(verdict, &error);
    } else if (need_program(grading, verdict) && test->kind == LAB_TEST_RUN) {
        make_run(grading, verdict);
    }
}

int grade_make(struct grade *grade, const struct lab *lab, const struct grade_request *request,
               const struct scratch *scratch, struct error *error)
{
    struct grading grading = {.grade = grade, .lab = lab, .request = request, .scratch = scratch};
    bool found = false;
    unsigned reached = UINT_MAX; /* the first step with a test that failed */
    int result = 0;

    *grade = (struct grade){.lab = lab, .factor = 1};
    answers_start(&grading.answers, request->folder, request->results, request->elsewhere,
                  request->tells_right);
    for (size_t i = 0; i < lab->test_count && !grade->interrupted; i++) {
        const struct lab_test *test = &lab->tests[i];
        if (request->only && strcmp(request->only, test->name) != 0)
            continue;
        found = true;
        if (request->step_by_step && test->step > reached) {
            grade->later++;
            continue;
        }
        struct verdict *verdict = &grade->verdicts[grade->count];
        *verdict = (struct verdict){.test = test};
        make_test(&grading, verdict);
        grade->count++;
        grade->interrupted = guard_interrupted() != 0;
        if (verdict->outcome == OUTCOME_FAIL && test->step < reached)
            reached = test->step;
        if (verdict->outcome == OUTCOME_OK)
            verdict->points = test->points;
        grade->score += verdict->points;
        if (verdict->outcome == OUTCOME_OK || verdict->outcome == OUTCOME_FAIL)
            grade->tried += test->points;
    }
    answers_end(&grading.answers);
    if (!found)
        result = error_set(error, ENOENT, _("the lab %s has no test '%s' here"), lab->name,
                           request->only ? request->only : "");
    return result;
}

void grade_free(struct grade *grade)
{
    for (size_t i = 0; i < grade->count; i++) {
        free(grade->verdicts[i].expected);
        free(grade->verdicts[i].seen);
        free(grade->verdicts[i].reason);
    }
}
