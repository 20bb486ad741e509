/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "bench/results/environment.h"
#include "common/host_file.h"

static char folder[] = "/tmp/virtlab-test.XXXXXX";

static void remove_file(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/env.json", folder);
    unlink(path);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    remove_file();
    return rmdir(folder);
}

static void env_json_is_complete(void **state)
{
    /* docs/formats.md, "env.json" */
    static const char *const parts[] = {"version",    "time",        "virtlab", "machine", "cpu",
                                        "frequency",  "mitigations", "kernel",  "memory",  "load",
                                        "hypervisor", "kvm",         "cgroup",  "tools"};
    char path[64], hash[ENVIRONMENT_HASH_SIZE];
    struct error error;
    json_error_t wrong;

    (void)state;
    assert_int_equal(environment_write(folder, false, hash, &error), 0);
    snprintf(path, sizeof path, "%s/env.json", folder);
    json_t *environment = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    assert_non_null(environment);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_non_null(json_object_get(environment, parts[i]));
    assert_int_equal(json_object_size(environment), sizeof parts / sizeof *parts);
    assert_null(json_object_get(json_object_get(environment, "machine"), "host"));
    json_decref(environment);

    /* A second one must not take its place: the samples beside it refer to the first. */
    assert_int_equal(environment_write(folder, false, hash, &error), -EEXIST);
    remove_file();
}

static void the_hash_is_what_sha256sum_says(void **state)
{
    char path[64], hash[ENVIRONMENT_HASH_SIZE], tool[256], answer[128];
    char *argv[] = {tool, path, NULL};
    struct error error;

    (void)state;
    assert_true(capture_find("sha256sum", tool, sizeof tool));
    assert_int_equal(environment_write(folder, false, hash, &error), 0);
    snprintf(path, sizeof path, "%s/env.json", folder);
    assert_int_equal(capture(argv, 10000, answer, sizeof answer, &error), 0);
    assert_memory_equal(answer, hash, 64);
    remove_file();
}

/* No string anywhere in value holds word. */
static void assert_nowhere(const json_t *value, const char *word)
{
    const char *key;
    size_t i;
    json_t *part;

    if (json_is_string(value))
        assert_null(strstr(json_string_value(value), word));
    json_object_foreach((json_t *)(uintptr_t)value, key, part)
    {
        assert_nowhere(part, word);
    }
    json_array_foreach(value, i, part)
    {
        assert_nowhere(part, word);
    }
}

static void nobody_is_named_unless_asked(void **state)
{
    char id[64];
    json_t *environment = environment_read(false);

    (void)state;
    assert_non_null(environment);
    if (host_read_line("/etc/machine-id", id, sizeof id))
        assert_nowhere(environment, id);
    if (host_read_line("/sys/class/dmi/id/product_serial", id, sizeof id) && strlen(id) > 3)
        assert_nowhere(environment, id);
    json_decref(environment);

    environment = environment_read(true);
    const json_t *machine = json_object_get(environment, "machine");
    char host[65] = "";
    gethostname(host, sizeof host - 1);
    assert_string_equal(json_string_value(json_object_get(machine, "host")), host);
    json_decref(environment);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    char hash[ENVIRONMENT_HASH_SIZE];
    struct error error;

    (void)state;
    assert_int_equal(environment_write("/nonexistent", false, hash, &error), -ENOENT);
    assert_non_null(strstr(error.text, "/nonexistent/env.json"));
}

static void the_line_for_tables_names_what_matters(void **state)
{
    char line[256];
    json_t *environment =
        json_pack("{s:{s:s}, s:{s:s, s:s}, s:{s:s}}", "cpu", "model", "AMD EPYC", "hypervisor",
                  "id", "kvm", "name", "KVM", "kvm", "back_end", "software");

    (void)state;
    environment_describe(environment, line, sizeof line);
    assert_string_equal(line, "host: AMD EPYC (itself a KVM guest), KVM: software");
    json_decref(environment);
    environment_describe(NULL, line, sizeof line);
    assert_string_equal(line, "host: unknown processor, KVM: unknown");
}

static void no_kvm_is_told_from_one_that_may_not_be_used(void **state)
{
    static const char *const states[][2] = {
        {"absent",    "host: unknown processor, KVM: none"      },
        {"forbidden", "host: unknown processor, KVM: not usable"},
    };
    char line[256];

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        json_t *environment = json_pack("{s:{s:s}}", "kvm", "state", states[i][0]);
        environment_describe(environment, line, sizeof line);
        assert_string_equal(line, states[i][1]);
        json_decref(environment);
    }
}

static void capture_ends_what_does_not_end(void **state)
{
    char answer[8];
    char *sleeper[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, (char[]){"echo hello there; sleep 60"},
                       NULL};
    char *nothing[] = {(char[]){"/nonexistent"}, NULL};
    char *seven[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, (char[]){"exit 7"}, NULL};
    struct error error;

    (void)state;
    assert_int_equal(capture(sleeper, 300, answer, sizeof answer, &error), -ETIMEDOUT);
    assert_string_equal(answer, "hello t");
    assert_true(capture(nothing, 300, answer, sizeof answer, &error) < 0);
    assert_int_equal(capture(seven, 10000, answer, sizeof answer, &error), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(env_json_is_complete),
        cmocka_unit_test(the_hash_is_what_sha256sum_says),
        cmocka_unit_test(nobody_is_named_unless_asked),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(the_line_for_tables_names_what_matters),
        cmocka_unit_test(no_kvm_is_told_from_one_that_may_not_be_used),
        cmocka_unit_test(capture_ends_what_does_not_end),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
