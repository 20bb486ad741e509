/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <locale.h>

#include "bench/tables/summary.h"
#include "common/width.h"
#include "tests/unit/make_samples.h"

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

static char *print(struct folder *folder, enum table_form form)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct error error;

    folder_close(folder);
    if (summary_print(folder->path, form, out, &error) < 0)
        fail_msg("%s", error.text);
    fclose(out);
    return text;
}

static void assert_printed(struct folder *folder, const char *expected)
{
    char *text = print(folder, TABLE_TEXT);

    assert_string_equal(text, expected);
    free(text);
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static const char no_guest[] = "KVM here is the software back end: it cannot run a Linux guest";

static void the_table_is_as_the_formats_draw_it(void **state)
{
    struct folder *folder = *state;
    struct random random;

    random_seed(&random, 7);
    fputs(folder_header, folder->file);
    samples_startup(folder, &random, "single", 12);
    samples_overhead(folder, &random, "integer", "", 112, 10);
    samples_overhead(folder, &random, "latency", "2m", 118, 10);
    folder_add_missing(folder, "startup", "", "vm-linux", "", "skipped", no_guest);
    folder_add_missing(folder, "overhead", "", "vm-linux", "", "skipped", no_guest);
    folder_add_missing(folder, "startup", "\"mode\":\"single\"", "vm", "hello", "failed",
                       "it was killed by signal 9");
    samples_escape(folder);
    samples_write_environment(folder);
    assert_printed(
        folder,
        /* clang-format off */
    "One program, several boxes    host: AMD EPYC (itself a KVM guest), KVM: software\n"
    "                       native  container         VM                VM\n"
    "                                                 no guest kernel   Linux guest\n"
    "start to first output  441 µs  3.91 ms           2.11 ms [1]       skipped [2]\n"
    "  ratio to native      1       8.86 [8.79–8.95]  4.78 [4.75–4.79]\n"
    "start to exit          602 µs  4.31 ms           3.32 ms [1]       skipped [2]\n"
    "  ratio to native      1       7.16 [7.11–7.24]  5.50 [5.48–5.52]\n"
    "processor time         421 µs  3.02 ms           2.32 ms [1]       skipped [2]\n"
    "  ratio to native      1       7.16 [7.11–7.24]  5.50 [5.48–5.52]\n"
    "integer step           113 µs  112 µs            118 µs            skipped [2]\n"
    "  ratio to native      1       1.00 ~            1.05 [1.04–1.06]\n"
    "memory access, 2m      118 µs  119 µs            125 µs            skipped [2]\n"
    "  ratio to native      1       1.00 ~            1.05 ~\n"
    "~   within this machine's noise today (A/A 0.8–19.9 %)\n"
    "[–] where the ratio lies with 95 % confidence\n"
    "    a ratio is the median over blocks of runs, not one median divided by the\n"
    "    other\n"
    "    medians; runs: 10–12, seed 7, outliers: 2, none dropped\n"
    "[1] 1 of 13 runs failed: it was killed by signal 9\n"
    "[2] KVM here is the software back end: it cannot run a Linux guest\n"
    "\n"
    "What a program in the box can reach of the host\n"
    "of 9 tries  native   native     container  VM\n"
    "            as root  as a user             no guest kernel\n"
    "allowed     9        2          0          0\n"
    "contained   0        0          1          1\n"
    "refused     0        7          4          0\n"
    "absent      0        0          4          7\n"
    "unknown     0        0          0          1\n"
    "    allowed: it reached the host; contained: it worked, but not on the host;\n"
    "    refused: the kernel said no; absent: there is no such thing in there\n"
    "    which they were stands in the report and in summary.md\n");
    /* clang-format on */
}

static void the_escape_matrix_alone_is_shown_in_full(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    samples_escape(folder);
    samples_write_environment(folder);
    assert_printed(folder,
                   /* clang-format off */
    "What a program in the box can reach of the host\n"
    "a program tries to   native   native     container  VM\n"
    "                     as root  as a user             no guest kernel\n"
    "see processes        allowed  allowed    absent     absent\n"
    "signal a process     allowed  refused    absent     absent\n"
    "trace a process      allowed  refused    absent     absent\n"
    "read a file          allowed  allowed    absent     absent\n"
    "mount a file system  allowed  refused    refused    absent\n"
    "reach a disk         allowed  refused    refused    unknown [1]\n"
    "set the host name    allowed  refused    contained  contained\n"
    "raw socket           allowed  refused    refused    absent\n"
    "read the kernel log  allowed  refused    refused    absent\n"
    "    allowed: it reached the host; contained: it worked, but not on the host;\n"
    "    refused: the kernel said no; absent: there is no such thing in there\n"
    "[1] as planned\n");
    /* clang-format on */
}

static void assert_lines_fit(char *text, int width)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (width_of(line) > width)
            fail_msg("longer than %d columns: %s", width, line);
}

