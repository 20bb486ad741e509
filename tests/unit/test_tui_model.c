/* SPDX-License-Identifier: MIT */
#include "tests/unit/tui_state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tui/model/progress_file.h"

static bool explains(const struct cell *cell, const char *part)
{
    for (size_t i = 0; cell->explained && i < cell->explained->count; i++)
        if (strstr(cell->explained->text[i], part))
            return true;
    return false;
}

static void compare_has_a_row_for_each_figure(void **context)
{
    const struct tui_fixture *fixture = *context;
    const struct page *page = tui_page(fixture->state, "compare");
    const struct row *row = tui_row(page, "start to first output");

    assert_null(page->empty);
    assert_string_equal(page->grid.columns[1].key, "native");
    assert_string_equal(page->grid.columns[3].title, "VM\nno guest kernel");
    assert_true(row->cells[1].number > 440e3 && row->cells[1].number < 460e3);
    assert_true(row->cells[2].number > 3.9e6 && row->cells[2].has_interval);
    assert_int_equal(row->cells[2].curve->samples, 20);
    assert_string_equal(row->unit, "ns");
    assert_string_equal(row->cells[4].text, "skipped");
    assert_true(explains(&row->cells[4], "cannot run a Linux guest"));
    assert_true(explains(&row->cells[2], "95 % interval"));
    row = tui_row(page, "isolation: probes held");
    assert_string_equal(row->cells[1].text, "7 of 9"); /* the user's, not root's */
    assert_string_equal(row->cells[2].text, "9 of 9");
    assert_string_equal(row->cells[3].text, "8 of 8"); /* one is unknown */
}

static void isolation_explains_a_cell(void **context)
{
    const struct tui_fixture *fixture = *context;
    const struct page *page = tui_page(fixture->state, "isolation");
    const struct row *row = tui_row(page, "mount a file system");

    assert_string_equal(row->cells[1].text, "allowed");
    assert_int_equal(row->cells[1].tone, TONE_BAD);
    assert_string_equal(row->cells[3].text, "refused");
    assert_true(explains(&row->cells[3], "Tried: the probe"));
    assert_true(explains(&row->cells[3], "Answer: as planned"));
    assert_true(explains(&row->cells[3], "Verdict: refused"));
    assert_true(explains(&row->cells[3], "in the way in a container"));
    assert_true(explains(&row->cells[1], "Here nothing was"));
}

static void a_folder_that_is_not_there_has_pages_that_say_so(void **context)
{
    struct source source;

    (void)context;
    source_open(&source, "/nonexistent/latest", NULL);
    assert_true(source_read(&source));
    assert_true(source.in_trouble);
    assert_false(source_read(&source)); /* nothing new */
    struct state *state = source_make_state(&source, SIZE_MAX);
    assert_non_null(state->trouble);
    for (size_t i = 0; i < page_kinds_count; i++)
        assert_non_null(state->pages[i].empty);
    state_free(state);
    source_close(&source);
}

static void a_growing_file_is_read_line_by_line(void **context)
{
    struct folder folder;
    struct source source;

    (void)context;
    folder_make(&folder);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    assert_null(source.results.run);
    fputs(folder_header, folder.file);
    folder_add(&folder, "startup", "", "native", "hello", 0, "\"end_ns\":5");
    fflush(folder.file);
    assert_true(source_read(&source));
    assert_int_equal(source.results.sample_count, 1);
    assert_false(source_read(&source));
    /* Half a line waits for its end. */
    fputs("{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"startup\",", folder.file);
    fflush(folder.file);
    assert_false(source_read(&source));
    assert_int_equal(source.results.sample_count, 1);
    fputs("\"platform\":\"vm\",\"status\":\"ok\",\"metrics\":{\"end_ns\":9}}\n", folder.file);
    fflush(folder.file);
    assert_true(source_read(&source));
    assert_int_equal(source.results.sample_count, 2);
    assert_int_equal(source.results.damage_count, 0);
    source_close(&source);
    folder_remove(&folder);
}

