/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/folder.h"
#include "bench/results/record.h"

/* A word of an argv, which execve(2) wants writable. */
#define WORD(text) ((char[]){text})

struct fixture {
    char folder[64], path[128];
    struct recorder recorder;
};

static int set_up(void **state)
{
    char *command[] = {
        WORD("/x/virtlab-compare"), WORD("--seed"), WORD("7"), WORD("--"), WORD("a \"b\"\n"), NULL};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error error;

    strcpy(fixture->folder, "/tmp/virtlab-unit-XXXXXX");
    if (!mkdtemp(fixture->folder))
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/samples.jsonl", fixture->folder);
    *state = fixture;
    struct record_header header = {
        .environment = "0123abcd",
        .request = "4567",
        .command = command,
        .seed = 7,
        .titles = {{"vm", "VM / \"no\" kernel"}, {"native", "native"}},
        .title_count = 2,
        .boxes[0] = "native",
        .box_count = 1,
    };
    return recorder_open(&fixture->recorder, fixture->folder, &header, &error);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    struct error error;

    recorder_close(&fixture->recorder, &error);
    unlink(fixture->path);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

/* Line number n of the samples, from 0, read by a JSON parser that is not ours. */
static json_t *line_of(const struct fixture *fixture, int n)
{
    FILE *file = fopen(fixture->path, "r");
    char *line = NULL;
    size_t size = 0;
    json_error_t error;

    assert_non_null(file);
    for (int i = 0; i <= n; i++)
        assert_true(getline(&line, &size, file) > 0);
    fclose(file);
    assert_int_equal(line[strlen(line) - 1], '\n');
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s in %s", error.text, line);
    free(line);
    return json;
}

static struct record example(void)
{
    struct record record = {
        .experiment = "startup",
        .platform = "vm",
        .workload = "hello",
        .block = 3,
        .order = 2,
        .t0_ns = INT64_C(9007199254740993), /* more than a double can tell apart */
        .status = RECORD_OK,
    };
    record_param_text(&record, "arm", "a");
    record_param_number(&record, "instances", 4);
    record_metric(&record, "end_ns", 123456789);
    record_metric(&record, "output_hash", -1);
    return record;
}

static void the_header_comes_first(void **state)
{
    json_t *header = line_of(*state, 0);
    json_t *command = json_object_get(header, "command");
    json_t *titles = json_object_get(header, "titles");

    assert_int_equal(json_integer_value(json_object_get(header, "schema")), 1);
    assert_int_equal(json_integer_value(json_object_get(header, "seed")), 7);
    assert_string_equal(json_string_value(json_object_get(header, "environment")), "0123abcd");
    assert_non_null(json_string_value(json_object_get(header, "run")));
    assert_string_equal(json_string_value(json_object_get(titles, "vm")), "VM / \"no\" kernel");
    assert_int_equal(json_object_size(titles), 2);
    assert_string_equal(json_string_value(json_object_get(header, "request")), "4567");
    assert_int_equal(json_array_size(json_object_get(header, "boxes")), 1);
    assert_int_equal(json_array_size(command), 6);
    assert_string_equal(json_string_value(json_array_get(command, 0)), "virtlab");
    assert_string_equal(json_string_value(json_array_get(command, 1)), "compare");
    assert_string_equal(json_string_value(json_array_get(command, 5)), "a \"b\"\n");
    json_decref(header);
}

static void a_sample_has_every_field_of_the_format(void **state)
{
    struct fixture *fixture = *state;
    struct record record = example();
    struct error error;

    assert_int_equal(recorder_write(&fixture->recorder, &record, &error), 0);
    json_t *sample = line_of(fixture, 1);
    json_t *params = json_object_get(sample, "params"),
           *metrics = json_object_get(sample, "metrics");
    assert_int_equal(json_object_size(sample), 14);
    assert_int_equal(json_integer_value(json_object_get(sample, "schema")), 1);
    assert_string_equal(json_string_value(json_object_get(sample, "run")),
                        strrchr(fixture->folder, '/') + 1);
    assert_string_equal(json_string_value(json_object_get(sample, "platform")), "vm");
    assert_string_equal(json_string_value(json_object_get(sample, "status")), "ok");
    assert_string_equal(json_string_value(json_object_get(sample, "reason")), "");
    assert_int_equal(json_integer_value(json_object_get(sample, "t0_ns")),
                     INT64_C(9007199254740993));
    assert_int_equal(json_integer_value(json_object_get(sample, "block")), 3);
    assert_int_equal(json_integer_value(json_object_get(sample, "order")), 2);
    assert_string_equal(json_string_value(json_object_get(params, "arm")), "a");
    assert_int_equal(json_integer_value(json_object_get(params, "instances")), 4);
    assert_int_equal(json_integer_value(json_object_get(metrics, "end_ns")), 123456789);
    assert_int_equal(json_integer_value(json_object_get(metrics, "output_hash")), -1);
    assert_int_equal(fixture->recorder.count, 1);
    json_decref(sample);
}

static void hostile_strings_stay_inside_their_quotes(void **state)
{
    struct fixture *fixture = *state;
    struct record record = example();
    struct error error;

    record.workload = "\",\"status\":\"ok\"}\n{\"\\";
    snprintf(record.reason, sizeof record.reason, "\033[2J\xff\xfe \xe2\x80\xa8 end\r\n");
    record.status = RECORD_FAILED;
    record.verdict = "unknown";
    record.detail = "a\tb";
    assert_int_equal(recorder_write(&fixture->recorder, &record, &error), 0);
    json_t *sample = line_of(fixture, 1);
    assert_string_equal(json_string_value(json_object_get(sample, "workload")), record.workload);
    assert_string_equal(json_string_value(json_object_get(sample, "status")), "failed");
    assert_non_null(strstr(json_string_value(json_object_get(sample, "reason")), "\033[2J"));
    assert_string_equal(json_string_value(json_object_get(sample, "verdict")), "unknown");
    assert_string_equal(json_string_value(json_object_get(sample, "detail")), "a\tb");
    json_decref(sample);
}

/* RLIMIT_FSIZE cuts a write short at a byte of our choice, as a full disk does. */
static void a_full_disk_loses_no_sample_before_it(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before, limit;
    struct record record = example();
    struct error error;
    struct stat status;
    (void)state;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(recorder_write(&fixture->recorder, &record, &error), 0);
    assert_int_equal(stat(fixture->path, &status), 0);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)status.st_size + 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    int result = recorder_write(&fixture->recorder, &record, &error);
    int nothing = recorder_write(&fixture->recorder, &record, &error);
    setrlimit(RLIMIT_FSIZE, &before);

    assert_true(result < 0);
    assert_true(nothing < 0);
    assert_non_null(strstr(error.text, "the 1 before it are kept"));
    off_t size = status.st_size;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_size, size); /* the torn line has been taken away */
    json_decref(line_of(fixture, 1));
}