static void no_line_is_longer_than_80_columns(void **state)
{
    struct folder *folder = *state;

    samples_compare(folder, 3, 12);
    for (int block = 0; block < 12; block++)
        for (int peer = 0; peer < 6; peer++) {
            char name[32];
            snprintf(name, sizeof name, "some-other-runtime-%d", peer);
            folder_add(folder, "startup", "\"arm\":\"a\",\"mode\":\"single\"", name, "hello", block,
                       "\"first_output_ns\":123456789,\"end_ns\":2345678901");
        }
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "some-other-runtime-5");
    assert_lines_fit(text, 80);
    free(text);
}

static void json_and_csv_hold_every_figure(void **state)
{
    struct folder *folder = *state;
    bool found = false;

    samples_compare(folder, 7, 12);
    samples_write_environment(folder);
    char *text = print(folder, TABLE_JSON);
    json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_non_null(whole);
    assert_int_equal(json_integer_value(json_object_get(whole, "seed")), 7);
    json_t *rows = json_object_get(whole, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        if (strcmp(json_string_value(json_object_get(row, "platform")), "vm") != 0 ||
            strcmp(json_string_value(json_object_get(row, "experiment")), "overhead") != 0 ||
            strcmp(json_string_value(json_object_get(row, "workload")), "integer") != 0 ||
            strcmp(json_string_value(json_object_get(row, "metric")), "work_ns") != 0)
            continue;
        found = true;
        assert_string_equal(json_string_value(json_object_get(row, "ratio_means")), "differs");
        assert_float_equal(json_real_value(json_object_get(row, "ratio_to_native")), 1.05, 0.02);
        assert_int_equal(json_integer_value(json_object_get(row, "runs")), 10);
    }
    assert_true(found);

    text = print(folder, TABLE_CSV);
    size_t lines = 0;
    for (const char *at = text; (at = strstr(at, "\r\n")); at += 2)
        lines++;
    assert_int_equal(lines, json_array_size(rows) + 1);
    json_decref(whole);
    free(text);
}

static void add_program(struct folder *folder, const char *platform, const char *status, int exit,
                        const char *output)
{
    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"program\",\"params\":{},"
            "\"platform\":\"%s\",\"workload\":\"/bin/echo\",\"block\":0,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1,\"status\":\"%s\",\"reason\":\"\",\"exit\":%d,\"metrics\":{"
            "\"end_ns\":1000000,%s}}\n",
            platform, status, exit, output);
}

static void outputs_are_compared_with_natives(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    add_program(folder, "native", "ok", 0, "\"output_bytes\":6,\"output_hash\":-5");
    add_program(folder, "container", "ok", 0, "\"output_bytes\":6,\"output_hash\":-5");
    add_program(folder, "vm", "failed", 0, "\"output_bytes\":6,\"output_hash\":9");
    add_program(folder, "crun", "failed", 3, "\"output_bytes\":6,\"output_hash\":-5");
    add_program(folder, "runc", "failed", 0, "\"output_bytes\":7,\"output_hash\":8");
    folder_add_missing(folder, "program", "", "vm-linux", "/bin/echo", "skipped", "no guest");
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "/bin/echo in several boxes");
    assert_contains(text, "output identical   yes      yes");
    assert_contains(text, "as many bytes of output as natively, but others");
    assert_contains(text, "it ended with status 3, natively with 0");
    assert_contains(text, "7 bytes of output, natively 6");
    free(text);
}

