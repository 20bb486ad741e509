/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "bench/results/results.h"
#include "tests/unit/results_folder.h"

static int make_folder(void **state)
{
    static struct folder folder;

    folder_make(&folder);
    *state = &folder;
    return 0;
}

static int remove_folder(void **state)
{
    folder_remove(*state);
    return 0;
}

static void add_good(struct folder *folder, const char *platform, int block)
{
    folder_add(folder, "startup", "\"arm\":\"a\",\"mode\":\"single\"", platform, "hello", block,
               "\"first_output_ns\":440000,\"end_ns\":600000");
}

/* The folder's samples, which must be readable. */
static struct results read_good(struct folder *folder)
{
    struct results results;
    struct error error;

    folder_close(folder);
    if (results_read(&results, folder->path, &error) < 0)
        fail_msg("%s", error.text);
    return results;
}

static void assert_unreadable(struct folder *folder, const char *why)
{
    struct results results;
    struct error error;

    folder_close(folder);
    assert_true(results_read(&results, folder->path, &error) < 0);
    if (!strstr(error.text, why))
        fail_msg("'%s' does not say '%s'", error.text, why);
}

static void a_sample_comes_back_whole(void **state)
{
    struct folder *folder = *state;
    int64_t value = 0;

    fputs(folder_header, folder->file);
    folder_add(folder, "overhead", "\"pages\":\"4k\",\"instances\":3", "vm", "latency", 5,
               "\"work_ns\":112000000,\"output_hash\":-42");
    folder_add_missing(folder, "startup", "", "vm-linux", "hello", "skipped", "no such guest");

    struct results results = read_good(folder);
    assert_string_equal(results.run, RUN);
    assert_string_equal(results.command, "virtlab compare");
    assert_int_equal(results.seed, 7);
    assert_int_equal(results.sample_count, 2);
    assert_int_equal(results.damage_count, 0);
    assert_false(results.torn);

    const struct sample *sample = &results.samples[0];
    assert_string_equal(sample->experiment, "overhead");
    assert_string_equal(sample->platform, "vm");
    assert_string_equal(sample->workload, "latency");
    assert_int_equal(sample->status, SAMPLE_OK);
    assert_int_equal(sample->block, 5);
    assert_int_equal(sample->exit, 0);
    assert_string_equal(sample_param(sample, "pages"), "4k");
    assert_string_equal(sample_param(sample, "instances"), "3");
    assert_string_equal(sample_param(sample, "arm"), "");
    assert_true(sample_metric(sample, "work_ns", &value));
    assert_int_equal(value, 112000000);
    assert_true(sample_metric(sample, "output_hash", &value));
    assert_int_equal(value, -42);
    assert_false(sample_metric(sample, "end_ns", &value));

    assert_int_equal(results.samples[1].status, SAMPLE_SKIPPED);
    assert_string_equal(results.samples[1].reason, "no such guest");
    assert_int_equal(results.samples[1].exit, -1);
    results_free(&results);
}

static void a_torn_last_line_is_ignored(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    add_good(folder, "native", 0);
    fputs("{\"schema\":1,\"run\":\"" RUN "\",\"experi", folder->file);

    struct results results = read_good(folder);
    assert_int_equal(results.sample_count, 1);
    assert_int_equal(results.damage_count, 0);
    assert_true(results.torn);
    results_free(&results);
}

