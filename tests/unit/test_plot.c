/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/report/plot.h"
#include "bench/report/plot_data.h"
#include "tests/unit/make_samples.h"

struct fixture {
    struct folder folder;
    struct analysis analysis;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    folder_make(&fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    analysis_close(&fixture->analysis);
    folder_remove(&fixture->folder);
    free(fixture);
    return 0;
}

static void open_analysis(struct fixture *fixture)
{
    struct error error;

    folder_close(&fixture->folder);
    if (analysis_open(&fixture->analysis, fixture->folder.path, &error) < 0)
        fail_msg("%s", error.text);
}

/* The data file of a plot; NULL when there is nothing to plot. */
static char *data_of(struct fixture *fixture, bool (*write_data)(struct plot_job *))
{
    struct plot_job job = {.analysis = &fixture->analysis};
    char *text;
    size_t size;

    job.out = open_memstream(&text, &size);
    bool any = write_data(&job);
    fclose(job.out);
    if (any)
        return text;
    free(text);
    return NULL;
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void nothing_but_plain_text_gets_into_a_title(void **state)
{
    char title[PLOT_TITLE_MAX];
    (void)state;

    plot_title(title, "VM\nno guest kernel");
    assert_string_equal(title, "VM, no guest kernel");
    plot_title(title, "\"\\`$(reboot)`{/=50 @}^_&~'<|\033[1m\xe2\x80\xae"
                      "x");
    assert_string_equal(title, "(reboot)50 1mx");
    plot_title(title, "0123456789012345678901234567890123456789012345678901234567890123456789");
    assert_true(strlen(title) < PLOT_TITLE_MAX);
    plot_title(title, "a\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
    assert_true(strlen(title) < PLOT_TITLE_MAX);
}

static void the_start_up_data_is_a_distribution(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    for (int block = 0; block < 4; block++) {
        char metrics[64];
        snprintf(metrics, sizeof metrics, "\"first_output_ns\":%d", 1000000 * (block / 2 + 1));
        folder_add(&fixture->folder, "startup", "\"mode\":\"single\"", "native", "hello", block,
                   metrics);
    }
    folder_add_missing(&fixture->folder, "startup", "", "vm-linux", "", "skipped", "no guest");
    /* It has no part in starts, and so no place in the key. */
    folder_add(&fixture->folder, "neighbours", "", "hosting", "server", 0, "\"p50_ns\":5");
    open_analysis(fixture);
    char *text = data_of(fixture, plot_data_startup);
    assert_string_equal(text, "\"native\"\n1 0\n1 0.5\n2 1\n\n\n"
                              "\"VM, Linux guest: skipped\"\nNaN NaN\n\n\n");
    free(text);
    text = data_of(fixture, plot_data_box);
    assert_contains(text, "1 \"native\" 1 1 1.5 2 2\n2 \"VM, Linux guest: skipped\" NaN");
    assert_null(strstr(text, "hosting"));
    free(text);
}

static void rows_stand_in_the_plot_that_they_fit(void **state)
{
    struct fixture *fixture = *state;

    samples_compare(&fixture->folder, 7, 12);
    open_analysis(fixture);
    char *far = data_of(fixture, plot_data_far), *near = data_of(fixture, plot_data_near);
    assert_contains(far, "1 \"start to first output\" ");
    assert_contains(far, "\"system call\"");
    assert_null(strstr(far, "integer step"));
    assert_contains(near, "1 \"integer step\" ");
    assert_null(strstr(near, "start to"));
    assert_contains(near, "\"VM, Linux guest: skipped\"\nNaN NaN NaN NaN\n");
    assert_null(strstr(near, "\"native"));
    free(far);
    free(near);
}

/* Half the cost is as far from native as twice the cost. */
static void a_box_that_is_much_better_is_far_too(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    folder_add(&fixture->folder, "overhead", "", "native", "integer", 0,
               "\"work_ns\":100,\"iterations_n\":1");
    folder_add(&fixture->folder, "overhead", "", "vm", "integer", 0,
               "\"work_ns\":50,\"iterations_n\":1");
    open_analysis(fixture);
    char *far = data_of(fixture, plot_data_far);
    assert_string_equal(far, "1 \"integer step\" NaN 0.5 0.5\n\n\n"
                             "\"VM, no guest kernel\"\n1 0.5 0.5 0.5\n\n\n");
    free(far);
    assert_null(data_of(fixture, plot_data_near));
}

static void hostile_titles_do_not_reach_the_data(void **state)
{
    struct fixture *fixture = *state;

    fputs("{\"schema\":1,\"run\":\"" RUN "\",\"seed\":1,"
          "\"titles\":{\"vm\":\"\\\"\\n`reboot`\\nx\"}}\n",
          fixture->folder.file);
    folder_add(&fixture->folder, "startup", "\"mode\":\"single\"", "vm", "hello", 0,
               "\"first_output_ns\":5");
    folder_add(&fixture->folder, "startup", "\"mode\":\"single\"", "<ls\\\"\\n", "hello", 0,
               "\"first_output_ns\":5");
    open_analysis(fixture);
    char *text = data_of(fixture, plot_data_startup);
    assert_contains(text, "\", reboot, x\"\n");
    assert_contains(text, "\"ls, \"\n");
    assert_null(strpbrk(text, "`<\\$"));
    free(text);
}

static void no_time_that_a_logarithm_lacks_is_drawn(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    folder_add(&fixture->folder, "startup", "\"mode\":\"single\"", "native", "hello", 0,
               "\"first_output_ns\":0");
    open_analysis(fixture);
    assert_null(data_of(fixture, plot_data_startup));
    plot_print_text(&fixture->analysis, stderr, 80);
}

static void text_plots_fit_their_width(void **state)
{
    struct fixture *fixture = *state;
    char *text;
    size_t size;

    samples_compare(&fixture->folder, 7, 12);
    open_analysis(fixture);
    for (int width = 60; width <= 300; width += 60) {
        FILE *out = open_memstream(&text, &size);
        plot_print_text(&fixture->analysis, out, width);
        fclose(out);
        assert_contains(text, "native");
        assert_contains(text, "skipped");
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            assert_true(strlen(line) <= (size_t)(width > 72 ? width : 72));
        free(text);
    }
}

/* A box of each kind of data that has a script of its own. */
static void every_script_gets_its_data(void **state)
{
    struct fixture *fixture = *state;
    char *text;
    size_t size;

    fputs(folder_header, fixture->folder.file);
    for (int instances = 4; instances >= 1; instances /= 2) {
        char params[32], metrics[64];
        snprintf(params, sizeof params, "\"instances\":%d", instances);
        snprintf(metrics, sizeof metrics, "\"start_ns\":%d,\"pss_bytes\":%d", 1000000 * instances,
                 1048576 * instances);
        folder_add(&fixture->folder, "density", params, "vm", "tenant", 0, metrics);
    }
    folder_add_missing(&fixture->folder, "density", "", "vm-linux", "", "skipped", "no guest");
    folder_add(&fixture->folder, "startup", "\"mode\":\"single\",\"timeline\":\"yes\"", "vm",
               "hello", 0, "\"create_vm_ns\":2000000,\"end_ns\":9000000,\"open_kvm_ns\":1000000");
    folder_add(&fixture->folder, "neighbours", "\"antagonist\":\"none\",\"limits\":\"off\"", "vm",
               "server", 0, "\"p99_ns\":100");
    folder_add(&fixture->folder, "neighbours", "\"antagonist\":\"cpu\",\"limits\":\"off\"", "vm",
               "server", 0, "\"p99_ns\":1000");
    for (int block = 0; block < 9; block++)
        folder_add(&fixture->folder, "startup", "\"mode\":\"single\"", "vm", "hello", block,
                   block ? "\"first_output_ns\":2000000" : "\"first_output_ns\":8000000");
    folder_add(&fixture->folder, "startup", "\"mode\":\"burst\"", "vm", "hello", 0,
               "\"first_output_ns\":3000000");
    open_analysis(fixture);

    text = data_of(fixture, plot_data_density);
    assert_string_equal(text, "\"VM, no guest kernel\"\n1 1 1\n2 2 2\n4 4 4\n\n\n"
                              "\"VM, Linux guest: skipped\"\nNaN NaN NaN\n\n\n");
    free(text);
    text = data_of(fixture, plot_data_stages);
    assert_string_equal(text, "1 \"VM, no guest kernel: open /dev/kvm\" 0 1 0\n"
                              "2 \"VM, no guest kernel: create the VM\" 1 3 0\n");
    free(text);
    text = data_of(fixture, plot_data_neighbours);
    assert_string_equal(text, "1 \"VM, no guest kernel\"\n\n\n1 \"server beside cpu\"\n\n\n"
                              "1 1 0.5 \"10\"\n");
    free(text);
    text = data_of(fixture, plot_data_box);
    assert_contains(text, "1 \"VM, no guest kernel\" 2 2 2 2 2\n");
    assert_contains(text, "\n\n\n1 8\n"); /* the outlier by itself */
    free(text);
    text = data_of(fixture, plot_data_burst);
    assert_contains(text, "\n3 1\n");
    free(text);
    FILE *out = open_memstream(&text, &size);
    plot_print_text(&fixture->analysis, out, 80);
    fclose(out);
    assert_contains(text, " 1: 1.00 ms 2: 2.00 ms 4: 4.00 ms\n");
    free(text);
}

/* Where the timelines say when, that is where they are drawn, and in that order. */
static void stages_lie_where_they_were(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    folder_add(&fixture->folder, "startup", "\"mode\":\"single\",\"timeline\":\"yes\"", "vm",
               "hello", 0,
               "\"load_program_ns\":2000000,\"load_program_at_ns\":7000000,"
               "\"open_kvm_ns\":1000000,\"open_kvm_at_ns\":3000000");
    open_analysis(fixture);
    char *text = data_of(fixture, plot_data_stages);
    assert_string_equal(text, "1 \"VM, no guest kernel: open /dev/kvm\" 3 4 0\n"
                              "2 \"VM, no guest kernel: load the program\" 7 9 0\n");
    free(text);
}

/* A merged folder: each machine has columns, curves and stages of its own. */
static void machines_are_not_mixed(void **state)
{
    struct fixture *fixture = *state;
    char params[96], metrics[64];

    fputs(folder_header, fixture->folder.file);
    for (int machine = 0; machine < 6; machine++) {
        for (int i = 0; i < 2; i++) {
            snprintf(params, sizeof params,
                     "\"antagonist\":\"%s\",\"limits\":\"off\",\"machine\":\"m%d\"",
                     i ? "cpu" : "none", machine);
            snprintf(metrics, sizeof metrics, "\"p99_ns\":%d", i ? 100 * (machine + 2) : 100);
            folder_add(&fixture->folder, "neighbours", params, "vm", "server", 0, metrics);
        }
        snprintf(params, sizeof params, "\"instances\":1,\"machine\":\"m%d\"", machine);
        snprintf(metrics, sizeof metrics, "\"start_ns\":%d000000,\"pss_bytes\":1048576",
                 machine + 1);
        folder_add(&fixture->folder, "density", params, "vm", "tenant", 0, metrics);
    }
    open_analysis(fixture);
    char *text = data_of(fixture, plot_data_neighbours);
    assert_contains(text, "2 \"VM, no guest kernel, m1\"\n");
    assert_contains(text, "\n1 1 0.151 \"2.0\"\n2 1 0.239 \"3.0\"\n3 1 0.301 \"4.0\"\n");
    assert_null(strstr(text, "m4")); /* there is room for four */
    free(text);
    text = data_of(fixture, plot_data_density);
    assert_contains(text, "\"VM, no guest kernel, m1\"\n1 2 1\n\n\n");
    assert_null(strstr(text, "m4"));
    free(text);
}

/* Nothing to compare with: no column, and no picture without one. */
static void a_map_without_columns_is_none(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    folder_add(&fixture->folder, "neighbours", "\"antagonist\":\"cpu\",\"limits\":\"off\"", "vm",
               "server", 0, "\"p99_ns\":1000");
    open_analysis(fixture);
    assert_null(data_of(fixture, plot_data_neighbours));
}

static void a_folder_without_figures_has_no_plot(void **state)
{
    struct fixture *fixture = *state;

    fputs(folder_header, fixture->folder.file);
    samples_escape(&fixture->folder);
    folder_add_missing(&fixture->folder, "escape", "", "vm-linux", "", "skipped", "no guest");
    open_analysis(fixture);
    assert_null(data_of(fixture, plot_data_startup));
    assert_null(data_of(fixture, plot_data_far));
    assert_null(data_of(fixture, plot_data_near));
    assert_null(data_of(fixture, plot_data_box));
    assert_null(data_of(fixture, plot_data_burst));
    assert_null(data_of(fixture, plot_data_stages));
    assert_null(data_of(fixture, plot_data_density));
    assert_null(data_of(fixture, plot_data_neighbours));
    char *escape = data_of(fixture, plot_data_escape);
    assert_contains(escape, "\"allowed\"\n");
    assert_contains(escape, "1 \"native, as root\"\n2 \"native, as a user\"\n3 \"container\"\n");
    assert_null(strstr(escape, "guest\"")); /* without a verdict, without a column */
    free(escape);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_plain_text_gets_into_a_title),
        WITH_FIXTURE(the_start_up_data_is_a_distribution),
        WITH_FIXTURE(rows_stand_in_the_plot_that_they_fit),
        WITH_FIXTURE(a_box_that_is_much_better_is_far_too),
        WITH_FIXTURE(hostile_titles_do_not_reach_the_data),
        WITH_FIXTURE(no_time_that_a_logarithm_lacks_is_drawn),
        WITH_FIXTURE(text_plots_fit_their_width),
        WITH_FIXTURE(every_script_gets_its_data),
        WITH_FIXTURE(stages_lie_where_they_were),
        WITH_FIXTURE(machines_are_not_mixed),
        WITH_FIXTURE(a_map_without_columns_is_none),
        WITH_FIXTURE(a_folder_without_figures_has_no_plot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