static void an_old_file_is_never_written_over(void **state)
{
    struct fixture *fixture = *state;
    struct recorder again;
    struct error error;
    char *command[] = {WORD("virtlab"), NULL};

    struct record_header header = {.environment = "", .command = command};
    assert_int_equal(recorder_open(&again, fixture->folder, &header, &error), -EEXIST);
    json_decref(line_of(fixture, 0));
}

static void two_runs_in_one_second_have_two_folders(void **state)
{
    struct fixture *fixture = *state;
    char out[128], paths[5][FOLDER_PATH_MAX], latest[256], target[256], link[FOLDER_PATH_MAX];
    struct error error;
    bool numbered = false;

    snprintf(out, sizeof out, "%s/out", fixture->folder);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(folder_make(paths[i], out, "compare", &error), 0);
        numbered |= strstr(paths[i], "-compare-2") != NULL;
        for (int j = 0; j < i; j++)
            assert_string_not_equal(paths[i], paths[j]);
    }
    assert_true(numbered); /* five folders are not five seconds apart */
    snprintf(latest, sizeof latest, "%s/latest", out);
    ssize_t length = readlink(latest, target, sizeof target - 1);
    assert_true(length > 0);
    target[length] = '\0';
    snprintf(link, sizeof link, "%.128s/%.255s", out, target);
    assert_string_equal(link, paths[4]);
    unlink(latest);

    /* A `latest` that is not ours is not touched. */
    assert_int_equal(mkdir(latest, 0700), 0);
    assert_int_equal(folder_make(link, out, "compare", &error), -EEXIST);
    rmdir(link);
    rmdir(latest);
    for (int i = 0; i < 5; i++)
        rmdir(paths[i]);
    assert_int_equal(rmdir(out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_header_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sample_has_every_field_of_the_format, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_strings_stay_inside_their_quotes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_loses_no_sample_before_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_file_is_never_written_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_runs_in_one_second_have_two_folders, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
