/* SPDX-License-Identifier: MIT */
/* The record of a machine's exits: read while it grows, and looked at from any moment. */
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/model/exits_live.h"
#include "tui/model/page_exits.h"

struct file {
    char path[40];
    FILE *out;
};

static int make_file(void **context)
{
    struct file *file = calloc(1, sizeof *file);

    setlocale(LC_CTYPE, "C.UTF-8");
    strcpy(file->path, "/tmp/virtlab-test.XXXXXX");
    file->out = fdopen(mkstemp(file->path), "w");
    *context = file;
    return file->out ? 0 : -1;
}

static int remove_file(void **context)
{
    struct file *file = *context;

    fclose(file->out);
    unlink(file->path);
    free(file);
    return 0;
}

static void put(struct file *file, const char *category, const char *name, double start_us,
                double duration_us)
{
    fprintf(file->out, "{\"name\":\"%s\",\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%.3f,\"dur\":%.3f},\n",
            name, category, start_us, duration_us);
    fflush(file->out);
}

/* 200 hypercalls, 10 us apart, that take 1 to 5 us; one MMIO that takes as long as 1 ms. */
static void put_machine(struct file *file)
{
    fputs("[\n", file->out);
    for (int i = 0; i < 200; i++)
        put(file, "exit", "hypercall", 1000 + 10 * i, 1 + i % 5);
    put(file, "exit", "MMIO", 5000, 1000);
    put(file, "stage", "a stage", 5000, 1000);
}

static const struct cell *cell_of(const struct page *page, const char *name, size_t column)
{
    for (size_t i = 0; i < page->grid.row_count; i++)
        if (strcmp(page->grid.rows[i]->cells[0].text, name) == 0)
            return &page->grid.rows[i]->cells[column];
    fail_msg("there is no row '%s'", name);
    return NULL;
}

static void read_record(struct exit_record *record, const struct file *file)
{
    struct error error;

    *record = (struct exit_record){0};
    assert_int_equal(exit_record_read(record, file->path, &error), 0);
}

static void exits_are_gathered_by_reason(void **context)
{
    struct file *file = *context;
    struct exit_record record;
    struct live_page page = {0};

    put_machine(file);
    fputs("{\"name\":\"bad\",\"cat\":\"exit\",\"ts\":-1,\"dur\":1},\n"
          "{\"name\":\"bad\",\"cat\":\"exit\",\"ts\":1,\"dur\":1e300},\n"
          "{\"name\":5,\"cat\":\"exit\"},\n{not json\n",
          file->out);
    fflush(file->out);
    read_record(&record, file);
    page_exits_fill(&page.page, &page.arena, &record, SIZE_MAX, false);
    assert_int_equal(page.page.grid.row_count, 2);
    assert_string_equal(page.page.grid.rows[0]->cells[0].text, "MMIO"); /* the most costly */
    assert_true(cell_of(&page.page, "hypercall", 1)->number == 200);
    assert_true(cell_of(&page.page, "hypercall", 2)->number == 200 / 0.005);
    assert_true(cell_of(&page.page, "hypercall", 3)->number == 3000);
    assert_true(cell_of(&page.page, "hypercall", 4)->number == 5000);
    assert_true(cell_of(&page.page, "hypercall", 5)->number == 600000);
    assert_true(cell_of(&page.page, "MMIO", 5)->number == 1000000);
    assert_false(cell_of(&page.page, "MMIO", 4)->has_number); /* one exit has no p99 */
    assert_int_equal(page.page.moment->at, 201);
    arena_free(&page.arena);
    exit_record_free(&record);
}

static void a_moment_has_what_was_before_it(void **context)
{
    struct file *file = *context;
    struct exit_record record;
    struct live_page page = {0};
    size_t sum = 0;

    put_machine(file);
    read_record(&record, file);
    page_exits_fill(&page.page, &page.arena, &record, 10, true);
    assert_int_equal(page.page.grid.row_count, 1); /* MMIO is yet to come */
    assert_true(cell_of(&page.page, "hypercall", 1)->number == 10);
    assert_true(cell_of(&page.page, "hypercall", 5)->number == 30000);
    const struct moment *moment = page.page.moment;
    assert_true(moment->held && moment->at == 10 && moment->count == 201);
    const struct record_line *line = &moment->lines[moment->here];
    assert_string_equal(line->number, "10");
    assert_string_equal(line->what, "hypercall");
    assert_true(moment->at_ns == 90000 && moment->begin_ns == 0 && moment->end_ns == 4000000);
    for (size_t i = 0; i < RECORD_BINS; i++)
        sum += moment->bins[i];
    assert_int_equal(sum, 201);
    assert_int_equal(moment->bins[RECORD_BINS - 1], 1);
    arena_free(&page.arena);
    exit_record_free(&record);
}

