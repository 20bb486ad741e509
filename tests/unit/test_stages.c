/* SPDX-License-Identifier: MIT */
/* Stages out of a timeline, which may be anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/stages.h"
#include "common/stages.h"

static char path[] = "/tmp/virtlab-unit-XXXXXX";

static int read_text(const char *text, size_t length, struct stage_times *times)
{
    struct error error;
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
    return stages_read(path, times, &error);
}

static int64_t duration(const struct stage_times *times, const char *name)
{
    for (size_t i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, name) == 0)
            return times->durations_ns[i];
    fail_msg("there is no stage %s", name);
    return 0;
}

static int64_t start(const struct stage_times *times, const char *name)
{
    for (size_t i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, name) == 0)
            return times->starts_ns[i];
    fail_msg("there is no stage %s", name);
    return 0;
}

#define STAGE(name, start, length)                                                                 \
    "{\"name\":\"" name "\",\"cat\":\"stage\",\"ph\":\"X\",\"ts\":" start ",\"dur\":" length       \
    ",\"pid\":1,\"tid\":1},\n"

static void spans_of_one_name_are_summed(void **state)
{
    static const char text[] = "[\n" STAGE(STAGE_ROOTFS, "26243510473.716", "72.311")
        STAGE(STAGE_ROOTFS, "1", "2") STAGE(STAGE_ROOTFS, "3", "0") STAGE(STAGE_TEARDOWN, "5", "0");
    struct stage_times times;
    (void)state;

    assert_int_equal(read_text(text, strlen(text), &times), 0);
    assert_int_equal(duration(&times, STAGE_ROOTFS), 74311);
    assert_int_equal(start(&times, STAGE_ROOTFS), 1000); /* of the first */
    assert_int_equal(duration(&times, STAGE_TEARDOWN), 0);
    assert_int_equal(duration(&times, STAGE_SECCOMP), -1);
    assert_int_equal(times.covered_ns, 74311);
}

static void time_in_two_stages_counts_once(void **state)
{
    /* One within another, one that reaches over its end, and one apart; in no order. */
    static const char text[] =
        "[\n" STAGE(STAGE_TEARDOWN, "500", "10") STAGE(STAGE_EXEC, "100", "50")
            STAGE(STAGE_SECCOMP, "110", "5") STAGE(STAGE_RUN_PROGRAM, "140", "30") "]";
    struct stage_times times;
    (void)state;

    assert_int_equal(read_text(text, strlen(text), &times), 0);
    assert_int_equal(times.covered_ns, 80000);
    assert_int_equal(duration(&times, STAGE_EXEC), 50000);
}

static void what_is_no_stage_is_passed_over(void **state)
{
    static const char text[] = "[\n" STAGE("mischief", "1", "2") STAGE(STAGE_EXEC, "-1", "2")
        STAGE(STAGE_EXEC, "1", "-2") STAGE(STAGE_EXEC, "1e300", "2") STAGE(STAGE_EXEC, "1", "1e300")
            STAGE(STAGE_EXEC, "\"1\"",
                  "2") "{\"name\":[\"" STAGE_EXEC "\"],\"cat\":\"stage\",\"ts\":1,\"dur\":1},\n"
                       "{\"name\":\"" STAGE_EXEC "\",\"cat\":\"step\",\"ts\":1,\"dur\":1},\n"
                       "{\"name\":\"" STAGE_EXEC "\",\"cat\":\"stage\",\"ts\":1},\n"
                       "{\"name\":\"" STAGE_EXEC "\n{{{{\n{\"\0\"}\n{\"cat\":\"stage\"";
    struct stage_times times;
    (void)state;

    assert_int_equal(read_text(text, sizeof text - 1, &times), -ENODATA);
    assert_int_equal(read_text("", 0, &times), -ENODATA);
}

static void much_of_it_is_bounded(void **state)
{
    enum { EVENTS = 100000 };
    static const char event[] = STAGE(STAGE_EXEC, "1", "1");
    char *text = malloc(EVENTS * (sizeof event - 1));
    struct stage_times times;
    (void)state;

    assert_non_null(text);
    for (size_t i = 0; i < EVENTS; i++)
        memcpy(text + i * (sizeof event - 1), event, sizeof event - 1);
    assert_int_equal(read_text(text, EVENTS * (sizeof event - 1), &times), 0);
    assert_in_range(duration(&times, STAGE_EXEC), 1000, 1000000);
    assert_int_equal(times.covered_ns, 1000);
    /* One line without an end. */
    memset(text, '{', EVENTS);
    assert_int_equal(read_text(text, EVENTS, &times), -ENODATA);
    free(text);
}

static void what_is_no_file_is_an_error(void **state)
{
    struct stage_times times;
    struct error error;
    (void)state;

    unlink(path);
    assert_int_equal(stages_read(path, &times, &error), -ENOENT);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_int_equal(stages_read(path, &times, &error), -EINVAL);
    unlink(path);
    /* Nobody writes to it: it is not waited for. */
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(stages_read(path, &times, &error), -EINVAL);
    unlink(path);
}

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_of_one_name_are_summed),
        cmocka_unit_test(time_in_two_stages_counts_once),
        cmocka_unit_test(what_is_no_stage_is_passed_over),
        cmocka_unit_test(much_of_it_is_bounded),
        cmocka_unit_test(what_is_no_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
