/* SPDX-License-Identifier: MIT */
/* The workloads' side of the protocol, their options, and the cycle that `latency` follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/workloads/memory.h"
#include "bench/workloads/protocol.h"
#include "bench/workloads/sattolo.h"

static bool parse(const char *line, uint64_t *iterations)
{
    return protocol_parse_go(line, strlen(line), iterations);
}

static void go_takes_its_number(void **state)
{
    (void)state;
    uint64_t iterations = 0;
    assert_true(parse("go 1", &iterations));
    assert_int_equal(iterations, 1);
    assert_true(parse("go 86400000000000", &iterations));
    assert_int_equal(iterations, PROTOCOL_MAX_ITERATIONS);
}

static void go_refuses_everything_else(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "go",
        "go ",
        "go 0",
        "go 01",
        "go -1",
        "go +1",
        "go  1",
        "go 1 ",
        "go 1\r",
        "go 0x1",
        "go 1e3",
        "GO 1",
        "gone 1",
        " go 1",
        "86400000000000",
        "go 86400000000001",
        "go 18446744073709551615",
        "go 18446744073709551617", /* 2^64 + 1 */
        "go 99999999999999999999999999999999999999",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        uint64_t iterations = 42;
        if (parse(lines[i], &iterations))
            fail_msg("'%s' was taken for %llu", lines[i], (unsigned long long)iterations);
        assert_int_equal(iterations, 42);
    }
    uint64_t iterations;
    assert_false(protocol_parse_go("go 1\0002", 6, &iterations));
}

static void numbers_end_at_their_limit(void **state)
{
    (void)state;
    uint64_t number;
    assert_true(protocol_parse_number("7", 1, 7, &number));
    assert_false(protocol_parse_number("8", 1, 7, &number));
    assert_true(protocol_parse_number("18446744073709551615", 20, UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(protocol_parse_number("18446744073709551616", 20, UINT64_MAX, &number));
}

static void done_says_number_and_checksum(void **state)
{
    (void)state;
    char line[49];
    size_t length = protocol_format_done(line, 1000, 0x4be8bcbf6bcaf858);
    line[length] = '\0';
    assert_string_equal(line, "done 1000 4be8bcbf6bcaf858\n");
    length = protocol_format_done(line, PROTOCOL_MAX_ITERATIONS, UINT64_MAX);
    assert_true(length <= 48);
    length = protocol_format_done(line, 1, 0);
    line[length] = '\0';
    assert_string_equal(line, "done 1 0\n");
}

static bool options(struct memory_options *result, const char *a, const char *b, const char *c,
                    const char *d)
{
    char *argv[] = {(char *)"workload", (char *)a, (char *)b, (char *)c, (char *)d, NULL};
    int argc = 1;
    while (argv[argc])
        argc++;
    *result = (struct memory_options){8 * MIB, PAGES_ANY};
    return memory_parse_options(argc, argv, result);
}

static void memory_options_are_taken(void **state)
{
    (void)state;
    struct memory_options result;
    assert_true(options(&result, NULL, NULL, NULL, NULL));
    assert_int_equal(result.bytes, 8 * MIB);
    assert_int_equal(result.pages, PAGES_ANY);
    assert_true(options(&result, "--pages", "2m", "--mib", "4096"));
    assert_int_equal(result.bytes, 4096 * MIB);
    assert_int_equal(result.pages, PAGES_2M);
    assert_true(options(&result, "--mib", "1", "--pages", "4k"));
    assert_int_equal(result.pages, PAGES_4K);
}

static void memory_options_refuse_everything_else(void **state)
{
    (void)state;
    struct memory_options result;
    assert_false(options(&result, "--mib", NULL, NULL, NULL));
    assert_false(options(&result, "--mib", "0", NULL, NULL));
    assert_false(options(&result, "--mib", "4097", NULL, NULL));
    assert_false(options(&result, "--mib", "64M", NULL, NULL));
    assert_false(options(&result, "--pages", "1g", NULL, NULL));
    assert_false(options(&result, "--pages", "", NULL, NULL));
    assert_false(options(&result, "64", NULL, NULL, NULL));
    assert_false(options(&result, "--pages", "4k", "--mib", NULL));
}

/* Follow the cycle from 0; it has to come home after exactly count steps. */
static void check_cycle(uint32_t count, uint64_t seed)
{
    uint32_t *next = calloc(count, sizeof(*next));
    bool *visited = calloc(count, sizeof(*visited));
    assert_non_null(next);
    assert_non_null(visited);
    sattolo_cycle(next, count, seed);
    uint32_t at = 0;
    for (uint32_t step = 0; step < count; step++) {
        assert_true(at < count);
        assert_false(visited[at]);
        visited[at] = true;
        at = next[at];
    }
    assert_int_equal(at, 0);
    free(next);
    free(visited);
}

static void the_cycle_visits_everything_once(void **state)
{
    (void)state;
    for (uint32_t count = 1; count < 100; count++)
        for (uint64_t seed = 1; seed < 20; seed++)
            check_cycle(count, seed);
    check_cycle(1 << 20, 1);
}

static void the_cycle_has_no_order_to_be_guessed(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16 };
    static uint32_t next[COUNT];
    sattolo_cycle(next, COUNT, 1);
    unsigned neighbours = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        neighbours += next[i] == i + 1 || next[i] + 1 == i;
    /* About 2 are expected of a random cycle; a cycle in order has all. */
    assert_true(neighbours < 40);
}

static void the_same_seed_gives_the_same_cycle(void **state)
{
    (void)state;
    uint32_t one[64], two[64];
    sattolo_cycle(one, 64, 7);
    sattolo_cycle(two, 64, 7);
    assert_memory_equal(one, two, sizeof(one));
    sattolo_cycle(two, 64, 8);
    assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(go_takes_its_number),
        cmocka_unit_test(go_refuses_everything_else),
        cmocka_unit_test(numbers_end_at_their_limit),
        cmocka_unit_test(done_says_number_and_checksum),
        cmocka_unit_test(memory_options_are_taken),
        cmocka_unit_test(memory_options_refuse_everything_else),
        cmocka_unit_test(the_cycle_visits_everything_once),
        cmocka_unit_test(the_cycle_has_no_order_to_be_guessed),
        cmocka_unit_test(the_same_seed_gives_the_same_cycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