static void a_ratio_says_whether_it_is_a_difference(void **context)
{
    static const char *const params = "\"mode\":\"single\"";
    struct folder folder;
    struct source source;
    char metrics[64];

    (void)context;
    folder_make(&folder);
    fputs(folder_header, folder.file);
    for (int block = 0; block < 12; block++) {
        const struct {
            const char *arm, *platform;
            int ns;
        } runs[] = {
            {"a", "native",    10000                         },
            {"b", "native",    block % 2 ? 10000 : 10200     },
            {"a", "container", 20000                         },
            {"a", "vm",        block % 2 ? 10000 : 12000     }, /* over the edge of the noise */
            {"a", "hosting",   10000 + (block % 2 ? 50 : -50)},
        };
        for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
            char with_arm[64];
            snprintf(with_arm, sizeof with_arm, "%s,\"arm\":\"%s\"", params, runs[i].arm);
            snprintf(metrics, sizeof metrics, "\"first_output_ns\":%d", runs[i].ns);
            folder_add(&folder, "startup", with_arm, runs[i].platform, "hello", block, metrics);
        }
    }
    folder_close(&folder);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    struct state *state = source_make_state(&source, SIZE_MAX);
    const struct page *page = tui_page(state, "compare");
    const struct row *row = tui_row(page, "start to first output");
    for (size_t i = 1; i < page->grid.column_count; i++) {
        const char *platform = page->grid.columns[i].key;
        if (strcmp(platform, "container") == 0)
            assert_string_equal(row->cells[i].other, "2.00 x");
        else if (strcmp(platform, "vm") == 0)
            assert_string_equal(row->cells[i].other, "1.10 ?");
        else if (strcmp(platform, "hosting") == 0)
            assert_string_equal(row->cells[i].other, "1.00 ~");
    }
    assert_int_equal(page->grid.column_count, 5);
    state_free(state);
    source_close(&source);
    folder_remove(&folder);
}

/* Also a line that no sample can have: it is one line, however often it was looked at. */
/* What a neighbour changes most comes right behind what it is held against, and is opened on. */
static void neighbours_begin_with_the_worst(void **context)
{
    static const struct {
        const char *antagonist, *limits;
        long p99;
    } runs[] = {
        {"none", "off", 1000 },
        {"cpu",  "off", 5000 },
        {"fork", "off", 9000 },
        {"fork", "on",  90000}, /* limits slow it down by themselves */
    };
    struct folder folder;
    struct source source;
    char params[64], metrics[64];

    (void)context;
    folder_make(&folder);
    fputs(folder_header, folder.file);
    for (int block = 0; block < 3; block++) {
        for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
            snprintf(params, sizeof params, "\"antagonist\":\"%s\",\"limits\":\"%s\"",
                     runs[i].antagonist, runs[i].limits);
            snprintf(metrics, sizeof metrics, "\"p99_ns\":%ld", runs[i].p99);
            folder_add(&folder, "neighbours", params, "native", "server", block, metrics);
            /* A victim of one platform only stands below, however it fares. */
            folder_add(&folder, "neighbours", params, "container", "server", block, metrics);
            snprintf(metrics, sizeof metrics, "\"p99_ns\":%ld", runs[i].p99 * (long)(i + 1) * 10);
            folder_add(&folder, "neighbours", params, "native", "disk", block, metrics);
        }
    }
    folder_close(&folder);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    struct state *state = source_make_state(&source, SIZE_MAX);
    const struct page *page = tui_page(state, "neighbours");
    assert_int_equal(page->grid.row_count, 8);
    assert_string_equal(page->grid.rows[0]->cells[0].text, "server, alone p99");
    assert_string_equal(page->grid.rows[1]->cells[0].text, "server, fork p99");
    assert_string_equal(page->grid.rows[2]->cells[0].text, "server, fork, limits p99");
    assert_string_equal(page->grid.rows[3]->cells[0].text, "server, cpu p99");
    assert_int_equal(page->telling, 1);
    state_free(state);
    source_close(&source);
    folder_remove(&folder);
}

