/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/claims/rule.h"
#include "bench/report/literature.h"
#include "tests/unit/results_folder.h"

static void records_are_cut_as_rfc_4180_says(void **state)
{
    char text[] = "a,\"b, c\",\"say \"\"x\"\"\",\r\n\"two\nlines\",e\nlast", *at = text;
    char *fields[4];
    (void)state;

    assert_int_equal(csv_next_record(&at, fields, 4), 4);
    assert_string_equal(fields[0], "a");
    assert_string_equal(fields[1], "b, c");
    assert_string_equal(fields[2], "say \"x\"");
    assert_string_equal(fields[3], "");
    assert_int_equal(csv_next_record(&at, fields, 4), 2);
    assert_string_equal(fields[0], "two\nlines");
    assert_int_equal(csv_next_record(&at, fields, 4), 1);
    assert_string_equal(fields[0], "last");
    assert_int_equal(csv_next_record(&at, fields, 4), 0);
}

/* More fields than there is room for are counted and not kept; a quote may stay open. */
static void broken_records_stay_within_their_bounds(void **state)
{
    char many[] = "a,b,c,d,e,f", open[] = "\"never ends", *at = many;
    char *fields[2];
    (void)state;

    assert_int_equal(csv_next_record(&at, fields, 2), 6);
    at = open;
    assert_int_equal(csv_next_record(&at, fields, 2), 1);
    assert_string_equal(fields[0], "never ends");
}

static char *print(const struct analysis *analysis, const char *text, struct error *error)
{
    char *copy = strdup(text), *printed = NULL;
    struct table *table;
    size_t size;

    if (literature_table_of(analysis, copy, &table, error) == 0) {
        FILE *out = open_memstream(&printed, &size);
        assert_int_equal(table_print(table, TABLE_CSV, out, error), 0);
        fclose(out);
        table_free(table);
    }
    free(copy);
    return printed;
}

#define HEAD "metric,system,value,unit,conditions,source,checked,here\n"

static void what_was_measured_stands_beside_it(void **state)
{
    struct analysis analysis;
    struct folder folder;
    struct error error;
    (void)state;

    folder_make(&folder);
    fputs(folder_header, folder.file);
    folder_add(&folder, "startup", "\"mode\":\"single\"", "vm", "hello", 0, "\"end_ns\":5000000");
    folder_add_missing(&folder, "startup", "", "vm-linux", "", "skipped", "no KVM");
    folder_close(&folder);
    assert_int_equal(analysis_open(&analysis, folder.path, &error), 0);
    char *text = print(&analysis,
                       HEAD "boot,A,125,ms,c,s,source,startup end_ns mode=single vm\n"
                            "boot,B,110,ms,c,s,data,startup end_ns mode=single vm-linux\n"
                            "boot,C,1,ms,c,s,data,\n",
                       &error);
    assert_non_null(text);
    assert_non_null(strstr(text, "\"A\",\"125 ms\",\"5.00 ms (vm)\""));
    assert_non_null(strstr(text, "no KVM"));
    assert_non_null(strstr(text, "\"C\",\"1 ms\","));
    free(text);
    assert_null(print(&analysis, HEAD "boot,A\n", &error));
    assert_non_null(strstr(error.text, "record 2 has 2 fields"));
    analysis_close(&analysis);
    folder_remove(&folder);
}

/* Every figure of others says where it is from and how far that was checked. */
static void every_figure_has_its_source(void **state)
{
    static const char *const checked[] = {"source", "data", "abstract", "excerpt", "second-hand"};
    char text[65536], *at = text, *fields[8];
    FILE *file = fopen("bench/literature.csv", "re");
    struct error error;
    size_t records = 0;
    (void)state;

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    for (size_t count; (count = csv_next_record(&at, fields, 8)) > 0; records++) {
        bool known = records == 0;
        assert_int_equal(count, 8);
        for (size_t i = 0; i < sizeof checked / sizeof *checked; i++)
            known = known || strcmp(fields[6], checked[i]) == 0;
        assert_true(known && *fields[5]);
        if (records > 0 && *fields[7]) {
            char rule_text[512];
            struct rule *rule = calloc(1, sizeof *rule);
            snprintf(rule_text, sizeof rule_text, "value %s >= 0", fields[7]);
            if (rule_parse(rule, rule_text, &error) < 0)
                fail_msg("%s", error.text);
            free(rule);
        }
    }
    assert_int_equal(records, 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_cut_as_rfc_4180_says),
        cmocka_unit_test(broken_records_stay_within_their_bounds),
        cmocka_unit_test(what_was_measured_stands_beside_it),
        cmocka_unit_test(every_figure_has_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