/* A system call comes before the exit that it was made by. */
static void a_call_belongs_to_its_exit(void **context)
{
    struct file *file = *context;
    struct exit_record record;
    struct live_page page = {0};

    put(file, "syscall", "write", 12, 3);
    put(file, "exit", "port I/O", 11, 5);
    put(file, "exit", "port I/O", 20, 5);
    put(file, "syscall", "read", 30, 3);
    put(file, "exit", "port I/O", 40, 5); /* not around it */
    fputs("{\"name\":\"MMIO\",\"cat\":\"exit\",\"ts\":50,\"dur\":1,"
          "\"args\":{\"detail\":\"at \\u001b[2J\"}}",
          file->out); /* the end of the line is yet to come */
    fflush(file->out);
    read_record(&record, file);
    page_exits_fill(&page.page, &page.arena, &record, SIZE_MAX, false);
    assert_int_equal(page.page.grid.row_count, 3);
    assert_true(cell_of(&page.page, "port I/O", 1)->number == 3);
    assert_true(cell_of(&page.page, "write", 1)->number == 1);
    assert_int_equal(page.page.grid.rows[1]->indent, 1);
    assert_string_equal(page.page.moment->lines[0].what, "port I/O: write");
    assert_string_equal(page.page.moment->lines[1].what, "port I/O");
    assert_string_equal(page.page.moment->lines[3].what, "MMIO, at \\x1b[2J");
    arena_free(&page.arena);
    exit_record_free(&record);
}

static struct timeline_event event_of(const char *name, double start_us)
{
    return (struct timeline_event){
        .name = name, .category = "exit", .start_us = start_us, .duration_us = 1};
}

static void too_many_exits_and_names_are_bounded(void **context)
{
    struct exit_record record = {0};
    struct live_page page = {0};
    char name[200];

    (void)context;
    for (int i = 0; i < EXITS_MAX + 10; i++) {
        snprintf(name, sizeof name, "%0*d", i % 3 ? 4 : 150, i % 6000);
        struct timeline_event event = event_of(name, i);
        assert_int_equal(exit_record_take(&record, &event), 0);
    }
    assert_int_equal(record.forgotten, EXITS_MAX / 2);
    assert_int_equal(record.count, EXITS_MAX / 2 + 10);
    assert_true(record.name_count <= EXIT_NAMES_MAX);
    page_exits_fill(&page.page, &page.arena, &record, 5, true); /* that one is forgotten */
    assert_int_equal(page.page.moment->at, EXITS_MAX / 2 + 1);
    assert_true(page.page.grid.row_count <= EXIT_GROUPS_MAX);
    arena_free(&page.arena);
    exit_record_free(&record);
}

/* The next page that has so many exits and is at that one. */
static void expect_page(struct exits_live *live, size_t count, size_t at)
{
    for (int tries = 0; tries < 200; tries++) {
        struct pollfd wait = {.fd = exits_live_fd(live), .events = POLLIN};
        poll(&wait, 1, 100);
        struct live_page *page = exits_live_take(live);
        const struct moment *record = page ? page->page.moment : NULL;
        bool found = record ? record->count == count && record->at == at : page && count == 0;
        live_page_free(page);
        if (found)
            return;
    }
    fail_msg("no page has %zu exits and is at %zu", count, at);
}

static void a_growing_timeline_is_followed(void **context)
{
    struct file *file = *context;
    struct exits_live *live;
    struct error error;

    assert_int_equal(exits_live_start(&live, &error), 0);
    expect_page(live, 0, 0);
    exits_live_open(live, file->path);
    put_machine(file);
    expect_page(live, 201, 201);
    fputs("{\"name\":\"MMIO\",\"cat\":\"exit\",\"ts\":7000,\"dur\":1}", file->out);
    fflush(file->out);
    expect_page(live, 202, 202);
    fputs(",\n", file->out);
    put(file, "exit", "MMIO", 8000, 1);
    expect_page(live, 203, 203);
    exits_live_step(live, -3);
    expect_page(live, 203, 200);
    put(file, "exit", "MMIO", 9000, 1);
    expect_page(live, 204, 200); /* held */
    exits_live_step(live, -EXITS_STEP_MAX);
    expect_page(live, 204, 1);
    exits_live_step(live, 2);
    expect_page(live, 204, 3);
    exits_live_step(live, EXITS_STEP_MAX);
    expect_page(live, 204, 204);
    exits_live_step(live, -1);
    expect_page(live, 204, 203);
    exits_live_hold(live, false);
    expect_page(live, 204, 204);
    /* Another machine writes the same file from its start. */
    file->out = freopen(file->path, "w", file->out);
    put(file, "exit", "MMIO", 1, 1);
    expect_page(live, 1, 1);
    /* And another one a file of that name. */
    unlink(file->path);
    file->out = freopen(file->path, "w", file->out);
    put(file, "exit", "MMIO", 1, 1);
    put(file, "exit", "MMIO", 2, 1);
    expect_page(live, 2, 2);
    exits_live_open(live, "/nonexistent/timeline");
    expect_page(live, 0, 0);
    exits_live_stop(live);
}

int main(void)
{
#define ON_A_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)
    const struct CMUnitTest tests[] = {
        ON_A_FILE(exits_are_gathered_by_reason),
        ON_A_FILE(a_moment_has_what_was_before_it),
        ON_A_FILE(a_call_belongs_to_its_exit),
        cmocka_unit_test(too_many_exits_and_names_are_bounded),
        ON_A_FILE(a_growing_timeline_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
