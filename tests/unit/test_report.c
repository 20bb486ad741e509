/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "bench/report/report.h"
#include "bench/report/report_html.h"
#include "bench/results/whole_file.h"
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

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not there", part);
}

/* The report of the folder, without pictures. */
static char *print_report(struct folder *folder)
{
    struct plot_outcome outcome = {.notice = "no <pictures> here"};
    struct analysis analysis;
    struct error error;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    folder_close(folder);
    if (analysis_open(&analysis, folder->path, &error) < 0 ||
        report_print_html(&analysis, -1, &outcome, out, &error) < 0)
        fail_msg("%s", error.text);
    analysis_close(&analysis);
    fclose(out);
    return text;
}

/*
 * Every element that is opened is closed, in the right order; void elements aside. Good enough to
 * find a tag that came out of the data.
 */
static void assert_well_formed(const char *text)
{
    static const char *const alone[] = {"meta", "br", "!DOCTYPE"};
    char open[64][16];
    size_t depth = 0;

    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        bool closes = at[1] == '/', is_alone = false;
        char name[16] = "";
        sscanf(at + 1 + closes, "%15[!A-Za-z0-9]", name);
        for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
            is_alone = is_alone || strcmp(name, alone[i]) == 0;
        if (is_alone)
            continue;
        if (!closes) {
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        } else {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        }
    }
    assert_int_equal(depth, 0);
}

static void the_report_says_how_far_to_trust_it(void **state)
{
    struct folder *folder = *state;

    samples_compare(folder, 7, 12);
    samples_write_environment(folder);
    char *text = print_report(folder);
    assert_well_formed(text);
    assert_contains(text, "AMD EPYC (itself a KVM guest), KVM: software");
    assert_contains(text, "KVM here is the software back end: it cannot run a Linux guest");
    assert_contains(text, "command is started to the first read");
    assert_contains(text, "10000 resamples, seed 7");
    assert_contains(text, "The host is itself a virtual machine");
    assert_contains(text, "no &lt;pictures&gt; here");
    assert_contains(text, "cpu.model");
    assert_contains(text, "see processes");
    free(text);
}

static void nothing_hostile_becomes_markup(void **state)
{
    static const char hostile[] = "</td><script>alert(1)</script><img src=x onerror=y>&\\\"'";
    struct folder *folder = *state;
    char path[128];

    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"seed\":1,\"command\":[\"%s\"],\"titles\":{\"vm\":"
            "\"%s\"}}\n",
            hostile, hostile);
    folder_add(folder, "startup", "\"mode\":\"single\"", "native", "hello", 0, "\"end_ns\":5");
    folder_add(folder, "startup", "\"mode\":\"single\"", "vm", "hello", 0, "\"end_ns\":5");
    folder_add(folder, hostile, "\"<b>\":\"<i>\"", hostile, hostile, 0, "\"<u>_ns\":5");
    folder_add_missing(folder, "startup", "", hostile, hostile, "failed", hostile);
    folder_add_missing(folder, "escape", "", hostile, hostile, "skipped", hostile);
    folder_close(folder);
    snprintf(path, sizeof path, "%s/env.json", folder->path);
    FILE *file = fopen(path, "we");
    fprintf(file, "{\"%s\":[\"%s\",{\"a\":[[[[[[[[1]]]]]]]]}],\"cpu\":\"%s\",\"time\":\"%s\"}",
            hostile, hostile, hostile, hostile);
    fclose(file);

    char *text = print_report(folder);
    assert_well_formed(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "<b>"));
    assert_contains(text, "&lt;script&gt;");
    free(text);
}