/* Each is wrong in one thing; the samples around them must survive. */
static void damaged_lines_are_named_and_the_rest_is_kept(void **state)
{
#define START "{\"schema\":1,\"run\":\"" RUN "\","
#define NAMES "\"experiment\":\"e\",\"platform\":\"p\",\"status\":\"ok\""
    static const char *const damaged[] = {
        "not JSON",
        "",
        "[]",
        "{}",
        "{\"schema\":2,\"run\":\"" RUN "\"," NAMES "}",
        "{\"schema\":1,\"run\":\"another\"," NAMES "}",
        START "\"platform\":\"p\",\"status\":\"ok\"}",
        START "\"experiment\":\"\",\"platform\":\"p\",\"status\":\"ok\"}",
        START "\"experiment\":[],\"platform\":\"p\",\"status\":\"ok\"}",
        START "\"experiment\":\"e\",\"platform\":\"p\",\"status\":\"fine\"}",
        START "\"experiment\":\"e\",\"platform\":\"p\"}",
        START NAMES ",\"status\":\"ok\"}",
        START NAMES ",\"block\":-1}",
        START NAMES ",\"block\":1.5}",
        START NAMES ",\"block\":4294967296}",
        START NAMES ",\"exit\":256}",
        START NAMES ",\"t0_ns\":9223372036854775808}",
        START NAMES ",\"metrics\":{\"end_ns\":-1}}",
        START NAMES ",\"metrics\":{\"end_ns\":1e3}}",
        START NAMES ",\"metrics\":{\"end_ns\":1,\"end_ns\":2}}",
        START NAMES ",\"metrics\":{\"end_ns\":1e999}}",
        START NAMES ",\"metrics\":{\"end_ns\":\"5\"}}",
        START NAMES ",\"metrics\":[1]}",
        START NAMES ",\"params\":{\"a\":{}}}",
        START NAMES ",\"params\":7}",
        START NAMES ",\"detail\":\"\\ud800\"}",
        START NAMES ",\"detail\":\"\\u0000\"}",
        START NAMES ",\"detail\":\"\xff\"}",
    };
    enum { DAMAGED = sizeof damaged / sizeof *damaged };
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    for (size_t i = 0; i < DAMAGED; i++) {
        fprintf(folder->file, "%s\n", damaged[i]);
        add_good(folder, "native", (int)i);
    }
    struct results results = read_good(folder);
    assert_int_equal(results.sample_count, DAMAGED);
    assert_int_equal(results.damage_count, DAMAGED);
    for (size_t i = 0; i < RESULTS_DAMAGE_MAX; i++) {
        assert_int_equal(results.damage[i].line, 2 + 2 * i);
        assert_true(results.damage[i].why[0] != '\0');
    }
    results_free(&results);
}

static void add_repeated(FILE *file, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputs(text, file);
}

static void monstrous_lines_are_left_out(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    /* 1: longer than the limit. */
    fputs(START NAMES ",\"detail\":\"", folder->file);
    add_repeated(folder->file, "xxxxxxxxxxxxxxxx", RESULTS_LINE_MAX / 16);
    fputs("\"}\n", folder->file);
    /* 2: a string longer than the limit. */
    fputs(START NAMES ",\"detail\":\"", folder->file);
    add_repeated(folder->file, "x", RESULTS_TEXT_MAX + 1);
    fputs("\"}\n", folder->file);
    /* 3: nested half a million deep. */
    fputs(START NAMES ",\"params\":", folder->file);
    add_repeated(folder->file, "[", 500000);
    fputs("\n", folder->file);
    /* 4: too many parameters, 5: too many metrics. */
    fputs(START NAMES ",\"params\":{\"p\":1", folder->file);
    for (int i = 0; i < RESULTS_PARAMS_MAX; i++)
        fprintf(folder->file, ",\"p%d\":1", i);
    fputs("}}\n" START NAMES ",\"metrics\":{\"m_n\":1", folder->file);
    for (int i = 0; i < RESULTS_METRICS_MAX; i++)
        fprintf(folder->file, ",\"m%d_n\":1", i);
    fputs("}}\n", folder->file);
    add_good(folder, "native", 0);

    struct results results = read_good(folder);
    assert_int_equal(results.damage_count, 5);
    assert_int_equal(results.sample_count, 1);
    results_free(&results);
}

static void strings_may_hold_anything(void **state)
{
    static const char hostile[] = "<script>\\u001b[2J\\\"`$(reboot)`\\u202e 'set output\\n";
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    fprintf(folder->file, START NAMES ",\"detail\":\"%s\"}\n", hostile);
    struct results results = read_good(folder);
    assert_int_equal(results.sample_count, 1);
    assert_string_equal(results.samples[0].detail,
                        "<script>\033[2J\"`$(reboot)`\xe2\x80\xae 'set output\n");
    results_free(&results);
}