static void an_empty_page_points_to_earlier_runs(void **context)
{
    char root[] = "/tmp/virtlab-test.XXXXXX", path[128];
    static const char *const names[] = {"20260102T030405Z-escape", "20260102T030406Z-all-2",
                                        "20260102T030407Z-escapement", "escape"};
    const struct sources sources = {.root = root, .name = "20260102T030409Z-startup"};
    struct page pages[PAGES_MAX] = {0};
    struct arena arena = {0};

    (void)context;
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", root, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    pages[page_find("isolation")].empty = "Nothing.";
    pages[page_find("labs")].empty = "Nothing.";
    pages_point_to_earlier(pages, &arena, &sources);
    assert_non_null(strstr(pages[page_find("isolation")].empty, "may have this: 2; "));
    assert_string_equal(pages[page_find("labs")].empty, "Nothing.");
    assert_null(pages[page_find("start-up")].empty); /* it has something */
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", root, names[i]);
        rmdir(path);
    }
    rmdir(root);
    arena_free(&arena);
}

static void an_endless_line_is_one_line(void **context)
{
    struct folder folder;
    struct source source;
    char *part = malloc(RESULTS_LINE_MAX);

    (void)context;
    assert_non_null(part);
    memset(part, ' ', RESULTS_LINE_MAX);
    folder_make(&folder);
    fputs(folder_header, folder.file);
    fputs("x", folder.file);
    fwrite(part, RESULTS_LINE_MAX, 1, folder.file);
    fflush(folder.file);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    fputs("\n", folder.file);
    fflush(folder.file);
    source_read(&source);
    assert_int_equal(source.results.damage_count, 1);
    assert_int_equal(source.results.damage[0].line, 2);
    assert_non_null(strstr(source.results.damage[0].why, "longer"));
    source_close(&source);
    folder_remove(&folder);
    free(part);
}

static void a_file_that_was_replaced_or_cut_is_over(void **context)
{
    struct folder folder;
    struct source source;
    char path[128];

    (void)context;
    folder_make(&folder);
    fputs(folder_header, folder.file);
    folder_close(&folder);
    source_open(&source, folder.path, NULL);
    assert_false(source_is_over(&source));
    source_read(&source);
    assert_false(source_is_over(&source));
    snprintf(path, sizeof path, "%s/samples.jsonl", folder.path);
    assert_int_equal(truncate(path, 1), 0);
    assert_true(source_is_over(&source));
    assert_int_equal(truncate(path, 4096), 0);
    assert_false(source_is_over(&source));
    assert_int_equal(unlink(path), 0);
    assert_false(source_is_over(&source));
    folder.file = fopen(path, "w");
    assert_true(source_is_over(&source));
    source_close(&source);
    folder_remove(&folder);
}

static void a_replay_shows_what_was_there(void **context)
{
    struct folder folder;
    struct source source;

    (void)context;
    folder_make(&folder);
    fputs(folder_header, folder.file);
    for (int i = 9; i >= 0; i--)
        fprintf(folder.file,
                "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"startup\",\"platform\":\"vm\","
                "\"block\":%d,\"t0_ns\":%d,\"status\":\"ok\",\"metrics\":{\"end_ns\":%d}}\n",
                i, 1000 + 100 * i, i);
    folder_close(&folder);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    assert_true(source_prepare_replay(&source));
    assert_int_equal(source_duration_ns(&source), 900);
    assert_int_equal(source_count_at(&source, -1), 0);
    assert_int_equal(source_count_at(&source, 0), 1);
    assert_int_equal(source_count_at(&source, 350), 4);
    assert_int_equal(source_count_at(&source, 5000), 10);
    assert_int_equal(source.results.samples[3].block, 3);
    struct state *state = source_make_state(&source, 4);
    assert_int_equal(state->shown, 4);
    assert_int_equal(state->samples, 10);
    state_free(state);
    source_close(&source);
    folder_remove(&folder);
}

