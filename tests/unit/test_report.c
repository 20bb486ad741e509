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

/* A run in short: what is in it, and of what kind its times are. */
struct made_up {
    const char *environment, *experiment;
    const char *boxes[2];
    int blocks;
    double second; /* native's second series is so many times as long; 0: there is none */
    double growth; /* from the first block to the last */
};

static char *report_of(const struct made_up *run)
{
    struct folder folder;
    char path[128], metrics[64];

    folder_make(&folder);
    fputs(folder_header, folder.file);
    for (int block = 0; block < run->blocks; block++)
        for (int i = 0; i < 2 + (run->second > 0); i++) {
            double value = 1e6 * (1 + run->growth * block / run->blocks) + block * 7 % 5 * 100;
            const char *box = i < 2 ? run->boxes[i] : "native";
            if (!box)
                continue;
            snprintf(metrics, sizeof metrics, "\"end_ns\":%.0f", value * (i < 2 ? 1 : run->second));
            folder_add(&folder, run->experiment,
                       i < 2 ? "\"arm\":\"a\",\"mode\":\"single\""
                             : "\"arm\":\"b\",\"mode\":\"single\"",
                       box, "hello", block, metrics);
        }
    folder_close(&folder);
    snprintf(path, sizeof path, "%s/env.json", folder.path);
    FILE *file = fopen(path, "we");
    fputs(run->environment, file);
    fclose(file);
    char *text = print_report(&folder);
    folder_remove(&folder);
    return text;
}

/* A run that nothing threatens but what threatens all, and for each threat one that has it. */
static void each_threat_needs_its_cause(void **state)
{
    static const char quiet[] = "{\"cpu\":{\"online\":2},\"hypervisor\":{\"id\":\"none\"},"
                                "\"kvm\":{\"back_end\":\"hardware\"},\"load\":{\"average_1\":0.1,"
                                "\"steal_percent_since_boot\":0.05},"
                                "\"frequency\":{\"governor\":\"performance\"}}";
#define QUIET .environment = quiet
#define SAME  .experiment = "overhead", .boxes = {"native", "vm-linux"}, .blocks = 24, .second = 1
    static const struct made_up calm = {QUIET, SAME};
    static const struct {
        const char *says;
        struct made_up run;
    } threats[] = {
        {"gave 2.5 % of the processors",                {"{\"load\":{\"steal_percent_since_boot\":2.5}}", SAME}},
        {"The host is itself a virtual machine (Xen)",
         {"{\"hypervisor\":{\"id\":\"xen\",\"name\":\"Xen\"}}", SAME}                                          },
        {"KVM here is a software back end, without",
         {"{\"kvm\":{\"back_end\":\"software\"}}", SAME}                                                       },
        {"The frequency governor is not to be seen",    {"{}", SAME}                                           },
        {"governor is &#39;schedutil&#39;",             {"{\"frequency\":{\"governor\":\"schedutil\"}}", SAME} },
        {"a load of 3.0 on 2 processors",
         {"{\"cpu\":{\"online\":2},\"load\":{\"average_1\":3}}", SAME}                                         },
        {"come from fewer than 6 runs",                 {QUIET, "overhead", {"native"}, 5, 1, 0}               },
        {"Native was not measured against native",      {QUIET, "overhead", {"native"}, 24, 0, 0}              },
        {"native differed from itself by up to 50.0 %",
         {QUIET, "overhead", {"native"}, 24, 1.5, 0}                                                           },
        {"drifted while the run went on",               {QUIET, "overhead", {"native"}, 24, 1, 0.8}            },
        {"Small programs",                              {QUIET, "startup", {"native"}, 24, 1, 0}               },
        {"Small programs",                              {QUIET, "program", {"native"}, 24, 1, 0}               },
        {"No virtual machine with an operating",        {QUIET, "overhead", {"native", "vm"}, 24, 1, 0}        },
        {"The probes of the escape matrix",             {QUIET, "escape", {"native"}, 1, 0, 0}                 },
    };
    (void)state;

    char *without = report_of(&calm);
    assert_contains(without, "One machine, one day");
    assert_null(strstr(without, "(steal)"));
    assert_null(strstr(without, "The host is itself"));
    assert_contains(without, "An interval says how far chance moves the median");
    for (size_t i = 0; i < sizeof threats / sizeof *threats; i++) {
        char *text = report_of(&threats[i].run);
        assert_contains(text, threats[i].says);
        if (strstr(without, threats[i].says))
            fail_msg("'%s' is said of a run without it", threats[i].says);
        free(text);
    }
    free(without);
    static const struct made_up once = {QUIET, "overhead", {"native"}, 1, 0, 0};
    char *single = report_of(&once);
    assert_null(strstr(single, "An interval says how far chance"));
    free(single);
    /* A guest with a system in it beside the one that has none. */
    static const struct made_up both = {
        QUIET, "overhead", {"vm", "vm-linux"},
          24, 0, 0
    };
    char *guests = report_of(&both);
    assert_null(strstr(guests, "No virtual machine with an operating"));
    free(guests);
}

/* Every part has its line at the head, with its own title, in order. */
static void the_contents_lead_to_every_part(void **state)
{
    struct folder *folder = *state;
    size_t parts = 0;

    samples_compare(folder, 7, 12);
    samples_write_environment(folder);
    char *text = print_report(folder);
    char *contents = strstr(text, "<nav>"), *end = contents ? strstr(contents, "</nav>") : NULL;
    assert_true(contents && end);
    *end++ = '\0';
    for (const char *part = strstr(end, "<h2"); part; part = strstr(part + 1, "<h2")) {
        char title[128], line[256];
        unsigned number;
        assert_int_equal(sscanf(part, "<h2 id=\"part%u\">%127[^<]", &number, title), 2);
        assert_int_equal(number, ++parts);
        snprintf(line, sizeof line, "<a href=\"#part%u\">%s</a>", number, title);
        contents = strstr(contents, line);
        if (!contents)
            fail_msg("'%s' is not there", line);
    }
    assert_in_range(parts, 5, 16);
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
        cmocka_unit_test(each_threat_needs_its_cause),
        WITH_FOLDER(the_contents_lead_to_every_part),
        WITH_FOLDER(nothing_hostile_becomes_markup),
        WITH_FOLDER(the_files_of_a_report_are_written),
        WITH_FOLDER(planted_links_are_not_followed),
        WITH_FOLDER(a_file_is_whole_or_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