static void a_header_of_another_schema_is_refused(void **state)
{
    struct folder *folder = *state;

    fputs("{\"schema\":2,\"run\":\"" RUN "\",\"seed\":7}\n", folder->file);
    assert_unreadable(folder, "schema");
}

static void samples_without_a_header_are_refused(void **state)
{
    struct folder *folder = *state;

    add_good(folder, "native", 0);
    add_good(folder, "native", 1);
    assert_unreadable(folder, "it is a sample");
}

static void an_empty_file_is_no_result(void **state)
{
    assert_unreadable(*state, "empty");
}

static void a_torn_header_is_no_result(void **state)
{
    struct folder *folder = *state;

    fputs("{\"schema\":1,\"run\":\"20260102", folder->file);
    assert_unreadable(folder, "header");
}

/* It is not "empty", not even to who waits for its end. */
static void a_first_line_without_end_is_too_long(void **state)
{
    struct folder *folder = *state;
    struct results results = {0};
    struct error error;
    FILE *file;

    add_repeated(folder->file, "xxxxxxxxxxxxxxxx", RESULTS_LINE_MAX / 16 + 1);
    assert_unreadable(folder, "longer than 4 MiB");
    assert_int_equal(results_open(folder->path, &file, &error), 0);
    assert_true(results_read_more(&results, file, folder->path, &error) < 0);
    assert_non_null(strstr(error.text, "longer than 4 MiB"));
    assert_true(results_read_more(&results, file, folder->path, &error) < 0);
    assert_non_null(strstr(error.text, "does not start with a header"));
    fclose(file);
    results_free(&results);
}

/* To who reads on, later lines are no samples of a run that has no header. */
static void what_follows_a_bad_header_is_not_read(void **state)
{
    struct folder *folder = *state;
    struct results results = {0};
    struct error error;
    FILE *file;

    fputs("{\"schema\":1,\"run\":\"" RUN "\",\"seed\":\"none\"}\n", folder->file);
    fflush(folder->file);
    assert_int_equal(results_open(folder->path, &file, &error), 0);
    assert_true(results_read_more(&results, file, folder->path, &error) < 0);
    add_good(folder, "native", 0);
    fflush(folder->file);
    assert_true(results_read_more(&results, file, folder->path, &error) < 0);
    assert_non_null(strstr(error.text, "does not start with a header"));
    assert_int_equal(results.sample_count, 0);
    fclose(file);
    results_free(&results);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    struct folder *folder = *state;

    unlink(folder->samples);
    assert_unreadable(folder, "No such file");
    assert_int_equal(mkfifo(folder->samples, 0600), 0);
    assert_unreadable(folder, "no regular file");
    unlink(folder->samples);
    assert_int_equal(symlink("/dev/zero", folder->samples), 0);
    assert_unreadable(folder, "no regular file");
}

static void a_file_larger_than_any_run_is_refused(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    fflush(folder->file);
    assert_int_equal(ftruncate(fileno(folder->file), (off_t)RESULTS_FILE_MAX + 1), 0);
    assert_unreadable(folder, "larger than");
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_sample_comes_back_whole),
        WITH_FOLDER(a_torn_last_line_is_ignored),
        WITH_FOLDER(damaged_lines_are_named_and_the_rest_is_kept),
        WITH_FOLDER(monstrous_lines_are_left_out),
        WITH_FOLDER(strings_may_hold_anything),
        WITH_FOLDER(a_header_of_another_schema_is_refused),
        WITH_FOLDER(samples_without_a_header_are_refused),
        WITH_FOLDER(an_empty_file_is_no_result),
        WITH_FOLDER(a_torn_header_is_no_result),
        WITH_FOLDER(a_first_line_without_end_is_too_long),
        WITH_FOLDER(what_follows_a_bad_header_is_not_read),
        WITH_FOLDER(what_is_no_file_is_refused_at_once),
        WITH_FOLDER(a_file_larger_than_any_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
