/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/timeline.h"

static const struct trace_step step = {"create the \"VM\"", "ioctl(KVM_CREATE_VM)", NULL, NULL};

static struct trace_event event_at(int64_t start_ns, const char *detail)
{
    return (struct trace_event){TRACE_STAGE, &step, start_ns, 1500, detail};
}

struct file {
    char path[32];
    struct timeline *timeline;
    struct error error;
};

static int open_file(void **state)
{
    struct file *file = calloc(1, sizeof *file);
    strcpy(file->path, "/tmp/timeline.XXXXXX");
    close(mkstemp(file->path));
    assert_int_equal(timeline_open(&file->timeline, file->path, &file->error), 0);
    *state = file;
    return 0;
}

static int remove_file(void **state)
{
    struct file *file = *state;
    unlink(file->path);
    free(file);
    return 0;
}

static void a_closed_timeline_is_json_of_chrome_events(void **state)
{
    struct file *file = *state;
    struct trace_event event = event_at(12345678, "\033[2J");

    timeline_add(file->timeline, &event);
    assert_int_equal(timeline_close(file->timeline, &file->error), 0);

    json_error_t why;
    json_t *events = json_load_file(file->path, 0, &why);
    assert_non_null(events);
    assert_int_equal(json_array_size(events), 1);
    json_t *first = json_array_get(events, 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "create the \"VM\"");
    assert_string_equal(json_string_value(json_object_get(first, "cat")), "stage");
    assert_string_equal(json_string_value(json_object_get(first, "ph")), "X");
    assert_true(json_number_value(json_object_get(first, "ts")) == 12345.678);
    assert_true(json_number_value(json_object_get(first, "dur")) == 1.5);
    json_decref(events);
}

static void an_empty_timeline_is_an_empty_array(void **state)
{
    struct file *file = *state;

    assert_int_equal(timeline_close(file->timeline, &file->error), 0);
    json_t *events = json_load_file(file->path, 0, NULL);
    assert_true(json_is_array(events));
    assert_int_equal(json_array_size(events), 0);
    json_decref(events);
}

static void a_forked_childs_events_are_kept(void **state)
{
    struct file *file = *state;
    struct trace_event event = event_at(1, NULL);
    pid_t child = fork();

    if (child == 0) {
        timeline_add(file->timeline, &event);
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    timeline_add(file->timeline, &event);
    assert_int_equal(timeline_close(file->timeline, &file->error), 0);
    json_t *events = json_load_file(file->path, 0, NULL);
    assert_int_equal(json_array_size(events), 2);
    json_t *pid = json_object_get(json_array_get(events, 0), "pid");
    assert_int_equal(json_integer_value(pid), child);
    json_decref(events);
}

static void more_events_than_the_ring_holds_are_all_written(void **state)
{
    struct file *file = *state;
    enum { EVENTS = 50000 };

    for (int i = 0; i < EVENTS; i++) {
        struct trace_event event = event_at(i, NULL);
        timeline_add(file->timeline, &event);
    }
    assert_int_equal(timeline_close(file->timeline, &file->error), 0);
    json_t *events = json_load_file(file->path, 0, NULL);
    assert_int_equal(json_array_size(events), EVENTS);
    json_decref(events);
}

/* Whoever reads the file while it grows has all but what came just now. */
static void events_are_in_the_file_soon(void **state)
{
    struct file *file = *state;
    struct trace_event event = event_at(NS_PER_S, NULL), next = event_at(NS_PER_S + 1000, NULL);
    struct trace_event late = event_at(2 * NS_PER_S, NULL);
    char text[4096] = "";
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);

    timeline_add(file->timeline, &event);
    timeline_add(file->timeline, &next);
    assert_int_equal(read(fd, text, sizeof text), 0);
    timeline_add(file->timeline, &late);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    assert_non_null(strstr(text, "\"ts\":1000000.000,"));
    assert_non_null(strstr(text, "\"ts\":1000001.000,"));
    assert_non_null(strstr(text, "\"ts\":2000000.000,"));
    assert_int_equal(timeline_close(file->timeline, &file->error), 0);
}

static void events_that_a_child_could_not_store_are_reported(void **state)
{
    struct file *file = *state;
    pid_t child = fork();

    if (child == 0) {
        for (int i = 0; i < 8200; i++) {
            struct trace_event event = event_at(i, NULL);
            timeline_add(file->timeline, &event);
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(timeline_close(file->timeline, &file->error) < 0);
    assert_string_equal(file->error.text, "the timeline lost 8 events");
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    struct timeline *timeline;
    struct error error;
    struct trace_event event = event_at(1, NULL);

    assert_int_equal(timeline_open(&timeline, "/dev/full", &error), 0);
    timeline_add(timeline, &event);
    assert_true(timeline_close(timeline, &error) < 0);
    assert_non_null(strstr(error.text, "No space left"));
}

int main(void)
{
#define ON_A_FILE(test) cmocka_unit_test_setup_teardown(test, open_file, remove_file)
    const struct CMUnitTest tests[] = {
        ON_A_FILE(a_closed_timeline_is_json_of_chrome_events),
        ON_A_FILE(an_empty_timeline_is_an_empty_array),
        ON_A_FILE(a_forked_childs_events_are_kept),
        ON_A_FILE(more_events_than_the_ring_holds_are_all_written),
        ON_A_FILE(events_are_in_the_file_soon),
        ON_A_FILE(events_that_a_child_could_not_store_are_reported),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
