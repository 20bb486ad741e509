/* SPDX-License-Identifier: MIT */
/* The tables of neighbours, limits and threads, from samples with known figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>

#include "bench/tables/summary.h"
#include "tests/unit/results_folder.h"

static int make_folder(void **state)
{
    static struct folder folder;

    folder_make(&folder);
    fputs(folder_header, folder.file);
    *state = &folder;
    return 0;
}

static int remove_folder(void **state)
{
    folder_remove(*state);
    return 0;
}

static void assert_printed(struct folder *folder, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct error error;

    folder_close(folder);
    if (summary_print(folder->path, TABLE_TEXT, out, &error) < 0)
        fail_msg("%s", error.text);
    fclose(out);
    if (!strstr(text, expected))
        fail_msg("this is not in what follows:\n%s\n%s", expected, text);
    free(text);
}

static void add_pair(struct folder *folder, const char *antagonist, const char *limits, int block,
                     int p50_us, int p99_us, int got)
{
    char params[128], metrics[256];

    snprintf(params, sizeof params,
             "\"antagonist\":\"%s\",\"limits\":\"%s\",\"uid\":%d,\"ceiling\":\"%s\"", antagonist,
             limits, 61000 + block, block ? "own" : "cgroup");
    snprintf(metrics, sizeof metrics,
             "\"p50_ns\":%d000,\"p99_ns\":%d000,\"window_ns\":200000000,\"aggressor_work_n\":%d",
             p50_us, p99_us, got);
    folder_add(folder, "neighbours", params, "container", "server", block, metrics);
}

/* Who the users were and how the ceiling was made tells no figures apart. */
static void neighbours_are_multiples_of_alone(void **state)
{
    struct folder *folder = *state;

    for (int block = 0; block < 3; block++) {
        add_pair(folder, "none", "off", block, 100, 400, 0);
        add_pair(folder, "cpu", "off", block, 250, 8000, 60);
        add_pair(folder, "none", "on", block, 50, 500, 0);
        add_pair(folder, "cpu", "on", block, 100, 500, 2);
    }
    folder_add_missing(folder, "neighbours", "\"antagonist\":\"fork\",\"limits\":\"off\"",
                       "container", "server", "skipped", "no processes");
    assert_printed(folder, "Beside a greedy neighbour, on one processor\n"
                           "                 container\n"
                           "victim: server\n"
                           "alone: median    100 µs\n"
                           "  with limits    50.0 µs\n"
                           "alone: p99       400 µs\n"
                           "  with limits    500 µs\n"
                           "beside cpu       2.5 / 20\n"
                           "  with limits    2.0 / 1.0\n"
                           "beside memory    –\n");
    assert_printed(folder, "beside fork      skipped [1]\n");
    assert_printed(folder, "cpu, 100k steps  300\n"
                           "  with limits    10\n");
}

static void add_shape(struct folder *folder, int cpus, int threads, int work_ms)
{
    char params[64], metrics[128];

    snprintf(params, sizeof params, "\"cpus\":%d,\"threads\":%d", cpus, threads);
    snprintf(metrics, sizeof metrics, "\"work_ns\":%d000000,\"iterations_n\":%d000000", work_ms,
             threads);
    folder_add(folder, "vcores", params, "native", "parallel", 0, metrics);
}

/* Ten processors stand behind two, and what is done is counted, not how long it takes. */
static void threads_are_multiples_of_one(void **state)
{
    struct folder *folder = *state;

    add_shape(folder, 10, 10, 2);
    add_shape(folder, 1, 1, 2);
    add_shape(folder, 2, 2, 2);
    add_shape(folder, 1, 2, 4);
    assert_printed(folder, "Threads on processors\n"
                           "                       native\n"
                           "a step, 1 thread on 1  2 ns\n"
                           "how many times as much is done\n"
                           "  threads: 2 on 1      1.0\n"
                           "  threads: 2 on 2      2.0\n"
                           "  threads: 10 on 10    10\n");
}

/* How the excess failed is no other figure, but a word about it. */
static void limits_say_how_the_rest_fails(void **state)
{
    struct folder *folder = *state;

    folder_add(folder, "limits", "\"excess\":\"killed\",\"ceiling\":\"cgroup\",\"uid\":0",
               "container", "memory", 0, "\"reached_bytes\":133169152,\"asked_bytes\":134217728");
    folder_add(folder, "limits", "\"excess\":\"ENOMEM\",\"ceiling\":\"own\",\"uid\":7", "vm",
               "memory", 0, "\"reached_bytes\":124780544,\"asked_bytes\":134217728");
    assert_printed(folder, "memory, told 128 MiB  127 MiB [1]  119 MiB [2]\n");
    assert_printed(folder, "[1] beyond that it is killed\n"
                           "[2] beyond that it is refused memory: ENOMEM\n");
}

static void add_verdict(struct folder *folder, const char *probe, const char *verdict)
{
    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"escape\",\"params\":{\"uid\":0},"
            "\"platform\":\"native\",\"workload\":\"%s\",\"block\":0,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{},"
            "\"verdict\":\"%s\",\"detail\":\"\"}\n",
            probe, verdict);
}

/* The last run has no better word than the first: one way out is a way out. */
static void runs_that_disagree_show_the_worst_verdict(void **state)
{
    struct folder *folder = *state;

    add_verdict(folder, "mount", "refused");
    add_verdict(folder, "mount", "allowed");
    add_verdict(folder, "mount", "refused");
    add_verdict(folder, "setuid", "absent");
    add_verdict(folder, "setuid", "absent");
    assert_printed(folder, "mount a file system  allowed [1]\n");
    assert_printed(folder, "[1] in 1 of 3 runs; the others say less of the host\n");
    assert_printed(folder, "absent\n");
}

/* What belongs to nothing above it has a row of its own, and keeps its name when nobody has a
 * value. */
static void rows_stand_where_they_belong(void **state)
{
    struct folder *folder = *state;

    folder_add(folder, "image", "\"trial\":\"copy\"", "native", "idle", 0, "\"taken_bytes\":4096");
    folder_add(folder, "image", "\"trial\":\"link\"", "native", "idle", 0,
               "\"taken_bytes\":0,\"shared_n\":9");
    folder_add(folder, "image", "\"trial\":\"static\"", "native", "idle", 0, "\"works_n\":1");
    folder_add(folder, "image", "\"trial\":\"static\"", "vm", "idle", 0, "\"works_n\":1");
    folder_add_missing(folder, "image", "\"trial\":\"clone\"", "native", "idle", "skipped", "no");
    folder_add_missing(folder, "overhead", "", "native", "integer", "failed", "it broke");
    assert_printed(folder, "integer step       failed [1]   –\n"
                           "10 copies          4.00 KiB     –\n"
                           "10 hard links      0 B          –\n"
                           "  changed by one   9            –\n"
                           "10 clones          skipped [2]  –\n"
                           "runs a static ELF  1            1\n"
                           "    a ratio");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(neighbours_are_multiples_of_alone, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(threads_are_multiples_of_one, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(runs_that_disagree_show_the_worst_verdict, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(rows_stand_where_they_belong, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(limits_say_how_the_rest_fails, make_folder, remove_folder),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