/* Threats are of this run: not of experiments that it lacks, and of each machine by itself. */
static void threats_are_true_of_this_run(void **state)
{
    struct folder *folder = *state;
    char path[128];

    fputs(folder_header, folder->file);
    for (int block = 0; block < 2; block++)
        for (int i = 0; i < 2; i++)
            folder_add(folder, "overhead", i ? "\"machine\":\"bbb\"" : "\"machine\":\"aaa\"", "vm",
                       "integer", block, "\"work_ns\":5,\"iterations_n\":1");
    folder_add_missing(folder, "overhead", "", "vm-linux", "integer", "skipped", "no KVM");
    folder_add_missing(folder, "limits", "", "vm-linux", "memory", "skipped", "no KVM");
    folder_close(folder);
    snprintf(path, sizeof path, "%s/env.json", folder->path);
    FILE *file = fopen(path, "we");
    fputs("{\"machines\":{\"aaa\":{\"cpu\":{\"online\":2},\"load\":{\"average_1\":1.5},"
          "\"frequency\":{\"governor\":\"performance\"}},"
          "\"bbb\":{\"cpu\":{\"online\":2},\"load\":{\"average_1\":0.5},"
          "\"frequency\":{\"governor\":\"powersave\"}}}}",
          file);
    fclose(file);

    char *text = print_report(folder);
    assert_well_formed(text);
    assert_contains(text, "aaa: Others were at work when the run began: a load of 1.5 on 2");
    assert_null(strstr(text, "bbb: Others were at work"));
    assert_contains(text, "bbb: The frequency governor is &#39;powersave&#39;");
    assert_null(strstr(text, "aaa: The frequency governor"));
    assert_contains(text, "Several machines");
    assert_null(strstr(text, "One machine, one day"));
    assert_contains(text, "No virtual machine with an operating system in it was measured");
    assert_null(strstr(text, "The probes of the escape matrix"));
    assert_null(strstr(text, "Small programs"));
    /* A reason that is the same in several experiments is said once. */
    assert_contains(text, ">overhead, limits<");
    free(text);
}

static bool exists(const struct folder *folder, const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return access(path, F_OK) == 0;
}

static void the_files_of_a_report_are_written(void **state)
{
    struct folder *folder = *state;
    struct error error;
    char path[128], names[] = "startup.dat startup-box.dat ratios.dat "
                              "ratios-near.dat escape.dat";

    samples_compare(folder, 7, 12);
    folder_close(folder);
    assert_int_equal(report_write(folder->path, &error), 0);
    assert_int_equal(report_write(folder->path, &error), 0);
    assert_true(exists(folder, "report.html"));
    assert_true(exists(folder, "summary.md"));
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
        snprintf(path, sizeof path, "%s/plots/%s", folder->path, name);
        assert_int_equal(unlink(path), 0);
    }
}

/* Whoever made the folder wants root to overwrite something else. */
static void planted_links_are_not_followed(void **state)
{
    static const char *const names[] = {"report.html", "summary.md", ".report.html.new"};
    struct folder *folder = *state;
    struct error error;
    char path[128], victim[128];

    fputs(folder_header, folder->file);
    samples_escape(folder);
    folder_close(folder);

    snprintf(victim, sizeof victim, "%s/env.json", folder->path);
    FILE *file = fopen(victim, "we");
    fputs("precious", file);
    fclose(file);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
        assert_int_equal(symlink(victim, path), 0);
    }
    assert_int_equal(report_write(folder->path, &error), 0);
    char kept[16] = "";
    file = fopen(victim, "re");
    assert_non_null(fgets(kept, sizeof kept, file));
    fclose(file);
    assert_string_equal(kept, "precious");
    assert_false(exists(folder, ".report.html.new"));

    folder_clear_plots(folder);
    snprintf(path, sizeof path, "%s/plots", folder->path);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("/tmp", path), 0);
    assert_true(report_write(folder->path, &error) < 0);
}

static void a_file_is_whole_or_not_there(void **state)
{
    struct folder *folder = *state;
    struct whole_file file;
    struct error error;

    int fd = whole_file_folder(-1, folder->path, &error);
    assert_true(fd >= 0);
    assert_int_equal(whole_file_open(&file, fd, "summary.md", &error), 0);
    fputs("half", file.out);
    assert_false(exists(folder, "summary.md"));
    assert_int_equal(whole_file_close(&file, false, &error), 0);
    assert_false(exists(folder, "summary.md"));

    assert_int_equal(whole_file_open(&file, fd, "summary.md", &error), 0);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(dup2(full, fileno(file.out)) >= 0);
    close(full);
    fputs("lost", file.out);
    assert_int_equal(whole_file_close(&file, true, &error), -ENOSPC);
    assert_false(exists(folder, "summary.md"));
    assert_false(exists(folder, ".summary.md.new"));

    assert_int_equal(whole_file_open(&file, fd, "summary.md", &error), 0);
    fputs("whole", file.out);
    assert_int_equal(whole_file_close(&file, true, &error), 0);
    assert_true(exists(folder, "summary.md"));
    close(fd);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(the_report_says_how_far_to_trust_it),
        WITH_FOLDER(threats_are_true_of_this_run),
        WITH_FOLDER(nothing_hostile_becomes_markup),
        WITH_FOLDER(the_files_of_a_report_are_written),
        WITH_FOLDER(planted_links_are_not_followed),
        WITH_FOLDER(a_file_is_whole_or_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