static bool is_clean(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' && *text != '\n')
            return false;
    return true;
}

/* Everything that a page holds. */
static void assert_page_clean(const struct page *page)
{
    for (size_t i = 0; i < page->grid.column_count; i++)
        assert_true(is_clean(page->grid.columns[i].title) && is_clean(page->grid.columns[i].key));
    for (size_t i = 0; i < page->grid.row_count; i++) {
        for (size_t j = 0; j < page->grid.column_count; j++) {
            const struct cell *cell = &page->grid.rows[i]->cells[j];
            assert_true(is_clean(cell->text));
            for (size_t k = 0; cell->explained && k < cell->explained->count; k++)
                assert_true(is_clean(cell->explained->text[k]));
        }
    }
}

static void hostile_results_come_out_clean(void **context)
{
    static const char evil[] = "\\u001b]0;owned\\u0007\\u001b[2J\\u202e";
    struct folder folder;
    struct source source;

    (void)context;
    folder_make(&folder);
    fprintf(folder.file, "{\"schema\":1,\"run\":\"" RUN "\",\"titles\":{\"%s\":\"%s / %s\"}}\n",
            evil, evil, evil);
    fprintf(folder.file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"escape\",\"platform\":\"%s\","
            "\"workload\":\"%s\",\"params\":{\"uid\":\"%s\"},\"status\":\"ok\","
            "\"verdict\":\"%s\",\"detail\":\"%s\"}\n",
            evil, evil, evil, evil, evil);
    fprintf(folder.file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"%s\",\"platform\":\"%s\","
            "\"workload\":\"%s\",\"params\":{\"%s\":\"%s\"},\"status\":\"ok\","
            "\"metrics\":{\"%s\":5}}\n",
            evil, evil, evil, evil, evil, evil);
    fprintf(folder.file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"neighbours\",\"platform\":\"%s\","
            "\"workload\":\"%s\",\"params\":{\"antagonist\":\"%s\"},\"status\":\"ok\","
            "\"metrics\":{\"p50_ns\":5}}\n",
            evil, evil, evil);
    folder_close(&folder);
    source_open(&source, folder.path, NULL);
    source_read(&source);
    assert_int_equal(source.results.sample_count, 3);
    struct state *state = source_make_state(&source, SIZE_MAX);
    for (size_t i = 0; i < page_kinds_count; i++)
        assert_page_clean(&state->pages[i]);
    assert_int_equal(tui_page(state, "isolation")->grid.row_count, 1);
    assert_non_null(strstr(tui_page(state, "isolation")->grid.rows[0]->cells[0].text, "\\x1b"));
    assert_int_equal(tui_page(state, "neighbours")->grid.row_count, 1);
    state_free(state);
    source_close(&source);
    folder_remove(&folder);
}

/* Field 22 of /proc/PID/stat, read in another way than the code under test does. */
static unsigned long long start_of(pid_t pid)
{
    char command[96], line[64] = "";

    snprintf(command, sizeof command, "sed 's/.*) //' /proc/%d/stat | cut -d' ' -f20", (int)pid);
    FILE *file = popen(command, "r");
    (void)!fgets(line, sizeof line, file);
    pclose(file);
    return strtoull(line, NULL, 10);
}

static void write_progress(const struct folder *folder, long pid, unsigned long long start)
{
    char path[128];

    snprintf(path, sizeof path, "%s/progress.json", folder->path);
    FILE *file = fopen(path, "w");
    fprintf(file,
            "{\"version\":1,\"pid\":%ld,\"start_ticks\":%llu,\"experiment\":\"start\\u001bup\","
            "\"paused\":false,\"done_ns\":250,\"expected_ns\":1000,\"left_s\":75}",
            pid, start);
    fclose(file);
}