static void a_program_that_varies_by_itself_is_not_held_against_a_box(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    add_program(folder, "native", "ok", 0, "\"output_bytes\":6,\"output_hash\":1");
    add_program(folder, "native", "ok", 0, "\"output_bytes\":6,\"output_hash\":2");
    add_program(folder, "vm", "ok", 0, "\"output_bytes\":6,\"output_hash\":3");
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "native's own outputs differ");
    assert_null(strstr(text, "NO "));
    free(text);
}

static void a_run_without_figures_says_why(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    folder_add_missing(folder, "startup", "", "vm-linux", "", "skipped", no_guest);
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "!   startup: vm-linux is skipped: KVM here is the software back end");
    free(text);
}

static void what_is_amiss_is_said_under_the_table(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    folder_add(folder, "overhead", "\"pages\":\"2m\"", "native", "latency", 0,
               "\"work_ns\":100,\"iterations_n\":1,\"huge_bytes\":2097152,\"cpu_n\":1");
    folder_add(folder, "overhead", "\"pages\":\"2m\"", "container", "latency", 0,
               "\"work_ns\":100,\"iterations_n\":1,\"huge_bytes\":0,\"cpu_n\":1");
    folder_add(folder, "overhead", "\"pages\":\"2m\"", "vm", "latency", 0,
               "\"work_ns\":100,\"iterations_n\":1,\"huge_bytes\":2097152");
    fputs("\033[2Jnot JSON\n{\"torn", folder->file);
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "asked for 2 MiB pages, and was given none");
    assert_contains(text, "not bound to one processor, as native is");
    assert_contains(text, "line 5 is left out");
    assert_contains(text, "the last line is torn");
    assert_contains(text, "there is no env.json");
    assert_contains(text, "fewer than 6 runs make no interval");
    assert_null(strchr(text, '\033'));
    free(text);
}

static void hostile_names_stay_text_in_every_form(void **state)
{
    static const char hostile[] = "<b onload=x()>\\u001b[31m'`$(id)|*_\\u202e=1+1";
    static const enum table_form forms[] = {TABLE_TEXT, TABLE_CSV, TABLE_JSON, TABLE_MARKDOWN,
                                            TABLE_HTML};
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    folder_add(folder, hostile, "", hostile, hostile, 0, "\"end_ns\":1");
    folder_add_missing(folder, hostile, "", "vm", hostile, "failed", hostile);
    folder_add_missing(folder, "escape", "", "vm", hostile, "failed", hostile);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *text = print(folder, forms[i]);
        assert_contains(text, "onload");
        assert_null(strchr(text, '\033'));
        if (forms[i] != TABLE_JSON)
            assert_null(strstr(text, "\xe2\x80\xae"));
        if (forms[i] == TABLE_HTML || forms[i] == TABLE_MARKDOWN)
            assert_null(strstr(text, "<b "));
        free(text);
    }
}

static void a_future_experiment_is_shown_without_knowing_it(void **state)
{
    struct folder *folder = *state;

    fputs(folder_header, folder->file);
    folder_add(folder, "exits", "\"kind\":\"pio\"", "native", "outb", 0, "\"exit_ns\":2000");
    folder_add(folder, "exits", "\"kind\":\"pio\"", "vm", "outb", 0, "\"exit_ns\":30000");
    char *text = print(folder, TABLE_TEXT);
    assert_contains(text, "exits outb exit_ns");
    assert_contains(text, "30.0 µs");
    assert_contains(text, "15.0");
    free(text);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(the_table_is_as_the_formats_draw_it),
        WITH_FOLDER(the_escape_matrix_alone_is_shown_in_full),
        WITH_FOLDER(no_line_is_longer_than_80_columns),
        WITH_FOLDER(json_and_csv_hold_every_figure),
        WITH_FOLDER(outputs_are_compared_with_natives),
        WITH_FOLDER(a_program_that_varies_by_itself_is_not_held_against_a_box),
        WITH_FOLDER(a_run_without_figures_says_why),
        WITH_FOLDER(what_is_amiss_is_said_under_the_table),
        WITH_FOLDER(hostile_names_stay_text_in_every_form),
        WITH_FOLDER(a_future_experiment_is_shown_without_knowing_it),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