/* A harness, as far as others can see it: a process that holds the lock on the samples. */
static pid_t start_harness(const struct folder *folder, bool locked)
{
    char path[128], byte;
    int ready[2];

    snprintf(path, sizeof path, "%s/samples.jsonl", folder->path);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        int fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (locked)
            flock(fd, LOCK_EX);
        (void)!write(ready[1], "", 1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void a_run_counts_only_with_its_own_process(void **context)
{
    struct run_progress progress;
    struct folder folder;
    char path[128];

    (void)context;
    folder_make(&folder);
    run_progress_read(&progress, folder.path);
    assert_int_equal(progress.state, RUN_NONE);
    assert_int_equal(run_progress_signal(&progress, SIGTERM), -ESRCH);

    pid_t child = start_harness(&folder, true), stranger = start_harness(&folder, false);
    unsigned long long start = start_of(child);
    write_progress(&folder, child, start);
    run_progress_read(&progress, folder.path);
    assert_int_equal(progress.state, RUN_RUNNING);
    assert_true(progress.percent == 25 && progress.left_s == 75);
    assert_string_equal(progress.what, "start\\x1bup");
    /* Stopped by a signal that nobody can catch. */
    struct run_progress paused;
    assert_int_equal(kill(child, SIGSTOP), 0);
    assert_int_equal(waitpid(child, NULL, WUNTRACED), child);
    run_progress_read(&paused, folder.path);
    assert_int_equal(paused.state, RUN_PAUSED);
    assert_int_equal(run_progress_signal(&paused, SIGCONT), 0);
    assert_int_equal(waitpid(child, NULL, WCONTINUED), child);
    run_progress_read(&paused, folder.path);
    assert_int_equal(paused.state, RUN_RUNNING);

    /* Somebody else's process, with its true start, in a folder from elsewhere. */
    struct run_progress foreign;
    write_progress(&folder, stranger, start_of(stranger));
    run_progress_read(&foreign, folder.path);
    assert_int_equal(foreign.state, RUN_CUT_OFF);
    assert_int_equal(run_progress_signal(&foreign, SIGKILL), -ESRCH);
    kill(stranger, SIGKILL);
    assert_int_equal(waitpid(stranger, NULL, 0), stranger);

    /* The same number, but another process: it gets no signal. */
    struct run_progress other = progress;
    other.start_ticks++;
    assert_int_equal(run_progress_signal(&other, SIGKILL), -ESRCH);
    write_progress(&folder, child, start + 1);
    run_progress_read(&other, folder.path);
    assert_int_equal(other.state, RUN_CUT_OFF);
    write_progress(&folder, 1, start);
    run_progress_read(&other, folder.path);
    assert_int_equal(other.state, RUN_NONE);

    assert_int_equal(run_progress_signal(&progress, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    snprintf(path, sizeof path, "%s/progress.json", folder.path);
    remove(path);
    folder_remove(&folder);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, tui_setup, tui_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(compare_has_a_row_for_each_figure),
        WITH_FIXTURE(isolation_explains_a_cell),
        cmocka_unit_test(a_folder_that_is_not_there_has_pages_that_say_so),
        cmocka_unit_test(a_growing_file_is_read_line_by_line),
        cmocka_unit_test(a_ratio_says_whether_it_is_a_difference),
        cmocka_unit_test(neighbours_begin_with_the_worst),
        cmocka_unit_test(an_empty_page_points_to_earlier_runs),
        cmocka_unit_test(an_endless_line_is_one_line),
        cmocka_unit_test(a_file_that_was_replaced_or_cut_is_over),
        cmocka_unit_test(a_replay_shows_what_was_there),
        cmocka_unit_test(hostile_results_come_out_clean),
        cmocka_unit_test(a_run_counts_only_with_its_own_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
